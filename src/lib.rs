//! One attribute makes an AWS call survive throttling: [`#[aws_retry]`](macro@aws_retry) on the async fn
//! that sends it.
//!
//! ```
//! use aws_retry::aws_retry;
//! use aws_sdk_secretsmanager::{Client, Error, operation::list_secrets::ListSecretsOutput};
//!
//! /// One page of a region's secrets, however hard the service throttles.
//! #[aws_retry(max_retries = 5, base_delay = "500ms")]
//! async fn page(client: &Client, token: Option<String>) -> Result<ListSecretsOutput, Error> {
//!     Ok(client.list_secrets().set_next_token(token).send().await?)
//! }
//! ```
//!
//! The signature, the docs, the visibility and the error type stay as written. A throttle, a 5xx, a
//! time-out or a lost connection is tried again after 0.5 s, 1 s, 2 s, .. (times uniform(0.75, 1.25), at
//! most 30 s before that); anything else, and the last error once the retries are used up, comes back
//! unchanged.
//!
//! # The unit is one request
//!
//! Annotate the fn that sends *one* request. A retried scan of twenty pages starts again at page one, and
//! throttled hard enough it never ends; twenty retried pages do. [`paginate`] makes pages as short as the
//! wrong way.
//!
//! # Arguments
//!
//! | argument | default | meaning |
//! |---|---|---|
//! | `max_retries = 5` | 5 | retries after the first try; `max_attempts = 6` says the same, first try included |
//! | `base_delay = "500ms"` | 500 ms | wait before the first retry: `"250ms"`, `"1.5s"`, `"2m"`, `"1h"`, or an expression of type `Duration` |
//! | `max_delay = "30s"` | 30 s | cap before jitter: with the default jitter a wait reaches 1.25 times it |
//! | `total_timeout = "60s"` | none | from the first poll: attempts, waits and queue. `deadline = EXPR` is the same as an `Instant` |
//! | `added_errors = [..]` | none | more codes, or patterns with `*`, to retry; `throttling_errors = [..]` as throttles |
//! | `idempotent = false` | true | retry only what the service surely did not execute |
//! | `mode = ".."`, `scope = EXPR` | `"decorator"` | whose rules, and with which calls a quota and a rate are shared |
//!
//! The attribute's own page, [`macro@aws_retry`], has them all. Every one is checked at compile time, and
//! an error stands on its token.
//!
//! # Modes
//!
//! | mode | for |
//! |---|---|
//! | `"decorator"` | scripts and services: the boto3 decorator's delays, and a quota that ends retries in an outage |
//! | `"paced"` | many calls against a quota that you don't know: learns it and sends at just that rate, in order |
//! | `"standard"`, `"standard-2.0"`, `"adaptive"`, `"legacy"` | where AWS's own behaviour is wanted to the letter |
//!
//! # Error types
//!
//! `SdkError`, an operation's or a service crate's error, `ErrorMetadata`, `anyhow::Error`, `eyre::Report`,
//! `Box<dyn Error + Send + Sync>`, `io::Error` and every enum that implements `Error` work without a line of
//! code. For a type of your own: `#[derive(AsFailure)]`, or the trait [`AsFailure`] (one method).
//! [`explain!`] answers "why does it not retry?".
//!
//! # Run times
//!
//! | features | what waits |
//! |---|---|
//! | `tokio` (default) | tokio's timer, unless another was handed over |
//! | `sdk` without `tokio` | the SDK's `AsyncSleep` and `TimeSource`: [`time::set`], or [`time::with`] for one future |
//! | neither | blocking calls alone: an async one does not compile, and the error says what to enable |
//!
//! A call that finds no timer gives up at its first failure and says so ([`Reason::NoTimer`]).
//!
//! `default-features = false, features = ["sdk"]` compiles for `wasm32-unknown-unknown`, with `tracing`,
//! `metrics` and `aws-config` too; CI checks it where the target is installed. There the standard library has
//! neither a clock nor randomness: hand over both sleep and time, and don't rely on [`client_token`] or on
//! jitter, which are the same in each instance.
//!
//! # Without the attribute
//!
//! [`RetryPolicy`] is a `const` builder with the same arguments: `policy.run(|| client.list_secrets().send())`,
//! [`RetryPolicy::run_blocking`] for blocking code.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(inline)]
pub use aws_retry_core::*;
#[doc(inline)]
pub use aws_retry_macro::*;

#[doc(hidden)]
pub use aws_retry_core::__private;

/// The code in the guide to the modes compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../docs/modes.md")]
struct Modes;

/// The code on the attribute's page compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../aws-retry-macro/ATTRIBUTE.md")]
struct Attribute;
