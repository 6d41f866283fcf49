//! The text of an advice: a line per known fact, and none for the others.

use std::time::Duration;

use super::*;
use crate::decision::failure::Failure;
use crate::limits::rate::Signs;
use crate::limits::scope::throttled::Throttled;

fn throttles(failure: &Failure<'_>, at: Option<SystemTime>, sends: u64) -> Throttles {
    let mut all = Throttles::default();
    let signs = Signs { sends, ..Signs::default() };
    let it = Throttled {
        failure,
        paced: sends > 0,
        own_limit: false,
        again: false,
        attempt: 1,
        reason: None,
        told: false,
        at,
        signs,
    };
    all.add(&it);
    all.add(&it);
    all
}

#[test]
fn a_fact_has_a_line_only_if_it_is_known() {
    let bare = throttles(&Failure::throttled(), None, 0);
    let bare = Advice::new(&bare, bare.measures(), &[]);
    assert_eq!(
        bare.to_string(),
        "scope: (its name is not kept)\nfor a request for a higher quota:\n  throttled: 2\n"
    );

    let failure = Failure::throttled().with_code("Throttling\n").with_request_id("id-7");
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_800_000_000_900);
    let parts = ["ec2:DescribeInstances", "123456789012", "eu-west-1"];
    let full = throttles(&failure, Some(at), 80);
    let quota = Some((19.84, 99.7));
    let full = Advice::new(&full, &Measures { quota, cycles: 7, ..*full.measures() }, &parts);
    assert_eq!(
        full.to_string(),
        "scope: ec2:DescribeInstances/123456789012/eu-west-1\n\
         for a request for a higher quota:\n  \
           action: ec2:DescribeInstances\n  \
           account: 123456789012\n  \
           region: eu-west-1\n  \
           measured quota: 19.8 units per second, and 100 at once after a pause\n  \
           throttled: 2 of 80 attempts\n  \
           time: 2027-01-15T08:00:00Z to 2027-01-15T08:00:00Z\n  \
           error code: Throttling\\n\n  \
           request id: id-7\n\
         advice:\n  \
           - start at the quota: `known_rate = 19.8, known_burst = 100` (or a value that AWS publishes, see \
             `quotas`) saves the throttles of the search\n"
    );
}

#[test]
fn a_user_names_what_the_scope_does_not_say() {
    let throttles = throttles(&Failure::throttled(), None, 0);
    let mut advice = Advice::new(&throttles, throttles.measures(), &["orders"]);
    assert_eq!((advice.scope.as_deref(), &advice.account), (Some("orders"), &None));
    advice.account = Some("123456789012".into());
    assert!(advice.to_string().contains("\n  account: 123456789012\n"), "{advice}");
}

#[test]
fn an_action_is_a_service_in_lower_case_and_an_operation_in_camel_case() {
    for (part, is_action) in [
        ("ec2:DescribeInstances", true),
        ("iot-data:Publish", true),
        (":Publish", false),
        ("Ec2:DescribeInstances", false),
        ("ec2:describeInstances", false),
        ("ec2:", false),
        ("ec2:Describe_Instances", false),
        ("ec2", false),
    ] {
        let throttles = throttles(&Failure::throttled(), None, 0);
        let advice = Advice::new(&throttles, throttles.measures(), &[part]);
        assert_eq!(advice.action.is_some(), is_action, "{part}");
    }
}
