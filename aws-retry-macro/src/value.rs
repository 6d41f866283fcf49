//! The values of arguments: the literals of each kind, checked, or any expression if one is allowed.

use proc_macro2::Ident;
use syn::{Expr, LitStr};

use crate::durations::nanoseconds;
use crate::kinds::{Choice, Kind};
use crate::literals::{Literal, bare, is_code, is_format, literal};
use crate::scope::Scope;
use crate::suggest;
use crate::table::ArgName;

/// A value as written.
#[derive(Clone)]
pub enum Value {
    Count(u32),
    Number(f64),
    Nanoseconds(u64),
    Switch(bool),
    /// An enum, and the variant that the word stands for.
    Choice(&'static str, &'static str),
    Codes(Vec<LitStr>),
    Text(LitStr),
    Names(Vec<Ident>),
    Path(syn::Path),
    Flag,
    Scope(Scope),
    /// Known only when the call begins.
    Expr(Box<Expr>),
}

impl Value {
    pub fn read(arg: ArgName, written: &Expr) -> syn::Result<Value> {
        let expr = bare(written);
        let name = arg.name();
        let example = arg.row().example;
        let fail = |message: String| Err(syn::Error::new_spanned(written, message));
        let wrong_type = |wanted: &str| fail(format!("`{name}` takes {wanted}, as in `{example}`"));
        let value = || Ok(Value::Expr(Box::new(expr.clone())));
        match (arg.row().kind, literal(expr)) {
            (Kind::Count { min }, Some(Literal::Int(digits))) => match digits.parse::<u32>() {
                Ok(count) if count >= min => Ok(Value::Count(count)),
                Ok(_) => fail(format!("`{name}` must be at least {min}: the first attempt counts")),
                Err(_) => fail(format!("`{name}` must be at most {}", u32::MAX)),
            },
            (Kind::Count { min }, Some(Literal::Negative)) => {
                fail(format!("`{name}` must be at least {min}"))
            }
            (Kind::Count { .. }, Some(_)) => wrong_type("a whole number"),
            (Kind::Count { .. }, None) => value(),

            (Kind::Number { min, max }, Some(Literal::Int(digits) | Literal::Float(digits))) => {
                match digits.parse::<f64>() {
                    Ok(number) if number.is_finite() && (min..=max).contains(&number) => {
                        Ok(Value::Number(number))
                    }
                    _ => fail(range(name, min, max)),
                }
            }
            (Kind::Number { min, max }, Some(Literal::Negative)) => fail(range(name, min, max)),
            (Kind::Number { .. }, Some(_)) => wrong_type("a number"),
            (Kind::Number { .. }, None) => value(),

            (Kind::Duration { zero }, Some(Literal::Text(text))) => {
                match nanoseconds(&text.value()) {
                    Ok(0) if !zero => fail(format!("`{name}` must be longer than zero")),
                    Ok(nanos) => Ok(Value::Nanoseconds(nanos)),
                    Err(message) => fail(message),
                }
            }
            (Kind::Duration { .. }, Some(Literal::Int(digits) | Literal::Float(digits))) => {
                fail(format!("a duration needs a unit: write \"{digits}s\" or \"{digits}ms\""))
            }
            (Kind::Duration { .. }, Some(Literal::Negative)) => {
                fail("a duration can't be negative".into())
            }
            (Kind::Duration { .. }, Some(_)) => wrong_type("a duration"),
            (Kind::Duration { .. }, None) => value(),

            (Kind::Instant, Some(_)) => fail(format!(
                "`{name}` takes an `Instant`; for a span of time write `total_timeout = \"60s\"`"
            )),
            (Kind::Instant, None) => value(),

            (Kind::Switch | Kind::ConstSwitch, Some(Literal::Switch(on))) => Ok(Value::Switch(on)),
            (Kind::Switch | Kind::ConstSwitch, Some(_)) | (Kind::ConstSwitch, None) => {
                wrong_type("`true` or `false`")
            }
            (Kind::Switch, None) => value(),

            (Kind::Choice(choice), Some(Literal::Switch(on))) => {
                word(name, choice, if on { "true" } else { "false" }).or_else(fail)
            }
            (Kind::Choice(choice), Some(Literal::Text(text))) if !is_switch(&text.value()) => {
                word(name, choice, &text.value()).or_else(fail)
            }
            (Kind::Choice(choice), _) => fail(one_of(name, choice)),

            (Kind::Codes, _) => codes(arg, expr).unwrap_or_else(value),

            (Kind::Text | Kind::ConstText, Some(Literal::Text(text))) => {
                if text.value().trim().is_empty() {
                    fail(format!("`{name}` must not be empty"))
                } else if is_format(text) {
                    fail(format!("`{name}` is not a format string: write the text itself"))
                } else {
                    Ok(Value::Text(text.clone()))
                }
            }
            (Kind::Text | Kind::ConstText, Some(_)) | (Kind::ConstText, None) => {
                wrong_type("a string")
            }
            (Kind::Text, None) => value(),

            (Kind::Function, Some(_)) => wrong_type("a path or a closure"),
            (Kind::Function, None) => value(),
            (Kind::Policy, Some(_)) => wrong_type("a `&RetryPolicy`"),
            (Kind::Policy, None) => value(),

            // These have their own syntax and are not read as expressions.
            (Kind::Names | Kind::Path | Kind::Flag | Kind::Scope, _) => {
                fail(format!("`{name}` is written `{example}`"))
            }
        }
    }
}

/// A list of literals, checked; nothing if the value is neither a list nor a literal.
fn codes(arg: ArgName, expr: &Expr) -> Option<syn::Result<Value>> {
    let (name, example) = (arg.name(), arg.row().example);
    let fail = |tokens: &dyn quote::ToTokens, message: String| {
        Some(Err(syn::Error::new_spanned(tokens, message)))
    };
    let list = match expr {
        Expr::Reference(reference) => bare(&reference.expr),
        expr => expr,
    };
    let Expr::Array(array) = list else {
        return literal(list).map(|_| {
            let message = format!("`{name}` takes a list, as in `{example}`");
            Err(syn::Error::new_spanned(expr, message))
        });
    };
    if array.elems.is_empty() {
        return fail(
            expr,
            format!("`{name}` must not be empty: write `{example}`, or leave the argument out"),
        );
    }
    let mut codes = Vec::new();
    for element in &array.elems {
        match literal(bare(element)) {
            Some(Literal::Text(code)) => {
                let text = code.value();
                if !is_code(&text) {
                    return fail(
                        element,
                        format!(
                            "\"{text}\" is not an error code: a code or pattern is one word, as in \"SlowDown\" or \"*.NotFound\""
                        ),
                    );
                }
                codes.push(code.clone());
            }
            Some(_) => {
                return fail(element, "an error code is a string, as in \"SlowDown\"".into());
            }
            // The list contains constants. It is evaluated in the call, since they may belong to `Self`.
            None => return Some(Ok(Value::Expr(Box::new(syn::parse_quote!(const { &#array }))))),
        }
    }
    Some(Ok(Value::Codes(codes)))
}

fn is_switch(text: &str) -> bool {
    matches!(text, "true" | "false")
}

/// The variant of a written word.
fn word(name: &str, choice: Choice, written: &str) -> Result<Value, String> {
    if let Some((_, variant)) = choice.words.iter().find(|(word, _)| *word == written) {
        return Ok(Value::Choice(choice.of, variant));
    }
    let words: Vec<&'static str> = choice.words.iter().map(|(word, _)| *word).collect();
    Err(match suggest::nearest(written, &words) {
        Some(word) => format!("`{name}` can't be \"{written}\": did you mean \"{word}\"?"),
        None => one_of(name, choice),
    })
}

fn one_of(name: &str, choice: Choice) -> String {
    let quoted = |word: &str| if is_switch(word) { word.to_owned() } else { format!("\"{word}\"") };
    let words: Vec<String> = choice.words.iter().map(|(word, _)| quoted(word)).collect();
    format!("`{name}` must be one of {}", words.join(", "))
}

fn range(name: &str, min: f64, max: f64) -> String {
    let above =
        if min > 0.0 && min < 1.0 { "more than 0".into() } else { format!("at least {min}") };
    let below = if max < f64::MAX { format!(" and at most {max}") } else { String::new() };
    format!("`{name}` must be {above}{below}")
}
