//! A clock that is handed over to the whole process. One test, since there is one process.
#![cfg(feature = "sdk")]

mod support;

use std::time::Duration;

use aws_retry_core::time;
use futures::executor::block_on;
use support::steps::Steps;
use support::{EXACT, Fault, failing};

#[test]
fn a_process_can_be_given_a_clock_and_get_its_own_back() {
    let steps = Steps::default();
    time::set(steps.clone(), steps.clone());
    let outcome = block_on(failing(&EXACT, "t6", 1, Fault::Throttled));
    time::unset();
    assert_eq!(outcome, Ok(2));
    assert_eq!(*steps.sleeps.lock().unwrap(), [Duration::from_millis(500)]);
}
