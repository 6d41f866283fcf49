//! The form in which each attempt gets an argument: the argument itself, a clone or a reborrow.

use std::collections::HashMap;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::visit_mut::VisitMut;
use syn::{Block, Pat, PatIdent, Token};

use crate::args::Args;
use crate::arguments::Binding;
use crate::diagnostics::Errors;
use crate::rename_self;
use crate::shape::Asyncness;
use crate::table::ArgName;
use crate::types::TypeKind;
use crate::usage::{Usage, usages};
use crate::value::Value;

#[derive(Clone, Copy, PartialEq)]
enum How {
    /// The attempt's block borrows the argument in its place.
    Leave,
    Copy,
    Reborrow,
    PinReborrow,
    OptionReborrow,
    /// An `Fn` that is passed on.
    Ref,
    /// An `FnMut` that is passed on.
    MutRef,
    Clone,
    /// The type decides: a clone if it is `Clone`, else a reference. The reference is unique, because a
    /// shared reference to a type that is not `Sync` would make the future not `Send`.
    CloneOrRef,
    /// The same with a shared reference: `Send` is not needed, or the argument is borrowed for the whole
    /// call.
    CloneOrShared,
    CloneOrMutRef,
}

/// The place of a binding's `mut` when each attempt gets its own value.
#[derive(Clone, Copy, PartialEq)]
enum OuterMut {
    Keep,
    /// It moves to the rebinding.
    Drop,
    /// The argument is reborrowed mutably.
    Need,
}

/// The rebindings of one function.
#[derive(Default)]
pub struct Rebindings {
    /// Statements before each attempt.
    pub before: TokenStream,
    /// The first statements in the attempt's block.
    pub inside: TokenStream,
    /// Statements that never run. They make the attempt's block borrow an argument uniquely, so that the
    /// future is `Send` even if the argument is not `Sync`.
    pub never: TokenStream,
    /// Statements after the loop of a sync function: they consume the arguments that were cloned, because
    /// clippy would otherwise suggest a reference. An async function consumes its arguments anyway.
    pub after: TokenStream,
    outer: HashMap<String, OuterMut>,
}

impl Rebindings {
    /// Decides for every name, and renames `self` if each attempt gets its own. Returns nothing if the body
    /// cannot run twice.
    pub fn plan(
        bindings: &[Binding],
        args: &Args,
        body: &mut Block,
        private: &TokenStream,
        asyncness: Asyncness,
        errors: &mut Errors,
    ) -> Option<Rebindings> {
        let names: Vec<String> = bindings.iter().map(|binding| binding.name.to_string()).collect();
        let forced = Forced::read(args, &names, errors);
        let usages = usages(&names, body);
        let mut rebindings = Rebindings::default();
        for (i, binding) in bindings.iter().enumerate() {
            let name = binding.name.to_string();
            let usage = usages.get(&name).copied().unwrap_or_default();
            if binding.kind == TypeKind::FnOnce && usage.mentioned && !forced.borrow.contains(&name)
            {
                let message = "a retried body runs more than once, and an `FnOnce` only once: take an `Fn` or `FnMut`";
                errors.push(syn::Error::new(binding.at, message));
                return None;
            }
            let unique = asyncness == Asyncness::Async && !held_by_policy(args, &binding.name);
            let how = forced.how(&name, usage).unwrap_or_else(|| how(binding, usage, unique));
            if how != How::Leave {
                rebindings.add(i, binding, how, usage, body, private);
            } else if unique && usage.mentioned {
                rebindings.borrow_uniquely(binding);
            }
        }
        Some(rebindings)
    }

    fn borrow_uniquely(&mut self, binding: &Binding) {
        let Binding { name, cfgs, .. } = binding;
        let place = match binding.kind {
            TypeKind::Owned | TypeKind::Fn => quote!(#name),
            TypeKind::Copy if binding.generic => quote!(#name),
            TypeKind::Mut => quote!(*#name),
            _ => return,
        };
        self.never.extend(glue!(#(#cfgs)* let _ = &mut #place;));
    }

    fn add(
        &mut self,
        i: usize,
        binding: &Binding,
        how: How,
        usage: Usage,
        body: &mut Block,
        private: &TokenStream,
    ) {
        let Binding { name, cfgs, at, mutability, .. } = binding;
        let at = Span::mixed_site().located_at(*at);
        let held = format_ident!("held{i}", span = Span::mixed_site());
        let value = match how {
            How::Leave => return,
            How::Copy => glue!(#name),
            How::Reborrow => quote_spanned!(at=> &mut *#name),
            How::PinReborrow => quote_spanned!(at=> #private::Pin::as_mut(&mut #name)),
            How::OptionReborrow => quote_spanned!(at=> #private::Option::as_deref_mut(&mut #name)),
            How::Ref => quote_spanned!(at=> &#name),
            How::MutRef => quote_spanned!(at=> &mut #name),
            How::Clone if binding.generic => {
                quote_spanned!(at=> #private::each_attempt_needs_its_own(&#name))
            }
            How::Clone => quote_spanned!(at=> #private::clone_for_retry(&#name)),
            How::CloneOrShared | How::CloneOrRef => quote_spanned!(at=> {
                use #private::clone_or_borrow::*;
                #held.aws_retry_clone_or_borrow()
            }),
            How::CloneOrMutRef => quote_spanned!(at=> {
                use #private::clone_or_borrow::*;
                #held.aws_retry_clone_or_borrow_mut()
            }),
        };
        let reference = match how {
            How::CloneOrShared => Some(quote_spanned!(at=> &#name)),
            How::CloneOrRef | How::CloneOrMutRef => Some(quote_spanned!(at=> &mut #name)),
            _ => None,
        };
        if let Some(reference) = reference {
            // In two steps: `held` lives as long as the reference that it returns.
            self.before.extend(quote_spanned! {at=>
                #(#cfgs)*
                #[allow(unused_mut)]
                let mut #held = #private::CloneOrBorrow(#reference);
            });
        }
        let holder = format_ident!("fresh{i}", span = Span::mixed_site());
        self.before.extend(glue!(#(#cfgs)* let #holder = #value;));

        // A `mut` that is needed only for some types would be reported as unused, and so would one that a
        // local before the block needs for itself.
        let loose = binding.loose || matches!(how, How::CloneOrMutRef);
        let mutability = match how {
            How::MutRef if !usage.mut_borrowed => None,
            _ => *mutability,
        };
        let quiet = (loose && mutability.is_some()).then(|| glue!(#[allow(unused_mut)]));
        let inner = if name == "self" { rename_self::rename(name, body) } else { name.clone() };
        self.inside.extend(glue! {
            #(#cfgs)*
            #[cfg_attr(clippy, allow(clippy::shadow_reuse, clippy::shadow_same, clippy::shadow_unrelated))]
            #quiet
            let #mutability #inner = #holder;
        });

        if matches!(how, How::Clone | How::CloneOrShared | How::CloneOrMutRef) {
            self.after.extend(glue!(#(#cfgs)* #private::consume(#name);));
        }
        let outer = match how {
            How::PinReborrow
            | How::OptionReborrow
            | How::MutRef
            | How::CloneOrRef
            | How::CloneOrMutRef => OuterMut::Need,
            _ if binding.loose => OuterMut::Keep,
            _ => OuterMut::Drop,
        };
        self.outer.insert(name.to_string(), outer);
    }

    /// The `mut` that the outer binding needs.
    pub fn outer_mut(&self, name: &Ident, written: Option<Token![mut]>) -> Option<Token![mut]> {
        match self.outer.get(&name.to_string()) {
            Some(OuterMut::Drop) => None,
            Some(OuterMut::Need) => Some(written.unwrap_or(Token![mut](Span::mixed_site()))),
            Some(OuterMut::Keep) | None => written,
        }
    }

    pub fn adjust(&self, pat: &mut Pat) {
        struct Adjust<'a>(&'a Rebindings);
        impl VisitMut for Adjust<'_> {
            fn visit_pat_ident_mut(&mut self, pat: &mut PatIdent) {
                if pat.by_ref.is_none() {
                    pat.mutability = self.0.outer_mut(&pat.ident, pat.mutability);
                }
                syn::visit_mut::visit_pat_ident_mut(self, pat);
            }
        }
        Adjust(self).visit_pat_mut(pat);
    }
}

/// `policy = &self.policy` borrows `self` for the whole call, so an attempt can't borrow it uniquely.
fn held_by_policy(args: &Args, name: &Ident) -> bool {
    matches!(args.value(ArgName::Policy), Some(Value::Expr(policy)) if mentions(policy.to_token_stream(), name))
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(found) => found == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

fn how(binding: &Binding, usage: Usage, unique: bool) -> How {
    let fresh = binding.mutability.is_some();
    let owned = usage.moved || usage.dereferenced && binding.boxed || usage.assigned && fresh;
    match binding.kind {
        _ if !usage.mentioned => How::Leave,
        TypeKind::Copy if fresh => How::Copy,
        TypeKind::Mut if fresh || usage.moved => How::Reborrow,
        TypeKind::PinMut => How::PinReborrow,
        TypeKind::OptionMut => How::OptionReborrow,
        TypeKind::Fn if usage.moved => How::Ref,
        TypeKind::FnMut if usage.moved => How::MutRef,
        TypeKind::Owned if owned || fresh && binding.clone => How::Clone,
        TypeKind::Owned if fresh => How::CloneOrMutRef,
        TypeKind::Owned if (usage.received || usage.called) && unique => How::CloneOrRef,
        TypeKind::Owned if usage.received || usage.called => How::CloneOrShared,
        _ => How::Leave,
    }
}

/// The names in `clone(..)` and `borrow(..)`.
struct Forced {
    clone: Vec<String>,
    borrow: Vec<String>,
}

impl Forced {
    fn read(args: &Args, names: &[String], errors: &mut Errors) -> Forced {
        let mut list = |argument: ArgName| match args.value(argument) {
            Some(Value::Names(listed)) => {
                for name in listed.iter().filter(|name| !names.contains(&name.to_string())) {
                    errors.at(name, format_args!("the function has no argument `{name}`"));
                }
                listed.iter().map(Ident::to_string).collect()
            }
            _ => Vec::new(),
        };
        Forced { clone: list(ArgName::Clone), borrow: list(ArgName::Borrow) }
    }

    fn how(&self, name: &str, usage: Usage) -> Option<How> {
        let listed = |list: &[String]| list.iter().any(|listed| listed == name);
        if listed(&self.borrow) || !usage.mentioned {
            Some(How::Leave)
        } else {
            listed(&self.clone).then_some(How::Clone)
        }
    }
}
