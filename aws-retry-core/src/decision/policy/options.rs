//! The choices that a policy offers.

/// The retry rules that a call follows. A mode sets the defaults; values written beside it win.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Mode {
    /// The boto3 decorator's: 5 retries, 500 ms doubled up to 30 s, times uniform(0.75, 1.25), plus the
    /// retry tokens on transient failures.
    #[default]
    Decorator,
    /// botocore's legacy mode: 5 attempts, `rand * 2^i` seconds, no retry tokens.
    Legacy,
    /// AWS's standard mode, Retry Behavior 2.1.
    Standard,
    /// AWS's standard mode, Retry Behavior 2.0.
    Standard20,
    /// AWS's adaptive mode: standard plus a send rate that the throttles teach.
    Adaptive,
    /// Learns the quota from the throttles and sends at just that rate, in order.
    Paced,
}

/// How a wait is spread around the computed backoff `b` (after the cap).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Jitter {
    /// `b * uniform(0.75, 1.25)`, the Python decorator's; `jitter = true`.
    Scaled,
    /// `b`; `jitter = false`.
    None,
    /// `b * uniform(0, 1)`: best for many clients.
    Full,
    /// `b/2 + b/2 * uniform(0, 1)`.
    Equal,
    /// `min(max_delay, uniform(base_delay, 3 * previous wait))`.
    Decorrelated,
}

/// A built-in set of error codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Codes {
    /// The Python decorator's eleven, AWS's fourteen throttling codes, its transient ones, HTTP 429; in the
    /// decorator's and the paced mode also the throttles and the server faults in the models of all services.
    #[default]
    Default,
    /// The Python decorator's eleven alone; implies `transient(false)` unless that is written.
    Python,
    /// The default set plus codes that end in `NotFound`: for reads after a create.
    Eventual,
}

/// The treatment of a failure that an annotated call inside this one gave up on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Nested {
    /// Passes it on: the innermost call retries, nothing multiplies.
    #[default]
    Pass,
    /// Retries it as any other failure.
    Retry,
}

/// Level of the log lines of retries. The line for a give-up is an error at every level but `Off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the variants are the levels of `tracing`")]
pub enum Log {
    /// No line, not even for the give-up.
    Off,
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// The send rate that a mode keeps, and how it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateKind {
    /// AWS's adaptive mode.
    Adaptive,
    /// The quota measured from its throttles.
    Paced,
}
