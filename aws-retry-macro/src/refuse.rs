//! Bodies that cannot run in a loop. They are rejected with an error of our own, since the compiler's would
//! be about a loop that the user did not write.

use quote::ToTokens;
use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Lifetime, Signature, Type, TypeReference};

use crate::diagnostics::Errors;
use crate::types::TypeKind;

/// `break` and `continue` that would leave the body. Each is replaced by the error, so that the
/// compiler does not report it again.
pub fn stray_jumps(body: &mut Block) {
    struct Stray;
    impl VisitMut for Stray {
        fn visit_expr_mut(&mut self, expr: &mut Expr) {
            let jump = match expr {
                Expr::Break(jump) if jump.label.is_none() => "break",
                Expr::Continue(jump) if jump.label.is_none() => "continue",
                // The jumps inside these stay inside, or the compiler handles them.
                Expr::Loop(_) | Expr::ForLoop(_) | Expr::Closure(_) | Expr::Async(_) => return,
                Expr::While(looped) => return self.visit_expr_mut(&mut looped.cond),
                expr => return visit_mut::visit_expr_mut(self, expr),
            };
            let message = format!(
                "`{jump}` outside of a loop: leave the body of a retried function with `return`"
            );
            *expr = Expr::Verbatim(syn::Error::new_spanned(&*expr, message).into_compile_error());
        }

        fn visit_item_mut(&mut self, _: &mut syn::Item) {}
    }
    Stray.visit_block_mut(body);
}

/// A borrow of a `&mut` argument cannot be returned from a loop (E0499, as in hand-written code). It is
/// reported if the outcome's type shows such a borrow: by a lifetime that nothing else has.
pub fn returned_borrow(sig: &Signature, outcome: &Type, errors: &mut Errors) -> bool {
    let mut inputs = Lifetimes::default();
    sig.inputs.iter().for_each(|input| inputs.visit_fn_arg(input));
    let mut output = Lifetimes::default();
    output.visit_type(outcome);

    let found = output.0.iter().find(|borrow| match &borrow.name {
        Some(name) => {
            let mut same =
                inputs.0.iter().filter(|input| input.name.as_ref() == Some(name)).peekable();
            same.peek().is_some() && same.all(|input| input.unique)
        }
        // Elided: it is the receiver's lifetime, else that of the only argument with one.
        None => match receiver(sig) {
            Some(kind) => kind == TypeKind::Mut,
            None => matches!(inputs.0.as_slice(), [only] if only.unique),
        },
    });
    let Some(borrow) = found else { return false };
    let message = "a retried function cannot return a borrow of its `&mut` argument, which the next attempt needs \
                   again: return an owned value, or take `&`";
    errors.push(syn::Error::new(borrow.at, message));
    true
}

fn receiver(sig: &Signature) -> Option<TypeKind> {
    let receiver = sig.receiver()?;
    match crate::types::kind(&receiver.ty, &sig.generics) {
        kind @ (TypeKind::Mut | TypeKind::Copy) => Some(kind),
        // `self` by value can't be borrowed from.
        _ => None,
    }
}

struct Borrow {
    /// None if it is elided.
    name: Option<String>,
    unique: bool,
    at: proc_macro2::Span,
}

#[derive(Default)]
struct Lifetimes(Vec<Borrow>);

impl<'ast> Visit<'ast> for Lifetimes {
    fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
        let name =
            reference.lifetime.as_ref().filter(|name| name.ident != "_").map(ToString::to_string);
        self.0.push(Borrow {
            name,
            unique: reference.mutability.is_some(),
            at: reference.and_token.span,
        });
        self.visit_type(&reference.elem);
    }

    fn visit_receiver(&mut self, receiver: &'ast syn::Receiver) {
        self.visit_type(&receiver.ty);
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        let name = Some(lifetime).filter(|name| name.ident != "_").map(ToString::to_string);
        self.0.push(Borrow { name, unique: false, at: lifetime.span() });
    }

    // A closure's own lifetimes do not concern other types.
    fn visit_type_bare_fn(&mut self, _: &'ast syn::TypeBareFn) {}
    fn visit_parenthesized_generic_arguments(
        &mut self,
        _: &'ast syn::ParenthesizedGenericArguments,
    ) {
    }
}

pub fn missing_body(sig: &Signature) -> syn::Error {
    let message = "this method has no body to retry: annotate the impl or a default method";
    syn::Error::new_spanned(sig.ident.to_token_stream(), message)
}
