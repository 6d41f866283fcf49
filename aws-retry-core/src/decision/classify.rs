//! From a policy and a failure to a verdict.

use std::fmt;

use crate::decision::codes::{self, Code};
use crate::decision::failure::{Failure, Kind, Transport};
use crate::decision::policy::{Codes, Mode, Resolved};

/// The answers of the caller's predicates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Predicates {
    /// `retry_if` (or `retry_if_ok`) asked for a retry.
    pub asked: bool,
    /// `unless` forbade one.
    pub vetoed: bool,
    /// The outcome is a success that is retried nevertheless.
    pub of_success: Option<OfSuccess>,
}

/// A success that is retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfSuccess {
    /// `retry_if_ok` asked for it.
    Retried,
    /// `throttled_if_ok` asked for it: parts of the request were throttled.
    Throttled,
}

/// The kind of a failure, and the rule that decided it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub kind: Kind,
    pub rule: Rule,
}

impl Verdict {
    pub fn is_retryable(self) -> bool {
        self.kind.is_retryable()
    }

    /// Whether the request certainly was not executed: the service's own throttling code, or a connection
    /// that was never made.
    pub fn surely_not_executed(self, failure: &Failure<'_>) -> bool {
        let by_code = !matches!(self.rule, Rule::Status(_) | Rule::PredicateOfSuccess)
            && !failure.code().is_some_and(codes::is_of_a_dependency);
        (self.kind == Kind::Throttled && by_code)
            || matches!(
                failure.transport,
                Some(Transport::NeverConnected | Transport::ConnectTimeout)
            )
    }
}

/// The rule that decided. Its `Display` completes the sentence "this is so since ..".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Excluded,
    Vetoed,
    Credentials,
    ThrottlingList,
    RetryableList,
    AddedList,
    Declared,
    Set(&'static str),
    Service,
    Modeled,
    Status(u16),
    Transport(Transport),
    Predicate,
    PredicateOfSuccess,
    TransientOff,
    NothingMatches,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Excluded => f.write_str("`excluded_errors` names its code"),
            Self::Vetoed => f.write_str("`unless` vetoed it"),
            Self::Credentials => {
                f.write_str("credentials are missing, invalid or expired: no retry helps")
            }
            Self::ThrottlingList => f.write_str("`throttling_errors` names its code"),
            Self::RetryableList => f.write_str("`retryable_errors` names its code"),
            Self::AddedList => f.write_str("`added_errors` names its code"),
            Self::Declared => f.write_str("its type says so"),
            Self::Set(set) => write!(f, "its code is in {set}"),
            Self::Service => f.write_str("its service retries this code"),
            Self::Modeled => f.write_str("the service's model marks it as retryable"),
            Self::Status(status) => write!(f, "HTTP {status} is retried"),
            Self::Transport(Transport::NeverConnected | Transport::ConnectTimeout) => {
                f.write_str("the connection was never made")
            }
            Self::Transport(Transport::Io) => f.write_str("the connection was lost"),
            Self::Transport(Transport::Timeout) => f.write_str("it timed out"),
            Self::Transport(Transport::Response) => f.write_str("the response could not be parsed"),
            Self::Transport(_) => f.write_str("the request could not be sent as it is"),
            Self::Predicate => f.write_str("`retry_if` asked for it"),
            Self::PredicateOfSuccess => {
                f.write_str("`throttled_if_ok` found throttled parts in a success")
            }
            Self::TransientOff => {
                f.write_str("it is transient, and the policy says `transient = false`")
            }
            Self::NothingMatches => {
                f.write_str("no rule retries it: neither its code nor its status")
            }
        }
    }
}

/// The verdict on `failure` under `policy`. The rules apply in the order of the code.
pub(crate) fn classify(policy: &Resolved, failure: &Failure<'_>, said: Predicates) -> Verdict {
    let code = failure.code().map(|text| Code { text, guessed: failure.guessed() });
    let named = |list: &[&str]| code.is_some_and(|code| code.in_list(list));
    let verdict = |kind, rule| Verdict { kind, rule };

    if named(policy.excluded) {
        return verdict(Kind::Permanent, Rule::Excluded);
    }
    if said.vetoed {
        return verdict(Kind::Permanent, Rule::Vetoed);
    }
    if named(policy.throttling) {
        return verdict(Kind::Throttled, Rule::ThrottlingList);
    }
    if named(policy.retryable.unwrap_or_default()) {
        let kind = code.and_then(natural_kind).unwrap_or(Kind::Other);
        return verdict(kind, Rule::RetryableList);
    }
    // First the built-in rules, then the user's additions: a throttle that is in both stays a throttle.
    let built_in = built_in(policy, failure, code);
    if matches!(built_in.kind, Kind::Throttled | Kind::Transient | Kind::Other) {
        return built_in;
    }
    if named(policy.added) {
        return verdict(Kind::Other, Rule::AddedList);
    }
    if said.of_success == Some(OfSuccess::Throttled) {
        return verdict(Kind::Throttled, Rule::PredicateOfSuccess);
    }
    if said.asked {
        return verdict(Kind::Other, Rule::Predicate);
    }
    built_in
}

fn built_in(policy: &Resolved, failure: &Failure<'_>, code: Option<Code<'_>>) -> Verdict {
    let verdict = |kind, rule| Verdict { kind, rule };
    let credentials = code.is_some_and(|code| code.in_list(codes::CREDENTIALS));
    if credentials || failure.transport == Some(Transport::Credentials) {
        return verdict(Kind::Credentials, Rule::Credentials);
    }
    match failure.declared {
        Some(Kind::Transient) if !policy.transient => {
            return verdict(Kind::Permanent, Rule::TransientOff);
        }
        Some(kind) => return verdict(kind, Rule::Declared),
        None => {}
    }
    // A throttling code beats a 5xx status.
    if policy.retryable.is_none()
        && let Some(found) = code.and_then(|code| by_code(policy, failure, code))
    {
        return found;
    }
    let transient = by_transport(failure).or_else(|| by_status(policy, failure));
    match transient {
        Some(found) if found.kind == Kind::Transient && !policy.transient => {
            verdict(Kind::Permanent, Rule::TransientOff)
        }
        Some(found) => found,
        None => verdict(Kind::Permanent, Rule::NothingMatches),
    }
}

/// The verdict on the code alone, under the policy's mode and set.
fn by_code(policy: &Resolved, failure: &Failure<'_>, code: Code<'_>) -> Option<Verdict> {
    let kind = natural_kind(code).unwrap_or(Kind::Other);
    let of_set = |set| Verdict { kind, rule: Rule::Set(set) };
    if policy.codes == Codes::Python {
        let listed = codes::DECORATOR.contains(&code.text);
        return listed.then(|| of_set("the Python decorator's set"));
    }
    let service = policy.service.or(failure.service());
    let service =
        policy.service_rules.iter().find(|it| it.matches(service, failure.status, code.text));
    if let Some(rule) = service {
        let kind = if rule.throttled { Kind::Throttled } else { Kind::Transient };
        return Some(Verdict { kind, rule: Rule::Service });
    }
    // Of the sets, botocore's legacy mode uses only the codes that the policy adds.
    let aws = policy.mode != Mode::Legacy;
    let set = match policy.mode {
        Mode::Decorator | Mode::Paced if codes::DECORATOR.contains(&code.text) => {
            "the Python decorator's set"
        }
        _ if aws && codes::THROTTLING.contains(&code.text) => "AWS's throttling codes",
        _ if aws && codes::TRANSIENT.contains(&code.text) => "AWS's transient codes",
        _ if policy.codes == Codes::Eventual && code.in_list(codes::EVENTUAL) => {
            "the codes of eventual consistency"
        }
        Mode::Legacy => return by_lost_status(policy, failure),
        Mode::Standard | Mode::Standard20 | Mode::Adaptive => {
            let modeled = failure.modeled_kind.map(|kind| Verdict { kind, rule: Rule::Modeled });
            return modeled.or_else(|| by_lost_status(policy, failure));
        }
        Mode::Decorator | Mode::Paced => return by_models(policy, failure, code.text),
    };
    Some(of_set(set))
}

/// The verdict by the models of AWS's services, beyond the sets that every SDK has: by the operation's model
/// if the error's type still knows it, else by all of them.
fn by_models(policy: &Resolved, failure: &Failure<'_>, code: &str) -> Option<Verdict> {
    let verdict = |kind, rule| Some(Verdict { kind, rule });
    if codes::is_throttle(code) {
        return verdict(Kind::Throttled, Rule::Set("the throttling codes of AWS's models"));
    }
    let transient = match failure.modeled_kind {
        Some(Kind::Throttled) => return verdict(Kind::Throttled, Rule::Modeled),
        Some(_) => Rule::Modeled,
        None if codes::is_server_fault(code) => SERVER_FAULTS,
        None if codes::is_retryable(code) => Rule::Set("the codes that AWS marks as retryable"),
        None => return None,
    };
    if policy.transient {
        verdict(Kind::Transient, transient)
    } else {
        verdict(Kind::Permanent, Rule::TransientOff)
    }
}

/// AWS's modes retry HTTP 500, 502, 503 and 504. An error that lost its status may still have a code that
/// means one of them.
fn by_lost_status(policy: &Resolved, failure: &Failure<'_>) -> Option<Verdict> {
    let meant = failure.status.is_none()
        && !failure.guessed()
        && policy.transient
        && failure.code().is_some_and(codes::is_server_fault);
    meant.then_some(Verdict { kind: Kind::Transient, rule: SERVER_FAULTS })
}

const SERVER_FAULTS: Rule = Rule::Set("the server faults of AWS's models");

/// The kind of a code in the modes that retry it.
fn natural_kind(code: Code<'_>) -> Option<Kind> {
    if codes::is_throttle(code.text) {
        Some(Kind::Throttled)
    } else if codes::is_server_fault(code.text) || codes::TRANSIENT.contains(&code.text) {
        Some(Kind::Transient)
    } else {
        None
    }
}

fn by_transport(failure: &Failure<'_>) -> Option<Verdict> {
    let transport = failure.transport?;
    let kind = match transport {
        Transport::NeverConnected
        | Transport::ConnectTimeout
        | Transport::Io
        | Transport::Timeout
        | Transport::Response => Kind::Transient,
        Transport::Construction | Transport::Credentials | Transport::Other => Kind::Permanent,
    };
    Some(Verdict { kind, rule: Rule::Transport(transport) })
}

fn by_status(policy: &Resolved, failure: &Failure<'_>) -> Option<Verdict> {
    let status = failure.status?;
    let kind = match (status, policy.mode) {
        // The user asked for exactly these codes.
        (429, _) if policy.codes == Codes::Python || policy.retryable.is_some() => return None,
        // AWS's modes leave a 429 to its code if the operation models that code.
        (429, Mode::Standard | Mode::Standard20 | Mode::Adaptive)
            if failure.modeled == Some(true) =>
        {
            return None;
        }
        (429, _) => Kind::Throttled,
        _ if policy.statuses.contains(&status) => Kind::Transient,
        _ => return None,
    };
    Some(Verdict { kind, rule: Rule::Status(status) })
}

#[cfg(test)]
#[path = "classify_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "classify_tables.rs"]
mod tables;
