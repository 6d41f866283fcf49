//! The requests of a call, as the interceptor counts them.

use super::*;

fn retry(code: &'static str) -> SdkRetry {
    SdkRetry { failure: Failure::new().with_code(code), kind: Kind::Transient }
}

/// Two attempts: a request and its repeat, then one request.
fn three_requests() -> SdkRequests {
    let mut it = SdkRequests::default();
    it.on_sent(None);
    it.on_sent(Some(retry("First")));
    it.begin_attempt();
    it.on_sent(None);
    it
}

#[test]
fn requests_are_counted_per_call_and_per_attempt() {
    let mut it = three_requests();
    let facts = Requests { sent: 3, repeats: 1, not_throttled: 0, may_have_run: true };
    assert_eq!((it.facts(), it.counts(), it.in_attempt()), (facts, (1, 0), Some(1)));
    it.on_sent(Some(retry("Second")));
    it.on_not_throttled();
    let facts = Requests { sent: 4, repeats: 2, not_throttled: 1, may_have_run: true };
    assert_eq!((it.facts(), it.counts()), (facts, (2, 1)));
}

#[test]
fn without_an_operation_an_attempt_is_one_request_unless_a_call_inside_counts() {
    let mut it = SdkRequests::default();
    assert_eq!((it.in_attempt(), it.counts()), (None, (1, 0)));
    it.called_inside = true;
    assert_eq!(it.counts(), (0, 0));
    it.begin_attempt();
    assert_eq!(it.counts(), (1, 0));
    // An operation that sent nothing is none.
    it.on_sent(None);
    it.on_unsent();
    assert_eq!((it.in_attempt(), it.counts()), (Some(0), (0, 0)));
    assert_eq!(it.facts(), Requests::default());
}

#[test]
fn a_request_may_have_run_until_there_is_proof_that_it_did_not() {
    let mut it = SdkRequests::default();
    assert!(!it.others_may_have_run(true) && !it.others_may_have_run(false));
    it.on_sent(None);
    assert!(it.facts().may_have_run);
    // One without proof is the present one itself.
    assert!(!it.others_may_have_run(false) && it.others_may_have_run(true));
    it.on_not_executed();
    assert!(!it.facts().may_have_run);
    it.on_sent(None);
    it.on_sent(None);
    assert!(it.others_may_have_run(false));
    // So may those of calls inside.
    let mut around = SdkRequests::default();
    around.on_inner(&it);
    assert!(around.others_may_have_run(false));
    around.forget_executed();
    assert!(!around.facts().may_have_run);
}

#[test]
fn a_promised_request_counts_as_sent_and_as_a_repeat() {
    let mut it = three_requests();
    it.promise(true);
    assert_eq!((it.facts().sent, it.facts().repeats), (4, 2));
    it.promise(false);
    it.promise(false);
    assert_eq!((it.facts().sent, it.facts().repeats), (3, 1));
}

#[test]
fn the_newest_sixteen_repeats_are_kept() {
    const CODES: [&str; 18] =
        ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R"];
    let mut it = SdkRequests::default();
    CODES.into_iter().for_each(|code| it.on_sent(Some(retry(code))));
    let kept = it.take_repeats();
    let codes: Vec<_> = kept.iter().filter_map(|it| it.failure.code()).collect();
    assert_eq!(codes, CODES[2..]);
    assert_eq!(it.facts().repeats, 18);
    assert!(it.take_repeats().is_empty());
}

#[test]
fn the_items_of_a_batch_bring_their_counts() {
    let mut it = three_requests();
    it.speak_for(Sends { requests: 9, attempts: 4, not_throttled: 2 });
    let facts = Requests { sent: 9, repeats: 5, not_throttled: 2, may_have_run: true };
    assert_eq!(it.facts(), facts);
}

#[test]
fn a_policy_is_resolved_for_the_operation_within_the_bound_of_a_test() {
    let attempts = |cap: u32, service: Option<&str>| {
        let policy = RetryPolicy::standard();
        ShownPolicy { policy, cap }.resolve(service, None).max_attempts
    };
    assert_eq!(attempts(u32::MAX, None), 3);
    assert_eq!(attempts(u32::MAX, Some("dynamodb")), 4);
    assert_eq!(attempts(2, None), 2);
    assert_eq!(attempts(0, None), 1);
}
