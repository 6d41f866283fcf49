//! This crate's paced mode in a fleet: each simulated process has its own node, over one simulated store.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_retry_core::__fleet::{FleetScope, Hub, Installed, Member, install};
use aws_retry_fleet::__private::{FingerprintKey, Node, Record};
use aws_retry_fleet::store::{BoxFuture, Records};
use aws_retry_fleet::{Fingerprint, MemberId, MemoryStore, Store, StoreError};
use tokio::task::AbortHandle;

use crate::freeze::frozen;
use crate::members::StoreFacts;
use crate::world::{Scenario, normal};

/// All scopes of the simulation are one to the store.
const SCOPE: Fingerprint = Fingerprint([0; 16]);

/// The processes' nodes; a process without one is a stranger.
struct Nodes(Vec<Option<Arc<Node>>>);

impl Hub for Nodes {
    /// The scope's second element is the number of the process.
    fn attach(&self, elements: &[u8], scope: FleetScope) -> Option<Box<dyn Member>> {
        let process = elements.split(|byte| *byte == 0xff).nth(1)?;
        let process: usize = std::str::from_utf8(process).ok()?.parse().ok()?;
        Some(self.0.get(process)?.as_ref()?.attach_as(SCOPE, scope))
    }
}

/// The fleet of one run.
pub struct Fleet {
    tasks: Vec<Option<AbortHandle>>,
    _installed: Option<Installed>,
}

impl Fleet {
    /// Starts a node for each process that is not a stranger. Needs a runtime.
    pub fn start(scenario: &Scenario) -> Self {
        let store = Arc::new(SimulatedStore::new(scenario));
        let mut ids = fastrand::Rng::with_seed(scenario.seed ^ 0xF1EE7);
        let key = FingerprintKey::new("simulated", b"");
        let (mut nodes, mut tasks) = (Vec::new(), Vec::new());
        let mut id = MemberId(0);
        for process in 0..scenario.processes {
            let new = MemberId(ids.u64(..));
            let cloned = scenario.members.clones && process + 1 == scenario.processes;
            id = if cloned { id } else { new };
            if scenario.members.is_stranger(process, scenario.processes) {
                nodes.push(None);
                tasks.push(None);
                continue;
            }
            let every = Duration::from_secs_f64(scenario.store.every);
            let node = Arc::new(Node::new(id, key, every));
            let (running, clock) = (Arc::clone(&node), Clock::new(scenario, &mut ids));
            let store = ItsStore { store: Arc::clone(&store), clock };
            let run = async move { running.run(&store).await };
            let still = scenario.members.stands_still(process, scenario.processes);
            let task = tokio::spawn(frozen(tokio::time::Instant::now(), still, run));
            nodes.push(Some(node));
            tasks.push(Some(task.abort_handle()));
        }
        Self { tasks, _installed: install(Arc::new(Nodes(nodes))) }
    }

    /// The process dies: it publishes nothing more, and does not say so.
    pub fn kill(&self, process: u64) {
        let task = usize::try_from(process).ok().and_then(|it| self.tasks.get(it)?.as_ref());
        task.into_iter().for_each(AbortHandle::abort);
    }
}

/// The clock of a process: it begins anywhere, and runs a little fast or slow.
struct Clock {
    begins_at: f64,
    drift: f64,
}

impl Clock {
    fn new(scenario: &Scenario, random: &mut fastrand::Rng) -> Self {
        let drift = scenario.store.drift * (2.0 * random.f64() - 1.0);
        Self { begins_at: 1e6 * random.f64(), drift }
    }

    /// The record, with the time of this clock.
    fn stamp(&self, record: &[u8]) -> Vec<u8> {
        let Some(it) = Record::decode(record) else { return record.to_vec() };
        let clock = self.begins_at + it.clock * (1.0 + self.drift);
        Record { clock, ..it }.encode()
    }
}

/// The store, as a process with a clock of its own sees it.
struct ItsStore {
    store: Arc<SimulatedStore>,
    clock: Clock,
}

impl Store for ItsStore {
    fn exchange<'a>(
        &'a self,
        member: MemberId,
        puts: &'a [(Fingerprint, Vec<u8>)],
    ) -> BoxFuture<'a, Result<Vec<Records>, StoreError>> {
        let stamped = |(scope, record): &(Fingerprint, Vec<u8>)| (*scope, self.clock.stamp(record));
        let puts: Vec<_> = puts.iter().map(stamped).collect();
        Box::pin(async move { self.store.exchange(member, &puts).await })
    }

    fn remove<'a>(
        &'a self,
        members: &'a [(Fingerprint, MemberId)],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.store.remove(members)
    }
}

/// A store on the network: log-normal round trips, of which one in a hundred takes ten times as long, lost
/// operations, and outages.
struct SimulatedStore {
    records: MemoryStore,
    facts: StoreFacts,
    random: Mutex<fastrand::Rng>,
    origin: tokio::time::Instant,
}

impl SimulatedStore {
    fn new(scenario: &Scenario) -> Self {
        Self {
            records: MemoryStore::new(),
            facts: scenario.store,
            random: Mutex::new(fastrand::Rng::with_seed(scenario.seed ^ 0x5708E)),
            origin: tokio::time::Instant::now(),
        }
    }

    /// Half a round trip; never ends if the operation is lost.
    async fn half(&self) {
        let (seconds, lost) = {
            let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
            let slow = if random.f64() < 0.01 { 10.0 } else { 1.0 };
            let seconds = 0.5 * self.facts.rtt * slow * (0.3 * normal(&mut random)).exp();
            (seconds, random.f64() < 0.5 * self.facts.loss)
        };
        tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
        let now = self.origin.elapsed().as_secs_f64();
        if lost || self.facts.outage.is_some_and(|(from, until)| (from..until).contains(&now)) {
            std::future::pending::<()>().await;
        }
    }
}

impl Store for SimulatedStore {
    fn exchange<'a>(
        &'a self,
        member: MemberId,
        puts: &'a [(Fingerprint, Vec<u8>)],
    ) -> BoxFuture<'a, Result<Vec<Records>, StoreError>> {
        Box::pin(async move {
            self.half().await;
            let answer = self.records.exchange(member, puts).await;
            self.half().await;
            answer
        })
    }

    fn remove<'a>(
        &'a self,
        members: &'a [(Fingerprint, MemberId)],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.half().await;
            let answer = self.records.remove(members).await;
            self.half().await;
            answer
        })
    }
}
