//! Batches whose service throttles items, not requests: each request succeeds, and hands back the items for
//! which the quota has nothing left.

use std::sync::{Arc, Mutex, PoisonError};

use aws_retry_core::{RetryPolicy, batch, testing::Harness};
use aws_retry_testkit::bucket::{Quota, TokenBucket};
use tokio::time::{Duration, Instant, sleep};

use crate::{args::Args, world::normal};

/// The least part of the quota that the items use.
const SHARE: f64 = 0.95;

/// One batch, and the quota in items per second.
#[derive(Clone, Copy)]
struct Job {
    quota: Quota,
    items: u32,
    at_most: usize,
    concurrency: usize,
}

const fn job(rate: f64, burst: f64, items: u32, at_most: usize, concurrency: usize) -> Job {
    Job { quota: Quota { burst, rate }, items, at_most, concurrency }
}

const JOBS: [(&str, Job); 3] = [
    ("batches of 10, R 20, B 100", job(20.0, 100.0, 2000, 10, 16)),
    ("batches of 25, R 200, B 400", job(200.0, 400.0, 20_000, 25, 8)),
    ("batches of 500, R 1000, B 2000", job(1000.0, 2000.0, 100_000, 500, 8)),
];

/// The figures of a run.
#[derive(Clone, Copy)]
struct Figures {
    /// Items that were not accepted.
    failed: usize,
    /// Of the quota.
    share: f64,
    /// Percent of the items sent that were handed back.
    throttled: f64,
    /// Items per request.
    full: f64,
}

struct Service {
    bucket: TokenBucket,
    random: fastrand::Rng,
    requests: f64,
    sent: f64,
    handed_back: f64,
}

impl Job {
    fn run(self, seed: u64) -> Figures {
        let _rules = Harness::new().seed(seed).enter();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(self.play(seed))
    }

    async fn play(self, seed: u64) -> Figures {
        let begun = Instant::now();
        let service = Arc::new(Mutex::new(Service {
            bucket: TokenBucket::full(self.quota),
            random: fastrand::Rng::with_seed(seed),
            requests: 0.0,
            sent: 0.0,
            handed_back: 0.0,
        }));
        let batch = batch(0..self.items)
            .at_most(self.at_most)
            .concurrency(self.concurrency)
            .policy(RetryPolicy::paced())
            .in_scope("a simulated batch")
            .cost(|_| 1)
            .send(
                |items| request(Arc::clone(&service), items, begun),
                |left, chunk| chunk.all_but(&left),
            )
            .await;
        let seconds = begun.elapsed().as_secs_f64();
        let service = service.lock().unwrap_or_else(PoisonError::into_inner);
        Figures {
            failed: batch.failed.len() + batch.unsent.len(),
            share: (f64::from(self.items) - self.quota.burst) / self.quota.rate / seconds,
            throttled: 100.0 * service.handed_back / service.sent,
            full: service.sent / service.requests,
        }
    }
}

/// One request, of 100 ms in the middle: it takes one unit for each item, in their order, and hands the
/// others back.
async fn request(
    service: Arc<Mutex<Service>>,
    items: Vec<u32>,
    begun: Instant,
) -> Result<Vec<u32>, std::io::Error> {
    let lock = || service.lock().unwrap_or_else(PoisonError::into_inner);
    let latency = 0.1 * (0.3 * normal(&mut lock().random)).exp();
    sleep(Duration::from_secs_f64(0.3 * latency)).await;
    let left: Vec<u32> = {
        let (mut service, now) = (lock(), begun.elapsed().as_secs_f64());
        service.requests += 1.0;
        service.sent += items.iter().map(|_| 1.0).sum::<f64>();
        let left: Vec<u32> =
            items.into_iter().filter(|_| !service.bucket.take_units(now, 1.0)).collect();
        service.handed_back += left.iter().map(|_| 1.0).sum::<f64>();
        left
    };
    sleep(Duration::from_secs_f64(0.7 * latency)).await;
    Ok(left)
}

impl Figures {
    /// The worst of each over the seeds.
    fn worst(job: Job, args: &Args, seeds: u64) -> Self {
        let (first, seeds) = (args.seed.unwrap_or(1), args.seeds.unwrap_or(seeds));
        let runs = (0..seeds).map(|more| job.run(first + more));
        let worst = |a: Self, b: Self| Self {
            failed: a.failed.max(b.failed),
            share: a.share.min(b.share),
            throttled: a.throttled.max(b.throttled),
            full: a.full.min(b.full),
        };
        runs.reduce(worst).expect("at least one seed")
    }

    /// The bounds that it breaks.
    fn broken(self) -> Vec<String> {
        let failed = (self.failed > 0).then(|| format!("{} items failed", self.failed));
        let slow = (self.share < SHARE).then(|| format!("share {:.3} < {SHARE}", self.share));
        failed.into_iter().chain(slow).collect()
    }
}

/// Prints the table. Returns the bounds that are missed.
pub fn print(args: &Args) -> Vec<String> {
    println!("\nBatches whose service throttles items; the worst of the seeds:\n");
    println!(
        "| batch | items not accepted | share of the quota | items handed back % | items per request |"
    );
    println!("|---|---:|---:|---:|---:|");
    let mut missed = Vec::new();
    for (name, job) in JOBS {
        let it = Figures::worst(job, args, 7);
        println!(
            "| {name} | {} | {:.3} | {:.2} | {:.1} |",
            it.failed, it.share, it.throttled, it.full
        );
        missed.extend(it.broken().into_iter().map(|it| format!("- {name}: {it}")));
    }
    missed
}

/// The regression check: the name of each batch, and the bounds that it breaks.
pub fn check(args: &Args) -> impl Iterator<Item = (&'static str, Vec<String>)> {
    JOBS.map(|(name, job)| (name, Figures::worst(job, args, 3).broken())).into_iter()
}
