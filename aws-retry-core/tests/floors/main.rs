//! The structure of the published crates: imports point downward only, no files import each other in a
//! circle, `decision/` is pure, and no file is longer than 400 lines. `docs/architecture.md` draws the
//! floors. `docs/paced.md` explains each constant of paced mode.

mod checker;
mod constants;
mod source;

use checker::{Rules, violations};
use source::Source;
use std::path::Path;

/// From the ground up. Modules of one floor may import each other.
const FLOORS: &[&[&str]] = &[
    &["decision"],
    &["clock", "config", "errors", "switches", "sync"],
    &["limits", "expansion"],
    &["observe"],
    &["context"],
    &["testing"],
    &["run"],
    &["sdk"],
];

/// Modules that may import from nowhere else, with the crates that they may use.
const PURE: (&str, &[&str]) = ("decision", &["std", "aws_smithy_types"]);

const RULES: Rules = Rules { floors: FLOORS, pure: Some(PURE), longest: 400 };

fn assert_holds(of_crate: &str, rules: &Rules) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(of_crate).join("src");
    let found = violations(&source::read(&root), rules);
    assert!(found.is_empty(), "{of_crate}/src:\n{}", found.join("\n"));
}

#[test]
fn the_run_time_stands_on_its_floors() {
    assert_holds("aws-retry-core", &RULES);
}

#[test]
fn the_fleet_has_no_circle() {
    assert_holds("aws-retry-fleet", &Rules { floors: &[], pure: None, ..RULES });
}

#[test]
fn the_macro_has_no_circle() {
    assert_holds("aws-retry-macro", &Rules { floors: &[], pure: None, ..RULES });
}

/// Each violation, planted into sources that are otherwise fine, and the message that names its line.
#[test]
fn a_planted_violation_is_named_with_its_line() {
    let clock = ("clock/mod.rs", "mod source;\npub use source::Timer;\npub struct Clock;\n");
    let timer = ("clock/source.rs", "pub struct Timer;\n");
    let plain = ("decision/mod.rs", "pub mod rules;\n");
    for (name, planted, message) in [
        (
            "an import from a higher floor",
            vec![("decision/rules.rs", "use std::time::Duration;\nuse crate::clock::Clock;\n")],
            "decision/rules.rs:2: `crate::clock::Clock` is in clock/mod.rs, above decision/: move the name \
             down, or take its value as an argument",
        ),
        (
            "a path in code",
            vec![("decision/rules.rs", "fn rule() {\n    crate::clock::now();\n}\n")],
            "decision/rules.rs:2: `crate::clock::now` is in clock/mod.rs, above decision/: move the name \
             down, or take its value as an argument",
        ),
        (
            "a group over several lines, and a re-exported name",
            vec![("decision/rules.rs", "use crate::{\n    clock::Timer,\n};\n")],
            "decision/rules.rs:1: `crate::clock::Timer` is in clock/source.rs, above decision/: move the \
             name down, or take its value as an argument",
        ),
        (
            "a crate that reads clocks",
            vec![("decision/rules.rs", "use tokio::time::Instant;\n")],
            "decision/rules.rs:1: `tokio::time::Instant` is neither of decision/ nor of std, \
             aws_smithy_types: take its value as an argument",
        ),
        (
            "a clock of the standard library",
            vec![("decision/rules.rs", "fn rule() {\n    let now = Instant::now();\n}\n")],
            "decision/rules.rs:2: `Instant::now` reads a clock: take its value as an argument",
        ),
        (
            "a circle of two files",
            vec![
                ("decision/rules.rs", "use super::codes::Code;\n"),
                ("decision/codes.rs", "\nuse crate::decision::rules::Rule;\n"),
            ],
            "a circle: decision/codes.rs:2 (`crate::decision::rules::Rule`) -> decision/rules.rs:1 \
             (`super::codes::Code`) -> decision/codes.rs: remove one of these imports",
        ),
        (
            "a parent that uses its child's name, which uses the parent's",
            vec![
                ("run/mod.rs", "mod call;\nuse call::Call;\npub struct Site(Call);\n"),
                ("run/call.rs", "use super::Site;\npub struct Call;\n"),
            ],
            "a circle: run/call.rs:1 (`super::Site`) -> run/mod.rs:2 (`call::Call`) -> run/call.rs: \
             remove one of these imports",
        ),
        (
            "a child's name that its parent hands on and uses",
            vec![
                ("run/mod.rs", "mod call;\npub use call::Call;\npub struct Site(Call);\n"),
                ("run/call.rs", "use super::Site;\npub struct Call;\n"),
            ],
            "a circle: run/call.rs:1 (`super::Site`) -> run/mod.rs:2 (`call::Call`) -> run/call.rs: \
             remove one of these imports",
        ),
        (
            "a child's path in its parent's code",
            vec![
                ("run/mod.rs", "mod call;\npub struct Site;\nfn run() {\n    call::send();\n}\n"),
                ("run/call.rs", "use super::Site;\npub fn send() {}\n"),
            ],
            "a circle: run/call.rs:1 (`super::Site`) -> run/mod.rs:4 (`call::send`) -> run/call.rs: \
             remove one of these imports",
        ),
        (
            "a module without a floor",
            vec![("helpers/mod.rs", "pub fn help() {}\n")],
            "helpers/mod.rs:1: its floor is unknown: add helpers to FLOORS",
        ),
    ] {
        let sources = [clock, timer, plain].into_iter().chain(planted);
        let sources: Vec<_> = sources.map(|(path, text)| Source::new(path, text)).collect();
        assert_eq!(violations(&sources, &RULES), [message], "{name}");
    }
    let long = Source::new("clock/mod.rs", &"fn f() {}\n".repeat(401));
    assert_eq!(
        violations(&[long], &RULES),
        ["clock/mod.rs:401: 401 lines, at most 400: split it by concern"]
    );
}

#[test]
fn sources_that_keep_the_rules_pass() {
    let sources = [
        ("lib.rs", "mod clock;\nmod run;\npub use run::Call;\n"),
        ("clock/mod.rs", "//! See `crate::run`.\nmod source;\npub use source::Timer;\n"),
        (
            "clock/source.rs",
            "pub struct Timer;\n#[cfg(test)]\nmod tests {\n    use crate::run::Call;\n}\n",
        ),
        (
            "run/mod.rs",
            "mod call;\npub use call::Call;\npub struct Site;\n#[cfg(test)]\nmod run_tests;\n",
        ),
        (
            "run/call.rs",
            "use super::Site;\nuse crate::clock::Timer;\n// crate::sdk::send\npub struct Call;\n",
        ),
        ("run/run_tests.rs", "use crate::sdk::send;\n"),
        ("sdk/mod.rs", "use crate::Call;\npub fn send() {}\n"),
        ("decision/rules.rs", "macro_rules! rule {\n    () => {};\n}\npub(crate) use rule;\n"),
    ];
    let sources: Vec<_> = sources.map(|(path, text)| Source::new(path, text)).into();
    assert_eq!(violations(&sources, &RULES), [""; 0]);
}
