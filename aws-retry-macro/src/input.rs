//! The item below the attribute, read leniently: a body that is still being typed must not make the function
//! lose its signature.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::token::Brace;
use syn::{AttrStyle, Attribute, Block, Signature, Token, Visibility, braced};

/// A function whose body has not been read.
#[derive(Clone)]
pub struct Func {
    pub attrs: Vec<Attribute>,
    vis: Visibility,
    defaultness: Option<Token![default]>,
    pub sig: Signature,
    /// None for a trait method without a body.
    body: Option<Body>,
}

#[derive(Clone)]
struct Body {
    braces: Brace,
    /// The `#![..]` attributes at its start.
    inner: Vec<Attribute>,
    rest: TokenStream,
}

impl Parse for Func {
    fn parse(input: ParseStream) -> syn::Result<Func> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let defaultness = input.parse()?;
        let sig = input.parse()?;
        let ends = input.parse::<Option<Token![;]>>()?.is_some();
        let body = if ends { None } else { Some(input.parse()?) };
        Ok(Func { attrs, vis, defaultness, sig, body })
    }
}

impl Parse for Body {
    fn parse(input: ParseStream) -> syn::Result<Body> {
        let content;
        // `macro_rules!` passes a `$body:block` in invisible braces, which syn ignores.
        let braces = braced!(content in input);
        let ahead = content.fork();
        let inner = ahead.call(Attribute::parse_inner).unwrap_or_default();
        if !inner.is_empty() {
            content.advance_to(&ahead);
        }
        Ok(Body { braces, inner, rest: content.parse()? })
    }
}

impl Func {
    pub fn has_body(&self) -> bool {
        self.body.is_some()
    }

    /// The body's statements, unless the body is half-typed.
    pub fn block(&self) -> Option<Block> {
        let Body { braces, rest, .. } = self.body.as_ref()?;
        let stmts = Block::parse_within.parse2(rest.clone()).ok()?;
        Some(Block { brace_token: *braces, stmts })
    }

    /// The function with a different body.
    pub fn with_body(&self, body: &TokenStream) -> TokenStream {
        let Func { attrs, vis, defaultness, sig, .. } = self;
        let outer = attrs.iter().filter(|attr| matches!(attr.style, AttrStyle::Outer));
        let mut tokens = quote!(#(#outer)* #vis #defaultness #sig);
        if let Some(Body { braces, inner, .. }) = &self.body {
            braces.surround(&mut tokens, |tokens| {
                tokens.append_all(inner);
                tokens.append_all(body.clone());
            });
        }
        tokens
    }
}

/// The function as it was written.
impl ToTokens for Func {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if let Some(body) = &self.body {
            tokens.append_all(self.with_body(&body.rest));
        } else {
            let Func { attrs, vis, defaultness, sig, .. } = self;
            tokens.append_all(quote!(#(#attrs)* #vis #defaultness #sig ;));
        }
    }
}

/// The item below the attribute.
pub enum Item {
    Fn(Box<Func>),
    Impl(Impl),
    /// Another item, and its name with an article.
    Other(&'static str),
}

/// An impl block: its head, which has not been read, then its items.
pub struct Impl {
    pub head: TokenStream,
    pub braces: Group,
}

impl Item {
    pub fn read(tokens: &TokenStream) -> syn::Result<Item> {
        match syn::parse2::<Func>(tokens.clone()) {
            Ok(func) => Ok(Item::Fn(Box::new(func))),
            Err(error) => match kind(tokens) {
                "fn" => Err(error),
                "impl" => Ok(imp(tokens).map_or(Item::Other("half an impl block"), Item::Impl)),
                other => Ok(Item::Other(other)),
            },
        }
    }
}

/// The item's keyword, with its article.
fn kind(tokens: &TokenStream) -> &'static str {
    for token in tokens.clone() {
        let TokenTree::Ident(word) = token else {
            continue;
        };
        return match word.to_string().as_str() {
            "fn" => "fn",
            "impl" => "impl",
            "struct" => "a struct",
            "enum" => "an enum",
            "union" => "a union",
            "trait" => "a trait",
            "mod" => "a module",
            "static" => "a static",
            "type" => "a type",
            "use" => "a use declaration",
            "macro_rules" => "a macro",
            "let" => "a statement",
            // Qualifiers, as in `const fn`, `unsafe impl` and `async fn`: the next word counts.
            _ => continue,
        };
    }
    if tokens
        .clone()
        .into_iter()
        .any(|token| matches!(&token, TokenTree::Ident(word) if word == "const"))
    {
        "a constant"
    } else {
        "this"
    }
}

fn imp(tokens: &TokenStream) -> Option<Impl> {
    let mut head: Vec<TokenTree> = tokens.clone().into_iter().collect();
    match head.pop() {
        Some(TokenTree::Group(braces)) if braces.delimiter() == Delimiter::Brace => {
            Some(Impl { head: head.into_iter().collect(), braces })
        }
        _ => None,
    }
}
