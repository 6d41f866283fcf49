//! The limit that a throttle names: in the body of the answer, or in the `Debug` output of a modeled error.

use std::borrow::Cow;

use super::fields::{Fields, Part};
use crate::decision::throttle::{Limit, Throttle};

/// The longest body that is searched. Those of errors are much shorter.
#[cfg(feature = "sdk")]
const LONGEST_BODY: usize = 64 * 1024;

/// The limit that the body of an error names. DynamoDB: `{"ThrottlingReasons":[{"reason":"..","resource":".."}]}`;
/// Lambda: `{"Reason":".."}`.
#[cfg(feature = "sdk")]
pub(super) fn of_body(body: &[u8]) -> Option<Throttle<'_>> {
    let body = std::str::from_utf8(body.get(..LONGEST_BODY).unwrap_or(body)).ok()?;
    // Most errors name none.
    if body.contains("eason") { of_fields(body) } else { None }
}

/// The limit that a modeled error names in its `Debug` output. DynamoDB: `throttling_reasons:
/// Some([ThrottlingReason { reason: Some(".."), resource: Some("..") }])`; Lambda: `reason: Some(..)`.
pub(super) fn of_debug(text: &str) -> Option<Throttle<'static>> {
    let Throttle { limit, resource, .. } = of_fields(text)?;
    Some(Throttle::new(limit, resource.map(|it| Cow::Owned(it.into_owned()))))
}

fn of_fields(text: &str) -> Option<Throttle<'_>> {
    let mut found = Vec::new();
    // The number of brackets that are open since the list began.
    let mut in_list = 0_u32;
    let mut limit = None;
    let mut resource = None;
    for part in Fields::new(text) {
        match part {
            Part::Open(name) if in_list > 0 || name.is_some_and(is_list) => in_list += 1,
            Part::Value("reason" | "Reason", name) => {
                // Outside the list, any field may have this name.
                limit = Limit::named(&name).or((in_list > 0).then_some(Limit::Unknown));
            }
            Part::Value("resource", value) if in_list > 0 => resource = Some(value),
            Part::Open(_) | Part::Value(..) => {}
            Part::Close => {
                let resource = resource.take();
                found.extend(limit.take().map(|limit| Throttle::new(limit, resource)));
                in_list = in_list.saturating_sub(1);
            }
        }
    }
    Throttle::that_decides(found)
}

fn is_list(name: &str) -> bool {
    matches!(name, "ThrottlingReasons" | "throttlingReasons" | "throttling_reasons")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle(limit: Limit, resource: Option<&str>) -> Option<Throttle<'_>> {
        Some(Throttle::new(limit, resource.map(Cow::Borrowed)))
    }

    const ARN: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/songs";

    #[cfg(feature = "sdk")]
    #[test]
    fn the_limit_is_read_from_a_body() {
        let hot = Limit::TableReadKeyRangeThroughputExceeded;
        for list in ["ThrottlingReasons", "throttlingReasons"] {
            let body = format!(
                r#"{{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
                    "{list}":[{{"reason":"TableReadKeyRangeThroughputExceeded","resource":"{ARN}"}}],
                    "message":"too fast"}}"#
            );
            assert_eq!(of_body(body.as_bytes()), throttle(hot, Some(ARN)));
        }
        let lambda =
            r#"{"Reason":"CallerRateLimitExceeded","Type":"User","message":"Rate exceeded"}"#;
        assert_eq!(of_body(lambda.as_bytes()), throttle(Limit::CallerRateLimitExceeded, None));
        let new = r#"{"ThrottlingReasons":[{"resource":"r","reason":"TableReadMoonExceeded"}]}"#;
        assert_eq!(of_body(new.as_bytes()), throttle(Limit::Unknown, Some("r")));
        let both = format!(
            r#"{{"ThrottlingReasons":[
                {{"reason":"IndexWriteKeyRangeThroughputExceeded","resource":"{ARN}/index/a"}},
                {{"reason":"TableWriteAccountLimitExceeded","resource":"{ARN}"}}]}}"#
        );
        let account = Limit::TableWriteAccountLimitExceeded;
        assert_eq!(of_body(both.as_bytes()), throttle(account, Some(ARN)));
    }

    #[cfg(feature = "sdk")]
    #[test]
    fn a_body_without_a_known_limit_names_none() {
        for body in [
            "",
            "{}",
            "<html>Reason</html>",
            r#"{"Reason":"because"}"#,
            r#"{"reason":null,"ThrottlingReasons":[]}"#,
            r#"{"message":"\"Reason\":\"CallerRateLimitExceeded\""}"#,
            r#"{"Reason":"CallerRateLimitExceeded"#,
        ] {
            assert_eq!(of_body(body.as_bytes()), None, "{body}");
        }
        let long =
            format!(r#"{{"m":"{}","Reason":"CallerRateLimitExceeded"}}"#, "ä".repeat(1 << 16));
        assert_eq!(of_body(long.as_bytes()), None, "too long");
        assert_eq!(of_body(b"{\"Reason\":\"\xff\"}"), None);
    }

    /// As the SDKs of DynamoDB and Lambda derive it.
    #[test]
    fn the_limit_is_read_from_the_debug_output_of_a_modeled_error() {
        #[derive(Debug)]
        #[allow(dead_code, reason = "printed")]
        struct ThrottlingReason {
            reason: Option<String>,
            resource: Option<String>,
        }
        #[derive(Debug)]
        #[allow(dead_code, reason = "printed")]
        struct ProvisionedThroughputExceededException {
            message: Option<String>,
            throttling_reasons: Option<Vec<ThrottlingReason>>,
        }
        #[derive(Debug)]
        #[allow(dead_code, reason = "printed")]
        enum ThrottleReason {
            CallerRateLimitExceeded,
            Unknown(String),
        }
        #[derive(Debug)]
        #[allow(dead_code, reason = "printed")]
        struct TooManyRequestsException {
            message: Option<String>,
            reason: Option<ThrottleReason>,
        }
        let forged =
            Some("reason: Some(CallerRateLimitExceeded), resource: Some(\"forged\")".into());
        let reasons = |names: &[&str]| {
            let named = |name: &&str| ThrottlingReason {
                reason: Some((*name).into()),
                resource: Some(ARN.into()),
            };
            let list = (!names.is_empty()).then(|| names.iter().map(named).collect());
            let error = ProvisionedThroughputExceededException {
                message: forged.clone(),
                throttling_reasons: list,
            };
            of_debug(&format!("{error:?}"))
        };
        assert_eq!(reasons(&[]), None);
        let hot = Limit::IndexWriteKeyRangeThroughputExceeded;
        assert_eq!(reasons(&[hot.as_str()]), throttle(hot, Some(ARN)));
        assert_eq!(reasons(&["NewLimitExceeded"]), throttle(Limit::Unknown, Some(ARN)));
        let lambda = |reason| {
            let error = TooManyRequestsException { message: forged.clone(), reason };
            of_debug(&format!("{error:?}"))
        };
        let caller = lambda(Some(ThrottleReason::CallerRateLimitExceeded));
        assert_eq!(caller, throttle(Limit::CallerRateLimitExceeded, None));
        assert_eq!(lambda(Some(ThrottleReason::Unknown("NewLimit".into()))), None);
        assert_eq!(lambda(None), None);
    }
}
