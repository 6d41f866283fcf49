//! One process of a fleet: its scopes, and the task that exchanges their records with the store.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_retry_core::__fleet::{FleetScope, Hub, Member};
use aws_retry_core::FleetMode;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use crate::agent::Agent;
use crate::fingerprint::FingerprintKey;
use crate::health::Health;
use crate::linked::Linked;
use crate::{Fingerprint, MemberId, Store, StoreError};

/// Scopes that are due within this part of an interval go along with one that is due now.
const TOGETHER: f64 = 0.05;
/// An operation of the store has failed if it takes this many times as long as usual: at least this long and
/// this part of an interval, at most this long or an interval.
const TIMEOUT_TRIPS: u32 = 10;
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(100);
const TIMEOUT_PART: u32 = 4;
const LONGEST_TIMEOUT: Duration = Duration::from_millis(500);

/// One process of a fleet.
pub struct Node {
    member: MemberId,
    key: FingerprintKey,
    interval: Duration,
    /// A scope became due earlier than it had told.
    wake: Arc<Notify>,
    scopes: Mutex<Vec<(Fingerprint, FleetScope)>>,
    /// The modes of the scopes, as they were logged last.
    modes: Mutex<HashMap<Fingerprint, FleetMode>>,
    /// The store's last operation failed.
    fails: AtomicBool,
    /// The store's usual time for an operation; none before its first answer.
    usual: Mutex<Option<Duration>>,
}

impl Node {
    /// A process that exchanges the records of each scope about every `interval`.
    #[must_use]
    pub fn new(member: MemberId, key: FingerprintKey, interval: Duration) -> Self {
        Self {
            member,
            key,
            interval,
            wake: Arc::default(),
            scopes: Mutex::default(),
            modes: Mutex::default(),
            fails: AtomicBool::new(false),
            usual: Mutex::default(),
        }
    }

    /// The number by which the store knows this process.
    #[must_use]
    pub const fn member(&self) -> MemberId {
        self.member
    }

    /// Lets a scope take part, under this name.
    pub fn attach_as(&self, name: Fingerprint, scope: FleetScope) -> Box<dyn Member> {
        let now = scope.now();
        self.scopes().push((name, scope));
        self.wake.notify_one();
        let asks = !self.fails.load(Ordering::Relaxed);
        let agent = Agent::new(self.member.0, self.interval.as_secs_f64(), now, asks);
        Box::new(Linked::new(agent, Arc::clone(&self.wake)))
    }

    /// Exchanges records whenever a scope is due, for ever.
    pub async fn run(&self, store: &dyn Store) {
        let mut health = Health::new(self.interval);
        // Connects, so that the first throttle needs no more than a round trip; and a store that refuses is told at
        // the start.
        health.exchanged(self.within(store.exchange(self.member, &[])).await.as_ref().err());
        loop {
            let due = self.next_due();
            // A scope that became due in the meantime has left a permit: it ends the wait at once.
            let _ = timeout(due, self.wake.notified()).await;
            let due = self.due();
            if !due.is_empty() {
                let outcome = self.exchange(store, &due).await;
                health.exchanged(outcome.as_ref().err());
                due.iter().for_each(|(name, scope)| self.log_mode(*name, scope));
            }
        }
    }

    /// One exchange of these scopes, all in one round trip.
    async fn exchange(
        &self,
        store: &dyn Store,
        due: &[(Fingerprint, FleetScope)],
    ) -> Result<(), StoreError> {
        let published = |(name, scope): &(Fingerprint, FleetScope)| {
            scope.publish().map(|record| ((*name, record), scope.clone()))
        };
        let (puts, scopes): (Vec<_>, Vec<_>) = due.iter().filter_map(published).unzip();
        if puts.is_empty() {
            return Ok(());
        }
        let answer = self.within(store.exchange(self.member, &puts)).await;
        let answer = answer.and_then(|lists| {
            if lists.len() == puts.len() {
                Ok(lists)
            } else {
                Err(StoreError::new("the store answered about other scopes than it was asked for"))
            }
        });
        let lists = match answer {
            Ok(lists) => lists,
            Err(error) => {
                scopes.iter().for_each(FleetScope::failed);
                return Err(error);
            }
        };
        let mut gone = Vec::new();
        for (((name, _), scope), records) in puts.iter().zip(&scopes).zip(lists) {
            let records: Vec<_> = records.into_iter().map(|(id, record)| (id.0, record)).collect();
            let forgotten = scope.read(&records).into_iter();
            gone.extend(forgotten.map(|id| (*name, MemberId(id))));
        }
        if !gone.is_empty() {
            // They expire anyway.
            let _ = self.within(store.remove(&gone)).await;
        }
        Ok(())
    }

    /// Logs the mode of a scope if it has changed.
    fn log_mode(&self, name: Fingerprint, scope: &FleetScope) {
        let Some(state) = scope.state() else { return };
        let mut modes = self.modes.lock().unwrap_or_else(PoisonError::into_inner);
        let known = modes.insert(name, state.mode);
        if known.is_none_or(|known| known != state.mode) {
            tracing::event!(
                tracing::Level::DEBUG,
                {
                    aws_retry.fleet.scope = %name,
                    aws_retry.fleet.mode = state.mode.as_str(),
                    aws_retry.fleet.members = state.members,
                    aws_retry.fleet.part = state.part,
                    aws_retry.fleet.quota = state.quota,
                },
                "a scope's part in the fleet"
            );
        }
    }

    /// Goes on without the fleet, and removes this process's records.
    ///
    /// # Errors
    /// The store did not remove them; they expire.
    pub async fn leave(&self, store: &dyn Store) -> Result<(), StoreError> {
        let own: Vec<_> = self.scopes().iter().map(|(name, _)| (*name, self.member)).collect();
        if own.is_empty() { Ok(()) } else { self.within(store.remove(&own)).await }
    }

    /// The scopes' rates go on without the fleet.
    pub fn let_scopes_go(&self) {
        let scopes: Vec<_> = self.scopes().iter().map(|(_, scope)| scope.clone()).collect();
        scopes.iter().for_each(FleetScope::leave);
    }

    async fn within<T>(
        &self,
        operation: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let (most, began) = (self.timeout(), Instant::now());
        let late = |_| StoreError::new(format!("the store did not answer within {most:?}"));
        let answer = timeout(most, operation).await.map_err(late).flatten();
        self.fails.store(answer.is_err(), Ordering::Relaxed);
        if answer.is_ok() {
            let took = began.elapsed();
            let usual = &mut *self.usual.lock().unwrap_or_else(PoisonError::into_inner);
            *usual = Some(usual.map_or(took, |usual| (7 * usual + took) / 8));
        }
        answer
    }

    fn timeout(&self) -> Duration {
        let usual = *self.usual.lock().unwrap_or_else(PoisonError::into_inner);
        let most = self.interval.max(LONGEST_TIMEOUT);
        let least = (self.interval / TIMEOUT_PART).max(SHORTEST_TIMEOUT);
        usual.map_or(most, |usual| (TIMEOUT_TRIPS * usual).clamp(least, most))
    }

    /// The time until the next exchange.
    fn next_due(&self) -> Duration {
        let due = self.scopes().iter().filter_map(|(_, scope)| scope.due_in()).min();
        due.unwrap_or(Duration::MAX)
    }

    /// The scopes that are due now, or so soon that they go along. Scopes that the process has forgotten are
    /// forgotten here, too.
    fn due(&self) -> Vec<(Fingerprint, FleetScope)> {
        let soon = self.interval.mul_f64(TOGETHER);
        let mut scopes = self.scopes();
        let before = scopes.len();
        scopes.retain(|(_, scope)| !scope.is_gone());
        if scopes.len() < before {
            let mut modes = self.modes.lock().unwrap_or_else(PoisonError::into_inner);
            modes.retain(|name, _| scopes.iter().any(|(other, _)| other == name));
        }
        let due = |within: Duration| {
            scopes.iter().filter(move |(_, scope)| scope.due_in().is_some_and(|due| due <= within))
        };
        if due(Duration::ZERO).next().is_none() { Vec::new() } else { due(soon).cloned().collect() }
    }

    fn scopes(&self) -> MutexGuard<'_, Vec<(Fingerprint, FleetScope)>> {
        // Nothing panics under the lock.
        self.scopes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hub for Node {
    fn attach(&self, elements: &[u8], scope: FleetScope) -> Option<Box<dyn Member>> {
        Some(self.attach_as(self.key.fingerprint(elements), scope))
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node")
            .field("member", &self.member)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}
