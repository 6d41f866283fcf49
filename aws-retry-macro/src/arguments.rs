//! The function's arguments as the loop sees them: the names that they bind, and the kind of each.

use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Generics, Pat, PatIdent, Receiver, Signature, Token, Type};

use crate::types::{TypeKind, is_box, is_clone, is_generic, kind, ungroup};

/// A name that the arguments bind.
pub struct Binding {
    pub name: Ident,
    pub kind: TypeKind,
    pub mutability: Option<Token![mut]>,
    /// The argument's `#[cfg]`s, which also apply to its rebinding.
    pub cfgs: Vec<Attribute>,
    /// The span of the type, for errors about it.
    pub at: Span,
    /// Bound outside the retried block, where the name may need its `mut` for itself.
    pub loose: bool,
    /// A type parameter or an `impl Trait`: a bound may be missing.
    pub generic: bool,
    /// The type is a `Box`, whose target can be moved out.
    pub boxed: bool,
    /// The type is `Clone` as far as its text tells; only checked if there is a `mut`.
    pub clone: bool,
}

/// Every name that the arguments bind, `self` included.
pub fn bindings(sig: &Signature) -> Vec<Binding> {
    let mut found = Vec::new();
    for input in &sig.inputs {
        match input {
            FnArg::Receiver(own) => found.push(of_receiver(own, &sig.generics)),
            FnArg::Typed(arg) => {
                let cfgs = arg.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
                let cfgs: Vec<Attribute> = cfgs.cloned().collect();
                found.extend(of(&arg.pat, Some(&arg.ty), &sig.generics).map(|binding| Binding {
                    cfgs: cfgs.clone(),
                    at: arg.ty.span(),
                    ..binding
                }));
            }
        }
    }
    found
}

fn of_receiver(receiver: &Receiver, generics: &Generics) -> Binding {
    Binding {
        name: Ident::new("self", receiver.self_token.span),
        kind: kind(&receiver.ty, generics),
        mutability: receiver.mutability.filter(|_| receiver.reference.is_none()),
        cfgs: Vec::new(),
        at: receiver.self_token.span,
        loose: false,
        generic: false,
        boxed: is_box(&receiver.ty),
        clone: false,
    }
}

/// Every name that a pattern binds.
pub fn of(pat: &Pat, ty: Option<&Type>, generics: &Generics) -> impl Iterator<Item = Binding> {
    let mut found = Vec::new();
    let whole = pat;
    names(pat, ty, generics, &mut |pat, kind| {
        found.push(Binding {
            name: pat.ident.clone(),
            kind,
            mutability: pat.mutability.filter(|_| pat.by_ref.is_none()),
            cfgs: Vec::new(),
            at: pat.ident.span(),
            loose: false,
            generic: ty.is_some_and(|ty| is_generic(ty, generics)),
            boxed: matches!(whole, Pat::Ident(_)) && ty.is_some_and(is_box),
            clone: pat.mutability.is_some()
                && matches!(whole, Pat::Ident(_))
                && ty.is_some_and(|ty| is_clone(ty, generics)),
        });
    });
    found.into_iter()
}

/// Calls `each` for every name a pattern binds.
fn names(
    pat: &Pat,
    ty: Option<&Type>,
    generics: &Generics,
    each: &mut impl FnMut(&PatIdent, TypeKind),
) {
    let ty = ty.map(ungroup);
    // A part of a reference is a reference, too.
    let element_of = |inner: Option<&Type>| match ty {
        Some(whole @ Type::Reference(_)) => Some(whole.clone()),
        _ => inner.cloned(),
    };
    match pat {
        Pat::Ident(ident) => {
            let kind = match (ident.by_ref.is_some(), ident.mutability.is_some()) {
                (true, true) => TypeKind::Mut,
                (true, false) => TypeKind::Copy,
                _ => ty.map_or(TypeKind::Owned, |ty| kind(ty, generics)),
            };
            each(ident, kind);
            if let Some((_, inner)) = &ident.subpat {
                names(inner, ty, generics, each);
            }
        }
        Pat::Tuple(tuple) => {
            for (i, inner) in tuple.elems.iter().enumerate() {
                let element = match ty {
                    Some(Type::Tuple(types)) if types.elems.len() == tuple.elems.len() => {
                        types.elems.get(i)
                    }
                    _ => None,
                };
                names(inner, element_of(element).as_ref(), generics, each);
            }
        }
        Pat::Struct(pat) => {
            for field in &pat.fields {
                names(&field.pat, element_of(None).as_ref(), generics, each);
            }
        }
        Pat::TupleStruct(pat) => {
            for inner in &pat.elems {
                names(inner, element_of(None).as_ref(), generics, each);
            }
        }
        Pat::Slice(slice) => {
            let element = match ty {
                Some(Type::Array(array)) => Some(&*array.elem),
                _ => None,
            };
            for inner in &slice.elems {
                names(inner, element_of(element).as_ref(), generics, each);
            }
        }
        Pat::Reference(reference) => {
            let inner = match ty {
                Some(Type::Reference(ty)) => Some(&*ty.elem),
                _ => None,
            };
            names(&reference.pat, inner, generics, each);
        }
        Pat::Paren(paren) => names(&paren.pat, ty, generics, each),
        Pat::Type(typed) => names(&typed.pat, Some(&typed.ty), generics, each),
        Pat::Or(or) => {
            // Every case binds the same names.
            if let Some(first) = or.cases.first() {
                names(first, ty, generics, each);
            }
        }
        _ => {}
    }
}
