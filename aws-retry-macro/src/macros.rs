//! Macros in a body: what they do with a name is their secret, but for those everybody knows.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, Macro, Token};

use crate::usage::{Reader, Want};

/// Macros that take their arguments by reference.
const BORROWING: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "bail",
    "concat",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "ensure",
    "eprint",
    "eprintln",
    "error",
    "event",
    "format",
    "format_args",
    "info",
    "json",
    "log",
    "matches",
    "panic",
    "print",
    "println",
    "span",
    "todo",
    "trace",
    "unimplemented",
    "unreachable",
    "warn",
    "write",
    "writeln",
    "anyhow",
    "eyre",
    "format_err",
    "trace_span",
    "debug_span",
    "info_span",
    "warn_span",
    "error_span",
];

pub fn read(reader: &mut Reader, mac: &Macro) {
    let borrows = mac
        .path
        .segments
        .last()
        .is_some_and(|last| BORROWING.contains(&last.ident.to_string().as_str()));
    let want = if borrows { Want::Place } else { Want::Value };
    // `name = value` and, of a macro that formats, a first argument to write to.
    match Punctuated::<Argument, Token![,]>::parse_terminated.parse2(mac.tokens.clone()) {
        Ok(arguments) => arguments.iter().for_each(|Argument(expr)| reader.expr(expr, want)),
        Err(_) => tokens(reader, mac.tokens.clone(), want),
    }
    texts(reader, mac.tokens.clone());
}

/// An expression, behind a name or not.
struct Argument(Expr);

impl Parse for Argument {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
            input.parse::<Ident>()?;
            input.parse::<Token![=]>()?;
        }
        input.parse().map(Argument)
    }
}

/// Tokens of an unknown grammar: a bare name is taken, `&name` is borrowed, `name.` is a receiver.
fn tokens(reader: &mut Reader, stream: TokenStream, want: Want) {
    let mut before = None;
    let mut rest = stream.into_iter().peekable();
    while let Some(token) = rest.next() {
        match &token {
            TokenTree::Ident(name) => {
                let member = before == Some('.');
                let borrowed = before == Some('&');
                let dotted =
                    matches!(rest.peek(), Some(TokenTree::Punct(dot)) if dot.as_char() == '.');
                if dotted && !member && !borrowed && want == Want::Value {
                    reader.received(name);
                } else if !member && let Some(usage) = reader.of(name) {
                    usage.moved |= !borrowed && want == Want::Value;
                }
                // `&mut name` borrows as well.
                before = before.filter(|_| borrowed && name == "mut");
            }
            TokenTree::Group(group) => {
                let inner = if group.delimiter() == Delimiter::Brace { Want::Value } else { want };
                tokens(reader, group.stream(), inner);
                before = None;
            }
            TokenTree::Punct(punct) => before = Some(punct.as_char()),
            TokenTree::Literal(_) => before = None,
        }
    }
}

/// Names captured in format strings: `"{name}"`, `"{name:?}"`.
fn texts(reader: &mut Reader, stream: TokenStream) {
    for token in stream {
        match token {
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if text.starts_with('"') || text.starts_with('r') {
                    captured(&text).for_each(|name| {
                        if let Ok(name) = syn::parse_str::<Ident>(name) {
                            let _ = reader.of(&name);
                        }
                    });
                }
            }
            TokenTree::Group(group) => texts(reader, group.stream()),
            _ => {}
        }
    }
}

fn captured(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|piece| piece.split(['}', ':']).next())
}
