//! The rules of a batch: the items that fit into a request, and what becomes of an item whose part of an
//! answer failed.

use crate::decision::classify::{Predicates, classify};
use crate::decision::failure::{Failure, Kind};
use crate::decision::policy::{Mode, Resolved};
use crate::decision::reason::Reason;

/// The most that one request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChunkLimits {
    pub items: usize,
    pub bytes: usize,
}

impl ChunkLimits {
    /// Whether an item of `size` bytes fits beside `items` items of `bytes` bytes in all. One that is too
    /// large for any request goes alone: the service decides about it.
    pub const fn fits(self, items: usize, bytes: usize, size: usize) -> bool {
        items == 0 || (items < self.items && bytes.saturating_add(size) <= self.bytes)
    }
}

/// How often an item was sent, or the most of these numbers among several items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sends {
    /// Attempts that contained it.
    pub attempts: u32,
    /// Requests in these attempts: the SDK may have sent some of them again.
    pub requests: u32,
    /// Attempts that failed for another reason than a throttle.
    pub not_throttled: u32,
}

impl Sends {
    /// One more attempt, of `requests` requests.
    #[must_use]
    pub fn after(self, requests: u32) -> Self {
        Self {
            attempts: self.attempts.saturating_add(1),
            requests: self.requests.saturating_add(requests.max(1)),
            ..self
        }
    }

    /// The attempt failed for the item.
    #[must_use]
    pub const fn failed(self, kind: Kind) -> Self {
        let more = !matches!(kind, Kind::Throttled) as u32;
        Self { not_throttled: self.not_throttled.saturating_add(more), ..self }
    }

    /// Whether the item must not be sent again.
    pub fn are_used_up(self, policy: &Resolved) -> bool {
        let paced = policy.mode == Mode::Paced;
        self.requests >= policy.max_attempts || (paced && self.not_throttled > policy.max_retries)
    }

    /// The larger of each of the numbers.
    #[must_use]
    pub fn most(self, other: Self) -> Self {
        Self {
            attempts: self.attempts.max(other.attempts),
            requests: self.requests.max(other.requests),
            not_throttled: self.not_throttled.max(other.not_throttled),
        }
    }
}

/// The kind of a failure that is one item's part of an answer, or the reason for which the item must not be
/// sent again.
pub(crate) fn kind_of_part(policy: &Resolved, failure: &Failure<'_>) -> Result<Kind, Reason> {
    let verdict = classify(policy, failure, Predicates::default());
    match verdict.kind {
        Kind::Credentials => Err(Reason::Credentials),
        _ if !verdict.is_retryable() => Err(Reason::Permanent),
        _ if !policy.idempotent && !verdict.surely_not_executed(failure) => {
            Err(Reason::NotIdempotent)
        }
        kind => Ok(kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RetryPolicy;

    #[test]
    fn a_request_takes_items_up_to_both_limits_and_one_that_is_too_large_alone() {
        let limits = ChunkLimits { items: 3, bytes: 100 };
        assert!(limits.fits(0, 0, 1000), "alone");
        assert!(limits.fits(2, 60, 40) && !limits.fits(2, 61, 40) && !limits.fits(3, 0, 0));
        assert!(!limits.fits(1, 1000, 0));
        let unlimited = ChunkLimits { items: 3, bytes: usize::MAX };
        assert!(unlimited.fits(1, usize::MAX, 1));
    }

    #[test]
    fn the_code_of_a_part_decides_as_that_of_a_call_does() {
        let coded = |code| Failure::new().with_code(code);
        let decorator = RetryPolicy::new().resolve();
        for (failure, expected) in [
            (Failure::throttled(), Ok(Kind::Throttled)),
            (coded("ProvisionedThroughputExceededException"), Ok(Kind::Throttled)),
            (coded("InternalFailure"), Ok(Kind::Transient)),
            (coded("AccessDenied"), Err(Reason::Permanent)),
            (coded("ExpiredToken"), Err(Reason::Credentials)),
            (Failure::new(), Err(Reason::Permanent)),
        ] {
            assert_eq!(kind_of_part(&decorator, &failure), expected, "{failure:?}");
        }
        let excluded = RetryPolicy::new().excluded_errors(&["Internal*"]).resolve();
        let found = kind_of_part(&excluded, &coded("InternalFailure"));
        assert_eq!(found, Err(Reason::Permanent));
    }

    #[test]
    fn where_nothing_may_run_twice_only_a_refused_part_is_sent_again() {
        let once = RetryPolicy::new().idempotent(false).resolve();
        assert_eq!(kind_of_part(&once, &Failure::throttled()), Ok(Kind::Throttled));
        let internal = Failure::new().with_code("InternalFailure");
        assert_eq!(kind_of_part(&once, &internal), Err(Reason::NotIdempotent));
    }

    #[test]
    fn the_requests_of_the_sdk_count_and_in_paced_mode_throttles_are_no_retries() {
        let policy = RetryPolicy::new().max_attempts(3).resolve();
        let once = Sends::default().after(1).failed(Kind::Transient);
        assert!(!once.are_used_up(&policy) && !once.after(1).are_used_up(&policy));
        assert!(once.after(2).are_used_up(&policy), "the SDK sent one again");
        let paced = RetryPolicy::paced().max_retries(1).resolve();
        let throttled = (0..10).fold(once, |it, _| it.after(1).failed(Kind::Throttled));
        assert!(!throttled.are_used_up(&paced));
        assert!(throttled.after(1).failed(Kind::Transient).are_used_up(&paced));
    }
}
