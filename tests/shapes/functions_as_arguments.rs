//! Predicates and hooks: paths and closures, which may look at the function's own arguments between attempts.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use aws_retry::{Event, aws_retry};

use crate::support::{Service, throttles};

/// An error that only predicates can classify.
#[derive(Debug, PartialEq)]
enum Odd {
    Busy,
    Broken,
}

fn busy(error: &Odd) -> bool {
    *error == Odd::Busy
}

static GIVEN_UP: AtomicU32 = AtomicU32::new(0);

fn gave_up(event: &Event<'_>) {
    assert!(event.reason.is_some());
    GIVEN_UP.fetch_add(1, SeqCst);
}

#[aws_retry(
    retry_if = busy,
    unless = |error| service.runs() > 3 && *error == Odd::Busy,
    retry_if_ok = |run: &u32| *run < least,
    on_attempt = |_| seen.set(seen.get() + 1),
    on_retry = |event| assert_eq!(event.attempt, seen.get()),
    on_give_up = gave_up,
)]
async fn ask(service: &Service, least: u32, seen: &Cell<u32>) -> Result<u32, Odd> {
    match service.ask().await {
        Ok(7) => Err(Odd::Broken),
        Ok(run) => Ok(run),
        Err(_) => Err(Odd::Busy),
    }
}

#[tokio::test(start_paused = true)]
async fn predicates_and_hooks_see_the_arguments_between_attempts() {
    let seen = Cell::new(0);
    assert_eq!(ask(&throttles(2), 5, &seen).await, Ok(5));
    assert_eq!(seen.get(), 5);
    let seen = Cell::new(0);
    assert_eq!(ask(&throttles(9), 0, &seen).await, Err(Odd::Busy));
    assert_eq!(seen.get(), 4, "vetoed after the fourth");
    let seen = Cell::new(0);
    assert_eq!(ask(&throttles(6), 0, &seen).await, Err(Odd::Busy));
    assert_eq!(GIVEN_UP.load(SeqCst), 2);
}
