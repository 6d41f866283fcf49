//! The fn's arguments as the loop sees them: what each name is, judged by its type as written.

use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, GenericArgument, GenericParam, Generics, Pat, PatIdent, Path, PathArguments,
    Signature, Token, Type, TypeParamBound, WherePredicate,
};

use crate::receiver;

/// What a name holds, as far as its type's text tells.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Kind {
    /// A shared reference or another `Copy` type: any number of tries may use it up.
    Copy,
    /// `&mut T`
    Mut,
    /// `Pin<&mut T>`
    PinMut,
    /// `Option<&mut T>`
    OptionMut,
    Fn,
    FnMut,
    FnOnce,
    /// Anything else that is passed by value.
    Owned,
}

/// A name that the arguments bind.
pub struct Binding {
    pub name: Ident,
    pub kind: Kind,
    pub mutability: Option<Token![mut]>,
    /// `#[cfg]`s of the argument, which hold for what is made of it.
    pub cfgs: Vec<Attribute>,
    /// The type, where an error about it belongs.
    pub at: Span,
    /// Bound before the block that is retried, where it may need its `mut` for itself.
    pub loose: bool,
    /// A type parameter or an `impl Trait`: what it lacks is a bound.
    pub generic: bool,
    /// The type is `Clone`, as its text says; only looked at where there is a `mut`.
    pub clone: bool,
}

/// Every name that the arguments bind, `self` included.
pub fn bindings(sig: &Signature) -> Vec<Binding> {
    let mut found = Vec::new();
    for input in &sig.inputs {
        match input {
            FnArg::Receiver(own) => found.push(receiver::binding(own, &sig.generics)),
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
    each: &mut impl FnMut(&PatIdent, Kind),
) {
    let ty = ty.map(ungroup);
    // What a pattern takes out of a reference is a reference.
    let element_of = |inner: Option<&Type>| match ty {
        Some(whole @ Type::Reference(_)) => Some(whole.clone()),
        _ => inner.cloned(),
    };
    match pat {
        Pat::Ident(ident) => {
            let kind = match (ident.by_ref.is_some(), ident.mutability.is_some()) {
                (true, true) => Kind::Mut,
                (true, false) => Kind::Copy,
                _ => ty.map_or(Kind::Owned, |ty| kind(ty, generics)),
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

/// Types without a lifetime or an allocation, whose every use is a copy.
const COPY: &[&str] = &[
    "bool",
    "char",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "f32",
    "f64",
    "Duration",
    "Instant",
    "SystemTime",
    "IpAddr",
    "SocketAddr",
];

pub fn kind(ty: &Type, generics: &Generics) -> Kind {
    match ungroup(ty) {
        Type::Reference(reference) if reference.mutability.is_some() => Kind::Mut,
        Type::Reference(_) | Type::Ptr(_) | Type::BareFn(_) | Type::Never(_) => Kind::Copy,
        Type::Tuple(tuple) if tuple.elems.iter().all(|ty| kind(ty, generics) == Kind::Copy) => {
            Kind::Copy
        }
        Type::Array(array) if kind(&array.elem, generics) == Kind::Copy => Kind::Copy,
        Type::ImplTrait(imp) => bounded(imp.bounds.iter()),
        Type::Path(path) => path_kind(&path.path, generics),
        _ => Kind::Owned,
    }
}

fn path_kind(path: &Path, generics: &Generics) -> Kind {
    let Some(last) = path.segments.last() else { return Kind::Owned };
    let first = first(&last.arguments);
    let of_first = || first.map(|ty| kind(ty, generics));
    match last.ident.to_string().as_str() {
        "Pin" if of_first() == Some(Kind::Mut) => Kind::PinMut,
        "Option" if of_first() == Some(Kind::Mut) => Kind::OptionMut,
        "Option" if of_first() == Some(Kind::Copy) => Kind::Copy,
        "Box" => match first {
            Some(Type::TraitObject(object)) => bounded(object.bounds.iter()),
            _ => Kind::Owned,
        },
        name if last.arguments.is_none() && COPY.contains(&name) => Kind::Copy,
        _ => path.get_ident().map_or(Kind::Owned, |name| parameter(name, generics)),
    }
}

/// Types of the standard library that are `Clone` if their parameters are.
const CLONE: &[&str] = &[
    "String",
    "PathBuf",
    "OsString",
    "Vec",
    "VecDeque",
    "Option",
    "HashMap",
    "HashSet",
    "BTreeMap",
    "BTreeSet",
    "BinaryHeap",
];

fn is_clone(ty: &Type, generics: &Generics) -> bool {
    let clone = |ty: &Type| is_clone(ty, generics);
    match ungroup(ty) {
        Type::Tuple(tuple) => tuple.elems.iter().all(clone),
        Type::Array(array) => clone(&array.elem),
        Type::Path(path) if kind(ty, generics) == Kind::Owned => {
            let Some(last) = path.path.segments.last() else { return false };
            let known = CLONE.contains(&last.ident.to_string().as_str());
            known
                && match &last.arguments {
                    PathArguments::None => true,
                    PathArguments::AngleBracketed(types) => types
                        .args
                        .iter()
                        .all(|argument| matches!(argument, GenericArgument::Type(ty) if clone(ty))),
                    PathArguments::Parenthesized(_) => false,
                }
        }
        ty => kind(ty, generics) == Kind::Copy,
    }
}

fn is_generic(ty: &Type, generics: &Generics) -> bool {
    match ungroup(ty) {
        Type::ImplTrait(_) => true,
        Type::Path(path) => generics.type_params().any(|param| path.path.is_ident(&param.ident)),
        _ => false,
    }
}

pub fn ungroup(mut ty: &Type) -> &Type {
    loop {
        ty = match ty {
            Type::Group(group) => &group.elem,
            Type::Paren(paren) => &paren.elem,
            _ => return ty,
        };
    }
}

/// The first type among a path's arguments.
pub fn first(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ungroup(ty)),
        _ => None,
    })
}

/// A type parameter is what its bounds say, in angle brackets or in the where clause.
fn parameter(name: &Ident, generics: &Generics) -> Kind {
    let inline = generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) if param.ident == *name => Some(param.bounds.iter()),
        _ => None,
    });
    let wheres = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let wheres = wheres.filter_map(|predicate| match predicate {
        WherePredicate::Type(predicate) => match ungroup(&predicate.bounded_ty) {
            Type::Path(path) if path.path.is_ident(name) => Some(predicate.bounds.iter()),
            _ => None,
        },
        _ => None,
    });
    bounded(inline.chain(wheres).flatten())
}

fn bounded<'a>(bounds: impl Iterator<Item = &'a TypeParamBound>) -> Kind {
    let mut found = Kind::Owned;
    for bound in bounds {
        let TypeParamBound::Trait(bound) = bound else {
            continue;
        };
        let Some(last) = bound.path.segments.last() else {
            continue;
        };
        match last.ident.to_string().as_str() {
            "Fn" | "AsyncFn" => found = Kind::Fn,
            "FnMut" | "AsyncFnMut" => found = Kind::FnMut,
            "FnOnce" | "AsyncFnOnce" => found = Kind::FnOnce,
            "Copy" => return Kind::Copy,
            // Each try gets its own, to send to a thread if it likes.
            "Clone" => return Kind::Owned,
            _ => {}
        }
    }
    found
}
