//! A member of a fleet, for tests of others.

use aws_retry_fleet::__private::{Progress, Record};

/// Its record, the `seq`th: it knows a quota of 60 per second, and wants more than it gets.
pub fn other_member(seq: u32) -> Record {
    Record {
        progress: Progress::Known,
        settled: 3,
        seq,
        every: 1.0,
        clock: 500.0 + f64::from(seq),
        lag: 0.03,
        accepted: 30.0 * f64::from(seq),
        want: 100.0,
        burst_sends: 0.0,
        searching: 0.0,
        epoch: 9,
        cut_age: 1.0,
        throttle_age: 1.0,
        eval_age: 2.0,
        age: 1.0,
        quota: 60.0,
        burst: 60.0,
    }
}
