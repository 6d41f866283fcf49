//! From the first throttle to the first measure.
//!
//! What was sent before the first throttle was known, the herd, is answered first: it tells what the
//! bucket held. Then probes go out, faster and faster, until a few are accepted between two throttles.

use super::{HIGHEST_RATE, Measure, Paced, Phase};

/// Probes a second, at first.
const PROBES: f64 = 11.0;
/// In round trips: most of the herd's throttles are in.
const ANSWERED: f64 = 0.7;
/// The herd is a measure by itself if its throttles came over so many round trips.
const SPREAD: f64 = 1.5;
/// The bucket of an account commonly holds the quota of so many seconds.
const USUAL_BURST: f64 = 5.0;
/// In round trips: between two doublings.
const STEP: f64 = 1.25;
/// The search does not go on above so many times what too few accepted hint at, ..
const DOUBT: f64 = 3.0;
/// .. but not lower than so much of what was tried: a window may be shut.
const LOWER: f64 = 0.5;
/// A search of more seconds and accepted began too low: others sent in the meantime, or the bucket ran over.
const LONG: f64 = 1.5;
const MANY: f64 = 4.0;

/// What was sent before the first throttle was known.
#[derive(Debug)]
pub(super) struct Herd {
    pub(super) accepted: f64,
    pub(super) seconds: f64,
    /// Most of its answers are in.
    answered: bool,
}

impl Paced {
    pub(super) fn begin_search(&mut self, now: f64) {
        self.phase = Phase::Search;
        self.quota = PROBES;
        self.refilled_at = now;
        self.cut(now);
        #[expect(clippy::cast_precision_loss, reason = "sends of a second or two")]
        let accepted = self.cut_id.saturating_sub(self.calm.0) as f64;
        self.herd = Some(Herd { accepted, seconds: now - self.calm.1, answered: false });
    }

    /// Faster, if it is time to.
    pub(super) fn search(&mut self) {
        while self.phase == Phase::Search && self.quota < HIGHEST_RATE {
            let herd = self.herd.as_mut().filter(|it| !it.answered);
            let step = match herd {
                Some(_) => ANSWERED * self.srtt,
                None => (STEP * self.srtt).max(2.0 / self.quota),
            };
            if self.age < step {
                break;
            }
            self.age -= step;
            if let Some(herd) = herd {
                herd.answered = true;
                let accepted = herd.accepted;
                self.quota = self.hint(accepted);
            } else if std::mem::take(&mut self.tried) {
                self.quota *= 2.0;
            } else {
                // A rate is tried by sends: not by the time that a pause takes, or a head that nobody polls.
                self.age = 0.0;
                break;
            }
        }
    }

    /// The rate that the herd hints at.
    fn hint(&self, accepted: f64) -> f64 {
        // They arrived in another order than sent: a measure only if that hardly matters.
        if let Some(it) = self.measure()
            && it.seconds >= SPREAD * self.srtt
            && it.accepted > 0.3 * self.srtt * it.sends / it.seconds
        {
            return it.rate;
        }
        // What such a bucket is usual for; if that is little, towards one probe a round trip.
        let (usual, probes) = (accepted.max(1.0) / USUAL_BURST, 1.0 / self.srtt.max(1e-3));
        usual.max((usual * probes).sqrt()).max(probes.min(PROBES))
    }

    /// Throttled, with too few accepted for a measure.
    pub(super) fn search_lower(&mut self) {
        let hint = self.ledger.measure().map_or(0.0, |it| DOUBT * it.rate);
        self.quota = self.quota.min(hint.max(LOWER * self.quota));
    }

    /// Whether the search's measure is the quota, not less.
    pub(super) fn searched(&self, it: &Measure) -> bool {
        let quick = it.seconds < LONG || it.accepted < MANY;
        quick && 0.5 * it.rate * it.seconds <= self.burst
    }
}
