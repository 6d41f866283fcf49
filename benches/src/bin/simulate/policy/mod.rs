//! The competing policies: ways of making a call.

mod backon;
mod fleet;
mod oracle;
mod ours;
mod sdk;

pub use fleet::Fleet;

use std::sync::Arc;

use crate::world::Process;

/// A way of calling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Policy {
    /// This crate's paced mode.
    Paced,
    /// The same, as a fleet over a simulated store.
    Fleet,
    /// This crate's adaptive mode, 10 attempts.
    Adaptive,
    /// This crate's decorator mode, 5 retries.
    Decorator,
    /// The SDK's standard strategy through its orchestrator, 10 attempts.
    SdkStandard,
    /// The SDK's adaptive strategy through its orchestrator, 10 attempts, one partition per region.
    SdkAdaptive,
    /// The same with a partition of its own for this quota.
    SdkAdaptivePartitioned,
    /// `backon`, exponential with jitter, 10 attempts.
    Backon,
    /// A queue in order of arrival that knows the quota and the bucket.
    Oracle,
}

impl Policy {
    pub fn name(self) -> &'static str {
        match self {
            Self::Paced => "paced",
            Self::Fleet => "fleet",
            Self::Adaptive => "adaptive",
            Self::Decorator => "decorator",
            Self::SdkStandard => "SDK standard",
            Self::SdkAdaptive => "SDK adaptive",
            Self::SdkAdaptivePartitioned => "SDK adaptive, partitioned",
            Self::Backon => "backon",
            Self::Oracle => "oracle",
        }
    }
}

/// The end of a call.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    pub attempts: u32,
    pub failed: bool,
}

/// The state that a process shares among its workers.
#[derive(Clone)]
pub enum Client {
    Ours(Arc<ours::Ours>),
    Sdk(Arc<sdk::Sdk>),
    Backon,
    Oracle(Arc<oracle::Oracle>),
}

impl Client {
    pub fn new(policy: Policy, process: &Process) -> Self {
        match policy {
            Policy::Paced | Policy::Fleet | Policy::Adaptive | Policy::Decorator => {
                Self::Ours(Arc::new(ours::Ours::new(policy, process)))
            }
            Policy::SdkStandard | Policy::SdkAdaptive | Policy::SdkAdaptivePartitioned => {
                Self::Sdk(Arc::new(sdk::Sdk::new(policy, process)))
            }
            Policy::Backon => Self::Backon,
            Policy::Oracle => Self::Oracle(Arc::new(oracle::Oracle::new(process, process.part()))),
        }
    }

    /// One oracle for all processes: of processes that differ, none has a part of its own.
    pub fn joint_oracle(process: &Process) -> Self {
        Self::Oracle(Arc::new(oracle::Oracle::new(process, 1.0)))
    }

    /// The quota that the process believes in, if this policy has one.
    pub fn belief(&self) -> Option<f64> {
        match self {
            Self::Ours(it) => it.belief(),
            _ => None,
        }
    }

    /// One call.
    pub async fn call(&self, process: &Process) -> Ended {
        match self {
            Self::Ours(it) => it.call(process).await,
            Self::Sdk(it) => it.call().await,
            Self::Backon => backon::call(process).await,
            Self::Oracle(it) => it.call(process).await,
        }
    }
}
