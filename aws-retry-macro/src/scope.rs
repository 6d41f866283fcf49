//! The value of `scope = ..`: `fn`, a value, or a tuple of both.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, Token, parenthesized};

use crate::literals::{Literal, bare, is_format, literal};

/// The names of a scope.
#[derive(Clone)]
pub enum Scope {
    /// `scope = fn`
    Fn,
    Value(Box<Expr>),
    /// A tuple; `of_fn` if `fn` is among its elements. The position of `fn` does not matter: the tuples of
    /// one function differ from those of all others anyway.
    Tuple {
        of_fn: bool,
        elements: Vec<Expr>,
    },
}

/// As many as a tuple has that names a scope in code (`ScopeParts`).
const MOST_ELEMENTS: usize = 6;

/// Input: `fn`, `EXPR`, `(fn, EXPR, EXPR)`
pub fn read(input: ParseStream) -> syn::Result<Scope> {
    if input.parse::<Option<Token![fn]>>()?.is_some() {
        return Ok(Scope::Fn);
    }
    let scope = if names_the_fn(input) {
        let inner;
        parenthesized!(inner in input);
        tuple_of_fn(Punctuated::parse_terminated(&inner)?)?
    } else {
        let written = input.parse::<Expr>()?;
        match bare(&written) {
            Expr::Tuple(tuple) if tuple.elems.is_empty() => return Err(empty(&written)),
            Expr::Tuple(tuple) => {
                Scope::Tuple { of_fn: false, elements: tuple.elems.iter().cloned().collect() }
            }
            expr => Scope::Value(Box::new(expr.clone())),
        }
    };
    match &scope {
        Scope::Fn => {}
        Scope::Value(expr) if is_empty_text(expr) => return Err(empty(expr)),
        Scope::Value(expr) => no_format(expr)?,
        Scope::Tuple { elements, .. } => {
            elements.iter().try_for_each(no_format)?;
            if let Some(seventh) = elements.get(MOST_ELEMENTS) {
                let message = "a scope has at most six elements beside `fn`";
                return Err(syn::Error::new_spanned(seventh, message));
            }
        }
    }
    Ok(scope)
}

enum Element {
    Fn(Token![fn]),
    Value(Expr),
}

impl Parse for Element {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let function = input.parse::<Option<Token![fn]>>()?;
        function.map_or_else(|| input.parse().map(Self::Value), |function| Ok(Self::Fn(function)))
    }
}

/// Whether there are parentheses with `fn` directly inside. An expression never begins like that.
fn names_the_fn(input: ParseStream) -> bool {
    let inside = || {
        let ahead = input.fork();
        let inner;
        parenthesized!(inner in ahead);
        inner.parse::<TokenStream>()
    };
    let is_fn = |token: TokenTree| matches!(token, TokenTree::Ident(word) if word == "fn");
    input.peek(syn::token::Paren) && inside().is_ok_and(|inside| inside.into_iter().any(is_fn))
}

fn tuple_of_fn(written: Punctuated<Element, Token![,]>) -> syn::Result<Scope> {
    let mut found = None;
    let mut elements = Vec::new();
    for element in written {
        match element {
            Element::Value(expr) => elements.push(expr),
            Element::Fn(second) if found.is_some() => {
                return Err(syn::Error::new(second.span, "`fn` is already in this scope"));
            }
            Element::Fn(first) => found = Some(first),
        }
    }
    Ok(if elements.is_empty() { Scope::Fn } else { Scope::Tuple { of_fn: true, elements } })
}

fn is_empty_text(value: &Expr) -> bool {
    matches!(literal(value), Some(Literal::Text(text)) if text.value().is_empty())
}

/// A literal is taken literally, even if it contains braces.
fn no_format(element: &Expr) -> syn::Result<()> {
    let mut value = bare(element);
    while let Expr::Reference(reference) = value {
        value = bare(&reference.expr);
    }
    match literal(value) {
        Some(Literal::Text(text)) if is_format(text) => {
            let message = "a scope is not a format string, so all calls would share this one: write a tuple, \
                           as in `scope = (\"ec2:DescribeInstances\", account, region)`";
            Err(syn::Error::new_spanned(text, message))
        }
        _ => Ok(()),
    }
}

fn empty(written: &Expr) -> syn::Error {
    let message = "a scope must not be empty: write `scope = (\"ec2:DescribeInstances\", account, region)`, or \
                   `scope = fn`";
    syn::Error::new_spanned(written, message)
}
