//! The memory of a scope's throttles. Nothing of it exists before the first one.

use std::time::SystemTime;

use crate::decision::advice::Measures;
use crate::decision::failure::Failure;
use crate::decision::reason::Reason;
use crate::decision::shown::kept_id;
use crate::limits::rate::Signs;

/// A throttled attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Throttled<'a> {
    pub failure: &'a Failure<'a>,
    pub paced: bool,
    /// The service said that the limit is one of the call's own.
    pub own_limit: bool,
    /// The attempt before was throttled, too.
    pub again: bool,
    /// The attempt, from 1.
    pub attempt: u32,
    /// The reason, if the call gives up.
    pub reason: Option<Reason>,
    /// Paced mode began at a quota that it was told.
    pub told: bool,
    pub at: Option<SystemTime>,
    pub signs: Signs,
}

/// The throttles of a scope since the first one.
#[derive(Debug, Default)]
pub(crate) struct Throttles {
    measures: Measures,
    /// Attempts of the modes with a send rate, up to the last throttle.
    attempts: u64,
    shut: bool,
    first: Option<SystemTime>,
    last: Option<SystemTime>,
    answer: Answer,
}

/// The parts of the last throttled answer that are worth keeping, at most 256 bytes of each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub code: Option<Box<str>>,
    pub request_id: Option<Box<str>>,
    pub service: Option<Box<str>>,
    pub operation: Option<Box<str>>,
    pub region: Option<Box<str>>,
}

impl Throttles {
    pub fn add(&mut self, it: &Throttled<'_>) {
        let count = |sum: &mut u64, is: bool| *sum = sum.saturating_add(u64::from(is));
        let all = &mut self.measures;
        count(&mut all.throttles, true);
        count(&mut all.unpaced, !it.paced);
        count(&mut all.retries, !it.paced && it.reason.is_none());
        count(&mut all.again, !it.paced && it.again);
        count(&mut all.lost, !it.paced && it.reason.is_some());
        count(&mut all.own_limit, it.own_limit);
        if it.reason == Some(Reason::RefusedAlone) && !it.own_limit {
            // By now it is known of all its throttles.
            all.own_limit = all.own_limit.saturating_add(it.attempt.into());
        }
        count(&mut all.shut, it.signs.shut && !self.shut);
        all.told |= it.told;
        all.irregular = it.signs.irregularity;
        self.shut = it.signs.shut;
        self.attempts = self.attempts.max(it.signs.sends);
        self.first = self.first.or(it.at);
        self.last = it.at.or(self.last);
        self.answer.learn(it.failure);
    }

    pub const fn measures(&self) -> &Measures {
        &self.measures
    }

    /// Those that were counted; 0 if no mode of the scope has a send rate.
    pub const fn attempts(&self) -> u64 {
        self.attempts
    }

    /// The times of the first and of the last throttle, if the clock knows the date.
    pub const fn times(&self) -> (Option<SystemTime>, Option<SystemTime>) {
        (self.first, self.last)
    }

    pub const fn answer(&self) -> &Answer {
        &self.answer
    }
}

impl Answer {
    /// What a later answer does not say is kept from an earlier one; code and request id belong together.
    fn learn(&mut self, failure: &Failure<'_>) {
        fn keep(old: &mut Option<Box<str>>, new: Option<&str>) {
            if let Some(new) = new.map(kept_id)
                && old.as_deref() != Some(new)
            {
                *old = Some(new.into());
            }
        }
        if failure.request_id().is_some() || self.request_id.is_none() {
            keep(&mut self.request_id, failure.request_id());
            keep(&mut self.code, failure.code());
        }
        keep(&mut self.service, failure.service());
        keep(&mut self.operation, failure.operation());
        keep(&mut self.region, failure.endpoint.as_deref().and_then(|it| it.region.as_deref()));
    }
}

#[cfg(test)]
#[path = "throttled_tests.rs"]
pub(super) mod tests;
