//! The bound on the number of scopes that a process remembers: they may be named by user input.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::registry::{SHARDS, Shard};
use crate::clock::ClockId;

/// About 25 MB of scopes, 100 MB if all have a paced send rate.
const AT_MOST: usize = 100_000;
/// This part of a full shard is forgotten at once, so that a scan of the shard pays for many new scopes.
const PART: usize = 8;

static BOUND: AtomicUsize = AtomicUsize::new(AT_MOST);

/// Bounds the number of scopes that the process remembers: 100,000 by default, which take about 25 MB, or 100 MB
/// if all of them have a paced send rate.
///
/// Where a new scope passes the bound, scopes that no call uses are forgotten: first those that have all their
/// retry tokens and were never throttled, then the others, and of each kind those that were not used for the
/// longest time. Such a scope begins again as a new one when it is next used. A scope in which a call runs or waits
/// is never forgotten, so there can be more than `scopes` as long as there are more in use. The bound holds to
/// within 16 scopes, and a lower one takes effect as new scopes come.
///
/// ```
/// aws_retry_core::scope::keep_at_most(10_000);
/// ```
pub fn keep_at_most(scopes: usize) {
    BOUND.store(scopes, Ordering::Relaxed);
}

impl Shard {
    /// Makes room for a scope, if the bound asks for it. Returns the number of scopes that were forgotten.
    pub(super) fn make_room(&mut self, clock: ClockId) -> usize {
        self.keep_below(BOUND.load(Ordering::Relaxed).div_ceil(SHARDS), clock)
    }

    fn keep_below(&mut self, most: usize, clock: ClockId) -> usize {
        if self.scopes.len() < most.max(self.room_until) {
            return 0;
        }
        let unused = self.scopes.iter().filter(|((owner, _), scope)| {
            // The uses of another clock's scopes can't be compared.
            *owner == clock && Arc::strong_count(scope) == 1
        });
        let mut unused: Vec<_> = unused
            .map(|((_, key), scope)| (scope.is_in_trouble(), scope.used_at(), *key))
            .collect();
        let surplus = (self.scopes.len() + 1).saturating_sub(most);
        let forgotten = surplus.max(most / PART).min(unused.len());
        if forgotten < unused.len() {
            unused.select_nth_unstable(forgotten);
        }
        for (.., key) in unused.iter().take(forgotten) {
            self.scopes.remove(&(clock, *key));
        }
        // If nearly all are in use, the next scan comes after a while.
        self.room_until = self.scopes.len() + self.scopes.len() / PART;
        forgotten
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Time;
    use crate::decision::budget::Tokens;
    use crate::limits::retry_tokens::Budgets;
    use crate::limits::scope::registry::Registry;
    use crate::limits::scope::shared::Scope;
    use crate::limits::scope::{Key, scope_key};

    const CLOCK: ClockId = ClockId::Real;

    fn add(shard: &mut Shard, name: u64, used: u64) -> Arc<Scope> {
        let scope = Arc::new(Scope::new(None, None));
        scope.touch(Time::from_secs(used));
        shard.scopes.insert((CLOCK, scope_key(&name)), Arc::clone(&scope));
        scope
    }

    fn left(shard: &Shard, names: impl Iterator<Item = u64>) -> Vec<u64> {
        names.filter(|name| shard.scopes.contains_key(&(CLOCK, scope_key(name)))).collect()
    }

    #[test]
    fn the_unused_ones_go_and_the_oldest_first() {
        let mut shard = Shard::default();
        // The younger the scope, the higher its number; 0 and 1 are in use.
        let mut held: Vec<_> = (0..80).map(|name| add(&mut shard, name, name)).collect();
        held.truncate(2);
        assert_eq!(shard.keep_below(81, CLOCK), 0);
        assert_eq!(shard.keep_below(80, CLOCK), 10);
        assert_eq!(left(&shard, 0..80), [0, 1].into_iter().chain(12..80).collect::<Vec<_>>());
        drop(held);
        #[cfg(feature = "sdk")]
        assert_eq!(shard.keep_below(40, ClockId::Custom(7)), 0, "scopes of another clock");
    }

    #[test]
    fn a_scope_in_trouble_outlives_every_calm_one() {
        let mut shard = Shard::default();
        let cost = Tokens { scope: 5, ..Tokens::default() };
        for name in 0..80 {
            let scope = add(&mut shard, name, name);
            if name < 8 {
                let budgets = Budgets { scope: Some(&scope.tokens), function: None };
                assert!(budgets.take(cost).is_some());
            }
        }
        assert_eq!(shard.keep_below(8, CLOCK), 73);
        assert_eq!(
            left(&shard, 0..80),
            (1..8).collect::<Vec<_>>(),
            "the oldest in trouble is last"
        );
    }

    /// Scopes in use are not scanned again and again.
    #[test]
    fn a_shard_in_use_is_scanned_now_and_then() {
        let mut shard = Shard::default();
        let held: Vec<_> = (0..80).map(|name| add(&mut shard, name, name)).collect();
        assert_eq!((shard.keep_below(8, CLOCK), shard.room_until), (0, 90));
        drop(held);
        assert_eq!(shard.keep_below(8, CLOCK), 0, "not yet");
        (80..90).for_each(|name| drop(add(&mut shard, name, name)));
        assert_eq!(shard.keep_below(8, CLOCK), 83);
    }

    #[test]
    fn a_million_scopes_at_once_stay_within_the_bound() {
        let registry = Registry::new();
        for name in 0..1_000_000_u64 {
            registry.find_or_insert(CLOCK, scope_key(&name), Duration::from_nanos(name));
        }
        assert!((80_000..=AT_MOST + SHARDS).contains(&registry.len()), "{}", registry.len());
        assert_eq!(registry.take_evicted(), 1_000_000 - registry.len() as u64);
        let find = |name: u64| registry.find(CLOCK, scope_key(&name)).is_some();
        assert!(find(999_999) && !find(0));
    }

    #[test]
    fn the_key_of_a_function_counts_as_any_other() {
        let mut shard = Shard::default();
        let key = Key::of_address(8);
        shard.scopes.insert((CLOCK, key), Arc::new(Scope::new(None, None)));
        assert_eq!(shard.keep_below(1, CLOCK), 1);
    }
}
