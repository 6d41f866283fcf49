//! The loop around a body: the parts that are created once per call, those that run in each attempt, and
//! those that decide after it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Block, Expr, Ident, Stmt, Type};

use crate::args::{Arg, Args};
use crate::inline_body;
use crate::policy;
use crate::rebind::Rebindings;
use crate::scope_name;
use crate::shape::{Asyncness, Outcome, error_span, inferred};
use crate::spans::{located, placed};
use crate::table::ArgName;
use crate::value::Value;

/// The parts of the loop.
pub struct RetryLoop<'a> {
    pub name: &'a Ident,
    pub args: &'a Args,
    pub private: &'a TokenStream,
    pub outcome: &'a Type,
    pub asyncness: Asyncness,
    /// The arguments that each attempt gets.
    pub rebindings: &'a Rebindings,
    pub body: Body<'a>,
    /// A sync body is to stay in the function itself, not in a closure.
    pub inline: bool,
    /// The outcome may turn out not to be a `Result`: in an impl block it then passes through unchanged.
    pub passes: bool,
}

/// The code of an attempt.
pub enum Body<'a> {
    Outcome(&'a Block),
    /// A block whose value is the outcome's future, of this type.
    Future(&'a Block, &'a Type),
}

impl RetryLoop<'_> {
    /// A block that has the outcome as its value.
    pub fn expand(&self) -> TokenStream {
        let private = self.private;
        let site = self.site();
        let call = self.call();
        let set = policy::before_attempt(self.args, private);
        let before = &self.rebindings.before;
        let attempt = match self.asyncness {
            Asyncness::Async => self.attempt(),
            Asyncness::Sync => self.attempt_blocking(),
        };
        // With the span of the outcome's type, as in `error_type`: if it is not a `Result`, there is one
        // error at that place.
        let at = located(self.outcome.span());
        let callbacks = policy::callbacks(self.args, &placed(private.clone(), at), at);
        let finished = match (callbacks, self.asyncness) {
            // The attempt has decided already.
            (None, Asyncness::Async) => glue!(out),
            (None, Asyncness::Sync) => {
                let finish = placed(glue!(#private::Call::finish), at);
                quote_spanned!(at=> #finish(&mut call, out, read))
            }
            (Some(callbacks), _) => {
                let finish = placed(glue!(#private::Call::finish_with), at);
                quote_spanned!(at=> #finish(&mut call, out, read, #callbacks))
            }
        };
        let out = if self.wraps_unknown() {
            glue!(#private::IntoOutput::into_output(out))
        } else {
            glue!(out)
        };
        let leave = self.leave(&out);
        glue! {
            #site
            #call
            loop {
                #set
                #before
                #attempt
                if let #private::Some(out) = #finished {
                    #leave
                }
            }
        }
    }

    /// Leaves the loop. A long poll waits before it fails because retry tokens ran out. A call can be one
    /// only if its operation is written or its policy is known at run time. The outcome is held over that
    /// wait, and other calls should not pay for that.
    fn leave(&self, out: &TokenStream) -> TokenStream {
        let private = self.private;
        let waits = self.args.get(ArgName::Operation).or(self.args.get(ArgName::Policy)).is_some();
        let (after, wait_before_giving_up) = match self.asyncness {
            Asyncness::Async => {
                (None, glue!(#private::Call::wait_before_giving_up(&mut call).await;))
            }
            Asyncness::Sync => (
                Some(&self.rebindings.after),
                glue!(#private::Call::wait_before_giving_up_blocking(&mut call);),
            ),
        };
        let wait_before_giving_up = waits.then_some(wait_before_giving_up);
        glue!(#wait_before_giving_up #after break #out;)
    }

    /// The call that fails to compile if the outcome is not a `Result`.
    fn error_type(&self, function: &str, of: &TokenStream) -> TokenStream {
        let at = located(self.outcome.span());
        let private = self.private;
        let function = Ident::new(function, at);
        placed(quote_spanned!(at=> #private::#function(#of)), at)
    }

    fn site(&self) -> TokenStream {
        let private = self.private;
        let name = match self.args.value(ArgName::Name) {
            Some(Value::Text(text)) => text.to_token_stream(),
            _ => syn::ext::IdentExt::unraw(self.name).to_string().to_token_stream(),
        };
        let policy = policy::static_policy(self.args, private);
        glue! {
            static AWS_RETRY_SITE: #private::Site = #private::Site::new(#name, ::core::module_path!(), #policy);
        }
    }

    fn call(&self) -> TokenStream {
        let private = self.private;
        let expr = |name: ArgName| match self.args.value(name) {
            Some(Value::Expr(expr)) => Some(&**expr),
            _ => None,
        };
        let policy = expr(ArgName::Policy)
            .map(|policy| glue!(let policy: &#private::RetryPolicy = #policy;));
        let call_policy = policy::call_policy(self.args, private);
        let with_policy = policy.as_ref().map(|_| glue!(.policy(policy)));
        let with_call_policy = call_policy.as_ref().map(|_| glue!(.call_policy(&call_policy)));
        let with_scope = scope_name::with_scope(self.args, private);
        glue! {
            #policy
            #call_policy
            let mut call = #private::Call::new(&AWS_RETRY_SITE) #with_policy #with_call_policy #with_scope;
        }
    }

    /// One attempt of an async body: the way to read its error, and its outcome. The hint tells `?` and
    /// `return` the type into which they convert. There are two steps, so that the body's temporaries are
    /// dropped before the arguments that they borrow.
    fn attempt(&self) -> TokenStream {
        let outcome = inferred(self.outcome);
        let inside = &self.rebindings.inside;
        let quiet = self.quiet();
        let body = match self.body {
            Body::Outcome(body) => body.to_token_stream(),
            // A closure, since the body may `return` the future.
            Body::Future(body, ty) => {
                let ty = inferred(ty);
                glue!({
                    #[cfg_attr(clippy, allow(clippy::redundant_closure_call))]
                    let future = (|| -> #ty #body)();
                    future.await
                })
            }
        };
        let hint = self.hint(&outcome);
        let future = quote_spanned! {located(self.body_span())=>
            async {
                #hint
                #inside
                #quiet
                let out: #outcome = #body;
                #[allow(unreachable_code)]
                out
            }
        };
        if !self.has_callbacks() {
            let attempt = self.attempt_that_decides(&future);
            return glue!(let out = #attempt.await;);
        }
        let attempt = self.attempt_of(&future, "attempt_before_callbacks", "error_type", "future");
        glue!(let read; let out = #attempt.await;)
    }

    fn attempt_blocking(&self) -> TokenStream {
        let private = self.private;
        let outcome = inferred(self.outcome);
        let inside = &self.rebindings.inside;
        let quiet = self.quiet();
        let (Body::Outcome(body) | Body::Future(body, _)) = self.body;
        let inlined = self.inline.then(|| inline_body::inline(body, private)).flatten();
        let body = inlined.as_ref().unwrap_or(body);
        let body = glue!({
            #inside
            #quiet
            let out: #outcome = #body;
            #[allow(unreachable_code)]
            out
        });
        if inlined.is_some() {
            let label = inline_body::label();
            let never = glue!(|| -> #outcome { loop {} });
            let begin =
                self.attempt_of(&never, "begin_attempt_blocking", "error_type_blocking", "closure");
            let out = self.as_result("closure").map_or(glue!(out), |as_result| {
                glue!({
                    let body = || out;
                    #as_result
                    body()
                })
            });
            glue! {
                let read;
                #[cfg_attr(clippy, allow(clippy::empty_loop))]
                let out = match #begin {
                    #private::Ok(inside) => {
                        #[allow(unused_labels)]
                        let out: #outcome = #label: #body;
                        #private::drop(inside);
                        #out
                    }
                    #private::Err(out) => out,
                };
            }
        } else {
            let closure = glue!(|| -> #outcome #body);
            let attempt =
                self.attempt_of(&closure, "attempt_blocking", "error_type_blocking", "closure");
            glue!(let read; let out = #attempt;)
        }
    }

    /// An attempt of an async body with the decision after it. The search for the adapters never runs, and
    /// the attempt is made in place: the compiler inlines nothing into a coroutine before LLVM does, so each
    /// call would be one more copy of the body, and one more place to drop it.
    fn attempt_that_decides(&self, future: &TokenStream) -> TokenStream {
        let private = self.private;
        let (as_result, read, stop) = (self.as_result("future"), self.read(), self.stop());
        // By value only what may not be a `Result`: this gives one error instead of two.
        let result = Outcome::of(self.outcome) == Outcome::Result;
        let error_type = if result {
            self.error_type("error_type_of_future", &glue!(&body))
        } else {
            self.error_type("error_type", &glue!(body))
        };
        let by_reference = result.then(|| glue!(let error_type = #error_type;));
        let by_value = (!result).then(|| glue!(let (body, error_type) = #error_type;));
        glue! {
            {
                let body = #future;
                #as_result
                #by_value
                let adapters = if false {
                    #by_reference
                    use #private::read_error::*;
                    #private::Adapters::of(#read, #stop)
                } else {
                    #private::Adapters::INFERRED
                };
                #private::Attempt { call: &mut call, adapters, future: body }
            }
        }
    }

    /// The call of any other attempt. The block ends before the wait: the body is not stored twice.
    fn attempt_of(
        &self,
        body: &TokenStream,
        attempt: &str,
        error_type: &str,
        of: &str,
    ) -> TokenStream {
        let private = self.private;
        let attempt = Ident::new(attempt, Span::mixed_site());
        let error_type = self.error_type(error_type, &glue!(body));
        let (read, stop) = (self.read(), self.stop());
        let as_result = self.as_result(of);
        glue! {
            #private::Call::#attempt(&mut call, {
                let body = #body;
                #as_result
                let (body, error_type) = #error_type;
                use #private::read_error::*;
                read = #read;
                (body, #stop)
            })
        }
    }

    /// Predicates and hooks borrow the function's arguments, and have a say in the decision.
    fn has_callbacks(&self) -> bool {
        policy::callbacks(self.args, self.private, Span::mixed_site()).is_some()
    }

    /// Wraps the outcome of `body`, a future or a closure, if it is not a `Result`.
    fn as_result(&self, of: &str) -> Option<TokenStream> {
        let private = self.private;
        let name = |name: &str| Ident::new(name, Span::mixed_site());
        let (type_of, method) = (name(of), name(&format!("aws_retry_{of}_as_result")));
        self.wraps_unknown().then(|| {
            glue! {
                let body = {
                    use #private::as_result::*;
                    (&&#private::TypeOf::#type_of(&body)).#method(body)
                };
            }
        })
    }

    /// Never run: tells `?` and `return` the type into which they convert, and makes the block borrow its
    /// arguments.
    fn hint(&self, outcome: &Type) -> Option<TokenStream> {
        let at = located(outcome.span());
        let never = &self.rebindings.never;
        let (value, leave) = match self.body {
            Body::Outcome(_) => (
                quote_spanned!(at=> let hint: #outcome = loop {};),
                quote_spanned!(at=> return hint;),
            ),
            // In a block whose value is a future, no `return` has the outcome's type.
            Body::Future(..) if never.is_empty() => return None,
            Body::Future(..) => (glue!(loop {}), TokenStream::new()),
        };
        // Clippy's lints are named only for clippy, here and elsewhere: the compiler would search all of its own for
        // each of them.
        Some(quote_spanned! {at=>
            #[allow(unreachable_code)]
            #[cfg_attr(clippy, allow(clippy::diverging_sub_expression, clippy::empty_loop, clippy::let_unit_value))]
            if false {
                #value
                #never
                #leave
            }
        })
    }

    /// For clippy, a body that is only a `todo!()` would be a sub-expression that the user did not write.
    fn quiet(&self) -> Option<TokenStream> {
        let (Body::Outcome(body) | Body::Future(body, _)) = self.body;
        let only =
            matches!(body.stmts.as_slice(), [Stmt::Macro(_) | Stmt::Expr(Expr::Macro(_), _)]);
        only.then(|| glue!(#[cfg_attr(clippy, allow(clippy::diverging_sub_expression))]))
    }

    fn body_span(&self) -> Span {
        let (Body::Outcome(body) | Body::Future(body, _)) = self.body;
        body.brace_token.span.open()
    }

    /// The way to read the error. With `retry_if`, an error may be one that nothing else can classify.
    fn read(&self) -> TokenStream {
        let at = error_span(self.outcome);
        if self.args.get(ArgName::RetryIf).is_some() {
            quote_spanned!(at=> error_type.optional().read_by_priority().aws_retry_read())
        } else {
            quote_spanned!(at=> error_type.read_by_priority().aws_retry_read())
        }
    }

    /// The way to make an error for a canceled attempt. An argument that cancels requires that there is one.
    fn stop(&self) -> TokenStream {
        let cancels =
            |arg: &&Arg| self.args.holds(arg.name.row().cancels) && !arg.is_literally(false);
        match self.args.list.iter().find(cancels) {
            Some(arg) if self.asyncness == Asyncness::Async => {
                quote_spanned!(located(arg.token.span())=> error_type.stop_by_priority().aws_retry_stop())
            }
            _ => glue!(error_type.optional().stop_by_priority().aws_retry_stop()),
        }
    }

    /// In an impl block an outcome of unknown type is inspected first: if it is not a `Result`, it is wrapped
    /// into one and unwrapped again.
    fn wraps_unknown(&self) -> bool {
        self.passes && Outcome::of(self.outcome) != Outcome::Result
    }
}
