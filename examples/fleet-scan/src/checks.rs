//! The rules for every row: both sides counted the same, every finding is real, and a strategy that promises every
//! answer gave every answer.

use aws_retry_testkit::proxy::Counts;

use crate::{scan::Outcome, table::Known, tally::Requests};

/// The rules that a row breaks, in words.
pub fn faults(outcome: &Outcome, places: usize, known: Option<&Known>) -> Vec<String> {
    let mut faults = Vec::new();
    let strategy = outcome.strategy;
    if let Some(served) = &outcome.served
        && !same_accounts(&outcome.requests, served, outcome.finished)
    {
        faults.push(format!(
            "{strategy}: the accounts differ: sent {:?}, served {served:?}",
            outcome.requests
        ));
    }
    if let Some(Known { truth, .. }) = known
        && !(outcome.findings.no_rotation.is_subset(&truth.no_rotation)
            && outcome.findings.open_to_world.is_subset(&truth.open_to_world))
    {
        faults.push(format!("{strategy}: found secrets that are not there"));
    }
    let all =
        outcome.complete == places && known.is_none_or(|known| known.truth == outcome.findings);
    if strategy.loses_nothing() && !all {
        faults.push(format!("{strategy}: lost answers"));
    }
    faults
}

/// Whether the client counted the same as the endpoint. One side may have finished a request that the cap cut on the
/// other side.
fn same_accounts(sent: &Requests, served: &Counts, finished: bool) -> bool {
    let pairs = [
        (sent.answered, served.answered),
        (sent.throttled, served.throttled),
        (sent.faults, served.faults),
        (sent.refused, served.refused),
    ];
    if finished {
        sent.sent == served.received
            && sent.cut() + sent.broken == 0
            && pairs.iter().all(|(sent, served)| sent == served)
    } else {
        let unseen = sent.cut();
        sent.sent >= served.received
            && pairs.iter().all(|&(sent, served)| (sent..=sent + unseen).contains(&served))
            && served.received >= pairs.iter().map(|&(_, served)| served).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: Requests =
        Requests { sent: 10, answered: 6, throttled: 3, faults: 1, refused: 0, broken: 0 };
    const SERVED: Counts = Counts {
        received: 10,
        answered: 6,
        throttled: 3,
        beyond_burst: 1,
        faults: 1,
        refused: 0,
        dropped: 0,
        repeated: 4,
    };

    #[test]
    fn a_finished_row_must_agree_to_the_last_request() {
        assert!(same_accounts(&SENT, &SERVED, true));
        for served in [
            Counts { received: 11, ..SERVED },
            Counts { answered: 7, ..SERVED },
            Counts { throttled: 2, ..SERVED },
            Counts { faults: 0, ..SERVED },
            Counts { refused: 1, ..SERVED },
        ] {
            assert!(!same_accounts(&SENT, &served, true), "{served:?}");
        }
    }

    #[test]
    fn a_cut_row_may_differ_by_what_was_cut() {
        let sent = Requests { sent: 12, ..SENT };
        assert!(same_accounts(&sent, &SERVED, false));
        assert!(same_accounts(&sent, &Counts { received: 12, answered: 8, ..SERVED }, false));
        assert!(!same_accounts(&sent, &Counts { received: 12, answered: 9, ..SERVED }, false));
        assert!(!same_accounts(&sent, &Counts { received: 13, ..SERVED }, false));
        assert!(!same_accounts(&sent, &Counts { answered: 5, ..SERVED }, false));
    }
}
