//! The arguments as a policy: literals into the constant that a call site keeps, expressions
//! into one that is made for each call, functions into what is asked after each attempt.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};

use crate::args::{Arg, Args, TABLE};
use crate::spans::{located, placed};
use crate::value::{Kind, Value};

/// `RetryPolicy::new().max_retries(5)..`, for a constant: it can name neither generics nor `self`.
pub fn constant(args: &Args, private: &TokenStream) -> TokenStream {
    let calls = args.list.iter().filter_map(|arg| {
        let value = literal(arg, private)?;
        Some(call(arg, &value))
    });
    glue!(#private::RetryPolicy::new() #(#calls)*)
}

/// The same of what is known when the call begins; nothing, if all is known before.
/// A statement for each argument, so that an error about its value has no other to point at.
pub fn late(args: &Args, private: &TokenStream) -> Option<TokenStream> {
    let mut settings =
        args.list.iter().filter(|arg| is_setting(arg)).filter_map(late_one).peekable();
    settings.peek()?;
    Some(glue! {
        let late = #private::RetryPolicy::new();
        #(#settings)*
    })
}

fn late_one(arg: &Arg) -> Option<TokenStream> {
    let Value::Late(expr) = &arg.value else { return None };
    let call = call(arg, expr);
    Some(quote_spanned!(located(arg.name.span())=> let late = late #call;))
}

/// The functions: predicates and hooks, if there are any.
pub fn extras(args: &Args, private: &TokenStream, at: Span) -> Option<TokenStream> {
    let functions: Vec<TokenStream> = args
        .list
        .iter()
        .filter_map(|arg| match (&arg.row.kind, &arg.value) {
            (Kind::Function, Value::Late(expr)) => {
                let at = located(arg.name.span());
                let name = name(arg);
                let some = placed(glue!(#private::Some), at);
                Some(quote_spanned!(at=> #name: #some(&#expr)))
            }
            _ => None,
        })
        .collect();
    if functions.is_empty() {
        return None;
    }
    let all = TABLE.iter().filter(|row| matches!(row.kind, Kind::Function)).count();
    let others = (functions.len() < all).then(|| quote_spanned!(at=> ..#private::Extras::NONE));
    Some(quote_spanned!(at=> #private::Extras { #(#functions,)* #others }))
}

/// Is it a setting of `RetryPolicy`?
fn is_setting(arg: &Arg) -> bool {
    use Kind::{Choice, Codes, Count, Duration, Instant, Name, Number, Switch, Text};
    matches!(
        arg.row.kind,
        Choice(_)
            | Codes
            | Count { .. }
            | Duration { .. }
            | Instant
            | Name
            | Number { .. }
            | Switch
            | Text
    ) && arg.row.name != "sync"
}

/// The setter is ours, whatever the user's token is called.
fn name(arg: &Arg) -> Ident {
    Ident::new(arg.row.name, Span::mixed_site().located_at(arg.name.span()))
}

fn call(arg: &Arg, value: &impl ToTokens) -> TokenStream {
    let name = name(arg);
    quote_spanned!(name.span()=> .#name(#value))
}

fn literal(arg: &Arg, private: &TokenStream) -> Option<TokenStream> {
    if !is_setting(arg) {
        return None;
    }
    Some(match &arg.value {
        Value::Count(count) => Literal::u32_unsuffixed(*count).into_token_stream(),
        Value::Number(number) => Literal::f64_suffixed(*number).into_token_stream(),
        Value::Nanoseconds(nanos) => {
            let nanos = Literal::u64_unsuffixed(*nanos);
            glue!(#private::Duration::from_nanos(#nanos))
        }
        Value::Switch(on) => on.into_token_stream(),
        Value::Choice(variant) => {
            let variant = Ident::new(variant, Span::mixed_site());
            let family = Ident::new(family(arg.row.name), Span::mixed_site());
            glue!(#private::#family::#variant)
        }
        Value::Codes(codes) => glue!(&[#(#codes),*]),
        Value::Text(text) => text.into_token_stream(),
        _ => return None,
    })
}

/// The enum that a choice belongs to.
fn family(argument: &str) -> &'static str {
    match argument {
        "jitter" => "Jitter",
        "codes" => "Codes",
        "mode" => "Mode",
        "nested" => "Nested",
        _ => "Log",
    }
}
