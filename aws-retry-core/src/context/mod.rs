//! The surroundings of a call, and the facts that the code inside it can ask for: its attempt's number, its
//! client token, the surrounding deadline and report. All of it follows the future and its task, not the
//! thread: it is in thread-locals that are swapped in for the length of one poll and out again, and that
//! other tasks do not see.

pub(crate) mod ambient;
mod attempt_records;
mod call_context;
mod deadline;
mod explain;
pub(crate) mod harness_state;
mod in_call;
mod report;
pub(crate) mod scope_advice;
pub(crate) mod scope_memory;
pub(crate) mod scope_state;
mod sdk_requests;
mod spent;
mod task;
#[cfg(feature = "sdk")]
pub(crate) mod time;
mod token;

pub(crate) use attempt_records::{AttemptRecord, AttemptRecords};
#[cfg(feature = "sdk")]
pub(crate) use attempt_records::{RecordedBy, SdkAttempt};
pub use call_context::attempt;
#[cfg(aws_retry_loom)]
pub use call_context::model::MODELS;
#[cfg(feature = "sdk")]
pub(crate) use call_context::watch_calls;
pub(crate) use call_context::{Around, CallContext, Stage, gave_up, told_of_requests, with};
pub use deadline::{Deadline, time_left, with_deadline};
#[doc(hidden)]
pub use explain::explained;
pub use explain::{Explanation, explain};
pub use in_call::{InCall, in_call};
pub use report::report;
pub(crate) use sdk_requests::ShownPolicy;
#[cfg(feature = "sdk")]
pub(crate) use sdk_requests::{SdkRequests, SdkRetry};
pub use spent::spent;
pub use token::client_token;
