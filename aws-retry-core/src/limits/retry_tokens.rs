//! Retry tokens: the budgets that retries empty and successes refill. The purpose of each budget, and the
//! price of a retry, are in [`budget`](crate::decision::budget).

use crate::decision::budget::{
    Acceptance, Accepting, FUNCTION_TOKENS, RESERVE_TOKENS, SCOPE_TOKENS, Tokens,
};
use crate::decision::timestamp::Time;
use crate::switches;
use crate::sync::{AtomicU32, Mutex, Ordering, PoisonError};

/// A bucket of tokens. Lock-free: every change is one compare-and-swap, so that none is lost or doubled.
#[derive(Debug)]
struct Bucket<const CAPACITY: u32> {
    left: AtomicU32,
}

impl<const CAPACITY: u32> Bucket<CAPACITY> {
    fn full() -> Self {
        Self { left: AtomicU32::new(CAPACITY) }
    }

    fn left(&self) -> u32 {
        self.left.load(Ordering::Relaxed)
    }

    /// Takes `cost`, or nothing if fewer are left.
    fn take(&self, cost: u32) -> bool {
        let update = |left: u32| left.checked_sub(cost);
        match self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, update) {
            Ok(before) => {
                if before == CAPACITY && cost > 0 {
                    switches::trouble_begins();
                }
                true
            }
            Err(_) => false,
        }
    }

    /// Gives back `tokens`, up to the capacity.
    fn give(&self, tokens: u32) {
        let update =
            |left: u32| (left < CAPACITY).then(|| left.saturating_add(tokens).min(CAPACITY));
        if let Ok(before) = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, update)
            && before.saturating_add(tokens) >= CAPACITY
        {
            switches::trouble_ends();
        }
    }
}

impl<const CAPACITY: u32> Drop for Bucket<CAPACITY> {
    fn drop(&mut self) {
        if self.left() < CAPACITY {
            switches::trouble_ends();
        }
    }
}

/// The budgets of one scope. An annotated function has the same: its `function` bucket serves all of its
/// scopes, the others serve the calls whose scope is the function itself.
#[derive(Debug)]
pub struct RetryTokens {
    scope: Bucket<SCOPE_TOKENS>,
    reserve: Bucket<RESERVE_TOKENS>,
    function: Bucket<FUNCTION_TOKENS>,
    acceptance: Mutex<Acceptance>,
}

impl RetryTokens {
    /// Full budgets.
    #[must_use]
    pub fn new() -> Self {
        Self {
            scope: Bucket::full(),
            reserve: Bucket::full(),
            function: Bucket::full(),
            acceptance: Mutex::default(),
        }
    }

    /// Retry tokens left, of 500.
    pub fn left(&self) -> u32 {
        self.scope.left()
    }

    /// Whether every budget is full.
    pub fn is_full(&self) -> bool {
        self.scope.left() == SCOPE_TOKENS
            && self.reserve.left() == RESERVE_TOKENS
            && self.function.left() == FUNCTION_TOKENS
    }

    /// The tokens left in each budget.
    #[cfg(any(test, aws_retry_loom))]
    pub(crate) fn all_left(&self) -> Tokens {
        let (scope, reserve) = (self.scope.left(), self.reserve.left());
        Tokens { scope, reserve, function: self.function.left() }
    }

    /// A throttle at `now`. Returns whether the scope accepts other requests.
    fn on_throttle(&self, now: Time) -> bool {
        self.watch(|acceptance| acceptance.on_throttle(now))
    }

    /// An accepted request. Asks for the time only where throttles are watched.
    fn on_accepted(&self, now: &dyn Fn() -> Time) {
        self.watch(|acceptance| {
            if acceptance.is_watched() {
                acceptance.on_accepted(now());
            }
        });
    }

    fn watch<T>(&self, change: impl FnOnce(&mut Acceptance) -> T) -> T {
        // Each change leaves the value consistent.
        let mut acceptance = self.acceptance.lock().unwrap_or_else(PoisonError::into_inner);
        let before = acceptance.is_watched();
        let result = change(&mut acceptance);
        match (before, acceptance.is_watched()) {
            (false, true) => switches::trouble_begins(),
            (true, false) => switches::trouble_ends(),
            _ => {}
        }
        result
    }
}

/// The budgets of one call: its scope's, and its function's if that is not the scope. The scope of a
/// successful call may have no budgets, because no call in it ever failed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Budgets<'a> {
    /// The scope's.
    pub scope: Option<&'a RetryTokens>,
    /// The function's.
    pub function: Option<&'a RetryTokens>,
}

impl Budgets<'_> {
    /// Pays `price`, all of it or nothing. Returns the tokens that were taken.
    pub fn take(self, price: Tokens) -> Option<Tokens> {
        let shared = match self.function {
            Some(function) if !function.function.take(price.function) => return None,
            Some(_) => price.function,
            None => 0,
        };
        let paid = self.scope.and_then(|own| {
            if own.scope.take(price.scope) {
                Some(Tokens { scope: price.scope, reserve: 0, function: shared })
            } else if price.reserve > 0 && own.reserve.take(price.reserve) {
                Some(Tokens { scope: 0, reserve: price.reserve, function: shared })
            } else {
                None
            }
        });
        if let (None, Some(function)) = (paid, self.function) {
            function.function.give(shared);
        }
        paid
    }

    /// Gives `tokens` back, up to the capacities.
    pub fn give(self, tokens: Tokens) {
        if let Some(scope) = self.scope {
            scope.scope.give(tokens.scope);
            scope.reserve.give(tokens.reserve);
        }
        if let Some(function) = self.function {
            function.function.give(tokens.function);
        }
    }

    /// A throttle at `now`. Returns whether others accept requests meanwhile; a call whose scope is its
    /// function has only that one to ask.
    pub(crate) fn on_throttle(self, now: Time) -> Accepting {
        let accepting = |tokens: Option<&RetryTokens>| tokens.is_none_or(|it| it.on_throttle(now));
        Accepting { scope: accepting(self.scope), function: accepting(self.function) }
    }

    /// An accepted request. Asks for the time only where throttles are watched.
    pub(crate) fn on_accepted(self, now: &dyn Fn() -> Time) {
        self.scope.into_iter().chain(self.function).for_each(|tokens| tokens.on_accepted(now));
    }
}

impl Default for RetryTokens {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for RetryTokens {
    fn drop(&mut self) {
        if self.acceptance.get_mut().unwrap_or_else(PoisonError::into_inner).is_watched() {
            switches::trouble_ends();
        }
    }
}

#[cfg(aws_retry_loom)]
#[path = "retry_tokens_loom.rs"]
pub mod model;

#[cfg(test)]
#[path = "retry_tokens_alone_tests.rs"]
mod alone;

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const RETRY: Tokens = Tokens { scope: 14, reserve: 10, function: 10 };

    #[test]
    fn takes_and_gives_within_its_bounds() {
        let bucket = Bucket::<500>::full();
        assert!(bucket.take(14));
        assert_eq!(bucket.left(), 486);
        assert!(switches::any_trouble());
        bucket.give(14);
        bucket.give(1);
        assert_eq!(bucket.left(), 500);
        assert!(bucket.take(490));
        assert!(!bucket.take(14), "10 are left");
        assert!(bucket.take(10));
        assert_eq!(bucket.left(), 0);
        bucket.give(u32::MAX);
        assert_eq!(bucket.left(), 500);
    }

    #[test]
    fn nothing_is_lost_between_threads() {
        let bucket = Bucket::<500>::full();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..10_000 {
                        if bucket.take(5) {
                            bucket.give(5);
                        }
                    }
                });
            }
        });
        assert_eq!(bucket.left(), 500);
    }

    #[test]
    fn the_reserve_pays_where_the_tokens_are_short() {
        let tokens = RetryTokens::new();
        let scope = Budgets { scope: Some(&tokens), function: None };
        let paid: Vec<_> = std::iter::from_fn(|| scope.take(RETRY)).collect();
        assert_eq!(paid.len(), 35 + 500);
        assert_eq!(paid[34], Tokens { scope: 14, reserve: 0, function: 0 });
        assert_eq!(paid[35], Tokens { scope: 0, reserve: 10, function: 0 });
        paid.into_iter().for_each(|paid| scope.give(paid));
        assert!(tokens.is_full());
        // AWS's modes have none.
        let exact = Tokens { scope: 14, ..Tokens::default() };
        assert_eq!(std::iter::from_fn(|| scope.take(exact)).count(), 35);
    }

    #[test]
    fn a_function_bounds_its_scopes_together_and_one_of_them_leaves_enough_for_the_others() {
        let function = RetryTokens::new();
        let retries = |scope: &RetryTokens| {
            let budgets = Budgets { scope: Some(scope), function: Some(&function) };
            std::iter::from_fn(|| budgets.take(RETRY)).count()
        };
        let scopes: Vec<_> = (0..500).map(|_| RetryTokens::new()).collect();
        assert_eq!(retries(&scopes[0]), 535);
        assert_eq!(scopes[1..].iter().map(retries).sum::<usize>(), 1000 - 535);
        assert!(scopes[499].is_full(), "a refused retry takes nothing");
        assert_eq!(function.left(), 500, "the function's own calls have tokens of their own");
    }

    #[test]
    fn ten_successes_pay_for_a_first_retry() {
        let tokens = RetryTokens::new();
        let scope = Budgets { scope: Some(&tokens), function: None };
        while scope.take(RETRY).is_some() {}
        let mut retries = 0;
        for _ in 0..1000 {
            scope.give(Tokens::ONE);
            retries += u32::from(scope.take(RETRY).is_some());
        }
        // A tenth from the reserve, a fourteenth from the tokens.
        assert!((165..=172).contains(&retries), "{retries}");
    }

    #[test]
    fn a_throttled_scope_is_watched_until_it_is_calm() {
        let scope = RetryTokens::new();
        let at = Duration::from_secs;
        scope.on_accepted(&|| at(1));
        assert!(scope.on_throttle(at(2)));
        assert!(switches::any_trouble());
        assert!(!scope.on_throttle(at(4)));
        scope.on_accepted(&|| at(5));
        assert!(scope.on_throttle(at(6)));
        scope.on_accepted(&|| at(17));
        assert!(!scope.acceptance.lock().unwrap().is_watched());
    }
}
