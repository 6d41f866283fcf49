//! The client's side of the accounts: its calls, and the requests that the SDK sent for them.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_sdk_secretsmanager::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef},
    },
    error::{BoxError, ProvideErrorMetadata},
    operation::{get_resource_policy::GetResourcePolicyError, list_secrets::ListSecretsError},
};
use aws_smithy_runtime_api::client::{
    interceptors::context::Error, orchestrator::OrchestratorError,
};
use tokio::time::Instant;

/// Calls: what the scan asked for, each answered or given up whatever it took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Calls {
    pub made: usize,
    pub answered: usize,
    /// The answers they brought: one each, but for the pitfall, whose call is a whole region.
    pub answers: usize,
    pub slowest: Duration,
}

/// Requests: what went over the wire.
#[derive(Clone, Copy, Debug, Default)]
pub struct Requests {
    pub sent: usize,
    pub answered: usize,
    pub throttled: usize,
    pub faults: usize,
    /// Errors of any other kind.
    pub refused: usize,
    /// No whole answer came: a connection failed.
    pub broken: usize,
}

impl Requests {
    /// Still without an answer when the cap cut them.
    pub fn cut(&self) -> usize {
        self.sent - self.answered - self.throttled - self.faults - self.refused - self.broken
    }
}

/// Counts for one strategy. As an interceptor of its clients it sees every attempt, the SDK's own retries too.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    counts: Arc<Mutex<(Calls, Requests)>>,
}

impl Tally {
    /// A call begins.
    pub fn call(&self) -> OpenCall<'_> {
        self.counts().0.made += 1;
        OpenCall { tally: self, since: Instant::now() }
    }

    pub fn calls(&self) -> Calls {
        self.counts().0
    }

    pub fn requests(&self) -> Requests {
        self.counts().1
    }

    fn counts(&self) -> MutexGuard<'_, (Calls, Requests)> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call under way. Dropped, also where the cap cuts it, it is entered into the accounts.
#[derive(Debug)]
pub struct OpenCall<'a> {
    tally: &'a Tally,
    since: Instant,
}

impl OpenCall<'_> {
    /// The call brought this number of answers.
    pub fn answered(self, answers: usize) {
        let calls = &mut self.tally.counts().0;
        calls.answered += 1;
        calls.answers += answers;
    }
}

impl Drop for OpenCall<'_> {
    fn drop(&mut self) {
        let took = self.since.elapsed();
        let slowest = &mut self.tally.counts().0.slowest;
        *slowest = took.max(*slowest);
    }
}

impl Intercept for Tally {
    fn name(&self) -> &'static str {
        "Tally"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.counts().1.sent += 1;
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut counts = self.counts();
        let requests = &mut counts.1;
        let status = context.response().map(|response| response.status().as_u16());
        let counter = match (status, context.output_or_error()) {
            (Some(_), Some(Ok(_))) => &mut requests.answered,
            (Some(_), Some(Err(error))) if code(error) == Some("ThrottlingException") => {
                &mut requests.throttled
            }
            (Some(500..), _) => &mut requests.faults,
            (Some(_), _) => &mut requests.refused,
            (None, Some(Err(error))) if error.is_connector_error() => &mut requests.broken,
            // It ended before its request was sent.
            (None, _) => return Ok(()),
        };
        *counter += 1;
        Ok(())
    }
}

/// The service's code for a failed attempt, of either operation of the scan.
fn code(error: &OrchestratorError<Error>) -> Option<&str> {
    let error = error.as_operation_error()?;
    let list = || error.downcast_ref::<ListSecretsError>().and_then(ProvideErrorMetadata::code);
    let policy =
        || error.downcast_ref::<GetResourcePolicyError>().and_then(ProvideErrorMetadata::code);
    list().or_else(policy)
}
