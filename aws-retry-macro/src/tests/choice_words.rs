//! Each word of each choice in its own function, in `snapshots/choice_words.rs`: the crate `aws-retry`
//! compiles that file as one of its tests.

use std::fmt::Write;
use std::path::Path;

use super::is_overwriting;
use crate::kinds::Kind;
use crate::table::ArgName;

fn choice_words() -> String {
    let mut file = String::from(
        "//! Every word of every choice, written by a test of `aws-retry-macro` from its table.\n\n\
         use std::io;\n\nuse aws_retry::aws_retry;\n",
    );
    for arg in ArgName::ALL {
        let Kind::Choice(choice) = arg.row().kind else { continue };
        for (word, variant) in choice.words {
            let name = arg.name();
            let value = match *word {
                "true" | "false" => (*word).to_owned(),
                word => format!("{word:?}"),
            };
            let scope = if name == "mode" { ", scope = fn" } else { "" };
            let function = format!("{name}_{}", variant.to_lowercase());
            let attribute = format!("#[aws_retry({name} = {value}{scope})]");
            let body =
                "async fn FN() -> io::Result<()> {\n    Ok(())\n}\n".replace("FN", &function);
            write!(file, "\n{attribute}\n{body}").expect("a string");
        }
    }
    file
}

#[test]
fn the_file_of_choice_words_has_them_all() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/choice_words.rs");
    if is_overwriting() {
        std::fs::write(&path, choice_words()).expect("a writable folder");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(kept, choice_words(), "SNAPSHOTS=overwrite writes the file again");
}
