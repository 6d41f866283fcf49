//! The expansions of five typical functions: `snapshots/*.rs` and, beside each, `*.expanded.rs`.
//! `SNAPSHOTS=overwrite cargo test -p aws-retry-macro` rewrites them.

use std::path::Path;

use quote::ToTokens;

use super::is_overwriting;
use crate::conditional;

/// The item with its outermost attribute removed and expanded.
fn expanded(source: &str) -> String {
    let item = source.replace("\r\n", "\n");
    let begin = item.find("#[aws_retry").expect("the attribute");
    let attr = syn::parse::Parser::parse_str(
        |input: syn::parse::ParseStream| {
            let attrs = input.call(syn::Attribute::parse_outer)?;
            let rest: proc_macro2::TokenStream = input.parse()?;
            Ok((attrs, rest))
        },
        &item[begin..],
    );
    let (mut attrs, rest) = attr.expect("an item");
    let args = match conditional::take(&mut attrs).into_iter().next().map(|own| own.meta) {
        Some(syn::Meta::List(list)) => list.tokens,
        _ => proc_macro2::TokenStream::new(),
    };
    let above: proc_macro2::TokenStream = item[..begin].parse().expect("docs");
    let others = attrs.iter().map(ToTokens::to_token_stream);
    let rest: proc_macro2::TokenStream = [above].into_iter().chain(others).chain([rest]).collect();
    let tokens = crate::attribute::expand(args, &rest).to_string();
    // For readability.
    let tokens = tokens.replace(":: aws_retry :: __private", "__private");
    let tokens: proc_macro2::TokenStream = tokens.parse().expect("tokens");
    // A method can't be in a file by itself.
    match syn::parse2::<syn::File>(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(_) => {
            let file = syn::parse2(quote::quote!(impl Uploader { #tokens }));
            prettyplease::unparse(&file.expect("a method"))
        }
    }
}

#[test]
fn expansions_are_as_kept() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    for name in ["plain", "page", "paced", "sync", "impl_block"] {
        let read = |end: &str| std::fs::read_to_string(folder.join(format!("{name}{end}")));
        let now = expanded(&read(".rs").expect("the source"));
        if is_overwriting() {
            std::fs::write(folder.join(format!("{name}.expanded.rs")), &now)
                .expect("a writable folder");
        }
        let kept = read(".expanded.rs").unwrap_or_default();
        assert_eq!(now, kept, "the expansion of {name} has changed: SNAPSHOTS=overwrite keeps it");
    }
}
