//! The server's hint of how long to wait: its forms, the modes in which it counts, and how it combines with
//! the computed wait.

use std::time::Duration;
#[cfg(feature = "sdk")]
use {
    aws_smithy_types::{DateTime, date_time::Format},
    std::num::IntErrorKind,
};

/// The server's hint of how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryAfter {
    /// `x-amz-retry-after`, in milliseconds: read in every mode but legacy.
    Amz(Duration),
    /// `Retry-After`, in seconds or as a date that is compared with the response's own `Date`: read in the
    /// decorator's and the paced mode.
    Http(Duration),
}

/// The texts of the headers that hold a hint.
#[cfg(feature = "sdk")]
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HintHeaders<'h> {
    /// `x-amz-retry-after`.
    pub amz: Option<&'h str>,
    /// `retry-after`.
    pub http: Option<&'h str>,
    /// `date`.
    pub date: Option<&'h str>,
}

#[cfg(feature = "sdk")]
impl HintHeaders<'_> {
    /// The hint. AWS's own header wins over HTTP's; a text that is neither a number nor a date is not a hint.
    pub fn parse(self) -> Option<RetryAfter> {
        let amz = self.amz.and_then(whole_number);
        amz.map(|millis| RetryAfter::Amz(Duration::from_millis(millis)))
            .or_else(|| self.parse_http().map(RetryAfter::Http))
    }

    /// Seconds, or a date compared with the response's own `Date`: the client's clock may be wrong, but the
    /// server's two dates come from one clock.
    fn parse_http(self) -> Option<Duration> {
        let value = self.http?.trim();
        if let Some(seconds) = whole_number(value) {
            return Some(Duration::from_secs(seconds));
        }
        let parse = |text: &str| DateTime::from_str(text.trim(), Format::HttpDate).ok();
        let seconds = parse(value)?.secs().checked_sub(parse(self.date?)?.secs())?;
        Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
    }
}

/// A whole number. One that is too large counts as the largest.
#[cfg(feature = "sdk")]
fn whole_number(text: &str) -> Option<u64> {
    match text.trim().parse::<u64>() {
        Ok(number) => Some(number),
        Err(error) => (*error.kind() == IntErrorKind::PosOverflow).then_some(u64::MAX),
    }
}

/// How a mode combines the hint with the computed wait `t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HintRule {
    /// botocore's legacy mode does not read hints.
    Ignore,
    /// `max(t, min(hint, max_delay))`, where up to a tenth of the hint is added to it at random.
    /// `Retry-After` counts as well.
    AtLeast,
    /// Retry Behavior 2.0: `min(hint, max_delay)`, from `x-amz-retry-after` alone.
    Instead,
    /// Retry Behavior 2.1: `clamp(hint, t, t + 5 s)`, from `x-amz-retry-after` alone.
    Within5s,
}

impl HintRule {
    /// The wait under this rule, given the wait `computed` by backoff and jitter. `random`: uniform in [0,
    /// 1).
    pub fn wait(
        self,
        computed: Duration,
        hint: Option<RetryAfter>,
        max_delay: Duration,
        random: f64,
    ) -> Duration {
        const MOST_ABOVE: Duration = Duration::from_secs(5);
        const HINT_JITTER: f64 = 0.1;
        match (self, hint) {
            (Self::AtLeast, Some(RetryAfter::Amz(hint) | RetryAfter::Http(hint))) => {
                // Clients that get the same hint must not come back at the same moment.
                let hint = hint.min(max_delay);
                let more = HINT_JITTER * random.clamp(0.0, 1.0) * hint.as_secs_f64();
                let more = Duration::try_from_secs_f64(more).unwrap_or_default();
                computed.max(hint.saturating_add(more))
            }
            (Self::Instead, Some(RetryAfter::Amz(hint))) => hint.min(max_delay),
            (Self::Within5s, Some(RetryAfter::Amz(hint))) => {
                hint.clamp(computed, computed.saturating_add(MOST_ABOVE))
            }
            _ => computed,
        }
    }
}

#[cfg(all(test, feature = "sdk"))]
mod tests {
    use super::*;

    #[test]
    fn aws_header_wins_and_a_date_is_read_against_the_responses_own() {
        let at = "Wed, 21 Oct 2026 07:28:00 GMT";
        let none = HintHeaders::default();
        let amz = |text| HintHeaders { amz: Some(text), ..none };
        let http = |text| HintHeaders { http: Some(text), ..none };
        let dated = |text| HintHeaders { date: Some(at), ..http(text) };
        let millis = |millis| Some(RetryAfter::Amz(Duration::from_millis(millis)));
        let seconds = |seconds| Some(RetryAfter::Http(Duration::from_secs(seconds)));
        for (headers, expected) in [
            (amz("1500"), millis(1500)),
            (amz("99999999999999999999"), millis(u64::MAX)),
            (amz("-1"), None),
            (amz("soon"), None),
            (http("2"), seconds(2)),
            (HintHeaders { amz: Some("7"), ..http("2") }, millis(7)),
            (HintHeaders { amz: Some("x"), ..http("2") }, seconds(2)),
            (dated("Wed, 21 Oct 2026 07:28:09 GMT"), seconds(9)),
            (dated("Wed, 21 Oct 2026 07:27:00 GMT"), seconds(0)),
            (http("Wed, 21 Oct 2026 07:28:09 GMT"), None),
            (http("-3"), None),
            (none, None),
        ] {
            assert_eq!(headers.parse(), expected, "{headers:?}");
        }
    }

    #[test]
    fn each_rule_with_each_header() {
        let second = Duration::from_secs(1);
        let (amz, http) = (RetryAfter::Amz(second * 10), RetryAfter::Http(second * 10));
        for (rule, of_amz, of_http) in [
            (HintRule::Ignore, 2, 2),
            // A tenth of the hint is added at most.
            (HintRule::AtLeast, 11, 11),
            // AWS's own rules read only AWS's own header.
            (HintRule::Instead, 10, 2),
            (HintRule::Within5s, 7, 2),
        ] {
            let wait = |hint| rule.wait(second * 2, hint, second * 20, 1.0);
            assert_eq!(wait(Some(amz)), second * of_amz, "{rule:?}");
            assert_eq!(wait(Some(http)), second * of_http, "{rule:?}");
            assert_eq!(wait(None), second * 2, "{rule:?}");
        }
        let (short, long) = (RetryAfter::Amz(second), RetryAfter::Amz(second * 100));
        for (rule, of_short, of_long) in
            [(HintRule::AtLeast, 2, 21), (HintRule::Instead, 1, 20), (HintRule::Within5s, 2, 7)]
        {
            let wait = |hint| rule.wait(second * 2, Some(hint), second * 20, 0.5);
            assert_eq!(
                (wait(short), wait(long)),
                (second * of_short, second * of_long),
                "{rule:?}"
            );
        }
    }
}
