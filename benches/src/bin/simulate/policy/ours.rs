//! This crate, through its public interface: the code that users run.

use std::time::Duration;

use aws_retry_core::{AsFailure, Failure, Mode, RetryAfter, RetryPolicy, Transport, scope};

use super::{Ended, Policy};
use crate::{
    cost::Believed,
    world::{Process, Reply},
};

/// An error of the service.
#[derive(Debug)]
struct Refused(Reply);

impl AsFailure for Refused {
    fn as_failure(&self) -> Failure<'_> {
        match self.0 {
            Reply::Throttled => Failure::throttled(),
            Reply::Hinted(milliseconds) => {
                let hint = Duration::from_millis(milliseconds);
                Failure::throttled().with_retry_after(RetryAfter::Http(hint))
            }
            Reply::Lost => Failure::transient().with_transport(Transport::Io),
            _ => Failure::transient().with_status(503),
        }
    }
}

#[derive(Clone)]
pub struct Ours {
    policy: RetryPolicy,
    /// Each process has a scope of its own: it knows nothing of the others.
    scope: (&'static str, u64),
}

impl Ours {
    pub fn new(policy: Policy, process: &Process) -> Self {
        let policy = match policy {
            Policy::Paced | Policy::Fleet => RetryPolicy::paced(),
            Policy::Adaptive => RetryPolicy::adaptive().max_attempts(10),
            _ => RetryPolicy::new().mode(Mode::Decorator),
        };
        let policy = policy.share(process.scenario.share);
        let bound = process.scenario.max_rate;
        let policy = if bound.is_finite() { policy.max_rate(bound) } else { policy };
        let policy = match process.scenario.believed {
            Believed::Nothing => policy,
            Believed::Published { rate, burst } => policy.known_rate(rate).known_burst(burst),
            Believed::Imported { rate, burst, age } => {
                let text =
                    format!("aws-retry-quotas 1 0\n{rate} {burst} {age} simulated/{}", process.id);
                scope::import(&text.parse().expect("a text of quotas"));
                policy
            }
        };
        Self { policy, scope: ("simulated", process.id) }
    }

    pub async fn call(&self, process: &Process) -> Ended {
        let mut attempts = 0;
        let cost = process.cost();
        let policy = self.policy.clone().cost(cost.planned);
        let outcome = policy
            .run_in(&self.scope, || {
                attempts += 1;
                async {
                    match process.request().await {
                        Reply::Done => {
                            if cost.used < cost.planned {
                                aws_retry_core::spent(cost.used);
                            }
                            Ok(())
                        }
                        refused => Err(Refused(refused)),
                    }
                }
            })
            .await;
        Ended { attempts, failed: outcome.is_err() }
    }

    /// The measured quota; until then, the send rate.
    pub fn belief(&self) -> Option<f64> {
        let state = scope::state(&self.scope)?;
        let rate = state.paced.or(state.adaptive)?;
        // In a fleet, the quota is that of all members.
        let part = state.fleet.map_or(1.0, |fleet| fleet.part);
        rate.quota.map(|quota| quota * part).or(rate.rate)
    }
}
