//! The whole expansion, from tokens to tokens.

mod attribute_page;
mod choice_words;
mod corpus;
mod ide;
mod snapshots;

use proc_macro2::TokenStream;

/// Expands `#[aws_retry(args)] item`.
fn expand(args: &str, item: &str) -> String {
    let tokens = |text: &str| text.parse::<TokenStream>().expect("tokens");
    crate::attribute::expand(tokens(args), &tokens(item)).to_string()
}

/// Whether the kept files are to be rewritten.
fn is_overwriting() -> bool {
    std::env::var("SNAPSHOTS").is_ok_and(|what| what == "overwrite")
}
