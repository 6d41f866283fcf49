//! Faults and shut doors.

use aws_retry_core::__fleet::{Member, Throttled};

use super::Agent;
use super::tests::{THROTTLED, guided, known};
use crate::record::Record;

#[test]
fn growth_needs_successes() {
    for (paid, grows) in [(0.0, false), (-1.0, false), (0.25, true)] {
        let mut agent = guided(60.0);
        let mut used = 0.0;
        for second in 0..60_u32 {
            used += agent.passed(100.0 + f64::from(second), 1.0, paid);
        }
        let rate = agent.rate() / 20.0;
        assert_eq!(rate > 1.5, grows, "{rate} of its part");
        assert_eq!(used > 5.0, grows, "{used} s");
    }
}

/// One exchange with a member that has accepted so much.
fn exchange(agent: &mut Agent, second: u32, accepted: f64) {
    let now = 100.0 + f64::from(second);
    let _ = agent.publish(now, &THROTTLED);
    let other = Record {
        accepted,
        throttle_age: f64::INFINITY,
        eval_age: 60.0,
        ..known(2 + second, 50.0 + f64::from(second), 60.0)
    };
    agent.read(now, &THROTTLED, &[(1, other.encode())]);
}

#[test]
fn a_door_that_is_shut_is_not_measured_as_a_quota() {
    // The bucket is empty at second 4. From second 5 on either nothing is accepted, or 20 per second are.
    for (per_second, quota) in [(0.0, 60.0), (20.0, 20.0)] {
        let mut agent = guided(60.0);
        for second in 1..20_u32 {
            let now = 100.0 + f64::from(second);
            let accepted = if second <= 5 { 60.0 } else { per_second };
            agent.sent(now - 0.5, 0.5 * accepted);
            if second >= 4 {
                let sent_at = now - 0.25;
                let it = Throttled { sent_at, fresh: true, decrease_at: now, round_trip: 0.1 };
                agent.throttled(now, it);
            }
            let before = 60.0 * f64::from(second.min(5));
            let since = per_second * f64::from(second.saturating_sub(5));
            exchange(&mut agent, second, 0.5 * (before + since));
        }
        let measured = agent.state().quota.unwrap();
        assert!((measured / quota - 1.0).abs() < 0.15, "{measured} for {quota}");
    }
}
