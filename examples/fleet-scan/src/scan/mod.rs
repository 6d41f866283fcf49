//! The job itself: every account and region, page by page, then each secret's resource policy.

mod pitfall;

use std::{
    error::Error,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result};
use aws_retry_testkit::proxy::Counts;
use aws_sdk_secretsmanager::{Client, error::ProvideErrorMetadata};
use futures::{StreamExt, stream};
use indicatif::ProgressBar;
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, timeout},
};

use self::pitfall::whole_region;
use crate::{
    args::Plan,
    audit::Findings,
    fleet::{Fleet, Place},
    strategies::{Clients, Strategy},
    tally::{Calls, Requests},
};

/// The costs, findings and losses of one strategy.
#[derive(Debug)]
pub struct Outcome {
    pub strategy: Strategy,
    /// False where the cap cut it.
    pub finished: bool,
    pub took: Duration,
    /// Accounts x regions of which every answer came.
    pub complete: usize,
    pub calls: Calls,
    pub requests: Requests,
    /// The endpoint's own accounts, where the endpoint is ours.
    pub served: Option<Counts>,
    pub findings: Findings,
    /// The first error that cost an answer.
    pub first_error: Option<String>,
}

/// The state that the scans of one strategy share.
struct Scan {
    clients: Clients,
    fleet: Arc<Fleet>,
    page_size: i32,
    at_once: usize,
    in_flight: Semaphore,
    found: Mutex<Found>,
    bar: ProgressBar,
}

#[derive(Default)]
struct Found {
    findings: Findings,
    first_error: Option<String>,
}

/// Runs the job with one strategy, for as long as the plan's cap allows.
pub async fn run(
    clients: Clients,
    fleet: Arc<Fleet>,
    plan: &Plan,
    bar: ProgressBar,
) -> Result<Outcome> {
    let scan = Arc::new(Scan {
        clients,
        page_size: i32::try_from(plan.page_size)?,
        at_once: plan.at_once,
        in_flight: Semaphore::new(plan.in_flight),
        found: Mutex::default(),
        fleet,
        bar,
    });
    let start = Instant::now();
    let mut places = JoinSet::new();
    for place in 0..scan.fleet.places.len() {
        let scan = Arc::clone(&scan);
        places.spawn(async move { scan.place(&scan.fleet.places[place]).await });
    }
    let mut complete = 0;
    let all = async {
        while let Some(place) = places.join_next().await {
            complete += usize::from(place.context("a scan panicked")?);
        }
        anyhow::Ok(())
    };
    let finished = timeout(plan.cap, all).await.ok().transpose()?.is_some();
    let took = start.elapsed();
    places.shutdown().await;
    let found = std::mem::take(&mut *scan.found());
    Ok(Outcome {
        strategy: scan.clients.strategy,
        finished,
        took,
        complete,
        calls: scan.clients.tally.calls(),
        requests: scan.clients.tally.requests(),
        served: None,
        findings: found.findings,
        first_error: found.first_error,
    })
}

impl Scan {
    /// Scans one account's region. True when no answer is missing.
    async fn place(&self, place: &Place) -> bool {
        let client = self.clients.client(place);
        if self.clients.strategy == Strategy::Pitfall {
            return self.place_at_once(&client).await;
        }
        let (mut arns, mut token) = (Vec::new(), None);
        let all_listed = loop {
            let page = self.clients.strategy.page(&client, place, self.page_size, token);
            let Some(page) = self.call(page).await else { break false };
            arns.extend(self.found().findings.note_page(page.secret_list.unwrap_or_default()));
            token = page.next_token;
            if token.is_none() {
                break true;
            }
        };
        self.bar.inc_length(arns.len() as u64);
        let all_read = stream::iter(arns)
            .map(|arn| self.read(&client, place, arn))
            .buffer_unordered(self.at_once)
            .fold(true, async |all, read| all && read)
            .await;
        self.bar.inc(1);
        all_listed && all_read
    }

    /// Reads one secret's policy. True when the answer came.
    async fn read(&self, client: &Client, place: &Place, arn: String) -> bool {
        let answer = self.call(self.clients.strategy.policy(client, place, &arn)).await;
        self.bar.inc(1);
        answer.map(|answer| self.found().findings.note_policy(arn, &answer)).is_some()
    }

    /// Scans a region in one call that is retried as a whole.
    async fn place_at_once(&self, client: &Client) -> bool {
        let call = self.clients.tally.call();
        let outcome = whole_region(self, client).await;
        self.bar.inc(1);
        let Some((findings, answers)) = self.noted(outcome) else { return false };
        call.answered(answers);
        self.found().findings.merge(findings);
        true
    }

    /// Makes one call when its turn comes; waits between its attempts count as in flight, as in any bounded pool.
    async fn call<T, E: Error + ProvideErrorMetadata>(
        &self,
        call: impl Future<Output = Result<T, E>>,
    ) -> Option<T> {
        let counted = async {
            let open = self.clients.tally.call();
            call.await.inspect(|_| open.answered(1))
        };
        self.noted(self.in_turn(counted).await)
    }

    /// Waits until fewer than the allowed calls are in flight.
    async fn in_turn<T>(&self, call: impl Future<Output = T>) -> T {
        // An error would say that the semaphore was closed, which never happens.
        let _permit = self.in_flight.acquire().await;
        call.await
    }

    /// The answer, or a note of the first error that cost one.
    fn noted<T, E: Error + ProvideErrorMetadata>(&self, outcome: Result<T, E>) -> Option<T> {
        let note = |error: &E| {
            self.found().first_error.get_or_insert_with(|| in_words(error));
        };
        outcome.inspect_err(note).ok()
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The service's code and message where there are any, or else the error and what caused it.
fn in_words<E: Error + ProvideErrorMetadata>(error: &E) -> String {
    if let (Some(code), Some(message)) = (error.code(), error.message()) {
        return format!("{code}: {message}");
    }
    let causes = std::iter::successors(Some(error as &dyn Error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
