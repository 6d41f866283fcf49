//! The arguments as a policy: literals go into the constant that a call site keeps, expressions into a policy
//! that is created per call, functions into the callbacks of an attempt.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};

use crate::args::{Arg, Args};
use crate::kinds::Role;
use crate::spans::{located, placed};
use crate::table::ArgName;
use crate::value::Value;

/// `RetryPolicy::new().max_retries(5)..`, for a constant, which can name neither generics nor `self`.
pub fn static_policy(args: &Args, private: &TokenStream) -> TokenStream {
    let calls = args.list.iter().filter_map(|arg| {
        let value = literal(arg, private)?;
        Some(call(arg, &value))
    });
    glue!(#private::RetryPolicy::new() #(#calls)*)
}

/// The same from the values that are known only when the call begins, if there are any. Each argument is its
/// own statement, so that an error about its value does not point at another argument.
pub fn call_policy(args: &Args, private: &TokenStream) -> Option<TokenStream> {
    let mut settings = args.list.iter().filter_map(call_setting).peekable();
    settings.peek()?;
    Some(glue! {
        let call_policy = #private::RetryPolicy::new();
        #(#settings)*
    })
}

fn call_setting(arg: &Arg) -> Option<TokenStream> {
    let (Role::Setting, Value::Expr(expr)) = (role(arg), &arg.value) else { return None };
    if arg.name.row().per_attempt {
        return None;
    }
    let call = call(arg, expr);
    Some(quote_spanned!(located(arg.token.span())=> let call_policy = call_policy #call;))
}

/// The statements that set the values known only before each attempt.
pub fn before_attempt(args: &Args, private: &TokenStream) -> TokenStream {
    let settings = args.list.iter().filter_map(|arg| match &arg.value {
        Value::Expr(expr) if arg.name.row().per_attempt => {
            let at = located(arg.token.span());
            let setter = name(arg);
            let setter = placed(glue!(#private::Call::#setter), at);
            Some(quote_spanned!(at=> #setter(&mut call, #expr);))
        }
        _ => None,
    });
    settings.collect()
}

/// The functions: predicates and hooks, if there are any.
pub fn callbacks(args: &Args, private: &TokenStream, at: Span) -> Option<TokenStream> {
    let functions: Vec<TokenStream> = args
        .list
        .iter()
        .filter_map(|arg| match (role(arg), &arg.value) {
            (Role::Callback, Value::Expr(expr)) => {
                let at = located(arg.token.span());
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
    let all = ArgName::ALL.iter().filter(|arg| arg.row().kind.role() == Role::Callback).count();
    let others = (functions.len() < all).then(|| quote_spanned!(at=> ..#private::Callbacks::NONE));
    Some(quote_spanned!(at=> #private::Callbacks { #(#functions,)* #others }))
}

/// The name of the setter, even if the user's token has a different one.
fn name(arg: &Arg) -> Ident {
    Ident::new(arg.name.name(), Span::mixed_site().located_at(arg.token.span()))
}

fn call(arg: &Arg, value: &impl ToTokens) -> TokenStream {
    let name = name(arg);
    quote_spanned!(name.span()=> .#name(#value))
}

fn role(arg: &Arg) -> Role {
    arg.name.row().kind.role()
}

fn literal(arg: &Arg, private: &TokenStream) -> Option<TokenStream> {
    if role(arg) != Role::Setting {
        return None;
    }
    match &arg.value {
        Value::Count(count) => Some(Literal::u32_unsuffixed(*count).into_token_stream()),
        Value::Number(number) => Some(Literal::f64_suffixed(*number).into_token_stream()),
        Value::Nanoseconds(nanos) => {
            let nanos = Literal::u64_unsuffixed(*nanos);
            Some(glue!(#private::Duration::from_nanos(#nanos)))
        }
        Value::Switch(on) => Some(on.into_token_stream()),
        Value::Choice(choice, variant) => {
            let choice = Ident::new(choice, Span::mixed_site());
            let variant = Ident::new(variant, Span::mixed_site());
            Some(glue!(#private::#choice::#variant))
        }
        Value::Codes(codes) => Some(glue!(&[#(#codes),*])),
        Value::Text(text) => Some(text.into_token_stream()),
        // Known only when the call begins.
        Value::Expr(_) => None,
        // Settings never have one of these.
        Value::Names(_) | Value::Path(_) | Value::Flag | Value::Scope(_) => None,
    }
}
