//! Compares `ATTRIBUTE.md` with the rows: `SNAPSHOTS=overwrite` rewrites its table.

use std::path::Path;

use super::is_overwriting;
use crate::table::ArgName;

const HEAD: &str = "| argument | default | meaning |\n|---|---|---|\n";

fn table() -> String {
    let line = |arg: &ArgName| {
        let row = arg.row();
        // In a table a bar ends the cell, even inside code.
        let example = row.example.replace('|', "\\|");
        format!("| `{example}` | {} | {} |\n", row.default, row.doc)
    };
    HEAD.to_owned() + &ArgName::ALL.iter().map(line).collect::<String>()
}

/// The code blocks that are compiled as doc tests.
fn examples(page: &str) -> String {
    page.split("```rust\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("```").map(|(code, _)| code))
        .collect()
}

fn page() -> (std::path::PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ATTRIBUTE.md");
    let page = std::fs::read_to_string(&path).expect("the page").replace("\r\n", "\n");
    (path, page)
}

#[test]
fn the_table_in_attribute_md_is_the_rows() {
    let (path, page) = page();
    let begin = page.find(HEAD).expect("a table of the arguments");
    let end = page[begin..].find("|\n\n").map_or(page.len(), |end| begin + end + 2);
    if is_overwriting() {
        let page = [&page[..begin], &table(), &page[end..]].concat();
        std::fs::write(path, page).expect("a writable page");
    } else {
        assert_eq!(&page[begin..end], table(), "SNAPSHOTS=overwrite writes the table again");
    }
}

#[test]
fn every_argument_has_an_example_that_compiles() {
    let examples = examples(&page().1);
    for arg in ArgName::ALL {
        let name = arg.name();
        let is_there = [" = ", "(", ")", ","].iter().any(|end| {
            [" ", "("].iter().any(|begin| examples.contains(&format!("{begin}{name}{end}")))
        });
        assert!(is_there, "no example in ATTRIBUTE.md has `{name}`");
    }
}

#[test]
fn every_row_begins_with_its_name_and_is_found_by_it() {
    for arg in ArgName::ALL {
        assert_eq!(ArgName::find(arg.name()), Some(*arg));
        assert!(!arg.row().doc.is_empty() && !arg.row().default.is_empty(), "{arg:?}");
    }
}
