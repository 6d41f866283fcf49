//! The whole expansion, from tokens to tokens.

mod ide;
mod snapshots;

use proc_macro2::TokenStream;

/// Expands `#[aws_retry(args)] item`.
fn expand(args: &str, item: &str) -> String {
    let tokens = |text: &str| text.parse::<TokenStream>().expect("tokens");
    crate::attribute::expand(tokens(args), &tokens(item)).to_string()
}
