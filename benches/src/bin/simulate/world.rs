//! One simulated job: workers, a quota, a latency, on a paused clock.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use aws_retry_testkit::bucket::Quota;
use tokio::time::{Duration, Instant, sleep, sleep_until};

use crate::{
    cost::{Believed, Cost, Costs},
    members::{Members, StoreFacts},
    server::{Counts, Server},
    trouble::{Kind, Trouble},
};

tokio::task_local! {
    /// The call in progress is refused whenever it is sent before this second.
    static REFUSED_UNTIL: f64;
    /// The units that the call in progress takes.
    static COST: Cost;
}

/// The parameters of a simulation.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub counts: Counts,
    pub rate: f64,
    /// Seconds of a window.
    pub window: f64,
    pub burst: f64,
    pub calls: u64,
    pub workers: u64,
    pub latency: f64,
    pub error_rate: f64,
    /// The second at which the quota changes, and the new quota.
    pub change: Option<(f64, f64)>,
    pub processes: u64,
    /// Seconds of work, which as many seconds of rest follow.
    pub idle_every: Option<f64>,
    /// The part of the quota to use, in this crate's modes.
    pub share: f64,
    /// The bound on the requests per second of a process, or of all members of a fleet.
    pub max_rate: f64,
    pub trouble: Trouble,
    /// How processes differ, and the store of their fleet.
    pub members: Members,
    pub store: StoreFacts,
    /// One oracle for all processes: it is not bound to their even parts.
    pub joint_oracle: bool,
    pub costs: Costs,
    pub believed: Believed,
    /// No call begins after this second.
    pub until: f64,
    pub seed: u64,
}

impl Scenario {
    fn server(&self) -> Server {
        let quota = Quota { burst: self.burst, rate: self.rate };
        let taken = match self.trouble.kind {
            Kind::Taken(left) => {
                vec![(self.trouble.from, left), (self.trouble.ends_at(), self.rate)]
            }
            _ => Vec::new(),
        };
        Server::new(self.counts, quota, self.window, self.change.into_iter().chain(taken))
    }
}

/// An answer of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    Done,
    Throttled,
    /// A throttle with a hint, in milliseconds.
    Hinted(u64),
    /// A 503 that is not a throttle.
    Fault,
    /// The connection was lost.
    Lost,
}

/// The events so far.
#[derive(Debug, Default)]
pub struct Log {
    pub sent: u64,
    pub throttled: u64,
    /// Throttled, although sent after the process knew of the first throttle.
    pub avoidable: u64,
    pub first_throttle: Option<f64>,
    /// The second of each throttled answer.
    pub throttled_at: Vec<f64>,
    /// (second, believed quota) of the first process, every 10 ms.
    pub rates: Vec<(f64, f64)>,
    pub calls: Vec<Call>,
    /// The second at which each request was sent, and its answer; only in scenarios that end at a time.
    pub requests: Vec<(f64, Reply)>,
}

/// One finished call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    pub process: u64,
    pub worker: u64,
    pub seconds: f64,
    pub ended_at: f64,
    pub attempts: u32,
    pub failed: bool,
    /// The service refuses this call whatever the load.
    pub poisoned: bool,
}

/// A process's view of the world.
#[derive(Clone)]
pub struct Process {
    pub id: u64,
    pub scenario: Arc<Scenario>,
    pub origin: Instant,
    inner: Arc<Mutex<Inner>>,
    left: Arc<AtomicU64>,
    warned: Arc<AtomicU64>,
    /// Calls that began, and those that began while the trouble lasted.
    begun: Arc<AtomicU64>,
    troubled: Arc<AtomicU64>,
}

struct Inner {
    server: Server,
    random: fastrand::Rng,
    log: Log,
}

impl Process {
    /// The scenario's processes, around one service.
    pub fn all(scenario: &Arc<Scenario>) -> Vec<Self> {
        let origin = Instant::now();
        let server = scenario.server();
        let random = fastrand::Rng::with_seed(scenario.seed);
        let inner = Arc::new(Mutex::new(Inner { server, random, log: Log::default() }));
        (0..scenario.processes)
            .map(|id| Self {
                id,
                scenario: Arc::clone(scenario),
                origin,
                inner: Arc::clone(&inner),
                left: Arc::new(AtomicU64::new(scenario.calls / scenario.processes)),
                warned: Arc::new(AtomicU64::new(0)),
                begun: Arc::new(AtomicU64::new(0)),
                troubled: Arc::new(AtomicU64::new(0)),
            })
            .collect()
    }

    /// A process's fair part of the quota.
    pub fn part(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a few processes")]
        let processes = self.scenario.processes as f64;
        1.0 / processes
    }

    pub fn now(&self) -> f64 {
        self.origin.elapsed().as_secs_f64()
    }

    /// A number in [0, 1).
    pub fn random(&self) -> f64 {
        self.inner().random.f64()
    }

    /// Whether another call is to be made.
    pub fn next_call(&self) -> bool {
        self.now() < self.scenario.until
            && self
                .left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                .is_ok()
    }

    /// Rests, if it is time to.
    pub async fn rest(&self) {
        let pause = self.scenario.members.pause(self.id);
        if pause > 0.0 {
            sleep(Duration::from_secs_f64(pause * (0.5 + self.random()))).await;
        }
        let every = self.scenario.members.on_off(self.id).or(self.scenario.idle_every);
        if let Some(seconds) = every {
            let phase = self.now() % (2.0 * seconds);
            if phase >= seconds {
                let until = self.now() - phase + 2.0 * seconds;
                sleep_until(self.origin + Duration::from_secs_f64(until)).await;
            }
        }
    }

    /// Runs a call. The second value says whether it is poisoned.
    pub async fn begin<F: Future>(&self, call: F) -> (F::Output, bool) {
        let trouble = &self.scenario.trouble;
        let poisoned = trouble.lasts(self.now())
            && trouble.poisons(self.troubled.fetch_add(1, Ordering::Relaxed));
        let until = if poisoned { trouble.ends_at() } else { 0.0 };
        let number = self.begun.fetch_add(1, Ordering::Relaxed) * self.scenario.processes + self.id;
        let cost = self.scenario.costs.of(self.scenario.seed, number);
        (REFUSED_UNTIL.scope(until, COST.scope(cost, call)).await, poisoned)
    }

    /// The units that the call in progress takes.
    #[expect(clippy::unused_self, reason = "a process's view")]
    pub fn cost(&self) -> Cost {
        COST.try_with(|cost| *cost).unwrap_or(Cost::ONE)
    }

    /// One request. It takes 0.3 of the latency to the service; a throttle takes 0.3 of it back, every other
    /// answer 0.7.
    pub async fn request(&self) -> Reply {
        let sent_at = self.now();
        let (latency, fault) = {
            let mut inner = self.inner();
            inner.log.sent += 1;
            let latency = self.scenario.latency * (0.3 * normal(&mut inner.random)).exp();
            (latency, inner.random.f64() < self.scenario.error_rate)
        };
        let warned = self.warned.load(Ordering::Relaxed) > 0;
        sleep(Duration::from_secs_f64(0.3 * latency)).await;
        let reply = self.reply(fault);
        let throttled = matches!(reply, Reply::Throttled | Reply::Hinted(_));
        let back = if throttled { 0.3 } else { 0.7 };
        sleep(Duration::from_secs_f64(back * latency)).await;
        let now = self.now();
        let Cost { planned, used } = self.cost();
        if !throttled && used < planned {
            self.inner().server.give_back(now, planned - used);
        }
        let log = &mut self.inner().log;
        if throttled {
            self.warned.store(1, Ordering::Relaxed);
            log.throttled += 1;
            log.avoidable += u64::from(warned);
            log.first_throttle.get_or_insert(now);
            log.throttled_at.push(now);
        }
        if self.scenario.until.is_finite() {
            log.requests.push((sent_at, reply));
        }
        reply
    }

    /// The answer to a request that arrives now.
    fn reply(&self, fault: bool) -> Reply {
        let now = self.now();
        if REFUSED_UNTIL.try_with(|until| now < *until).unwrap_or(false) {
            return Reply::Throttled;
        }
        let trouble = &self.scenario.trouble;
        match trouble.kind {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds")]
            Kind::Shut(hint) if hint > 0.0 && trouble.lasts(now) => {
                return Reply::Hinted((1000.0 * hint) as u64);
            }
            Kind::Shut(_) if trouble.lasts(now) => return Reply::Throttled,
            Kind::Faults if trouble.lasts(now) => return Reply::Fault,
            Kind::Lost if trouble.lasts(now) => return Reply::Lost,
            _ => {}
        }
        match self.inner().server.admits(now, self.cost().planned) {
            false => Reply::Throttled,
            true if fault => Reply::Fault,
            true => Reply::Done,
        }
    }

    pub fn ended(&self, call: Call) {
        self.inner().log.calls.push(call);
    }

    /// Records the quota that the process believes in.
    pub fn believes(&self, rate: f64) {
        let now = self.now();
        self.inner().log.rates.push((now, rate));
    }

    pub fn log(&self) -> Log {
        std::mem::take(&mut self.inner().log)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A standard normal number (Box and Muller).
pub fn normal(random: &mut fastrand::Rng) -> f64 {
    let radius = (-2.0 * (1.0 - random.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.f64()).cos()
}
