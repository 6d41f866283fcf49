//! The choices that a policy offers.

/// The retry rules that a call follows. A mode sets the defaults; values written beside it win.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Mode {
    /// The boto3 decorator's mode: 5 retries, 500 ms doubled up to 30 s, times uniform(0.75, 1.25). In
    /// addition, retries of transient failures take retry tokens.
    #[default]
    Decorator,
    /// botocore's legacy mode: 5 attempts, `rand * 2^i` seconds, no retry tokens.
    Legacy,
    /// AWS's standard mode, Retry Behavior 2.1.
    Standard,
    /// AWS's standard mode, Retry Behavior 2.0.
    Standard20,
    /// AWS's adaptive mode: standard, plus a send rate learned from the throttles.
    Adaptive,
    /// Learns the quota from the throttles and sends at exactly that rate, in order.
    Paced,
}

/// The random spread of a wait around the computed backoff `b` (after the cap).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Jitter {
    /// `b * uniform(0.75, 1.25)`, the Python decorator's jitter; `jitter = true`.
    Scaled,
    /// Exactly `b`; `jitter = false`.
    None,
    /// `b * uniform(0, 1)`: best if there are many clients.
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
    /// The Python decorator's eleven codes, AWS's fourteen throttling codes and its transient ones, and HTTP
    /// 429. In the decorator's and the paced mode also the throttles and the server faults in the models of
    /// all services.
    #[default]
    Default,
    /// The Python decorator's eleven codes alone; implies `transient(false)` unless `transient` is written.
    Python,
    /// The default set plus codes that end in `NotFound`, for reads after a create.
    Eventual,
}

/// The treatment of a failure on which an annotated call inside this one gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Nested {
    /// Passes the failure on: only the innermost call retries, so retries do not multiply.
    #[default]
    Pass,
    /// Retries it like any other failure.
    Retry,
}

/// Level of the log lines of retries. The line for a give-up is an error at every level but `Off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the variants are the levels of `tracing`")]
pub enum Log {
    /// No lines, not even for the give-up.
    Off,
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// The send rate that a mode keeps, and the way to find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateKind {
    /// AWS's adaptive mode.
    Adaptive,
    /// The quota measured from its throttles.
    Paced,
}
