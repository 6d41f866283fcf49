//! An outage of 30 seconds under 250 calls per second: prints the requests per offered call, by the number of
//! scopes, the failure and the mode. Then 100 calls at once, each of which loses one connection.
//!
//! The retrying code is the real one, on a paused clock; only the service is a model. `--check` fails
//! if one of this crate's own modes exceeds its bound.

mod callers;
mod sdk;
mod service;

use std::process::ExitCode;

use callers::{Mode, lost_once, requests_per_call};
use service::Fault;

/// The bound of the decorator's mode and of paced mode. AWS's modes have none: they follow AWS's rules.
const BOUND: f64 = 1.2;
const SCOPES: [u32; 3] = [1, 20, 500];

fn main() -> ExitCode {
    println!("| scopes | failure | {} |", Mode::ALL.map(Mode::name).join(" | "));
    println!("|---:|---|{}", "---:|".repeat(Mode::ALL.len()));
    let mut missed = 0;
    for (scopes, fault) in cells() {
        let cells = Mode::ALL.map(|mode| {
            let requests = requests_per_call(mode, fault, scopes);
            missed += u32::from(mode.is_bounded() && requests > BOUND);
            format!("{requests:.2}")
        });
        println!("| {scopes} | {} | {} |", fault.name(), cells.join(" | "));
    }
    println!();
    for mode in Mode::ALL {
        let failed = lost_once(mode, 100);
        missed += u32::from(mode.is_bounded() && failed > 0);
        println!(
            "{}: of 100 calls at once, each with one lost connection, {failed} fail",
            mode.name()
        );
    }
    let check = std::env::args().any(|argument| argument == "--check");
    if check && missed > 0 {
        eprintln!("{missed} figures above their bound");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn cells() -> impl Iterator<Item = (u32, Fault)> {
    SCOPES.into_iter().flat_map(|scopes| Fault::OUTAGES.map(|fault| (scopes, fault)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_makes_no_storm_with_one_scope_or_with_500() {
        for (scopes, fault) in cells() {
            for mode in Mode::ALL.into_iter().filter(|mode| mode.is_bounded()) {
                let requests = requests_per_call(mode, fault, scopes);
                assert!(requests <= BOUND, "{} {fault:?} {scopes} scopes: {requests}", mode.name());
            }
        }
    }

    #[test]
    fn a_blip_loses_no_call() {
        for mode in [Mode::Decorator, Mode::Paced] {
            assert_eq!([100, 500].map(|calls| lost_once(mode, calls)), [0, 0], "{}", mode.name());
        }
    }
}
