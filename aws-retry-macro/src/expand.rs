//! One function, from its merged arguments to the function that the compiler sees.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Block, Pat, ReturnType, Signature, Stmt, Type};

use crate::args::Args;
use crate::arguments::{self, Binding, bindings};
use crate::check::check;
use crate::diagnostics::Errors;
use crate::input::Func;
use crate::rebind::Rebindings;
use crate::retry_loop::{Body, RetryLoop};
use crate::shape::{Asyncness, Shape};
use crate::spans::located;
use crate::table::ArgName;
use crate::value::Value;
use crate::{inline_body, instrument, refuse, returned_future};

/// The retried function, or the function as it was written if it can't be retried.
pub fn func(mut func: Func, mut args: Args, passes: bool, errors: &mut Errors) -> TokenStream {
    let Some(shape) = errors.keep(Shape::read(&func.sig)) else {
        return func.into_token_stream();
    };
    if !func.has_body() {
        errors.push(refuse::missing_body(&func.sig));
        return func.into_token_stream();
    }
    check(&mut args, shape.asyncness(), errors);
    // Half-typed code: the compiler reports it, and the signature stays available.
    let Some(body) = func.block() else {
        return func.into_token_stream();
    };
    let private = private(&args);
    let inline = func.attrs.iter().any(inline_body::tracks_caller);
    let mut expansion =
        Expansion { args: &args, private, passes, inline, errors, sig: &mut func.sig };
    match expansion.body(&shape, body) {
        Some(body) => func.with_body(&body),
        None => func.into_token_stream(),
    }
}

/// `::aws_retry::__private`, or the path that `crate = ..` gives.
fn private(args: &Args) -> TokenStream {
    if let Some(Value::Path(path)) = args.value(ArgName::Crate) {
        glue!(#path::__private)
    } else {
        glue!(::aws_retry::__private)
    }
}

struct Expansion<'a> {
    args: &'a Args,
    private: TokenStream,
    passes: bool,
    inline: bool,
    errors: &'a mut Errors,
    sig: &'a mut Signature,
}

impl Expansion<'_> {
    fn body(&mut self, shape: &Shape, mut body: Block) -> Option<TokenStream> {
        if refuse::returned_borrow(self.sig, shape.outcome(), self.errors) {
            return None;
        }
        instrument::unmove(&mut body);
        match shape {
            Shape::Async(outcome) => self.whole(outcome, Asyncness::Async, body),
            Shape::Sync(outcome) => self.whole(outcome, Asyncness::Sync, body),
            Shape::Future { output, boxed } => self.future(output, *boxed, body),
        }
    }

    /// Input: `async fn f(x: X) -> R { BODY }`
    ///
    /// Output: `async fn f(x: X) -> R { loop { attempt(BODY) .. } }`
    fn whole(
        &mut self,
        outcome: &Type,
        asyncness: Asyncness,
        mut body: Block,
    ) -> Option<TokenStream> {
        refuse::stray_jumps(&mut body);
        let rebindings = self.plan(&bindings(self.sig), &mut body, asyncness)?;
        self.adjust(&rebindings);
        Some(self.looped(outcome, asyncness, &rebindings, Body::Outcome(&body)))
    }

    /// Input: `fn f(x: X) -> impl Future<Output = R> { let y = ..; async move { BODY } }`
    ///
    /// Output: `fn f(x: X) -> impl Future<Output = R> { let y = ..; async move { loop { attempt(BODY) .. } } }`
    fn future(&mut self, outcome: &Type, boxed: bool, mut body: Block) -> Option<TokenStream> {
        let Some(future) = returned_future::async_block(&mut body) else {
            return self.whole_body(outcome, boxed, body);
        };
        let mut inner = std::mem::replace(&mut future.block, empty());
        let mut prelude = returned_future::prelude(&mut inner);
        refuse::stray_jumps(&mut inner);
        let bindings = self.outer_bindings(&body, &prelude);
        let rebindings = self.plan(&bindings, &mut inner, Asyncness::Async)?;
        for stmt in &mut prelude {
            if let Stmt::Local(local) = stmt {
                rebindings.adjust(&mut local.pat);
            }
        }
        self.adjust(&rebindings);
        let looped = self.looped(outcome, Asyncness::Async, &rebindings, Body::Outcome(&inner));
        let future = returned_future::async_block(&mut body)?;
        future.block.stmts = vec![verbatim(quote!(#(#prelude)*)), verbatim(looped)];
        Some(body.stmts.into_iter().map(ToTokens::into_token_stream).collect())
    }

    /// Input: `fn f(x: X) -> impl Future<Output = R> { send(x) }`
    ///
    /// Output: `fn f(x: X) -> impl Future<Output = R> { async move { loop { attempt(send(x).await) .. } } }`
    fn whole_body(&mut self, outcome: &Type, boxed: bool, mut body: Block) -> Option<TokenStream> {
        let rebindings = self.plan(&bindings(self.sig), &mut body, Asyncness::Async)?;
        self.adjust(&rebindings);
        let ReturnType::Type(_, ty) = self.sig.output.clone() else { return None };
        let looped = self.looped(outcome, Asyncness::Async, &rebindings, Body::Future(&body, &ty));
        let private = &self.private;
        let future = glue!(async move { #looped });
        Some(if boxed {
            glue!(#private::Box::pin(#future))
        } else {
            // In two steps, because clippy would otherwise suggest an `async fn`.
            glue!(let future = #future; future)
        })
    }

    /// The names that the block of a future sees: the function's arguments, those that are handed over under
    /// another name, and the locals before the block.
    fn outer_bindings(&self, body: &Block, prelude: &[Stmt]) -> Vec<Binding> {
        let mut found: Vec<Binding> =
            bindings(self.sig).into_iter().map(|own| Binding { loose: true, ..own }).collect();
        let locals = |stmts: &[Stmt]| {
            let locals = stmts.iter().filter_map(|stmt| match stmt {
                Stmt::Local(local) => Some(local.clone()),
                _ => None,
            });
            locals.collect::<Vec<_>>()
        };
        let before = locals(&body.stmts).into_iter().map(|local| (local, true));
        let handed = locals(prelude).into_iter().map(|local| (local, false));
        for (local, loose) in before.chain(handed) {
            let source = returned_future::source(&local).map(ToString::to_string);
            let ty = source.and_then(|name| self.type_of(&name));
            let (pat, written) = match &local.pat {
                Pat::Type(typed) => (&*typed.pat, Some((*typed.ty).clone())),
                pat => (pat, None),
            };
            for binding in arguments::of(pat, ty.or(written).as_ref(), &self.sig.generics) {
                found.retain(|other| other.name != binding.name);
                found.push(Binding { loose, ..binding });
            }
        }
        found
    }

    fn type_of(&self, name: &str) -> Option<Type> {
        self.sig.inputs.iter().find_map(|input| match input {
            syn::FnArg::Receiver(receiver) if name == "self" => Some((*receiver.ty).clone()),
            syn::FnArg::Typed(arg) if matches!(&*arg.pat, Pat::Ident(pat) if pat.ident == name) => {
                Some((*arg.ty).clone())
            }
            _ => None,
        })
    }

    fn plan(
        &mut self,
        bindings: &[Binding],
        body: &mut Block,
        asyncness: Asyncness,
    ) -> Option<Rebindings> {
        Rebindings::plan(bindings, self.args, body, &self.private, asyncness, self.errors)
    }

    /// Adds the `mut`s that the loop needs to the signature, and removes those that have moved inside.
    fn adjust(&mut self, rebindings: &Rebindings) {
        for input in &mut self.sig.inputs {
            match input {
                syn::FnArg::Receiver(own) if own.reference.is_none() => {
                    let name = syn::Ident::new("self", own.self_token.span);
                    own.mutability = rebindings.outer_mut(&name, own.mutability);
                }
                syn::FnArg::Receiver(_) => {}
                syn::FnArg::Typed(arg) => rebindings.adjust(&mut arg.pat),
            }
        }
    }

    fn looped(
        &self,
        outcome: &Type,
        asyncness: Asyncness,
        rebindings: &Rebindings,
        body: Body<'_>,
    ) -> TokenStream {
        let name = &self.sig.ident;
        let Expansion { args, private, passes, inline, .. } = self;
        RetryLoop {
            name,
            args,
            private,
            outcome,
            asyncness,
            rebindings,
            body,
            passes: *passes,
            inline: *inline,
        }
        .expand()
    }
}

fn empty() -> Block {
    Block { brace_token: syn::token::Brace(located(Span::call_site())), stmts: Vec::new() }
}

fn verbatim(tokens: TokenStream) -> Stmt {
    Stmt::Expr(syn::Expr::Verbatim(tokens), None)
}
