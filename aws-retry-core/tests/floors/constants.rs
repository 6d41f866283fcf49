//! `docs/paced.md` names each constant of paced mode and its queue, and no constant that is gone.

use std::collections::BTreeSet;
use std::path::Path;

use crate::source::{self, Source};

/// The folders under `limits/rate/` whose constants the page explains.
const EXPLAINED: [&str; 2] = ["limits/rate/paced/", "limits/rate/queue/"];

fn is_constant(name: &str) -> bool {
    name.len() > 1 && name.bytes().all(|c| c.is_ascii_uppercase() || c == b'_')
}

/// Numbers and ranges; a value of the type itself, such as `Counts::NONE`, is not a tuned figure.
fn in_sources(sources: &[Source]) -> BTreeSet<&str> {
    let explained = |path: &str| EXPLAINED.iter().any(|folder| path.starts_with(folder));
    let code = sources.iter().filter(|it| explained(&it.path)).flat_map(|it| &it.code);
    let names = code.filter_map(|(_, line)| {
        let (name, of_type) = line.split_once("const ")?.1.split_once(": ")?;
        (is_constant(name) && !of_type.starts_with("Self")).then_some(name)
    });
    names.collect()
}

/// The constants between backticks.
fn on_page(page: &str) -> BTreeSet<&str> {
    page.split('`').skip(1).step_by(2).filter(|it| is_constant(it)).collect()
}

fn differences(sources: &[Source], page: &str) -> Vec<String> {
    let (code, page) = (in_sources(sources), on_page(page));
    let unexplained = code.difference(&page).map(|it| format!("explain {it} in docs/paced.md"));
    let gone = page.difference(&code).map(|it| format!("remove {it} from docs/paced.md"));
    unexplained.chain(gone).collect()
}

#[test]
fn the_page_of_paced_mode_names_every_constant_and_none_that_is_gone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = source::read(&root.join("src"));
    let page = std::fs::read_to_string(root.join("../docs/paced.md")).unwrap();
    assert!(in_sources(&sources).len() > 50, "the constants are found: {sources:?}");
    let found = differences(&sources, &page);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_missing_and_a_stale_constant_are_named() {
    let code = "/// Seconds.\npub(super) const CYCLE: f64 = 2.2;\nconst DIP: f64 = 0.1;\n\
                const NONE: Self = Self;\n";
    let elsewhere = Source::new("limits/rate/cubic.rs", "const BETA: f64 = 0.7;\n");
    let sources = [Source::new("limits/rate/paced/cruise.rs", code), elsewhere];
    let page = "It lasts 2.2 s (`CYCLE`), for `C 50` and `share`; `SWEEP` is gone.";
    assert_eq!(
        differences(&sources, page),
        ["explain DIP in docs/paced.md", "remove SWEEP from docs/paced.md"]
    );
}
