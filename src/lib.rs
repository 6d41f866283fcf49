//! One attribute makes an AWS call survive throttling: [`#[aws_retry]`](macro@aws_retry) on the async function
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
//! time-out or a lost connection is retried after 0.5 s, 1 s, 2 s and so on, at most 30 s, each times a random
//! number between 0.75 and 1.25. Any other error, and the last error once the retries are used up, comes back
//! unchanged.
//!
//! # Retry a request, not a loop
//!
//! Annotate the function that sends *one* request. A retried scan of twenty pages starts again at page one and,
//! throttled hard enough, never finishes. Twenty retried pages do. [`paginate`] makes retried pages as short to
//! write.
//!
//! # Arguments
//!
//! | argument | default | meaning |
//! |---|---|---|
//! | `max_retries = 5` | 5 | retries after the first attempt; `max_attempts = 6` counts the first one too |
//! | `base_delay = "500ms"` | 500 ms | wait before the first retry: `"250ms"`, `"1.5s"`, `"2m"`, `"1h"`, or an expression of type `Duration` |
//! | `max_delay = "30s"` | 30 s | cap before jitter: with the default jitter a wait can reach 1.25 times it |
//! | `total_timeout = "60s"` | none | bound on the whole call from its first poll: attempts, waits and queueing. `deadline = EXPR` is the same as an `Instant` |
//! | `added_errors = [..]` | none | more codes to retry, or patterns with `*`; `throttling_errors = [..]` adds throttles |
//! | `idempotent = false` | true | retry only if the request certainly was not executed |
//! | `mode = ".."`, `scope = EXPR` | `"decorator"`, the function | which retry rules apply; which calls share retry tokens and a send rate |
//!
//! The attribute's own page, [`macro@aws_retry`], has all of them. Each is checked at compile time, and an error
//! points at its token.
//!
//! # Modes
//!
//! | mode | use it for |
//! |---|---|
//! | `"decorator"` | scripts and services: the boto3 decorator's delays, with retry tokens that end the retries in an outage |
//! | `"paced"` | many calls against an unknown quota: it measures the quota and sends just below it, in order |
//! | `"standard"`, `"standard-2.0"`, `"adaptive"`, `"legacy"` | AWS's own behavior, exactly |
//!
//! # Quotas that are not requests per second
//!
//! In paced mode `cost = items.len()` counts the units of a quota (items, records, capacity units, tokens)
//! instead of attempts, and [`spent`] corrects them once the answer is known. `known_rate` and `known_burst`
//! begin at a published quota, such as those in [`quotas::ec2`]. [`scope::export`] and [`scope::import`] let a
//! restarted process, or a Lambda function's cold start, begin where the last one was.
//!
//! # Error types
//!
//! `SdkError`, an operation's or a service crate's error, `ErrorMetadata`, `anyhow::Error`, `eyre::Report`,
//! `Box<dyn Error + Send + Sync>`, `io::Error` and every enum that implements `Error` work without a line of
//! code. For a type of your own, use `#[derive(AsFailure)]`, or implement [`AsFailure`] (one method).
//! [`explain!`] says why an error is or is not retried.
//!
//! # Run times
//!
//! | features | source of waits |
//! |---|---|
//! | `tokio` (default) | tokio's timer, unless another one is set |
//! | `sdk` without `tokio` | the SDK's `AsyncSleep` and `TimeSource`: [`time::set`], or [`time::with`] for one future |
//! | neither | only blocking calls: an async call does not compile, and the error names the feature to enable |
//!
//! A call that finds no timer gives up at its first failure, with [`Reason::NoTimer`].
//!
//! `default-features = false, features = ["sdk"]` compiles for `wasm32-unknown-unknown`, also with `tracing`,
//! `metrics` and `aws-config`. There the standard library has neither a clock nor randomness: set both sleep and
//! time, and do not rely on [`client_token`] or on jitter, which are the same in each instance.
//!
//! # Without the attribute
//!
//! [`RetryPolicy`] is a `const` builder with the same arguments: `policy.run(|| client.list_secrets().send())`,
//! and [`RetryPolicy::run_blocking`] for blocking code.
//!
//! # Batches
//!
//! An answer to `BatchWriteItem`, `PutRecords` or `SendMessageBatch` is a success even if most items were
//! throttled. [`batch`] sends again those that an answer hands back, and accounts for every item.

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
