//! The item below the attribute, read leniently: a body that is still being typed must not make the function
//! lose its signature.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::buffer::Cursor;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{AttrStyle, Attribute, Block, Signature, Stmt, Token, Visibility};

/// A function whose body has not been read.
#[derive(Clone)]
pub struct Func {
    pub attrs: Vec<Attribute>,
    vis: Visibility,
    defaultness: Option<Token![default]>,
    pub sig: Signature,
    /// The braces and their content; none for a trait method without a body.
    body: Option<Group>,
    /// The `#![..]` attributes at the body's start.
    inner: Vec<Attribute>,
    rest: TokenStream,
}

impl Parse for Func {
    fn parse(input: ParseStream) -> syn::Result<Func> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let defaultness = input.parse()?;
        let sig = input.parse()?;
        if input.parse::<Option<Token![;]>>()?.is_some() {
            let (inner, rest) = (Vec::new(), TokenStream::new());
            return Ok(Func { attrs, vis, defaultness, sig, body: None, inner, rest });
        }
        let body = input.step(|cursor| match braces(cursor.token_tree()) {
            Some(found) => Ok(found),
            None => Err(cursor.error("expected the body of the function")),
        })?;
        let split = |input: ParseStream| {
            Ok((input.call(Attribute::parse_inner)?, input.parse::<TokenStream>()?))
        };
        let (inner, rest) =
            split.parse2(body.stream()).unwrap_or_else(|_| (Vec::new(), body.stream()));
        Ok(Func { attrs, vis, defaultness, sig, body: Some(body), inner, rest })
    }
}

/// The braces of a body; `macro_rules!` passes a `$body:block` in invisible ones.
fn braces(found: Option<(TokenTree, Cursor<'_>)>) -> Option<(Group, Cursor<'_>)> {
    match found? {
        (TokenTree::Group(group), rest) => match group.delimiter() {
            Delimiter::Brace => Some((group, rest)),
            Delimiter::None => match group.stream().into_iter().next()? {
                TokenTree::Group(inner) if inner.delimiter() == Delimiter::Brace => {
                    Some((inner, rest))
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

impl Func {
    /// The body's braces, for their spans.
    pub fn braces(&self) -> Option<&Group> {
        self.body.as_ref()
    }

    /// The body's statements, unless the body is half-typed.
    pub fn block(&self) -> Option<Block> {
        let braces = self.body.as_ref()?;
        let stmts: Vec<Stmt> = Block::parse_within.parse2(self.rest.clone()).ok()?;
        let brace_token = syn::token::Brace { span: braces.delim_span() };
        Some(Block { brace_token, stmts })
    }

    /// The function with a different body.
    pub fn with_body(&self, body: &TokenStream) -> TokenStream {
        let Func { attrs, vis, defaultness, sig, inner, .. } = self;
        let outer = attrs.iter().filter(|attr| matches!(attr.style, AttrStyle::Outer));
        let mut block = Group::new(Delimiter::Brace, quote!(#(#inner)* #body));
        if let Some(braces) = &self.body {
            block.set_span(braces.span());
        }
        quote!(#(#outer)* #vis #defaultness #sig #block)
    }
}

/// The function as it was written.
impl ToTokens for Func {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if self.body.is_some() {
            tokens.append_all(self.with_body(&self.rest));
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
