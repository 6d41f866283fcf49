//! Every bound in every form: the attribute on an async and a sync function, the closure forms, `RetryClient`,
//! pages and waiters.
#![allow(clippy::result_large_err, reason = "an error of the SDK, as users return it")]

use std::cell::Cell;
use std::time::Duration;

use aws_retry::testing::Harness;
use aws_retry::{
    Polled, RetryClient, RetryPolicy, StopWhy, Stopped, aws_retry, paginate, with_deadline,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::waiters::error::WaiterError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use tokio::time::{Instant, sleep};

type Error = SdkError<ErrorMetadata, HttpResponse>;

const SECOND: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(3600);
/// tokio's timers end on whole milliseconds.
const ROUNDING: Duration = Duration::from_millis(2);

/// A service that always fails, or never answers in time.
struct Service {
    fails: fn() -> Error,
    takes: Duration,
    sent: Cell<u32>,
}

impl Service {
    const fn new(fails: fn() -> Error) -> Self {
        Self { fails, takes: Duration::ZERO, sent: Cell::new(0) }
    }

    const fn slow(takes: Duration) -> Self {
        Self { fails: throttled, takes, sent: Cell::new(0) }
    }

    async fn send(&self) -> Result<(), Error> {
        self.sent.set(self.sent.get() + 1);
        sleep(self.takes).await;
        Err((self.fails)())
    }

    async fn page(&self, _: Option<u32>) -> Result<(), Error> {
        self.send().await
    }

    fn send_blocking(&self) -> Result<(), Error> {
        self.sent.set(self.sent.get() + 1);
        Err((self.fails)())
    }
}

fn throttled() -> Error {
    let meta = ErrorMetadata::builder().code("ThrottlingException").build();
    let status = StatusCode::try_from(400).expect("a status");
    Error::service_error(meta, HttpResponse::new(status, SdkBody::empty()))
}

/// The service may have executed it.
fn timed_out() -> Error {
    Error::timeout_error("no answer")
}

#[aws_retry(policy = policy)]
async fn attribute(policy: &RetryPolicy, service: &Service) -> Result<(), Error> {
    service.send().await
}

#[aws_retry(policy = policy)]
fn sync_attribute(policy: &RetryPolicy, service: &Service) -> Result<(), Error> {
    service.send_blocking()
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Attribute,
    SyncAttribute,
    Run,
    RunIn,
    RunBlocking,
    Call,
    CallNamed,
    Paginate,
    Waiter,
}

const FORMS: [Form; 9] = [
    Form::Attribute,
    Form::SyncAttribute,
    Form::Run,
    Form::RunIn,
    Form::RunBlocking,
    Form::Call,
    Form::CallNamed,
    Form::Paginate,
    Form::Waiter,
];

fn async_forms() -> impl Iterator<Item = Form> {
    FORMS.into_iter().filter(|form| !form.blocks())
}

impl Form {
    /// Its waits block the thread, and an attempt in progress cannot be cut.
    fn blocks(self) -> bool {
        matches!(self, Self::SyncAttribute | Self::RunBlocking)
    }

    /// Makes a call that fails. Gives the reason for which it was stopped, or none for the service's own error.
    async fn call(self, policy: &RetryPolicy, service: &Service) -> Option<StopWhy> {
        let client = || RetryClient::new(service, policy.clone()).in_scope("every form");
        let outcome: Result<(), Box<dyn std::error::Error>> = match self {
            Self::Attribute => attribute(policy, service).await.map_err(Into::into),
            Self::SyncAttribute => sync_attribute(policy, service).map_err(Into::into),
            Self::Run => policy.run(|| service.send()).await.map_err(Into::into),
            Self::RunIn => policy.run_in("every form", || service.send()).await.map_err(Into::into),
            Self::RunBlocking => {
                policy.run_blocking(|| service.send_blocking()).map_err(Into::into)
            }
            Self::Call => client().call(|service| service.send()).await.map_err(Into::into),
            Self::CallNamed => {
                client().call_named("Send", |service| service.send()).await.map_err(Into::into)
            }
            Self::Paginate => {
                let mut pages = paginate(service, Service::page, |()| None).policy(policy.clone());
                pages.next().await.expect("a page").map_err(Into::into)
            }
            Self::Waiter => {
                let client = client();
                let failing = |polled: Result<&(), &ErrorMetadata>| match polled {
                    Ok(()) => Polled::Success,
                    Err(_) => Polled::Failure,
                };
                match client.wait_until(|service| service.send(), failing).wait(LONG).await {
                    Ok(_) => Ok(()),
                    Err(error @ WaiterError::OperationFailed(_)) => Err(error.into()),
                    // The waiter's word for a deadline that has passed.
                    Err(WaiterError::ExceededMaxWait(_)) => return Some(StopWhy::Deadline),
                    Err(_) => return None,
                }
            }
        };
        let error = outcome.expect_err("the service only fails");
        let mut sources =
            std::iter::successors(Some(&*error as &dyn std::error::Error), |error| error.source());
        sources.find_map(|error| error.downcast_ref()).map(|stopped: &Stopped| stopped.why)
    }
}

/// The end of a call.
struct Ended {
    form: Form,
    sent: u32,
    took: Duration,
    stopped: Option<StopWhy>,
}

/// Calls the service once in each form, in a harness of its own whose blocking waits take no time.
async fn in_every_form(
    forms: impl IntoIterator<Item = Form>,
    policy: &RetryPolicy,
    service: impl Fn() -> Service,
) -> Vec<Ended> {
    let mut ended = Vec::new();
    for form in forms {
        let service = service();
        let harness = Harness::new();
        let harness = if form.blocks() { harness.no_waits() } else { harness };
        let begun = Instant::now();
        let stopped = harness.scope(form.call(policy, &service)).await;
        let took = if form.blocks() { harness.waits().iter().sum() } else { begun.elapsed() };
        ended.push(Ended { form, sent: service.sent.get(), took, stopped });
    }
    ended
}

fn policy() -> RetryPolicy {
    RetryPolicy::new().jitter(aws_retry::Jitter::None)
}

#[tokio::test(start_paused = true)]
async fn max_attempts_bounds_the_requests_in_every_form() {
    for policy in [policy().max_attempts(3), RetryPolicy::paced().max_attempts(3)] {
        for Ended { form, sent, stopped, .. } in
            in_every_form(FORMS, &policy, || Service::new(throttled)).await
        {
            assert_eq!((sent, stopped), (3, None), "{form:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_wait_passes_the_total_timeout_in_every_form() {
    let policy = policy().max_attempts(100).total_timeout(4 * SECOND);
    for Ended { form, sent, took, stopped } in
        in_every_form(FORMS, &policy, || Service::new(throttled)).await
    {
        // 500 ms, 1 s and 2 s fit in, the next wait does not: the throttle itself comes back.
        assert_eq!((sent, stopped), (4, None), "{form:?}");
        assert_eq!(took.as_millis() / 10, 350, "{form:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_in_progress_is_cut_at_the_total_timeout_in_every_async_form() {
    let policy = policy().total_timeout(SECOND);
    for Ended { form, sent, took, stopped } in
        in_every_form(async_forms(), &policy, || Service::slow(LONG)).await
    {
        assert_eq!((sent, stopped), (1, Some(StopWhy::Deadline)), "{form:?}");
        assert!(took <= SECOND + ROUNDING, "{form:?}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_after_its_deadline_sends_nothing_in_every_form() {
    for policy in [policy(), RetryPolicy::paced()] {
        let past = Instant::now().into_std();
        for form in FORMS {
            let service = Service::new(throttled);
            let call = form.call(&policy, &service);
            let stopped = Harness::new().no_waits().scope(with_deadline(past, call)).await;
            assert_eq!((service.sent.get(), stopped), (0, Some(StopWhy::Deadline)), "{form:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_around_cuts_every_async_form() {
    for form in async_forms() {
        let service = Service::slow(LONG);
        let begun = Instant::now();
        let at = begun.into_std() + SECOND;
        let stopped = with_deadline(at, form.call(&policy(), &service)).await;
        assert_eq!((service.sent.get(), stopped), (1, Some(StopWhy::Deadline)), "{form:?}");
        assert!(begun.elapsed() <= SECOND + ROUNDING, "{form:?}: {:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn attempt_timeout_cuts_each_attempt_in_every_async_form() {
    let policy = policy().max_attempts(2).attempt_timeout(SECOND);
    for Ended { form, sent, took, stopped } in
        in_every_form(async_forms(), &policy, || Service::slow(LONG)).await
    {
        assert_eq!((sent, stopped), (2, Some(StopWhy::AttemptTimeout)), "{form:?}");
        assert!(took <= 2 * SECOND + SECOND / 2 + 2 * ROUNDING, "{form:?}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn fail_fast_never_waits_for_a_turn_in_every_form() {
    let policy = RetryPolicy::paced().max_rate(0.01).fail_fast(true).max_attempts(1);
    for form in FORMS {
        let service = Service::new(throttled);
        let calls = async {
            // The calls of one place share a scope.
            let mut stopped = Vec::new();
            for _ in 0..3 {
                stopped.push(form.call(&policy, &service).await);
            }
            stopped
        };
        let begun = Instant::now();
        let stopped = Harness::new().scope(calls).await;
        let busy = Some(StopWhy::FailFast);
        assert_eq!((service.sent.get(), &stopped[1..]), (1, &[busy, busy][..]), "{form:?}");
        assert_eq!(begun.elapsed(), Duration::ZERO, "{form:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_may_have_been_executed_is_sent_once_in_every_form() {
    let policy = policy().idempotent(false);
    for Ended { form, sent, stopped, .. } in
        in_every_form(FORMS, &policy, || Service::new(timed_out)).await
    {
        assert_eq!((sent, stopped), (1, None), "{form:?}");
    }
}

/// The polls' own retries, too: with the default policy one poll alone takes 15 seconds.
#[tokio::test(start_paused = true)]
async fn a_waiter_ends_at_its_max_wait() {
    let polled = |_: Result<&(), &ErrorMetadata>| Polled::Retry;
    let slow = || Service::slow(LONG);
    let throttling = || Service::new(throttled);
    let services: [&dyn Fn() -> Service; 2] = [&slow, &throttling];
    let queued = RetryPolicy::paced().max_rate(0.01);
    for (policy, service) in [(policy(), 0), (policy(), 1), (queued, 1)] {
        let service = services[service]();
        let client = RetryClient::new(&service, policy.clone());
        let begun = Instant::now();
        let waiting = client.wait_until(|service| service.send(), polled).wait(SECOND);
        let ended = Harness::new().scope(waiting).await.expect_err("never");
        assert!(matches!(ended, WaiterError::ExceededMaxWait(_)), "{ended:?}");
        assert!(begun.elapsed() <= SECOND + ROUNDING, "{policy:?}: {:?}", begun.elapsed());
        assert!(service.sent.get() > 0);
    }
}

mod errors_that_hold_stopped {
    use super::*;
    use aws_retry::AsFailure;

    type BoxError = Box<dyn std::error::Error + Send + Sync>;

    /// It has no variant for `Stopped`, but one that can hold any error.
    #[expect(clippy::large_enum_variant, reason = "as users write it")]
    #[derive(Debug, thiserror::Error, AsFailure)]
    enum Wrapping {
        #[error("listing failed")]
        List(#[from] Error),
        #[error("something else")]
        Other(#[from] BoxError),
    }

    /// It has a variant that holds I/O errors.
    #[derive(Debug, thiserror::Error, AsFailure)]
    enum Reading {
        #[error("reading failed")]
        Io(#[from] std::io::Error),
    }

    #[derive(Debug, thiserror::Error, AsFailure)]
    #[error("stopped")]
    struct Own(#[from] Stopped);

    macro_rules! cut_in_both_forms {
        ($($name:ident: $error:ty;)+) => {$(
            #[tokio::test(start_paused = true)]
            async fn $name() {
                #[aws_retry(attempt_timeout = "1s", max_attempts = 1)]
                async fn annotated() -> Result<(), $error> {
                    std::future::pending().await
                }
                let begun = Instant::now();
                assert!(annotated().await.is_err(), "cut");
                let policy = RetryPolicy::new().attempt_timeout(SECOND).max_attempts(1);
                let outcome: Result<(), $error> = policy.run(std::future::pending).await;
                assert!(outcome.is_err(), "cut");
                assert!(begun.elapsed() <= 2 * (SECOND + ROUNDING), "{:?}", begun.elapsed());
            }
        )+};
    }

    cut_in_both_forms! {
        sdk_errors: Error;
        boxed_sdk_errors: Box<Error>;
        shared_sdk_errors: std::sync::Arc<Error>;
        metadata: ErrorMetadata;
        anyhow_errors: anyhow::Error;
        eyre_reports: eyre::Report;
        boxed_errors: BoxError;
        io_errors: std::io::Error;
        operation_errors: aws_sdk_secretsmanager::operation::list_secrets::ListSecretsError;
        enums_that_wrap_any_error: Wrapping;
        enums_that_wrap_io_errors: Reading;
        types_made_of_stopped: Own;
    }
}
