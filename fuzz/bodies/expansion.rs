//! The attribute's expansion of any tokens: it does not panic, and what it makes of an item is items again.

use proc_macro2::TokenStream;

/// The first line holds the arguments, the rest the item below the attribute.
pub fn run(data: &[u8], expand: fn(TokenStream, &TokenStream) -> TokenStream) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (args, item) = text.split_once('\n').unwrap_or(("", text));
    let (Ok(args), Ok(item)) = (args.parse(), item.parse::<TokenStream>()) else { return };
    let expanded = expand(args, &item);
    if syn::parse2::<syn::File>(item).is_ok() {
        let parsed = syn::parse2::<syn::File>(expanded.clone());
        assert!(parsed.is_ok(), "{:?} in {expanded}", parsed.err());
    }
}
