//! What a scope remembers of its throttles.

use std::time::Duration;

use super::*;

pub(in crate::limits::scope) static ATTEMPT: Failure<'static> = Failure::throttled();

pub(in crate::limits::scope) fn plain<'a>(failure: &'a Failure<'a>) -> Throttled<'a> {
    Throttled {
        failure,
        paced: false,
        own_limit: false,
        again: false,
        attempt: 1,
        reason: None,
        told: false,
        at: None,
        signs: Signs::default(),
    }
}

/// The counts after these throttles: all, unpaced, retries, again, lost, of an own limit, shut.
fn counts(throttles: &[Throttled<'_>]) -> [u64; 7] {
    let mut all = Throttles::default();
    throttles.iter().for_each(|it| all.add(it));
    let it = all.measures();
    [it.throttles, it.unpaced, it.retries, it.again, it.lost, it.own_limit, it.shut]
}

#[test]
fn each_throttle_is_counted_by_what_it_shows() {
    let it = plain(&ATTEMPT);
    let paced = Throttled { paced: true, ..it };
    let shut = Throttled { signs: Signs { shut: true, ..Signs::default() }, ..paced };
    let again = Throttled { again: true, ..it };
    let lost = Throttled { reason: Some(Reason::Attempts), ..again };
    let alone = Throttled { attempt: 9, reason: Some(Reason::RefusedAlone), ..paced };
    for (throttles, wanted) in [
        (&[][..], [0; 7]),
        (&[it, again, lost], [3, 3, 2, 2, 1, 0, 0]),
        (&[paced, Throttled { again: true, ..paced }], [2, 0, 0, 0, 0, 0, 0]),
        (&[alone, Throttled { own_limit: true, ..it }], [2, 1, 1, 0, 0, 10, 0]),
        (&[Throttled { own_limit: true, ..alone }], [1, 0, 0, 0, 0, 1, 0]),
        // A door that stays shut is one door.
        (&[shut, shut, paced, shut], [4, 0, 0, 0, 0, 0, 2]),
    ] {
        assert_eq!(counts(throttles), wanted, "{throttles:?}");
    }
}

#[test]
fn the_last_answer_with_a_request_id_is_kept_with_its_code_and_no_more_than_256_bytes() {
    let mut all = Throttles::default();
    let second = |second| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(second));
    let failures = [
        Failure::throttled().with_code("SlowDown"),
        Failure::throttled().with_code("Throttling").with_request_id("1"),
        Failure::throttled().with_code("TooMany").with_request_id("2".repeat(1000)),
        Failure::throttled().with_code("NotThisOne"),
    ];
    for (failure, at) in failures.iter().zip([second(5), second(7), None, second(9)]) {
        all.add(&Throttled { at, ..plain(failure) });
    }
    assert_eq!(all.answer().code.as_deref(), Some("TooMany"));
    assert_eq!(all.answer().request_id.as_deref(), Some(&*"2".repeat(256)));
    assert_eq!(all.times(), (second(5), second(9)));
}

#[test]
fn a_scope_that_was_told_its_quota_once_was_told() {
    let mut all = Throttles::default();
    for (told, was_told) in [(false, false), (true, true), (false, true)] {
        all.add(&Throttled { told, ..plain(&ATTEMPT) });
        assert_eq!(all.measures().told, was_told);
    }
}
