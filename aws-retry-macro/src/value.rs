//! The values of arguments: each kind's literals, checked; any expression where one may stand.

use proc_macro2::Ident;
use syn::{Expr, Lit, LitStr, UnOp};

use crate::args::{Choices, Row};
use crate::durations::nanoseconds;
use crate::suggest;

/// What an argument takes.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A whole number.
    Count {
        least: u32,
    },
    Number {
        least: f64,
        most: f64,
    },
    Duration {
        zero: bool,
    },
    Instant,
    Switch,
    /// One of some words.
    Choice(Choices),
    /// A list of error codes or patterns.
    Codes,
    Text,
    /// A text that must be known at compile time.
    Name,
    Scope,
    /// A predicate or a hook: a path or a closure.
    Function,
    Policy,
    /// `clone(a, b)`
    Names,
    Path,
    Flag,
}

/// What was written.
#[derive(Clone)]
pub enum Value {
    Count(u32),
    Number(f64),
    Nanoseconds(u64),
    Switch(bool),
    /// The variant that the word stands for.
    Choice(&'static str),
    Codes(Vec<LitStr>),
    Text(LitStr),
    Names(Vec<Ident>),
    Path(syn::Path),
    Flag,
    /// `scope = fn`
    OfTheFn,
    /// Not known before the call.
    Late(Box<Expr>),
}

impl Value {
    pub fn read(row: &Row, written: &Expr) -> syn::Result<Value> {
        let expr = bare(written);
        let fail = |message: String| Err(syn::Error::new_spanned(written, message));
        let refused =
            |what: &str| fail(format!("`{}` takes {what}, as in `{}`", row.name, row.example));
        let late = || Ok(Value::Late(Box::new(expr.clone())));
        match (row.kind, literal(expr)) {
            (Kind::Count { least }, Some(Literal::Int(digits))) => match digits.parse::<u32>() {
                Ok(count) if count >= least => Ok(Value::Count(count)),
                Ok(_) => fail(format!("`{}` is at least {least}: the first try counts", row.name)),
                Err(_) => fail(format!("`{}` is at most {}", row.name, u32::MAX)),
            },
            (Kind::Count { least }, Some(Literal::Negative)) => fail(format!("`{}` is at least {least}", row.name)),
            (Kind::Count { .. }, Some(_)) => refused("a whole number"),

            (Kind::Number { least, most }, Some(Literal::Int(digits) | Literal::Float(digits))) => {
                match digits.parse::<f64>() {
                    Ok(number) if number.is_finite() && (least..=most).contains(&number) => Ok(Value::Number(number)),
                    _ => fail(range(row.name, least, most)),
                }
            }
            (Kind::Number { least, most }, Some(Literal::Negative)) => fail(range(row.name, least, most)),
            (Kind::Number { .. }, Some(_)) => refused("a number"),

            (Kind::Duration { zero }, Some(Literal::Text(text))) => match nanoseconds(&text.value()) {
                Ok(0) if !zero => fail(format!("`{}` of zero leaves no time for anything", row.name)),
                Ok(nanos) => Ok(Value::Nanoseconds(nanos)),
                Err(message) => fail(message),
            },
            (Kind::Duration { .. }, Some(Literal::Int(digits) | Literal::Float(digits))) => {
                fail(format!("a bare number has no unit: write \"{digits}s\" or \"{digits}ms\""))
            }
            (Kind::Duration { .. }, Some(Literal::Negative)) => fail("a duration is never negative".into()),
            (Kind::Duration { .. }, Some(_)) => refused("a duration"),

            (Kind::Instant, Some(_)) => {
                fail("`deadline` takes an `Instant`; a span of time is written `total_timeout = \"60s\"`".into())
            }

            (Kind::Switch, Some(Literal::Switch(on))) => Ok(Value::Switch(on)),
            (Kind::Switch, Some(_)) => refused("`true` or `false`"),
            (Kind::Switch, None) if row.name == "sync" => refused("`true` or `false`"),

            (Kind::Choice(words), Some(Literal::Switch(on))) => choice(row, words, if on { "true" } else { "false" })
                .map(Value::Choice)
                .or_else(fail),
            (Kind::Choice(words), Some(Literal::Text(text))) if !is_switch(&text.value()) => {
                choice(row, words, &text.value()).map(Value::Choice).or_else(fail)
            }
            (Kind::Choice(words), _) => fail(format!("`{}` is one of {}", row.name, all(words))),

            (Kind::Codes, _) => codes(row, expr).unwrap_or_else(late),

            (Kind::Text | Kind::Name, Some(Literal::Text(text))) if text.value().trim().is_empty() => {
                fail(format!("`{}` is empty", row.name))
            }
            (Kind::Text | Kind::Name, Some(Literal::Text(text))) => Ok(Value::Text(text.clone())),
            (Kind::Text | Kind::Name, Some(_)) | (Kind::Name, None) => refused("a text"),

            (Kind::Scope, _) if matches!(expr, Expr::Tuple(tuple) if tuple.elems.is_empty()) => {
                fail(format!("an empty scope names nothing: write `{}`, or `scope = fn`", row.example))
            }
            (Kind::Scope, Some(Literal::Text(text))) if text.value().is_empty() => {
                fail(format!("an empty scope names nothing: write `{}`, or `scope = fn`", row.example))
            }
            (Kind::Function, Some(_)) => refused("a path or a closure"),
            (Kind::Policy, Some(_)) => refused("a `&RetryPolicy`"),
            _ => late(),
        }
    }
}

/// A literal, as far as arguments tell them apart.
enum Literal<'a> {
    Int(String),
    Float(String),
    Negative,
    Text(&'a LitStr),
    Switch(bool),
    Other,
}

fn literal(expr: &Expr) -> Option<Literal<'_>> {
    match expr {
        Expr::Lit(lit) => Some(match &lit.lit {
            Lit::Int(int) => Literal::Int(int.base10_digits().to_owned()),
            Lit::Float(float) => Literal::Float(float.base10_digits().to_owned()),
            Lit::Str(text) => Literal::Text(text),
            Lit::Bool(switch) => Literal::Switch(switch.value),
            _ => Literal::Other,
        }),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            literal(bare(&unary.expr)).map(|_| Literal::Negative)
        }
        _ => None,
    }
}

/// Without the parentheses, and the invisible ones that `macro_rules!` puts around `$e`.
fn bare(mut expr: &Expr) -> &Expr {
    loop {
        expr = match expr {
            Expr::Group(group) => &group.expr,
            Expr::Paren(paren) => &paren.expr,
            _ => return expr,
        };
    }
}

/// A list of literals, checked; nothing, if the list is not one of literals.
fn codes(row: &Row, expr: &Expr) -> Option<syn::Result<Value>> {
    let fail = |tokens: &dyn quote::ToTokens, message: String| {
        Some(Err(syn::Error::new_spanned(tokens, message)))
    };
    let list = match expr {
        Expr::Reference(reference) => bare(&reference.expr),
        expr => expr,
    };
    let Expr::Array(array) = list else {
        return literal(list).map(|_| {
            let message = format!("`{}` takes a list, as in `{}`", row.name, row.example);
            Err(syn::Error::new_spanned(expr, message))
        });
    };
    if array.elems.is_empty() {
        return fail(
            expr,
            format!("`{}` names no code: write `{}`, or leave it out", row.name, row.example),
        );
    }
    let mut codes = Vec::new();
    for element in &array.elems {
        match literal(bare(element)) {
            Some(Literal::Text(code)) => {
                let text = code.value();
                if text.is_empty() || text.contains(char::is_whitespace) {
                    return fail(
                        element,
                        format!(
                            "`{text}` is no error code: codes and patterns are words, as in \"SlowDown\" or \"*.NotFound\""
                        ),
                    );
                }
                codes.push(code.clone());
            }
            Some(_) => {
                return fail(element, "an error code is a text, as in \"SlowDown\"".into());
            }
            // Constants, then; late, since they may be of `Self`.
            None => return Some(Ok(Value::Late(Box::new(syn::parse_quote!(const { &#array }))))),
        }
    }
    Some(Ok(Value::Codes(codes)))
}

fn is_switch(text: &str) -> bool {
    matches!(text, "true" | "false")
}

fn choice(row: &Row, words: Choices, written: &str) -> Result<&'static str, String> {
    if let Some((_, variant)) = words.iter().find(|(word, _)| *word == written) {
        return Ok(variant);
    }
    let names: Vec<&'static str> = words.iter().map(|(word, _)| *word).collect();
    Err(match suggest::nearest(written, &names) {
        Some(word) => format!("`{}` has no \"{written}\": did you mean \"{word}\"?", row.name),
        None => format!("`{}` is one of {}", row.name, all(words)),
    })
}

fn all(words: Choices) -> String {
    let quoted: Vec<String> = words
        .iter()
        .map(|(word, _)| if is_switch(word) { (*word).to_owned() } else { format!("\"{word}\"") })
        .collect();
    quoted.join(", ")
}

fn range(name: &str, least: f64, most: f64) -> String {
    let above = if least < 1.0 { "more than 0".to_owned() } else { format!("at least {least}") };
    let below = if most < f64::MAX { format!(" and at most {most}") } else { String::new() };
    format!("`{name}` is {above}{below}")
}
