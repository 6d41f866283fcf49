//! The state that calls of one scope share.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::fleet::Seen;
use super::throttled::{Throttled, Throttles};
use super::{Advice, ScopeState};
use crate::clock::Time;
use crate::decision::advice::Measures;
use crate::decision::policy::Resolved;
use crate::limits::rate::fleet::FleetState;
use crate::limits::rate::{self, Belief, Gate, Kind, Learned, Signs};
use crate::limits::retry_tokens::RetryTokens;
use crate::sync::{AtomicU64, Mutex, MutexGuard, Ordering, PoisonError};

/// A scope that was not used for this long is forgotten, if it has all its retry tokens and no call waits in it.
pub(super) const IDLE: Duration = Duration::from_secs(600);
/// A scope whose retry tokens are not full is forgotten after this: one that only ever failed must go at some
/// point, too.
pub(super) const LONG_IDLE: Duration = Duration::from_secs(3600);

/// The state that calls of one scope share.
#[derive(Debug)]
pub(crate) struct Scope {
    pub tokens: RetryTokens,
    paced: OnceLock<Arc<Gate>>,
    rare: OnceLock<Box<Rare>>,
    pub fleet: Seen,
    throttles: AtomicU64,
    /// Nanoseconds of the clock at the last use.
    used: AtomicU64,
}

/// Facts that few scopes have.
#[derive(Debug, Default)]
struct Rare {
    adaptive: OnceLock<Arc<Gate>>,
    /// Its text, if it was known when the scope was created.
    name: Option<Box<str>>,
    /// The belief that the paced rate begins with.
    belief: Mutex<Option<Belief>>,
    /// Set once it was given a belief.
    told: OnceLock<()>,
    throttled: OnceLock<Box<Mutex<Throttles>>>,
}

impl Scope {
    pub fn new(name: Option<Box<str>>, belief: Option<Belief>) -> Self {
        let any = name.is_some() || belief.is_some();
        let told = belief.map_or_else(OnceLock::new, |_| OnceLock::from(()));
        let belief = Mutex::new(belief);
        let rare = any.then(|| Box::new(Rare { name, belief, told, ..Rare::default() }));
        Self {
            tokens: RetryTokens::new(),
            paced: OnceLock::new(),
            rare: rare.map_or_else(OnceLock::new, OnceLock::from),
            fleet: Seen::default(),
            throttles: AtomicU64::new(0),
            used: AtomicU64::new(0),
        }
    }

    /// The send rate of `kind`. The first call of a scope sets its `share`. The lowest `max_rate` of its
    /// calls counts; each `generation` of the overrides starts over.
    pub fn gate(&self, kind: Kind, policy: &Resolved, generation: u32) -> &Arc<Gate> {
        let gate = match kind {
            Kind::Adaptive => &self.rare().adaptive,
            Kind::Paced => &self.paced,
        };
        let gate = gate.get_or_init(|| self.new_gate(kind, policy));
        gate.follow(generation.into(), policy.max_rate);
        gate
    }

    /// A belief that the scope was given counts before the published quota.
    #[cold]
    fn new_gate(&self, kind: Kind, policy: &Resolved) -> Arc<Gate> {
        let gate = Gate::new(kind, policy.max_rate, policy.share);
        if kind == Kind::Paced {
            let published = Belief::published(policy.known_rate, policy.known_burst);
            if let Some(belief) = self.take_belief().or(published) {
                gate.believe(self.used_at(), belief);
            }
        }
        Arc::new(gate)
    }

    /// The paced rate begins with this belief, if it has learned nothing yet.
    pub fn believe(&self, belief: Belief) {
        *lock(&self.rare().belief) = Some(belief);
        self.rare().told.get_or_init(|| ());
        // Otherwise the belief waits for the rate.
        if let Some(gate) = self.paced.get()
            && let Some(belief) = self.take_belief()
        {
            gate.believe(self.used_at(), belief);
        }
    }

    fn rare(&self) -> &Rare {
        self.rare.get_or_init(Box::default)
    }

    fn adaptive(&self) -> Option<&Arc<Gate>> {
        self.rare.get()?.adaptive.get()
    }

    fn take_belief(&self) -> Option<Belief> {
        lock(&self.rare.get()?.belief).take()
    }

    /// The quota that paced mode has measured, and the scope's text.
    pub fn learned(&self, now: Time) -> Option<(&str, Learned)> {
        Some((self.name()?, self.paced.get()?.learned(now)?))
    }

    /// The state of the send rate of `kind`.
    pub fn rate(&self, kind: Kind) -> Option<rate::RateState> {
        let gate = match kind {
            Kind::Adaptive => self.adaptive(),
            Kind::Paced => self.paced.get(),
        };
        gate.map(|gate| gate.state())
    }

    /// Its text, if it was known when the scope was created.
    pub fn name(&self) -> Option<&str> {
        self.rare.get()?.name.as_deref()
    }

    /// The part of the state that users see.
    pub fn state(&self) -> ScopeState {
        ScopeState {
            retry_tokens: self.tokens.left(),
            throttles: self.throttles.load(Ordering::Relaxed),
            adaptive: self.rate(Kind::Adaptive),
            paced: self.rate(Kind::Paced),
            fleet: self.fleet_state(),
        }
    }

    /// Its part in the fleet that this process has joined.
    pub fn fleet_state(&self) -> Option<FleetState> {
        self.paced.get()?.fleet_state()
    }

    /// Lets its queues ask again.
    pub fn wake(&self) {
        let gates = [self.adaptive(), self.paced.get()];
        gates.into_iter().flatten().for_each(|gate| gate.wake());
    }

    pub fn count_throttle(&self) {
        self.throttles.fetch_add(1, Ordering::Relaxed);
    }

    /// What its last answer shows, for [`Scope::throttled`].
    pub fn signs(&self, kind: Kind) -> Signs {
        let gate = match kind {
            Kind::Adaptive => self.adaptive(),
            Kind::Paced => self.paced.get(),
        };
        gate.map(|gate| gate.signs()).unwrap_or_default()
    }

    /// Remembers a throttle.
    pub fn throttled(&self, throttled: &Throttled<'_>) {
        lock(self.rare().throttled.get_or_init(Box::default)).add(throttled);
    }

    /// Advice, if it was ever throttled; `parts`: its elements, as far as they are known.
    pub fn advice(&self, now: Time, parts: &[&str]) -> Option<Advice> {
        let rare = self.rare.get()?;
        let throttles = lock(rare.throttled.get()?);
        let learned = self.paced.get().and_then(|gate| gate.learned(now));
        let measures = Measures {
            cycles: self.rate(Kind::Paced).map_or(0, |it| it.cycles),
            quota: learned.map(|it| (it.rate, it.burst)),
            told: throttles.measures().told || rare.told.get().is_some(),
            in_fleet: self.fleet_state().is_some(),
            ..*throttles.measures()
        };
        Some(Advice::new(&throttles, &measures, parts))
    }

    pub fn touch(&self, now: Time) {
        self.used.store(nanos(now), Ordering::Relaxed);
    }

    pub(super) fn used_at(&self) -> Time {
        Time::from_nanos(self.used.load(Ordering::Relaxed))
    }

    /// Retry tokens are missing, or a send rate holds calls back: a new scope would know nothing of it.
    pub(super) fn is_in_trouble(&self) -> bool {
        let mut gates = [self.adaptive(), self.paced.get()].into_iter().flatten();
        !self.tokens.is_full() || gates.any(|gate| gate.holds_back())
    }

    pub fn is_idle(&self, now: Time) -> bool {
        let enough = if self.tokens.is_full() { IDLE } else { LONG_IDLE };
        nanos(now).saturating_sub(self.used.load(Ordering::Relaxed)) >= nanos(enough)
    }
}

fn nanos(time: Time) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code of ours panics under the lock, and each change leaves the value consistent.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "shared_tests.rs"]
mod tests;
