//! `#[aws_retry(..)] impl X { .. }`: every async function that may return a `Result` is retried with the
//! block's arguments. A method's own arguments win over them.

use proc_macro2::{Group, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, GenericParam, ImplItem, Meta};

use crate::args::{Arg, Args};
use crate::conditional::{self, Own};
use crate::diagnostics::Errors;
use crate::input::{Func, Impl};
use crate::scope::Scope;
use crate::shape::{Outcome, Shape};
use crate::table::ArgName;
use crate::value::Value;
use crate::{check, expand};

pub fn expand(block: &Impl, args: &Args, errors: &mut Errors) -> TokenStream {
    let mut methods = Methods::new(args);
    let items = members
        .parse2(block.braces.stream())
        .unwrap_or_else(|_| vec![Member::Other(block.braces.stream())]);
    let any = items.iter().any(|member| matches!(member, Member::Fn(_)));
    let inside: TokenStream = items
        .into_iter()
        .map(|member| match member {
            Member::Other(tokens) => tokens,
            Member::Fn(func) => methods.expand(*func, errors),
        })
        .collect();
    if methods.covered == 0 && any {
        let message = "no method of this block is retried: it has no `async fn` that may return a `Result` \
                       (for sync methods, write `sync = true`)";
        errors.push(syn::Error::new(Span::call_site(), message));
    }
    methods.report(errors);
    let mut braces = Group::new(block.braces.delimiter(), inside);
    braces.set_span(block.braces.span());
    let head = &block.head;
    quote!(#head #braces)
}

/// The methods of a block, and facts that are known only once all of them have been seen.
struct Methods<'a> {
    block: &'a Args,
    covered: usize,
    /// Methods that need a scope and have none.
    without_scope: Vec<String>,
}

impl<'a> Methods<'a> {
    fn new(block: &'a Args) -> Self {
        Self { block, covered: 0, without_scope: Vec::new() }
    }

    /// Reports, on the block, the scope that some of its methods lack.
    fn report(&self, errors: &mut Errors) {
        if let (Some(mode), false) = (self.block.get(ArgName::Mode), self.without_scope.is_empty())
        {
            let message = format!(
                "this mode needs a `scope` on the block or on each method, as in \
                 `scope = (fn, &self.account)`: it is missing on {}",
                self.without_scope.join(", ")
            );
            errors.at(&mode.token, message);
        }
    }

    /// The method, once for each answer to the `cfg_attr`s around its attributes.
    fn expand(&mut self, mut func: Func, errors: &mut Errors) -> TokenStream {
        let own = conditional::take(&mut func.attrs);
        if own.iter().all(|own| !own.is_conditional()) {
            own.iter().skip(1).for_each(|second| errors.push(second.second()));
            return self.variant(func, own.first(), errors);
        }
        let mut variants = TokenStream::new();
        let mut before = Vec::new();
        for own in &own {
            let predicate = own.predicate();
            // If there are two attributes, the second is an error.
            let mut second = Errors::default();
            second.push(own.second());
            variants.extend(second.into_tokens_when(&quote!(all(#predicate, any(#(#before),*)))));
            let first = quote!(all(#predicate, not(any(#(#before),*))));
            variants.extend(self.variant_when(&first, func.clone(), Some(own)));
            before.push(predicate);
        }
        variants.extend(self.variant_when(&quote!(not(any(#(#before),*))), func, None));
        variants
    }

    /// The method with this attribute, and its errors, if the predicate holds.
    fn variant_when(&mut self, when: &TokenStream, func: Func, own: Option<&Own>) -> TokenStream {
        let mut errors = Errors::default();
        let mut alone = Methods::new(self.block);
        let variant = alone.variant(func, own, &mut errors);
        alone.report(&mut errors);
        self.covered += alone.covered;
        let errors = errors.into_tokens_when(when);
        quote!(#errors #[cfg(#when)] #variant)
    }

    fn variant(&mut self, func: Func, own: Option<&Own>, errors: &mut Errors) -> TokenStream {
        let written = own.map(|own| arguments(&own.meta, errors));
        let asked = written.as_ref().is_some_and(|args| !args.is_switched(ArgName::Sync, false));
        let written = written.unwrap_or_default();
        if let Some(skip) = written.get(ArgName::Skip) {
            if written.list.len() > 1 {
                let message =
                    "`skip` leaves the method alone: the other arguments would have no effect";
                errors.at(&skip.token, message);
            }
            self.covered += 1;
            return func.into_token_stream();
        }
        let mut args = merged(self.block, &written);
        if !(asked || is_covered(&func, &args)) {
            return func.into_token_stream();
        }
        self.covered += 1;
        if let Some(mode) = args.get(ArgName::Mode).filter(|_| !written.has(ArgName::Mode))
            && args.has_rate()
            && !args.has(ArgName::Scope)
        {
            self.without_scope.push(format!("`{}`", func.sig.ident));
            let (token, value) = (mode.token.clone(), Value::Scope(Scope::Fn));
            args.list.push(Arg { name: ArgName::Scope, token, value });
        }
        expand::func(func, args, !asked, errors)
    }
}

fn arguments(meta: &Meta, errors: &mut Errors) -> Args {
    match meta {
        Meta::Path(_) => Args::default(),
        Meta::List(list) => Args::read(list.tokens.clone(), errors),
        Meta::NameValue(_) => {
            errors.at(meta, "arguments are written in parentheses: `#[aws_retry(..)]`");
            Args::default()
        }
    }
}

/// The block's arguments, overridden by the method's. An argument of the method also replaces one of the
/// block that has the same meaning under a different name.
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

/// Whether a method without its own attribute is retried: an async function, or a sync one if the block asks
/// for it, whose outcome may be a `Result`.
fn is_covered(func: &Func, args: &Args) -> bool {
    let Ok(shape) = Shape::read(&func.sig) else {
        return false;
    };
    if !func.has_body() || Outcome::of(shape.outcome()) == Outcome::Other {
        return false;
    }
    match shape {
        Shape::Async(_) => true,
        Shape::Sync(_) => args.is_switched(ArgName::Sync, true),
        // The form into which `#[async_trait]` above has turned an `async fn`.
        Shape::Future { .. } => func.sig.generics.params.iter().any(|param| {
            matches!(param, GenericParam::Lifetime(lifetime) if lifetime.lifetime.ident == "async_trait")
        }),
    }
}

enum Member {
    Fn(Box<Func>),
    Other(TokenStream),
}

/// The block's items. If one cannot be read, it and the rest are left unchanged.
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
