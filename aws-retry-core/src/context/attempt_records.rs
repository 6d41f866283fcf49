//! The records that the code inside an attempt leaves for its call: failed attempts of SDK operations (from
//! the interceptor), and failures on which an inner call gave up. A record is used only for an error that it
//! agrees with.

use std::sync::OnceLock;

use crate::context::sdk_requests::SdkRequests;
use crate::decision::codes;
use crate::decision::failure::{Failure, Kind, ReadFrom};
use crate::sync::{AtomicBool, Mutex, MutexGuard, Ordering, PoisonError};

/// The number of newest records that are kept. An attempt is usually one request, and seldom many at once.
const KEPT: usize = 16;

/// A failure that happened inside an attempt.
#[derive(Clone, Debug)]
pub(crate) struct AttemptRecord {
    failure: Failure<'static>,
    /// The kind that it had at the place where it was recorded.
    kind: Kind,
    source: RecordedBy,
}

/// The source of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordedBy {
    /// A call inside this one that gave up.
    Inner,
    /// An SDK operation.
    #[cfg_attr(not(feature = "sdk"), expect(dead_code))]
    Sdk(SdkAttempt),
}

/// The state of an SDK operation when its attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SdkAttempt {
    /// Distinguishes the operation from all others of the process.
    pub execution: u64,
}

impl AttemptRecord {
    pub const fn new(failure: Failure<'static>, kind: Kind, source: RecordedBy) -> Self {
        Self { failure, kind, source }
    }

    /// Whether an inner call gave up on it.
    pub fn gave_up(&self) -> bool {
        self.source == RecordedBy::Inner
    }

    /// `failure`, completed with the facts that it lost on the way out.
    pub fn complete(&self, failure: &Failure<'_>) -> Failure<'static> {
        let mut seen = failure.to_owned();
        if seen.guessed() && self.failure.code.is_some() {
            // Either the same, or a wrapper's text that only looked like one.
            (seen.code, seen.message) = (None, None);
        }
        // An `SdkError` needs no completion.
        let typed = seen.read_from().filter(|place| *place == ReadFrom::SdkError);
        Failure { read_from: typed.or(Some(ReadFrom::Record)), ..seen.or(self.failure.clone()) }
    }

    /// Whether `failure`, which is of `kind` under the call's policy, has the recorded cause. It does if no
    /// known fact contradicts it and at least one supports it: a request id, a code, the same kind. A missing
    /// fact or a different message is not a contradiction.
    fn agrees_with(&self, failure: &Failure<'_>, kind: Kind) -> bool {
        let recorded = &self.failure;
        // The text of a wrapper may look like a code while the error itself does not have one.
        let wrapped = recorded.code.is_none() && failure.guessed();
        let code = failure.code().filter(|_| !wrapped);
        let same_id = same(recorded.request_id(), failure.request_id());
        let same_code = recorded.code().zip(code).map(|(a, b)| codes::same(a, b));
        let one_lost = (recorded.is_lost() && failure.is_answered())
            || (recorded.is_answered() && failure.is_lost());
        let against = same_id == Some(false)
            || same_code == Some(false)
            || same(recorded.status, failure.status) == Some(false)
            || same(recorded.transport, failure.transport) == Some(false)
            || one_lost;
        if against {
            return false;
        }
        // If a call wants to retry a failure that the inner call does not retry, it has rules of its own.
        let wants_more = self.gave_up() && kind.is_retryable() && !self.kind.is_retryable();
        if same_id == Some(true) || same_code == Some(true) {
            return !wants_more;
        }
        let same_kind = kind == self.kind && kind.is_retryable();
        match self.source {
            RecordedBy::Inner if same_kind => true,
            // An error that is neither the SDK's nor describes itself is about a different connection.
            RecordedBy::Sdk(_) if same_kind && failure.declared.is_some() => true,
            // An answer of an unknown form, a time-out, a lost connection: the error does not have a code to
            // compare.
            _ => failure.of_sdk && recorded.code.is_none() && !wants_more,
        }
    }
}

/// Whether two facts are the same; `None` if one is missing.
fn same<T: PartialEq>(a: Option<T>, b: Option<T>) -> Option<bool> {
    Some(a? == b?)
}

/// The records of one call. Nothing is locked as long as nothing fails.
#[derive(Debug)]
pub(crate) struct AttemptRecords {
    token: OnceLock<u128>,
    list: Mutex<List>,
    sdk: Mutex<SdkRequests>,
    /// The call is over.
    ended: AtomicBool,
}

#[derive(Debug)]
struct List {
    /// The attempt to which they belong. A task that outlives its attempt can't speak for the next one.
    attempt: u32,
    records: Vec<AttemptRecord>,
    /// No operation has succeeded since the last record.
    trusted: bool,
    refusal: Refusal,
    /// The units of the quota that the attempt took, if its body told them.
    spent: Option<f64>,
}

/// Whether the interceptor is to stop an attempt that began too late from being sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Refusal {
    #[default]
    None,
    /// The call's deadline has passed, and its error type can't say so.
    Asked,
    /// An operation was refused.
    Done,
}

impl AttemptRecords {
    pub fn new(attempt: u32) -> Self {
        #[cfg(test)]
        tests::LIVE.with(|live| live.set(live.get() + 1));
        let list = List {
            attempt,
            records: Vec::new(),
            trusted: false,
            refusal: Refusal::None,
            spent: None,
        };
        Self {
            token: OnceLock::new(),
            list: Mutex::new(list),
            sdk: Mutex::default(),
            ended: AtomicBool::new(false),
        }
    }

    /// The call is over.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// Whether the call is over.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// The call's token.
    pub fn token(&self, make: impl FnOnce() -> u128) -> u128 {
        *self.token.get_or_init(make)
    }

    /// Adds a record of attempt `attempt`. An operation has one record: the one of its last failure.
    pub fn add(&self, attempt: u32, record: AttemptRecord) {
        let mut list = self.list();
        if list.attempt != attempt {
            return;
        }
        if let RecordedBy::Sdk(sent) = record.source {
            list.forget(sent.execution);
        }
        if list.records.len() >= KEPT {
            list.records.remove(0);
        }
        list.records.push(record);
        list.trusted = true;
    }

    /// An operation succeeded: its earlier failures no longer matter.
    #[cfg_attr(not(feature = "sdk"), expect(dead_code))]
    pub fn succeeded(&self, attempt: u32, execution: u64) {
        let mut list = self.list();
        if list.attempt == attempt {
            list.trusted = false;
            list.forget(execution);
        }
    }

    /// The requests that the interceptor saw.
    pub fn sdk(&self) -> MutexGuard<'_, SdkRequests> {
        // Each change leaves them consistent.
        self.sdk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest record that agrees with `failure`, which is of `kind`. With `trust`, an error that lost
    /// everything gets the newest record of all.
    pub fn recall(&self, failure: &Failure<'_>, kind: Kind, trust: bool) -> Option<AttemptRecord> {
        let list = self.list();
        let found = list.records.iter().rev().find(|record| record.agrees_with(failure, kind));
        let trusted =
            || list.records.last().filter(|_| trust && list.trusted && failure.is_opaque());
        found.or_else(trusted).cloned()
    }

    /// Forgets the records; new ones belong to attempt `attempt`.
    pub fn begin(&self, attempt: u32) {
        self.sdk().begin_attempt();
        let mut list = self.list();
        list.attempt = attempt;
        list.records.clear();
        list.trusted = false;
        list.refusal = Refusal::None;
        list.spent = None;
    }

    /// Attempt `attempt` took this many more units of the quota.
    pub fn spend(&self, attempt: u32, units: f64) {
        let mut list = self.list();
        if list.attempt == attempt {
            list.spent = Some(list.spent.unwrap_or(0.0) + units);
        }
    }

    /// The units of the quota that the attempt took, if its body told them.
    pub fn spent(&self) -> Option<f64> {
        self.list().spent
    }

    /// The attempt begins after the call's deadline: nothing in it is to be sent.
    pub fn refuse(&self) {
        self.list().refusal = Refusal::Asked;
    }

    /// Whether an SDK operation must not be sent; the call treats its error as the deadline's.
    #[cfg(feature = "sdk")]
    pub fn refuses(&self) -> bool {
        let mut list = self.list();
        let refuses = list.refusal != Refusal::None;
        if refuses {
            list.refusal = Refusal::Done;
        }
        refuses
    }

    /// Whether an operation was refused.
    pub fn was_refused(&self) -> bool {
        self.list().refusal == Refusal::Done
    }

    fn list(&self) -> MutexGuard<'_, List> {
        // Each change leaves the list consistent.
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
impl Drop for AttemptRecords {
    fn drop(&mut self) {
        tests::LIVE.with(|live| live.set(live.get() - 1));
    }
}

impl List {
    fn forget(&mut self, execution: u64) {
        self.records.retain(
            |record| !matches!(record.source, RecordedBy::Sdk(sent) if sent.execution == execution),
        );
    }
}

#[cfg(test)]
#[path = "attempt_records_tests.rs"]
mod tests;
