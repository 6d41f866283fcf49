//! The attribute's arguments: which there are, and how a list of them is read.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Token, parenthesized};

use crate::diagnostics::Errors;
use crate::suggest;
use crate::value::{Kind, Value};

/// What an argument is called, what it takes, and how it is written.
pub struct Row {
    pub name: &'static str,
    pub kind: Kind,
    pub example: &'static str,
}

const fn row(name: &'static str, kind: Kind, example: &'static str) -> Row {
    Row { name, kind, example }
}

/// Every argument. The first seven are those that most users need.
pub const TABLE: &[Row] = &[
    row("max_retries", Kind::Count { least: 0 }, "max_retries = 5"),
    row("base_delay", Kind::Duration { zero: true }, "base_delay = \"500ms\""),
    row("max_delay", Kind::Duration { zero: true }, "max_delay = \"30s\""),
    row("total_timeout", Kind::Duration { zero: false }, "total_timeout = \"60s\""),
    row("added_errors", Kind::Codes, "added_errors = [\"SomeCode\"]"),
    row("idempotent", Kind::Switch, "idempotent = false"),
    row("mode", Kind::Choice(MODES), "mode = \"paced\""),
    row("scope", Kind::Scope, "scope = (\"ec2:DescribeInstances\", account, region)"),
    row("max_attempts", Kind::Count { least: 1 }, "max_attempts = 6"),
    row("deadline", Kind::Instant, "deadline = some_instant"),
    row("throttling_errors", Kind::Codes, "throttling_errors = [\"SomeCode\"]"),
    row("multiplier", Kind::Number { least: 1.0, most: f64::MAX }, "multiplier = 2.0"),
    row("jitter", Kind::Choice(JITTERS), "jitter = \"full\""),
    row("retryable_errors", Kind::Codes, "retryable_errors = [\"SomeCode\"]"),
    row("excluded_errors", Kind::Codes, "excluded_errors = [\"SomeCode\"]"),
    row("codes", Kind::Choice(CODES), "codes = \"python\""),
    row("transient", Kind::Switch, "transient = false"),
    row("quota", Kind::Switch, "quota = false"),
    row("attempt_timeout", Kind::Duration { zero: false }, "attempt_timeout = \"5s\""),
    row("retry_if", Kind::Function, "retry_if = |error| ..."),
    row("unless", Kind::Function, "unless = |error| ..."),
    row("retry_if_ok", Kind::Function, "retry_if_ok = |output| ..."),
    row("on_attempt", Kind::Function, "on_attempt = |event| ..."),
    row("on_retry", Kind::Function, "on_retry = |event| ..."),
    row("on_give_up", Kind::Function, "on_give_up = |event| ..."),
    row("policy", Kind::Policy, "policy = &POLICY"),
    row("max_rate", Kind::Number { least: f64::MIN_POSITIVE, most: f64::MAX }, "max_rate = 10.0"),
    row("share", Kind::Number { least: f64::MIN_POSITIVE, most: 1.0 }, "share = 0.8"),
    row("fail_fast", Kind::Switch, "fail_fast = true"),
    row("service", Kind::Text, "service = \"ec2\""),
    row("operation", Kind::Text, "operation = \"DescribeInstances\""),
    row("nested", Kind::Choice(NESTED), "nested = \"retry\""),
    row("trust_record", Kind::Switch, "trust_record = true"),
    row("log", Kind::Choice(LOGS), "log = \"debug\""),
    row("clone", Kind::Names, "clone(a, b)"),
    row("borrow", Kind::Names, "borrow(a)"),
    row("name", Kind::Name, "name = \"list\""),
    row("crate", Kind::Path, "crate = path::to::aws_retry"),
    row("skip", Kind::Flag, "skip"),
    row("sync", Kind::Switch, "sync = true"),
];

/// What may be written, and the variant it stands for.
pub type Choices = &'static [(&'static str, &'static str)];

const MODES: Choices = &[
    ("decorator", "Decorator"),
    ("legacy", "Legacy"),
    ("standard", "Standard"),
    ("standard-2.0", "Standard20"),
    ("adaptive", "Adaptive"),
    ("paced", "Paced"),
];
const JITTERS: Choices = &[
    ("true", "Scaled"),
    ("false", "None"),
    ("full", "Full"),
    ("equal", "Equal"),
    ("decorrelated", "Decorrelated"),
];
const CODES: Choices = &[("default", "Default"), ("python", "Python"), ("eventual", "Eventual")];
const NESTED: Choices = &[("pass", "Pass"), ("retry", "Retry")];
const LOGS: Choices = &[
    ("off", "Off"),
    ("trace", "Trace"),
    ("debug", "Debug"),
    ("info", "Info"),
    ("warn", "Warn"),
    ("error", "Error"),
];

/// One argument as written.
#[derive(Clone)]
pub struct Arg {
    pub name: Ident,
    pub row: &'static Row,
    pub value: Value,
}

/// The arguments that make sense by themselves.
#[derive(Clone, Default)]
pub struct Args {
    pub list: Vec<Arg>,
    /// What was meant to be written: not to be missed a second time.
    mistaken: Vec<String>,
}

impl Args {
    /// Reads what stands between the attribute's parentheses. What is wrong is an error
    /// and left out; the rest is kept.
    pub fn read(tokens: TokenStream, errors: &mut Errors) -> Args {
        let mut args = Args::default();
        let parser = |input: ParseStream| {
            while !input.is_empty() {
                let name = input.fork().call(Ident::parse_any).ok();
                match one(input) {
                    Ok(arg) => {
                        args.add(arg, errors);
                        end(input, errors);
                    }
                    Err(error) => {
                        args.mistaken.extend(name.map(|name| name.to_string()));
                        errors.push(error);
                    }
                }
                next(input);
            }
            Ok(())
        };
        // It reads to the end, so there is nothing left to complain about.
        let _ = Parser::parse2(parser, tokens);
        args
    }

    fn add(&mut self, arg: Arg, errors: &mut Errors) {
        if self.get(arg.row.name).is_some() {
            errors.at(&arg.name, format_args!("`{}` is written twice", arg.row.name));
        } else {
            self.list.push(arg);
        }
    }

    pub fn get(&self, name: &str) -> Option<&Arg> {
        self.list.iter().find(|arg| arg.row.name == name)
    }

    /// Is it written, be it with a mistake?
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some() || self.mistaken.iter().any(|mistaken| mistaken == name)
    }

    pub fn value(&self, name: &str) -> Option<&Value> {
        self.get(name).map(|arg| &arg.value)
    }

    /// Is this switch written, as the literal `on`?
    pub fn switched(&self, name: &str, on: bool) -> bool {
        matches!(self.value(name), Some(Value::Switch(value)) if *value == on)
    }

    /// The mode's variant, where one is written.
    pub fn mode(&self) -> Option<&'static str> {
        match self.value("mode") {
            Some(Value::Choice(variant)) => Some(variant),
            _ => None,
        }
    }

    /// Does the send rate decide when a call may start?
    pub fn has_rate(&self) -> bool {
        matches!(self.mode(), Some("Paced" | "Adaptive"))
    }

    pub fn remove(&mut self, name: &str) {
        self.list.retain(|arg| arg.row.name != name);
    }
}

fn one(input: ParseStream) -> syn::Result<Arg> {
    if !input.peek(Ident::peek_any) {
        return Err(input.error("expected an argument, as in `max_retries = 5`"));
    }
    let name = input.call(Ident::parse_any)?;
    let text = name.unraw().to_string();
    let Some(row) = TABLE.iter().find(|row| row.name == text) else {
        return Err(unknown(&name, &text));
    };
    let missing = || {
        let message = format!("`{text}` is written `{}`", row.example);
        syn::Error::new_spanned(&name, message)
    };
    let value = match row.kind {
        Kind::Flag if input.is_empty() || input.peek(Token![,]) => Value::Flag,
        Kind::Names if input.peek(syn::token::Paren) => {
            let inner;
            parenthesized!(inner in input);
            let names =
                Punctuated::<Ident, Token![,]>::parse_terminated_with(&inner, Ident::parse_any)?;
            if names.is_empty() {
                return Err(missing());
            }
            Value::Names(names.into_iter().collect())
        }
        Kind::Flag | Kind::Names => return Err(missing()),
        _ => {
            if !input.peek(Token![=]) {
                return Err(missing());
            }
            input.parse::<Token![=]>()?;
            if input.is_empty() || input.peek(Token![,]) {
                return Err(missing());
            }
            if matches!(row.kind, Kind::Scope) && input.peek(Token![fn]) {
                input.parse::<Token![fn]>()?;
                Value::OfTheFn
            } else if matches!(row.kind, Kind::Path) {
                Value::Path(input.call(syn::Path::parse_mod_style)?)
            } else {
                Value::read(row, &input.parse::<Expr>()?)?
            }
        }
    };
    Ok(Arg { name, row, value })
}

fn unknown(name: &Ident, text: &str) -> syn::Error {
    let valid: Vec<&'static str> = TABLE.iter().map(|row| row.name).collect();
    let message = match suggest::argument(text, &valid) {
        Some(meant) => format!("unknown argument `{text}`: {meant}"),
        None => format!("unknown argument `{text}`: the arguments are {}", valid.join(", ")),
    };
    syn::Error::new_spanned(name, message)
}

/// An argument ends with a comma, or with the list.
fn end(input: ParseStream, errors: &mut Errors) {
    if !input.is_empty() && !input.peek(Token![,]) {
        errors.push(input.error("expected `,` before the next argument"));
    }
}

/// On to what follows the next comma.
fn next(input: ParseStream) {
    while !input.is_empty() && input.parse::<Option<Token![,]>>().is_ok_and(|comma| comma.is_none())
    {
        let _ = input.parse::<TokenTree>();
    }
}
