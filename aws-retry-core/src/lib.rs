//! The run time of [`aws-retry`](https://docs.rs/aws-retry): backoff and jitter, the AWS error-code
//! sets, retry quotas and send rates. Use it through that crate.
//!
//! Decisions (`policy`, `codes`, `backoff`, `classify`, `quota`, `attempts`) know no clock, no sleep, no
//! randomness and no I/O: they take `now` and a random number and return what to do. `clock` and `random`
//! are the only sources of both; `run` holds the thin loops.

mod again;
mod ambient;
mod attempts;
mod backoff;
mod classify;
mod clock;
pub mod codes;
mod config;
mod context;
mod errors;
mod failure;
pub mod observe;
mod outcome;
pub mod overrides;
mod pass;
mod policy;
mod quota;
mod random;
mod rate;
mod run;
pub mod scope;
#[cfg(feature = "sdk")]
pub mod sdk;
mod site;
mod switches;
pub mod testing;

pub use ambient::with_deadline;
pub use attempts::Reason;
#[cfg(feature = "aws-config")]
pub use config::ConfigError;
pub use context::{InCall, attempt, client_token, in_call};
pub use errors::{Classify, StopWhy, Stopped, by};
pub use failure::{AsFailure, Failure, Kind, RetryAfter, Transport};
pub use observe::{Event, Explanation, FailedAttempt, Report, explain, report};
pub use policy::{Codes, Jitter, Log, Mode, Nested, PolicyError, RetryPolicy};
pub use rate::State as RateState;
#[cfg(feature = "sdk")]
pub use sdk::{Interrupted, Paginator, Polled, RetryClient, Waiter, paginate};

/// Sleep and time for run times other than tokio: the SDK's own `AsyncSleep` and `TimeSource`, once they
/// are handed over.
#[cfg(feature = "sdk")]
pub mod time {
    pub use crate::clock::{set, unset, with};
}

/// What the attribute's expansion calls. Not part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::again::{
        Again, AgainMut, AgainShared, again, each_try_needs_its_own, either as clones, used_up,
    };
    pub use crate::clock::{DefaultTimer, Timer};
    pub use crate::errors::tiers::{self, tag, tag_of, tag_of_error};
    pub use crate::failure::{AsFailure, Failure, with_source};
    pub use crate::observe::explained;
    pub use crate::outcome::Outcome;
    pub use crate::pass::{Unwrap, either as passes, view, view_of};
    pub use crate::policy::{Codes, Jitter, Log, Mode, Nested, RetryPolicy};
    pub use crate::run::{Attempt, Call, Extras};
    pub use crate::scope::{Key, named as scope_key};
    pub use crate::site::Site;
    pub use core::option::Option::{self, None, Some};
    pub use core::pin::Pin;
    pub use core::time::Duration;
    pub use std::boxed::Box;
}

/// What this workspace's benchmarks drive. Not part of the public interface.
#[doc(hidden)]
pub mod __quota {
    pub use crate::quota::Quota;
    use crate::scope::{Key, Registry};

    /// Looks for a scope as a call's first failure does, and hands over its quota.
    pub fn of_scope<T>(scope: Key, then: impl FnOnce(&Quota) -> T) -> T {
        let now = std::time::Duration::ZERO;
        then(&Registry::global().find_or_insert(Default::default(), scope, now).quota)
    }
}

/// What this workspace's simulator and benchmarks drive. Not part of the public interface.
#[doc(hidden)]
pub mod __rate {
    pub use crate::rate::{Gate, Kind, Outcome, Refused, Sent, State, Ticket, Timekeeper, Turn};
    pub use core::time::Duration as Time;
}
