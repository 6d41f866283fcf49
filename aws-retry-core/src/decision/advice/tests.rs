//! One row per rule, and per condition that keeps it silent.

use super::*;

const PACED: Measures = Measures {
    throttles: 100,
    unpaced: 0,
    retries: 0,
    again: 0,
    lost: 0,
    own_limit: 0,
    shut: 0,
    cycles: 12,
    quota: Some((19.8, 100.0)),
    irregular: 0.1,
    told: false,
    in_fleet: false,
};
const PLAIN: Measures = Measures { unpaced: 100, cycles: 0, quota: None, irregular: 0.0, ..PACED };

#[test]
fn each_rule_has_its_conditions() {
    let known = Hint::KnownRate { rate: 19.8, burst: 100.0 };
    let pace = |retries, again, lost| Hint::Pace { retries, again, lost };
    let rows: Vec<(&str, Measures, Vec<Hint>)> = vec![
        ("nothing was measured", Measures::default(), vec![]),
        ("a regular quota", PACED, vec![known.clone()]),
        ("too few cycles", Measures { cycles: 3, ..PACED }, vec![]),
        ("the quota was told", Measures { told: true, ..PACED }, vec![]),
        ("a member's part is not the quota", Measures { in_fleet: true, ..PACED }, vec![]),
        (
            "irregular",
            Measures { irregular: 0.5, ..PACED },
            vec![Hint::SharedQuota { irregular: 0.5 }],
        ),
        ("irregular, and too few cycles", Measures { irregular: 1.0, cycles: 3, ..PACED }, vec![]),
        ("irregular, in a fleet", Measures { irregular: 1.0, in_fleet: true, ..PACED }, vec![]),
        ("few retries", Measures { retries: 9, again: 9, ..PLAIN }, vec![]),
        ("often", Measures { retries: 10, again: 3, ..PLAIN }, vec![pace(10, 3, 0)]),
        ("now and then", Measures { retries: 100, again: 29, ..PLAIN }, vec![]),
        ("a lost call", Measures { retries: 2, again: 2, lost: 1, ..PLAIN }, vec![pace(2, 2, 1)]),
        ("paced calls do not count", Measures { unpaced: 0, lost: 1, ..PLAIN }, vec![]),
        ("shut", Measures { shut: 2, quota: None, ..PACED }, vec![Hint::Shut { times: 2 }]),
        (
            "shut, later open",
            Measures { shut: 1, ..PACED },
            vec![Hint::Shut { times: 1 }, known.clone()],
        ),
        (
            "a hot key",
            Measures { own_limit: 10, ..PLAIN },
            vec![Hint::OwnLimit { throttles: 10, of: 100 }],
        ),
        (
            "more than all, after other failures in between",
            Measures { own_limit: 101, ..PLAIN },
            vec![Hint::OwnLimit { throttles: 100, of: 100 }],
        ),
        ("a key that is seldom hot", Measures { own_limit: 9, ..PLAIN }, vec![]),
        (
            "both modes",
            Measures { unpaced: 50, retries: 40, again: 20, ..PACED },
            vec![pace(40, 20, 0), known],
        ),
    ];
    for (of, measures, wanted) in rows {
        assert_eq!(hints(&measures), wanted, "{of}");
    }
}

#[test]
fn the_text_of_a_hint_has_its_figures() {
    for (hint, parts) in [
        (
            Hint::Pace { retries: 40, again: 21, lost: 3 },
            &["paced", "40", "21", "3 calls gave up"][..],
        ),
        (Hint::KnownRate { rate: 19.84, burst: 99.6 }, &["known_rate = 19.8", "known_burst = 100"]),
        (Hint::SharedQuota { irregular: 0.625 }, &["62 %", "fleet", "`share`"]),
        (Hint::Shut { times: 2 }, &["2 times", "total_timeout"]),
        (Hint::OwnLimit { throttles: 7, of: 50 }, &["7 of 50", "hot key"]),
    ] {
        let text = hint.to_string();
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
        assert!(!text.contains('\n'), "{text}");
    }
    assert!(!Hint::Pace { retries: 40, again: 21, lost: 0 }.to_string().contains("gave up"));
}
