//! Spans: generated names are invisible to the user's code, and the user's names to generated code, but an
//! error about generated code still points at the user's token.

use proc_macro2::{Group, Span, TokenStream, TokenTree};

/// `quote!` for generated code.
macro_rules! glue {
    ($($tokens:tt)*) => {
        ::quote::quote_spanned!(::proc_macro2::Span::mixed_site()=> $($tokens)*)
    };
}

/// A generated name, with the user's location.
pub fn located(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// The same tokens, with the location at which an error should be reported.
pub fn placed(tokens: TokenStream, place: Span) -> TokenStream {
    let place = |mut token: TokenTree| {
        if let TokenTree::Group(group) = token {
            let mut inner = Group::new(group.delimiter(), placed(group.stream(), place));
            inner.set_span(place);
            return inner.into();
        }
        token.set_span(token.span().located_at(place));
        token
    };
    tokens.into_iter().map(place).collect()
}
