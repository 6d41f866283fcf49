//! Reads the attribute's arguments as written in the list between the parentheses.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Token, parenthesized};

use crate::diagnostics::Errors;
use crate::kinds::{Kind, When};
use crate::table::ArgName;
use crate::value::Value;
use crate::{scope, suggest};

/// One argument as written.
#[derive(Clone)]
pub struct Arg {
    pub name: ArgName,
    /// The user's own token, for errors about the argument.
    pub token: Ident,
    pub value: Value,
}

/// The arguments that are valid by themselves.
#[derive(Clone, Default)]
pub struct Args {
    pub list: Vec<Arg>,
    /// Arguments that are written incorrectly: they are not also reported as missing.
    mistaken: Vec<ArgName>,
}

impl Args {
    /// Reads the tokens between the attribute's parentheses. A mistake is reported and its argument is left
    /// out; the others are kept.
    pub fn read(tokens: TokenStream, errors: &mut Errors) -> Args {
        let mut args = Args::default();
        let parser = |input: ParseStream| {
            while !input.is_empty() {
                let written = input.fork().call(Ident::parse_any).ok();
                match one(input) {
                    Ok(arg) => {
                        args.add(arg, errors);
                        end(input, errors);
                    }
                    Err(error) => {
                        args.mistaken.extend(written.and_then(|token| find(&token)));
                        errors.push(error);
                    }
                }
                skip_to_next(input);
            }
            Ok(())
        };
        // It reads to the end, so nothing is left to complain about.
        let _ = Parser::parse2(parser, tokens);
        args
    }

    fn add(&mut self, arg: Arg, errors: &mut Errors) {
        if self.get(arg.name).is_some() {
            errors.at(&arg.token, format_args!("`{}` is written twice", arg.name.name()));
        } else {
            self.list.push(arg);
        }
    }

    /// Lets the arguments in `own` win over those written here.
    pub fn write_over(&mut self, own: &Args) {
        for arg in &own.list {
            self.remove(arg.name);
            self.list.push(arg.clone());
        }
        self.mistaken.extend(&own.mistaken);
    }

    pub fn get(&self, name: ArgName) -> Option<&Arg> {
        self.list.iter().find(|arg| arg.name == name)
    }

    /// Whether it is written, correctly or with a mistake.
    pub fn has(&self, name: ArgName) -> bool {
        self.get(name).is_some() || self.mistaken.contains(&name)
    }

    pub fn value(&self, name: ArgName) -> Option<&Value> {
        self.get(name).map(|arg| &arg.value)
    }

    /// Whether this switch is written as the literal `on`.
    pub fn is_switched(&self, name: ArgName, on: bool) -> bool {
        self.get(name).is_some_and(|arg| arg.is_literally(on))
    }

    /// The mode's variant, if one is written.
    pub fn mode(&self) -> Option<&'static str> {
        match self.value(ArgName::Mode) {
            Some(Value::Choice(_, variant)) => Some(variant),
            _ => None,
        }
    }

    /// Whether a send rate decides when an attempt may start.
    pub fn has_rate(&self) -> bool {
        matches!(self.mode(), Some("Paced" | "Adaptive"))
    }

    /// Whether this holds for the present arguments.
    pub fn holds(&self, when: When) -> bool {
        match when {
            When::Never => false,
            When::Always => true,
            When::Paced => self.has_rate(),
        }
    }

    pub fn remove(&mut self, name: ArgName) {
        self.list.retain(|arg| arg.name != name);
    }
}

impl Arg {
    /// Whether the value is this literal switch.
    pub fn is_literally(&self, on: bool) -> bool {
        matches!(self.value, Value::Switch(value) if value == on)
    }
}

fn find(token: &Ident) -> Option<ArgName> {
    ArgName::find(&token.unraw().to_string())
}

fn one(input: ParseStream) -> syn::Result<Arg> {
    if !input.peek(Ident::peek_any) {
        return Err(input.error("expected an argument, as in `max_retries = 5`"));
    }
    let token = input.call(Ident::parse_any)?;
    let Some(name) = find(&token) else {
        return Err(unknown(&token));
    };
    let row = name.row();
    let misshapen = || {
        let message = format!("`{}` is written `{}`", name.name(), row.example);
        syn::Error::new_spanned(&token, message)
    };
    let value = match row.kind {
        Kind::Flag if input.is_empty() || input.peek(Token![,]) => Value::Flag,
        Kind::Names if input.peek(syn::token::Paren) => {
            let inner;
            parenthesized!(inner in input);
            let names =
                Punctuated::<Ident, Token![,]>::parse_terminated_with(&inner, Ident::parse_any)?;
            if names.is_empty() {
                return Err(misshapen());
            }
            Value::Names(names.into_iter().collect())
        }
        Kind::Flag | Kind::Names => return Err(misshapen()),
        _ => {
            if !input.peek(Token![=]) {
                return Err(misshapen());
            }
            input.parse::<Token![=]>()?;
            if input.is_empty() || input.peek(Token![,]) {
                return Err(misshapen());
            }
            match row.kind {
                Kind::Scope => Value::Scope(scope::read(input)?),
                Kind::Path => Value::Path(input.call(syn::Path::parse_mod_style)?),
                _ => Value::read(name, &input.parse::<Expr>()?)?,
            }
        }
    };
    Ok(Arg { name, token, value })
}

fn unknown(token: &Ident) -> syn::Error {
    let written = token.unraw().to_string();
    let valid: Vec<&'static str> = ArgName::ALL.iter().map(|arg| arg.name()).collect();
    let message = match suggest::argument(&written, &valid) {
        Some(meant) => format!("unknown argument `{written}`: {meant}"),
        None => format!("unknown argument `{written}`: the arguments are {}", valid.join(", ")),
    };
    syn::Error::new_spanned(token, message)
}

/// An argument ends at a comma or at the end of the list.
fn end(input: ParseStream, errors: &mut Errors) {
    if !input.is_empty() && !input.peek(Token![,]) {
        errors.push(input.error("expected `,` before the next argument"));
    }
}

/// Moves past the next comma.
fn skip_to_next(input: ParseStream) {
    while !input.is_empty() && input.parse::<Option<Token![,]>>().is_ok_and(|comma| comma.is_none())
    {
        let _ = input.parse::<TokenTree>();
    }
}
