//! The run time of [`aws-retry`](https://docs.rs/aws-retry): backoff and jitter, the AWS error-code
//! sets, retry tokens and send rates. Use it through that crate.
//!
//! The modules are on floors, and imports point downward only. `decision` at the bottom has neither clock,
//! sleep, randomness nor I/O: it takes facts and returns decisions. `run` near the top gathers the facts and
//! applies the decisions. `docs/architecture.md` shows the floors, and a test enforces them.

#![cfg_attr(docsrs, feature(doc_cfg))]
// Loom's primitives panic outside a model, so its configuration has no unit tests.
#![cfg(not(all(test, aws_retry_loom)))]

mod clock;
mod config;
mod context;
mod decision;
mod errors;
mod expansion;
mod limits;
pub mod observe;
mod run;
#[cfg(feature = "sdk")]
pub mod sdk;
mod switches;
mod sync;
pub mod testing;

#[cfg(feature = "aws-config")]
pub use config::ConfigError;
pub use context::{
    Deadline, Explanation, InCall, attempt, client_token, explain, in_call, report, spent,
    time_left, with_deadline,
};
pub use decision::codes;
pub use decision::failure::{Failure, Kind, ReadFrom, Transport};
pub use decision::policy::{Codes, Jitter, Log, Mode, Nested, PolicyError, RetryPolicy};
pub use decision::quotas;
pub use decision::reason::Reason;
pub use decision::retry_after::RetryAfter;
pub use decision::throttle::{Limit, Throttle};
pub use decision::units::Units;
pub use errors::{StopWhy, Stopped};
pub use expansion::error_types as marker;
pub use expansion::find_stopped::stopped;
pub use expansion::to_failure::{AsFailure, ToFailure};
pub use limits::rate::RateState;
pub use limits::rate::fleet::{FleetMode, FleetState};
pub use observe::{Event, FailedAttempt, Report};
pub use run::overrides;
pub use run::{Batch, Batcher, Chunk, FailedItem, Incomplete, Part, batch};
#[cfg(feature = "sdk")]
pub use sdk::{Interrupted, Paginator, Polled, RetryClient, RetryClientAtCost, Waiter, paginate};

pub mod scope {
    //! Scopes: calls with an equal scope share one budget of retry tokens and one send rate, whichever
    //! function makes them.
    //!
    //! A scope should name the unit that AWS throttles: action, account, region. Its identity is the text of
    //! its elements. It is forgotten once no call waits and it has been idle for ten minutes, or for an hour
    //! if retry tokens are missing. It takes about 250 bytes (1,000 with a paced send rate, and 350 more once it is throttled), and each call in
    //! its queue takes 1,400 beside its future. A scope belongs to a clock: in a tokio runtime whose clock is
    //! paused, it is that runtime's own. There are at most 100,000, unless more are in use: see [`keep_at_most`].

    pub use crate::context::scope_advice::{advice, advice_for};
    pub use crate::context::scope_memory::{export, import, seed};
    pub use crate::context::scope_state::{all, state};
    pub use crate::decision::advice::Hint;
    pub use crate::decision::quotas::Bucket;
    pub use crate::limits::scope::{
        Advice, Key, LearnedQuotas, NamedScope, NotLearnedQuotas, ScopeId, ScopeParts, ScopeState,
        keep_at_most, named, scope_key,
    };
}

/// Sleep and time for run times other than tokio: the SDK's own `AsyncSleep` and `TimeSource`, once they have
/// been handed over.
#[cfg(feature = "sdk")]
pub mod time {
    pub use crate::clock::{set, unset};
    pub use crate::context::time::with;
}

/// The models that the package `aws-retry-models` runs.
#[cfg(aws_retry_loom)]
#[doc(hidden)]
pub mod models {
    pub use crate::context::MODELS as CALL_CONTEXT;
    pub use crate::limits::rate::MODELS as GATE;
    pub use crate::limits::retry_tokens::model::MODELS as RETRY_TOKENS;
    pub use crate::limits::scope::MODELS as REGISTRY;
}

/// The parts that the crate `aws-retry-fleet` uses. Not part of the public interface.
#[doc(hidden)]
pub mod __fleet {
    pub use crate::limits::rate::fleet::{Command, Member, Throttled, View};
    pub use crate::limits::scope::fleet::{FleetScope, Hub, Installed, install};
}

/// The parts that the attribute's expansion calls. Not part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::clock::{DefaultTimer, Timer};
    pub use crate::context::explained;
    pub use crate::decision::failure::Failure;
    pub use crate::decision::policy::{Codes, Jitter, Log, Mode, Nested, RetryPolicy};
    pub use crate::errors::Stopped;
    pub use crate::expansion::maybe_result::{IntoOutput, TypeOf, methods as as_result};
    pub use crate::expansion::outcome::Outcome;
    pub use crate::expansion::question_mark::{Branch, FromResidual};
    pub use crate::expansion::read_error::{
        Adapters, ErrorType, constructor, error_type, error_type_blocking, error_type_of,
        error_type_of_future, methods as read_error, read_failure,
    };
    pub use crate::expansion::rebind::{
        CloneOrBorrow, clone_for_retry, consume, each_attempt_needs_its_own,
        methods as clone_or_borrow,
    };
    pub use crate::expansion::scope_element::{InScope, methods as scope_element};
    pub use crate::expansion::to_failure::{AsFailure, with_source};
    pub use crate::limits::scope::{Key, elements_named};
    pub use crate::run::site::Site;
    pub use crate::run::{Attempt, Call, Callbacks};
    pub use core::mem::drop;
    pub use core::ops::ControlFlow;
    pub use core::option::Option::{self, None, Some};
    pub use core::pin::Pin;
    pub use core::result::Result::{Err, Ok};
    pub use core::time::Duration;
    pub use std::boxed::Box;
}

/// The parts that this workspace's benchmarks drive. Not part of the public interface.
#[doc(hidden)]
pub mod __retry_tokens {
    pub use crate::decision::budget::Tokens;
    pub use crate::limits::retry_tokens::{Budgets, RetryTokens};
    use crate::limits::scope::{Key, Registry};

    /// Looks for a scope as a call's first failure does, and hands over its retry tokens.
    pub fn of_scope<T>(scope: Key, then: impl FnOnce(&RetryTokens) -> T) -> T {
        let now = std::time::Duration::ZERO;
        then(&Registry::global().find_or_insert(Default::default(), scope, now).tokens)
    }
}

/// The parts that this workspace's simulator and benchmarks drive. Not part of the public interface.
#[doc(hidden)]
pub mod __rate {
    pub use crate::limits::rate::{
        Gate, Kind, RateState, Refused, SendOutcome, SendReport, Sent, Ticket, Timekeeper, Turn,
    };
    pub use core::time::Duration as Time;
}
