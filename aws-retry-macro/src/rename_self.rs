//! `self` as an argument. A `let` can't bind that name, so if each attempt gets its own `self`, it has a
//! different name inside the body.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Macro, Path};

/// Input: `self.client.send(move || self.name)`
///
/// Output: `__self.client.send(move || __self.name)`
pub fn rename(name: &Ident, body: &mut Block) -> Ident {
    let renamed = Ident::new("__self", Span::mixed_site().located_at(name.span()));
    Rename(&renamed).visit_block_mut(body);
    renamed
}

struct Rename<'a>(&'a Ident);

impl Rename<'_> {
    fn at(&self, place: Span) -> Ident {
        Ident::new("__self", self.0.span().located_at(place))
    }

    fn tokens(&self, stream: TokenStream) -> TokenStream {
        let mut rest = stream.into_iter().peekable();
        let mut renamed = Vec::new();
        while let Some(token) = rest.next() {
            let module =
                matches!(rest.peek(), Some(TokenTree::Punct(colon)) if colon.as_char() == ':');
            renamed.push(match token {
                TokenTree::Ident(name) if name == "self" && !module => self.at(name.span()).into(),
                TokenTree::Group(group) => {
                    let mut inner = Group::new(group.delimiter(), self.tokens(group.stream()));
                    inner.set_span(group.span());
                    inner.into()
                }
                token => token,
            });
        }
        renamed.into_iter().collect()
    }
}

impl VisitMut for Rename<'_> {
    fn visit_path_mut(&mut self, path: &mut Path) {
        if path.is_ident("self")
            && let Some(segment) = path.segments.first_mut()
        {
            segment.ident = self.at(segment.ident.span());
        }
        visit_mut::visit_path_mut(self, path);
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        mac.tokens = self.tokens(mac.tokens.clone());
    }

    // A nested item has its own `self`.
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
}
