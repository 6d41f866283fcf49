//! The process-wide map from scope to its retry tokens and its send rate.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::{Arc, LazyLock};

use super::mixer::Mixer;
use super::shared::{IDLE, Scope, lock};
use super::{Key, fade};
use crate::clock::{ClockId, Time};
use crate::limits::rate::{Belief, Learned};
use crate::sync::{AtomicU64, Mutex, MutexGuard, Ordering};

pub(super) const SHARDS: usize = 16;
/// No sweep while a shard holds fewer scopes than this.
const SWEEP_FROM: usize = 32;

#[derive(Debug, Default)]
pub(super) struct Shard {
    pub(super) scopes: HashMap<(ClockId, Key), Arc<Scope>, BuildHasherDefault<Mixer>>,
    /// The number of scopes at which a sweep for idle ones is made, and the time at which it is made in any
    /// case.
    sweep_at: usize,
    sweep_after: Time,
    /// No scope is forgotten for the bound's sake while the shard holds fewer than this.
    pub(super) room_until: usize,
}

impl Shard {
    /// Forgets idle scopes, and all scopes of clocks that are gone. Work per insertion is constant on
    /// average: the next sweep comes when the shard has doubled, or after the time that makes a scope idle.
    fn sweep(&mut self, clock: ClockId, now: Time) {
        if self.scopes.len() < self.sweep_at.max(SWEEP_FROM) && now < self.sweep_after {
            return;
        }
        self.scopes.retain(|(owner, _), scope| {
            let in_use = Arc::strong_count(scope) > 1;
            !owner.is_gone() && (*owner != clock || in_use || !scope.is_idle(now))
        });
        self.sweep_at = self.scopes.len().saturating_mul(2);
        self.sweep_after = now.saturating_add(IDLE);
    }
}

/// A map from scope to its state, in shards so that scopes seldom share a lock.
#[derive(Debug)]
pub(crate) struct Registry {
    shards: [Mutex<Shard>; SHARDS],
    /// Scopes that were forgotten because there were too many, and were not reported yet.
    evicted: AtomicU64,
    /// The measures of other processes, by the scope's text, until the scope is created.
    imported: Mutex<HashMap<Box<str>, Imported>>,
}

/// A quota that another process measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Imported {
    pub learned: Learned,
    /// The time of the import, by the clock of the scopes.
    pub at: Time,
}

impl Registry {
    pub fn new() -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            evicted: AtomicU64::new(0),
            imported: Mutex::default(),
        }
    }

    /// The registry of the process.
    pub fn global() -> &'static Self {
        static GLOBAL: LazyLock<Registry> = LazyLock::new(Registry::new);
        &GLOBAL
    }

    /// The scope, if it exists.
    pub fn find(&self, clock: ClockId, key: Key) -> Option<Arc<Scope>> {
        self.shard(key).scopes.get(&(clock, key)).cloned()
    }

    /// The scope, created if it is new.
    pub fn find_or_insert(&self, clock: ClockId, key: Key, now: Time) -> Arc<Scope> {
        self.find_or_insert_named(clock, key, now, || None)
    }

    /// The same. The text of a new one lets other processes recognize it.
    pub fn find_or_insert_named(
        &self,
        clock: ClockId,
        key: Key,
        now: Time,
        name: impl FnOnce() -> Option<Box<str>>,
    ) -> Arc<Scope> {
        let mut shard = self.shard(key);
        if let Some(scope) = shard.scopes.get(&(clock, key)) {
            scope.touch(now);
            return Arc::clone(scope);
        }
        shard.sweep(clock, now);
        let evicted = shard.make_room(clock);
        if evicted > 0 {
            self.evicted.fetch_add(evicted as u64, Ordering::Relaxed);
        }
        let name = name();
        let belief = name.as_deref().and_then(|name| self.imported(name, now));
        let scope = Arc::new(Scope::new(name, belief));
        scope.touch(now);
        shard.scopes.insert((clock, key), Arc::clone(&scope));
        scope
    }

    /// The number of scopes that were forgotten since the last look because there were too many.
    pub fn take_evicted(&self) -> u64 {
        match self.evicted.load(Ordering::Relaxed) {
            0 => 0,
            _ => self.evicted.swap(0, Ordering::Relaxed),
        }
    }

    /// Keeps what another process measured for the scope of this text, until it is created.
    pub fn import(&self, name: &str, imported: Imported) {
        lock(&self.imported).insert(name.into(), imported);
    }

    /// The belief that a new scope of this text begins with.
    fn imported(&self, name: &str, now: Time) -> Option<Belief> {
        let Imported { learned, at } = lock(&self.imported).remove(name)?;
        let waited = now.saturating_sub(at).as_secs_f64();
        fade::belief(Learned { age: learned.age + waited, ..learned })
    }

    /// Looks at all scopes of a clock, and at what is imported and not yet in use, unless it is too old.
    pub fn export(&self, clock: ClockId, now: Time, mut each: impl FnMut(&str, Learned)) {
        let mut each = |name: &str, learned: Learned| {
            if fade::is_remembered(&learned) {
                each(name, learned);
            }
        };
        for (name, learned) in self.all(clock).iter().filter_map(|it| it.learned(now)) {
            each(name, learned);
        }
        for (name, Imported { learned, at }) in &*lock(&self.imported) {
            let waited = now.saturating_sub(*at).as_secs_f64();
            each(name, Learned { age: learned.age + waited, ..*learned });
        }
    }

    /// All scopes of a clock.
    pub fn all(&self, clock: ClockId) -> Vec<Arc<Scope>> {
        let mut scopes = Vec::new();
        for shard in &self.shards {
            let shard = lock(shard);
            let own = shard.scopes.iter().filter(|((owner, _), _)| *owner == clock);
            scopes.extend(own.map(|(_, scope)| Arc::clone(scope)));
        }
        scopes
    }

    /// Lets every queue ask again: an override may have changed what its calls wait for.
    pub fn wake_queues(&self) {
        for shard in &self.shards {
            // Woken without the lock: a waker may run code that looks up a scope.
            let scopes: Vec<_> = lock(shard).scopes.values().cloned().collect();
            scopes.iter().for_each(|scope| scope.wake());
        }
    }

    /// The number of scopes that are remembered.
    #[cfg(any(test, aws_retry_loom))]
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).scopes.len()).sum()
    }

    fn shard(&self, key: Key) -> MutexGuard<'_, Shard> {
        // `shard` is below `SHARDS`; the fallback keeps the compiler from adding a panic.
        lock(self.shards.get(key.shard(SHARDS)).unwrap_or(&self.shards[0]))
    }
}

#[cfg(aws_retry_loom)]
#[path = "registry_loom.rs"]
pub mod model;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::decision::budget::Tokens;
    use crate::limits::retry_tokens::Budgets;
    use crate::limits::scope::scope_key;
    use crate::limits::scope::shared::LONG_IDLE;

    fn drain(scope: &Scope, tokens: u32) {
        let budgets = Budgets { scope: Some(&scope.tokens), function: None };
        assert!(budgets.take(Tokens { scope: tokens, ..Tokens::default() }).is_some());
    }

    #[test]
    fn equal_keys_share_a_scope_and_different_ones_do_not() {
        let registry = Registry::new();
        let scope =
            |name: &str| registry.find_or_insert(ClockId::default(), scope_key(name), Time::ZERO);
        assert!(Arc::ptr_eq(&scope("a"), &scope("a")));
        assert!(!Arc::ptr_eq(&scope("a"), &scope("b")));
        assert!(registry.find(ClockId::default(), scope_key("c")).is_none());
    }

    #[test]
    fn what_is_imported_ages_until_it_is_used_and_is_passed_on_until_then() {
        let (registry, clock) = (Registry::new(), ClockId::default());
        let hours = |hours: u64| Duration::from_secs(3600 * hours);
        let learned = Learned { rate: 20.0, burst: 100.0, age: 7200.0 };
        registry.import("a", Imported { learned, at: hours(1) });
        registry.import("old", Imported { learned, at: hours(0) });
        let mut found = Vec::new();
        registry.export(clock, hours(5), |name, it| found.push((name.to_owned(), it.age)));
        found.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(found, [("a".to_owned(), 6.0 * 3600.0), ("old".to_owned(), 7.0 * 3600.0)]);
        registry.export(clock, hours(22), |name, _| assert_eq!(name, "a", "a day is over"));
        // Six hours after the measure half of it is believed.
        let belief = registry.imported("a", hours(5)).unwrap();
        assert_eq!((belief.rate, belief.burst, belief.age), (10.0, Some(100.0), Some(21_600.0)));
        assert!(registry.imported("a", hours(5)).is_none(), "it is used once");
    }

    #[test]
    fn a_scope_is_remembered_by_name_on_its_own_clock() {
        let (registry, clock) = (Registry::new(), ClockId::default());
        let name = || Some("a".into());
        registry.find_or_insert_named(clock, scope_key("a"), Time::ZERO, name);
        registry.find_or_insert_named(clock, scope_key("a"), Time::ZERO, || panic!("it exists"));
        let names: Vec<_> =
            registry.all(clock).iter().map(|it| it.name().map(str::to_owned)).collect();
        assert_eq!(names, [Some("a".to_owned())]);
    }

    /// As many idle scopes as that, none of which is in use, at a time at which all of them are idle.
    #[test]
    fn a_shard_is_swept_once_it_has_doubled_or_its_time_has_come() {
        let (clock, now) = (ClockId::default(), 3 * IDLE);
        let swept = |scopes: usize, sweep_at: usize, sweep_after: Time| {
            let mut shard = Shard { sweep_at, sweep_after, ..Shard::default() };
            let scope = |i: usize| ((clock, scope_key(&i)), Arc::new(Scope::new(None, None)));
            shard.scopes.extend((0..scopes).map(scope));
            shard.sweep(clock, now);
            let swept = shard.scopes.is_empty();
            let next = if swept { (0, now + IDLE) } else { (sweep_at, sweep_after) };
            assert_eq!((shard.sweep_at, shard.sweep_after), next);
            swept
        };
        let (earlier, later) = (now - Duration::from_nanos(1), now + Duration::from_nanos(1));
        for (scopes, sweep_at, expected) in [
            (63, 64, false),
            (64, 64, true),
            (65, 64, true),
            // Few scopes are not worth it.
            (SWEEP_FROM - 1, 0, false),
            (SWEEP_FROM, 0, true),
        ] {
            assert_eq!(swept(scopes, sweep_at, later), expected, "{scopes} of {sweep_at}");
            assert!(swept(scopes, sweep_at, now) && swept(scopes, sweep_at, earlier));
        }
    }

    /// A new scope every 86 ms: a million in a day.
    #[test]
    fn a_million_scopes_a_day_do_not_pile_up() {
        let registry = Registry::new();
        let mut most = 0;
        for i in 0..1_000_000_u64 {
            let now = Duration::from_millis(i * 86);
            registry.find_or_insert(ClockId::default(), scope_key(&i), now);
            if i % 1000 == 0 {
                most = most.max(registry.len());
            }
        }
        // Ten minutes hold 6,977; between two sweeps a shard at most doubles.
        assert!(most < 4 * 6_977, "{most}");
    }

    #[test]
    fn a_scope_in_use_stays_and_a_drained_one_for_an_hour() {
        let registry = Registry::new();
        let at = |key: &str, now| registry.find_or_insert(ClockId::default(), scope_key(key), now);
        let used = at("used", Time::ZERO);
        drain(&at("drained", Time::ZERO), 5);
        let pass = |from: Time, time: Duration| {
            for i in 0..10_000 {
                at(&format!("{i} from {from:?}"), from + time * i / 10_000);
            }
        };
        let find = |key| registry.find(ClockId::default(), scope_key(key));
        pass(Time::ZERO, LONG_IDLE);
        assert!(find("0 from 0ns").is_none());
        assert_eq!(find("drained").map(|it| it.tokens.left()), Some(495));
        pass(LONG_IDLE, LONG_IDLE);
        assert!(find("drained").is_none());
        assert!(find("used").is_some_and(|it| Arc::ptr_eq(&used, &it)));
    }

    /// A new scope every 86 ms that never succeeds.
    #[test]
    fn scopes_that_only_ever_failed_do_not_pile_up() {
        let registry = Registry::new();
        for i in 0..500_000_u64 {
            let now = Duration::from_millis(i * 86);
            drain(&registry.find_or_insert(ClockId::default(), scope_key(&i), now), 14);
        }
        // An hour holds 41,860.
        assert!(registry.len() < 3 * 41_860, "{}", registry.len());
    }

    #[cfg(feature = "sdk")]
    #[test]
    fn the_scopes_of_a_clock_go_with_its_source() {
        use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
        use aws_smithy_async::time::StaticTimeSource;

        #[derive(Debug)]
        struct Never;
        impl AsyncSleep for Never {
            fn sleep(&self, _: Duration) -> Sleep {
                Sleep::new(std::future::pending())
            }
        }

        let registry = Registry::new();
        for i in 0..20_000_u64 {
            let clock = crate::clock::CustomTimer::new(Never, StaticTimeSource::from_secs(i));
            registry.find_or_insert(ClockId::Custom(clock.id()), scope_key("same"), Time::ZERO);
        }
        // They all fall into one shard.
        assert!(registry.len() <= SWEEP_FROM, "{}", registry.len());
    }
}
