//! Macros in a body. Their effect on a name is known only for well-known macros.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, Macro, Token};

use super::found::Want;

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

/// A use in a macro's arguments.
pub enum Found {
    /// An expression, and the use of its value.
    Expr(Expr, Want),
    /// A bare name that is moved, or only mentioned.
    Name { name: Ident, moved: bool },
    /// `name.`
    Receiver(Ident),
}

pub fn read(mac: &Macro) -> Vec<Found> {
    let borrows = mac
        .path
        .segments
        .last()
        .is_some_and(|last| BORROWING.contains(&last.ident.to_string().as_str()));
    let want = if borrows { Want::Place } else { Want::Value };
    let mut found = Vec::new();
    // `name = value`, and for a formatting macro a first argument to write to.
    match Punctuated::<Argument, Token![,]>::parse_terminated.parse2(mac.tokens.clone()) {
        Ok(arguments) => {
            found.extend(arguments.into_iter().map(|Argument(expr)| Found::Expr(expr, want)));
        }
        Err(_) => tokens(mac.tokens.clone(), want, &mut found),
    }
    texts(mac.tokens.clone(), &mut found);
    found
}

/// An expression, or `name = expression`.
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
fn tokens(stream: TokenStream, want: Want, found: &mut Vec<Found>) {
    let mut before = None;
    let mut rest = stream.into_iter().peekable();
    while let Some(token) = rest.next() {
        match &token {
            TokenTree::Ident(name) => {
                let member = before == Some('.');
                let borrowed = before == Some('&');
                let dotted =
                    matches!(rest.peek(), Some(TokenTree::Punct(dot)) if dot.as_char() == '.');
                let taken = !borrowed && want == Want::Value;
                if dotted && !member && taken {
                    found.push(Found::Receiver(name.clone()));
                } else if !member {
                    found.push(Found::Name { name: name.clone(), moved: taken });
                }
                // `&mut name` borrows as well.
                before = before.filter(|_| borrowed && name == "mut");
            }
            TokenTree::Group(group) => {
                let inner = if group.delimiter() == Delimiter::Brace { Want::Value } else { want };
                tokens(group.stream(), inner, found);
                before = None;
            }
            TokenTree::Punct(punct) => before = Some(punct.as_char()),
            TokenTree::Literal(_) => before = None,
        }
    }
}

/// Names captured in format strings: `"{name}"`, `"{name:?}"`.
fn texts(stream: TokenStream, found: &mut Vec<Found>) {
    for token in stream {
        match token {
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if text.starts_with('"') || text.starts_with('r') {
                    captured(&text).for_each(|name| {
                        if let Ok(name) = syn::parse_str::<Ident>(name) {
                            found.push(Found::Name { name, moved: false });
                        }
                    });
                }
            }
            TokenTree::Group(group) => texts(group.stream(), found),
            _ => {}
        }
    }
}

fn captured(text: &str) -> impl Iterator<Item = &str> {
    let pieces = text.split('{').skip(1).filter_map(|piece| piece.split(['}', ':']).next());
    // The lexer reports text with which a token can't begin, such as that of `\u{202e}`, even in a trial.
    pieces.filter(|name| {
        !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c == '_' || c.is_alphanumeric())
    })
}
