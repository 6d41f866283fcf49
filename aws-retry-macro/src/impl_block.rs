//! `#[aws_retry(..)] impl X { .. }`: every async fn that returns something, each with the block's
//! arguments and its own over them.

use proc_macro2::{Group, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, GenericParam, ImplItem, Meta};

use crate::args::{Arg, Args};
use crate::diagnostics::Errors;
use crate::input::{Func, Impl};
use crate::refuse::is_ours;
use crate::scope::Scope;
use crate::shape::{Outcome, Shape};
use crate::table::ArgName;
use crate::value::Value;
use crate::{check, expand};

pub fn expand(block: &Impl, args: &Args, errors: &mut Errors) -> TokenStream {
    let mut covered = 0;
    let mut methods = 0;
    let mut without_scope = Vec::new();
    let items = members
        .parse2(block.braces.stream())
        .unwrap_or_else(|_| vec![Member::Other(block.braces.stream())]);
    let inside: TokenStream = items
        .into_iter()
        .map(|member| match member {
            Member::Other(tokens) => tokens,
            Member::Fn(func) => {
                methods += 1;
                method(*func, args, &mut covered, &mut without_scope, errors)
            }
        })
        .collect();
    if covered == 0 && methods > 0 {
        let message = "no method of this block is retried: there is no `async fn` that returns something \
                       (for sync ones, write `sync = true`)";
        errors.push(syn::Error::new(Span::call_site(), message));
    }
    if let (Some(mode), false) = (args.get(ArgName::Mode), without_scope.is_empty()) {
        let message = format!(
            "this mode needs a `scope` on the block or on each method, as in `scope = (fn, &self.account)`: \
             it is missing on {}",
            without_scope.join(", ")
        );
        errors.at(&mode.token, message);
    }
    let mut braces = Group::new(block.braces.delimiter(), inside);
    braces.set_span(block.braces.span());
    let head = &block.head;
    quote!(#head #braces)
}

fn method(
    mut func: Func,
    block: &Args,
    covered: &mut usize,
    without_scope: &mut Vec<String>,
    errors: &mut Errors,
) -> TokenStream {
    let (own, others): (Vec<Attribute>, Vec<Attribute>) = func.attrs.drain(..).partition(is_ours);
    func.attrs = others;
    for second in own.iter().skip(1) {
        errors.at(second, "#[aws_retry] is on this fn already");
    }
    let written = own.first().map(|attr| arguments(attr, errors));
    let asked = written.as_ref().is_some_and(|args| !args.is_switched(ArgName::Sync, false));
    let written = written.unwrap_or_default();
    if let Some(skip) = written.get(ArgName::Skip) {
        if written.list.len() > 1 {
            errors.at(
                &skip.token,
                "`skip` leaves the method alone: the other arguments would have no effect",
            );
        }
        *covered += 1;
        return func.into_token_stream();
    }
    let mut args = merged(block, &written);
    if !(asked || is_covered(&func, &args)) {
        return func.into_token_stream();
    }
    *covered += 1;
    // Reported on the block, once for all its methods.
    if let Some(mode) = args.get(ArgName::Mode).filter(|_| !written.has(ArgName::Mode))
        && args.has_rate()
        && !args.has(ArgName::Scope)
    {
        without_scope.push(format!("`{}`", func.sig.ident));
        let (token, value) = (mode.token.clone(), Value::Scope(Scope::Fn));
        args.list.push(Arg { name: ArgName::Scope, token, value });
    }
    expand::func(func, args, !asked, errors)
}

fn arguments(attr: &Attribute, errors: &mut Errors) -> Args {
    match &attr.meta {
        Meta::Path(_) => Args::default(),
        Meta::List(list) => Args::read(list.tokens.clone(), errors),
        Meta::NameValue(_) => {
            errors.at(attr, "write `#[aws_retry(..)]`");
            Args::default()
        }
    }
}

/// The block's arguments with the method's over them. What the method says replaces what the block
/// says in other words, too.
fn merged(block: &Args, own: &Args) -> Args {
    let mut args = block.clone();
    args.write_over(own);
    for arg in &own.list {
        for equal in arg.name.row().equals {
            if own.get(*equal).is_none() && !check::may_stand_together(arg.name, *equal, &args) {
                args.remove(*equal);
            }
        }
    }
    args
}

/// Without an attribute of its own: an async fn, or a sync one where the block asks for it, whose
/// outcome may be a `Result`.
fn is_covered(func: &Func, args: &Args) -> bool {
    let Ok(shape) = Shape::read(&func.sig) else {
        return false;
    };
    if func.braces().is_none() || Outcome::of(shape.outcome()) == Outcome::Other {
        return false;
    }
    match shape {
        Shape::Async(_) => true,
        Shape::Sync(_) => args.is_switched(ArgName::Sync, true),
        // What `#[async_trait]` above has made of an `async fn`.
        Shape::Future { .. } => func.sig.generics.params.iter().any(|param| {
            matches!(param, GenericParam::Lifetime(lifetime) if lifetime.lifetime.ident == "async_trait")
        }),
    }
}

enum Member {
    Fn(Box<Func>),
    Other(TokenStream),
}

/// The block's items; what cannot be read is left as it is, to the end.
fn members(input: ParseStream) -> syn::Result<Vec<Member>> {
    let inner = input.call(Attribute::parse_inner)?;
    let mut found = vec![Member::Other(quote!(#(#inner)*))];
    while !input.is_empty() {
        let ahead = input.fork();
        if let Ok(func) = ahead.parse::<Func>() {
            input.advance_to(&ahead);
            found.push(Member::Fn(Box::new(func)));
        } else if input.fork().parse::<ImplItem>().is_ok() {
            found.push(Member::Other(input.parse::<ImplItem>()?.into_token_stream()));
        } else {
            found.push(Member::Other(input.parse()?));
        }
    }
    Ok(found)
}
