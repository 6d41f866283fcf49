//! Types, judged by their text: a macro does not have the compiler's knowledge of them.

use syn::{
    GenericArgument, GenericParam, Generics, Ident, Path, PathArguments, Type, TypeParamBound,
    WherePredicate,
};

/// The kind of value that a name holds, as far as the text of its type tells.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum TypeKind {
    /// A shared reference or another `Copy` type: any number of attempts may use it.
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

/// Types without a lifetime or an allocation, of which every use is a copy.
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

pub fn kind(ty: &Type, generics: &Generics) -> TypeKind {
    match ungroup(ty) {
        Type::Reference(reference) if reference.mutability.is_some() => TypeKind::Mut,
        Type::Reference(_) | Type::Ptr(_) | Type::BareFn(_) | Type::Never(_) => TypeKind::Copy,
        Type::Tuple(tuple) if tuple.elems.iter().all(|ty| kind(ty, generics) == TypeKind::Copy) => {
            TypeKind::Copy
        }
        Type::Array(array) if kind(&array.elem, generics) == TypeKind::Copy => TypeKind::Copy,
        Type::ImplTrait(imp) => bounded(imp.bounds.iter()),
        Type::Path(path) => path_kind(&path.path, generics),
        _ => TypeKind::Owned,
    }
}

fn path_kind(path: &Path, generics: &Generics) -> TypeKind {
    let Some(last) = path.segments.last() else { return TypeKind::Owned };
    let first = first(&last.arguments);
    let of_first = || first.map(|ty| kind(ty, generics));
    match last.ident.to_string().as_str() {
        "Pin" if of_first() == Some(TypeKind::Mut) => TypeKind::PinMut,
        "Option" if of_first() == Some(TypeKind::Mut) => TypeKind::OptionMut,
        "Option" if of_first() == Some(TypeKind::Copy) => TypeKind::Copy,
        "Box" => match first {
            Some(Type::TraitObject(object)) => bounded(object.bounds.iter()),
            _ => TypeKind::Owned,
        },
        name if last.arguments.is_none() && COPY.contains(&name) => TypeKind::Copy,
        _ => path.get_ident().map_or(TypeKind::Owned, |name| parameter(name, generics)),
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

pub fn is_clone(ty: &Type, generics: &Generics) -> bool {
    let clone = |ty: &Type| is_clone(ty, generics);
    match ungroup(ty) {
        Type::Tuple(tuple) => tuple.elems.iter().all(clone),
        Type::Array(array) => clone(&array.elem),
        Type::Path(path) if kind(ty, generics) == TypeKind::Owned => {
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
        ty => kind(ty, generics) == TypeKind::Copy,
    }
}

pub fn is_box(ty: &Type) -> bool {
    let Type::Path(path) = ungroup(ty) else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "Box")
}

pub fn is_generic(ty: &Type, generics: &Generics) -> bool {
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

/// The kind of a type parameter, by its bounds in the angle brackets and in the where clause.
fn parameter(name: &Ident, generics: &Generics) -> TypeKind {
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

fn bounded<'a>(bounds: impl Iterator<Item = &'a TypeParamBound>) -> TypeKind {
    let mut found = TypeKind::Owned;
    for bound in bounds {
        let TypeParamBound::Trait(bound) = bound else {
            continue;
        };
        let Some(last) = bound.path.segments.last() else {
            continue;
        };
        match last.ident.to_string().as_str() {
            "Fn" | "AsyncFn" => found = TypeKind::Fn,
            "FnMut" | "AsyncFnMut" => found = TypeKind::FnMut,
            "FnOnce" | "AsyncFnOnce" => found = TypeKind::FnOnce,
            "Copy" => return TypeKind::Copy,
            // Each attempt gets its own value, and may send it to another thread.
            "Clone" => return TypeKind::Owned,
            _ => {}
        }
    }
    found
}
