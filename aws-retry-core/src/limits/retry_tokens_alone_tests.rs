//! The process-wide count of scopes in trouble: it must end at nothing, or every success of the process pays
//! for it. Other tests drain scopes too, so this one runs in a process of its own.

use std::process::Command;
use std::time::Duration;

use super::*;

const VARIABLE: &str = "AWS_RETRY_TEST_ALONE";
const NAME: &str = "limits::retry_tokens::alone::troubles_are_counted_until_they_end";

fn budgets(scope: &RetryTokens) -> Budgets<'_> {
    Budgets { scope: Some(scope), function: None }
}

#[test]
fn troubles_are_counted_until_they_end() {
    if std::env::var_os(VARIABLE).is_some() {
        return in_a_process_of_its_own();
    }
    let mut again = Command::new(std::env::current_exe().unwrap());
    let output = again.args(["--exact", NAME]).env(VARIABLE, "1").output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
}

fn in_a_process_of_its_own() {
    let price = Tokens { scope: 14, reserve: 10, function: 10 };
    let at = Duration::from_secs;
    let (first, second) = (RetryTokens::new(), RetryTokens::new());
    assert!(!switches::any_trouble());
    assert_eq!(budgets(&first).take(Tokens::default()), Some(Tokens::default()));
    assert!(!switches::any_trouble(), "a retry that costs nothing");

    // Two retries of one scope are one trouble.
    let paid = [(); 2].map(|()| budgets(&first).take(price).unwrap());
    assert!(switches::any_trouble());
    budgets(&first).give(paid[0]);
    assert!(switches::any_trouble(), "14 are missing");
    budgets(&first).give(paid[1]);
    assert!(!switches::any_trouble(), "exactly full");
    budgets(&first).give(Tokens::ONE);
    assert!(!switches::any_trouble(), "it was full before");

    // Two scopes are two.
    for it in [&first, &second] {
        budgets(it).take(price).unwrap();
    }
    budgets(&first).give(Tokens { scope: 500, ..Tokens::default() });
    assert!(switches::any_trouble());
    budgets(&second).give(Tokens { scope: 500, ..Tokens::default() });
    assert!(!switches::any_trouble(), "more than was missing");

    // A scope that throttles is one, until it is calm.
    for second in [2, 3] {
        budgets(&first).on_throttle(at(second));
    }
    assert!(switches::any_trouble());
    budgets(&first).on_accepted(&|| at(12));
    assert!(switches::any_trouble());
    budgets(&first).on_accepted(&|| at(13));
    assert!(!switches::any_trouble(), "ten seconds without a throttle");
    budgets(&first).on_accepted(&|| at(14));
    assert!(!switches::any_trouble());

    // Forgotten scopes are none.
    budgets(&first).take(price).unwrap();
    budgets(&second).on_throttle(at(20));
    drop(first);
    assert!(switches::any_trouble());
    drop(second);
    assert!(!switches::any_trouble());
}
