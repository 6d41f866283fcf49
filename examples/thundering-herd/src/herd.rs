//! A herd: clients that wake at the same moment, on a paused clock.

use std::fmt;

use anyhow::Result;
use aws_retry_testkit::bucket::Quota;
use futures::future::join_all;

use crate::{
    policy::{Caller, Policy},
    server::{Request, Server},
};

#[derive(Clone, Copy, Debug)]
pub struct Herd {
    pub quota: Quota,
    /// Mean, in seconds; each request's is within 30 % of it.
    pub latency: f64,
    pub clients: u32,
    /// Calls of each client, one after the other.
    pub calls: u32,
}

impl Herd {
    pub fn all_calls(&self) -> u32 {
        self.clients * self.calls
    }

    /// The time at which a bucket that is never left full has served `calls`.
    pub fn least(&self, calls: u32) -> f64 {
        ((f64::from(calls) - self.quota.burst) / self.quota.rate).max(0.0)
    }

    /// The same, whatever the number of clients.
    pub fn of_many(&self) -> String {
        let Self { quota, latency, calls, .. } = self;
        let calls = if *calls == 1 { "1 call".to_owned() } else { format!("{calls} calls") };
        format!(
            "{calls} per client; quota {} per second after a burst of {}; latency {latency} s",
            quota.rate, quota.burst
        )
    }
}

impl fmt::Display for Herd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} clients, {}", self.clients, self.of_many())
    }
}

/// A finished call, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    pub took: f64,
    pub ended: f64,
    pub answered: bool,
}

#[derive(Clone, Debug)]
pub struct Outcome {
    pub policy: Policy,
    pub requests: Vec<Request>,
    pub calls: Vec<Call>,
}

impl Outcome {
    pub fn ended(&self) -> f64 {
        self.calls.iter().map(|call| call.ended).fold(0.0, f64::max)
    }

    pub fn failed(&self) -> usize {
        self.calls.iter().filter(|call| !call.answered).count()
    }

    pub fn throttled(&self) -> usize {
        self.requests.iter().filter(|request| !request.served).count()
    }

    /// The times of the answered calls, shortest first.
    pub fn waits(&self) -> Vec<f64> {
        let answered = self.calls.iter().filter(|call| call.answered);
        let mut waits: Vec<_> = answered.map(|call| call.took).collect();
        waits.sort_by(f64::total_cmp);
        waits
    }
}

/// The value that `part` of the sorted `values` stay below.
pub fn quantile(values: &[f64], part: f64) -> f64 {
    let last = values.len().saturating_sub(1);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 up to `last`")]
    let rank = (part.clamp(0.0, 1.0) * last as f64).round() as usize;
    values.get(rank).copied().unwrap_or(f64::NAN)
}

/// Runs a herd, in a runtime of its own: a scope and its learned rate belong to a clock.
pub fn run(policy: Policy, herd: Herd, seed: u64) -> Result<Outcome> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build()?.block_on(async {
        let server = Server::new(herd.quota, herd.latency, seed);
        let caller = Caller::new(policy, &server, herd.quota);
        let clients = (0..herd.clients).map(|_| client(&caller, &server, herd.calls));
        let calls = join_all(clients).await.concat();
        Ok(Outcome { policy, requests: server.requests(), calls })
    })
}

async fn client(caller: &Caller, server: &Server, calls: u32) -> Vec<Call> {
    let mut done = Vec::new();
    for _ in 0..calls {
        let begun = server.now();
        let answered = caller.call().await;
        let ended = server.now();
        done.push(Call { took: ended - begun, ended, answered });
    }
    done
}
