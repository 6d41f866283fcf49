//! A shut door: nothing sent after a decrease is accepted. Nothing is learned from it, and only single
//! probes go out until one is accepted.

use super::bounded::Bounded;

/// Seconds, and round trips, after which it is more than a one-second window that is used up.
const SHUT_AFTER: f64 = 1.0;
const SHUT_AFTER_ROUND_TRIPS: f64 = 2.0;
/// The pause between two probes as a part of the time for which the door has been shut, and its limits in
/// seconds.
const PAUSE_PART: f64 = 0.01;
const SHORTEST_PAUSE: f64 = 0.5;
pub(super) const LONGEST_PAUSE: f64 = 4.0;
/// At most this part of a pause is added at random, so that processes do not probe together.
const JITTER: f64 = 0.2;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Door {
    /// The time (seconds) since which nothing sent after a decrease has been accepted.
    pub(super) blocked_since: Option<f64>,
    /// The time (seconds) at which the next probe may go.
    pub(super) probe_at: f64,
}

impl Door {
    /// The seconds for which the door has been shut, if this is more than a used-up window.
    pub(super) fn shut_for(&self, now: f64, round_trip: f64) -> Option<f64> {
        let seconds = now - self.blocked_since?;
        (seconds >= SHUT_AFTER.at_least(SHUT_AFTER_ROUND_TRIPS * round_trip)).then_some(seconds)
    }

    /// The probe `id` goes out, `shut_for` seconds after the door was shut.
    pub(super) fn probed(&mut self, now: f64, shut_for: f64, id: u64) {
        self.probe_at = now + pause(shut_for) * (1.0 + JITTER * scattered(id));
    }
}

/// The least number of seconds between two probes of a door that has been shut for `shut_for` seconds.
pub(super) fn pause(shut_for: f64) -> f64 {
    (PAUSE_PART * shut_for).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
}

/// A number in [0, 1) that looks random.
fn scattered(id: u64) -> f64 {
    let bits = id.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    #[expect(clippy::cast_precision_loss, reason = "32 bits")]
    let part = bits as f64 / 4_294_967_296.0;
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_is_shut_after_a_second_or_two_round_trips() {
        let door = Door { blocked_since: Some(100.0), probe_at: 0.0 };
        for (now, round_trip, shut_for) in [
            (100.9, 0.1, None),
            (101.0, 0.1, Some(1.0)),
            (101.9, 1.0, None),
            (102.0, 1.0, Some(2.0)),
            (107.0, 1.0, Some(7.0)),
        ] {
            assert_eq!(door.shut_for(now, round_trip), shut_for, "{now}");
        }
        assert_eq!(Door::default().shut_for(1e9, 0.1), None);
    }

    #[test]
    fn the_pause_between_probes_grows_from_half_a_second_to_four() {
        for (shut_for, seconds) in [(1.0, 0.5), (50.0, 0.5), (100.0, 1.0), (400.0, 4.0), (1e6, 4.0)]
        {
            assert_eq!(pause(shut_for), seconds);
        }
    }

    #[test]
    fn up_to_a_fifth_of_a_pause_is_added_so_that_probes_do_not_meet() {
        let pauses: Vec<f64> = (0..1000)
            .map(|id| {
                let mut door = Door::default();
                door.probed(1000.0, 200.0, id);
                door.probe_at - 1000.0
            })
            .collect();
        assert!(pauses.iter().all(|pause| (2.0..2.4).contains(pause)));
        // Spread evenly: each tenth of the range gets its part.
        for tenth in 0..10 {
            let from = 2.0 + 0.04 * f64::from(tenth);
            let within = pauses.iter().filter(|pause| (from..from + 0.04).contains(*pause)).count();
            assert!((80..=120).contains(&within), "{within} of 1,000 from {from}");
        }
    }
}
