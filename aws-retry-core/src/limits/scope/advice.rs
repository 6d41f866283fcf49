//! Advice on one scope, as users get it.

use std::fmt::{self, Display};
use std::time::SystemTime;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::throttled::Throttles;
use crate::decision::advice::{Hint, Measures, hints, place};
use crate::decision::quotas::Bucket;
use crate::decision::shown::shown;

/// What a scope that was throttled has measured, as a request for a higher quota needs it, and what else would help.
///
/// `Display` writes it as a few lines of text. A fact that is not known is `None` and has no line: action, account and
/// region are those parts of the scope that look like one (`ec2:DescribeInstances`, twelve digits, `eu-west-1`), or
/// the region that the interceptor saw. You may set them.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Advice {
    /// The scope's elements with `/` between them, where they are known.
    pub scope: Option<String>,
    /// The action, such as `ec2:DescribeInstances`.
    pub action: Option<String>,
    /// The account's number.
    pub account: Option<String>,
    /// The region's code.
    pub region: Option<String>,
    /// The service of the last throttled answer, as the SDK names it.
    pub service: Option<String>,
    /// Its operation.
    pub operation: Option<String>,
    /// The quota that paced mode has measured in four cycles or more: units per second, and units of a full bucket.
    pub quota: Option<Bucket>,
    /// Throttled attempts since the scope's first throttle.
    pub throttles: u64,
    /// Attempts up to the last throttle, if a send rate has counted them.
    pub attempts: Option<u64>,
    /// The time of the first throttle, if the clock knows the date.
    #[cfg_attr(feature = "serde", serde(serialize_with = "as_text"))]
    pub first_throttle: Option<SystemTime>,
    /// The time of the last one.
    #[cfg_attr(feature = "serde", serde(serialize_with = "as_text"))]
    pub last_throttle: Option<SystemTime>,
    /// The code of the last throttled answer that had a request id. Escaped, and at most 256 characters.
    pub code: Option<String>,
    /// That request id, by which AWS support finds the request.
    pub request_id: Option<String>,
    /// What else would help, most important first. Empty if the measures do not say.
    pub hints: Vec<Hint>,
}

impl Advice {
    /// `parts`: the scope's elements, as far as they are known.
    pub(crate) fn new(throttles: &Throttles, measures: &Measures, parts: &[&str]) -> Self {
        let owned = |text: Option<&str>| text.map(|it| shown(it).into_owned());
        let (answer, place) = (throttles.answer(), place(parts));
        let (first_throttle, last_throttle) = throttles.times();
        Self {
            scope: (!parts.is_empty()).then(|| shown(&parts.join("/")).into_owned()),
            action: owned(place.action),
            account: owned(place.account),
            region: owned(place.region.or(answer.region.as_deref())),
            service: owned(answer.service.as_deref()),
            operation: owned(answer.operation.as_deref()),
            quota: measures.reliable_quota().map(|(refill, capacity)| Bucket { capacity, refill }),
            throttles: measures.throttles,
            attempts: Some(throttles.attempts()).filter(|attempts| *attempts > 0),
            first_throttle,
            last_throttle,
            code: owned(answer.code.as_deref()),
            request_id: owned(answer.request_id.as_deref()),
            hints: hints(measures),
        }
    }
}

/// As RFC 3339 writes it, in whole seconds.
fn date(at: SystemTime) -> Option<String> {
    DateTime::from_secs(DateTime::from(at).secs()).fmt(Format::DateTime).ok()
}

#[cfg(feature = "serde")]
#[expect(clippy::ref_option, reason = "serde calls it so")]
fn as_text<S: serde::Serializer>(
    at: &Option<SystemTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serde::Serialize::serialize(&at.and_then(date), serializer)
}

impl Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "scope: {}", self.scope.as_deref().unwrap_or("(its name is not kept)"))?;
        writeln!(f, "for a request for a higher quota:")?;
        let mut line = |name: &str, value: Option<&dyn Display>| match value {
            Some(value) => writeln!(f, "  {name}: {value}"),
            None => Ok(()),
        };
        fn it<T: Display>(value: &Option<T>) -> Option<&dyn Display> {
            value.as_ref().map(|it| it as &dyn Display)
        }
        line("action", it(&self.action))?;
        line("service", it(&self.service))?;
        line("operation", it(&self.operation))?;
        line("account", it(&self.account))?;
        line("region", it(&self.region))?;
        let quota = self.quota.map(|Bucket { capacity, refill }| {
            format!("{refill:.1} units per second, and {capacity:.0} at once after a pause")
        });
        line("measured quota", it(&quota))?;
        let of = self.attempts.map(|it| format!(" of {it} attempts")).unwrap_or_default();
        line("throttled", Some(&format_args!("{}{of}", self.throttles)))?;
        let dates = self.first_throttle.and_then(date).zip(self.last_throttle.and_then(date));
        line("time", it(&dates.map(|(first, last)| format!("{first} to {last}"))))?;
        line("error code", it(&self.code))?;
        line("request id", it(&self.request_id))?;
        if !self.hints.is_empty() {
            writeln!(f, "advice:")?;
        }
        self.hints.iter().try_for_each(|hint| writeln!(f, "  - {hint}"))
    }
}

#[cfg(test)]
#[path = "advice_tests.rs"]
mod tests;
