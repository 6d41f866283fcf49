//! The budgets under every interleaving of two calls.

use loom::{sync::Arc, thread};

use super::*;

/// The models of this file.
pub const MODELS: &[fn()] = &[
    retries_at_once_lose_and_double_no_token,
    a_retry_that_is_refused_keeps_nothing,
    a_throttle_and_a_success_at_once_are_counted_once,
];

const RETRY: Tokens = Tokens { scope: 250, reserve: 0, function: 500 };

/// Takes what a retry costs, and gives it back if it was to be had.
fn retried(own: &RetryTokens, function: &RetryTokens, price: Tokens) -> bool {
    let budgets = Budgets { scope: Some(own), function: Some(function) };
    let paid = budgets.take(price);
    if let Some(paid) = paid {
        budgets.give(paid);
    }
    paid.is_some()
}

/// Two retries at once leave the budgets as full as they were, and are both paid for while there is enough for
/// both. The process-wide count of budgets that are not full is right again, too.
fn retries_at_once_lose_and_double_no_token() {
    let (own, function) = (Arc::new(RetryTokens::new()), Arc::new(RetryTokens::new()));
    let other = {
        let (own, function) = (Arc::clone(&own), Arc::clone(&function));
        thread::spawn(move || retried(&own, &function, RETRY))
    };
    assert!(retried(&own, &function, RETRY));
    assert!(other.join().unwrap());
    assert!(own.is_full() && function.is_full());
    assert!(!switches::any_trouble());
}

/// Of two retries that each need more than half, one may go without; what the function paid for it comes back.
fn a_retry_that_is_refused_keeps_nothing() {
    const MOST: Tokens = Tokens { scope: 300, reserve: 0, function: 500 };
    const FULL: Tokens =
        Tokens { scope: SCOPE_TOKENS, reserve: RESERVE_TOKENS, function: FUNCTION_TOKENS };
    let (own, function) = (Arc::new(RetryTokens::new()), Arc::new(RetryTokens::new()));
    let take = |own: &RetryTokens, function: &RetryTokens| {
        Budgets { scope: Some(own), function: Some(function) }.take(MOST)
    };
    let other = {
        let (own, function) = (Arc::clone(&own), Arc::clone(&function));
        thread::spawn(move || take(&own, &function))
    };
    let paid = [take(&own, &function), other.join().unwrap()];
    assert_eq!(paid.iter().flatten().count(), 1, "{paid:?}");
    assert_eq!(own.all_left(), Tokens { scope: SCOPE_TOKENS - 300, ..FULL });
    assert_eq!(function.all_left(), Tokens { function: FUNCTION_TOKENS - 500, ..FULL });
    assert!(switches::any_trouble());
    drop((own, function));
    assert!(!switches::any_trouble(), "budgets that are gone still count");
}

/// A scope is watched from its first throttle, and counts once, however throttles and successes meet.
fn a_throttle_and_a_success_at_once_are_counted_once() {
    let tokens = Arc::new(RetryTokens::new());
    let other = {
        let tokens = Arc::clone(&tokens);
        thread::spawn(move || tokens.on_accepted(&|| Time::from_secs(1)))
    };
    tokens.on_throttle(Time::from_secs(1));
    other.join().unwrap();
    assert!(switches::any_trouble());
    drop(tokens);
    assert!(!switches::any_trouble(), "a scope that is gone still counts");
}
