//! The kinds of functions, including those that cannot be retried.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{GenericArgument, PathArguments, ReturnType, Signature, Type, TypeParamBound};

use crate::types::{first, ungroup};

/// Whether the function awaits its body or blocks its thread.
#[derive(Clone, Copy, PartialEq)]
pub enum Asyncness {
    /// An async function, or a function that returns a future.
    Async,
    Sync,
}

/// The way in which the function produces its outcome, and the outcome's type.
pub enum Shape {
    Async(Type),
    Sync(Type),
    /// A plain function that returns a future with this output, boxed or not.
    Future {
        output: Type,
        boxed: bool,
    },
}

impl Shape {
    pub fn read(sig: &Signature) -> syn::Result<Shape> {
        if let Some(constness) = &sig.constness {
            return Err(syn::Error::new_spanned(
                constness,
                "a const function cannot be retried, because it cannot wait",
            ));
        }
        if let Some(abi) = &sig.abi {
            return Err(syn::Error::new_spanned(
                abi,
                "an extern function cannot be retried, because it does not return a `Result`",
            ));
        }
        let ReturnType::Type(_, output) = &sig.output else {
            let message = "`#[aws_retry]` needs a function that returns a `Result`, but this one returns nothing";
            return Err(syn::Error::new_spanned(&sig.ident, message));
        };
        Ok(match future(output) {
            _ if sig.asyncness.is_some() => Shape::Async((**output).clone()),
            Some((output, boxed)) => Shape::Future { output: output.clone(), boxed },
            None => Shape::Sync((**output).clone()),
        })
    }

    pub fn outcome(&self) -> &Type {
        match self {
            Shape::Async(outcome)
            | Shape::Sync(outcome)
            | Shape::Future { output: outcome, .. } => outcome,
        }
    }

    pub fn asyncness(&self) -> Asyncness {
        if matches!(self, Shape::Sync(_)) { Asyncness::Sync } else { Asyncness::Async }
    }
}

/// The output of `impl Future<Output = R>`, `Pin<Box<dyn Future<Output = R>>>`, `BoxFuture<'_, R>`.
fn future(ty: &Type) -> Option<(&Type, bool)> {
    match ungroup(ty) {
        Type::ImplTrait(imp) => bounded(imp.bounds.iter()).map(|output| (output, false)),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            let inner = first(&last.arguments)?;
            match last.ident.to_string().as_str() {
                "BoxFuture" | "LocalBoxFuture" => Some((inner, true)),
                "Pin" => match inner {
                    Type::Path(path) => match path.path.segments.last() {
                        Some(last) if last.ident == "Box" => match first(&last.arguments)? {
                            Type::TraitObject(object) => {
                                bounded(object.bounds.iter()).map(|output| (output, true))
                            }
                            _ => None,
                        },
                        _ => None,
                    },
                    _ => None,
                },
                _ => None,
            }
        }
        _ => None,
    }
}

fn bounded<'a>(mut bounds: impl Iterator<Item = &'a TypeParamBound>) -> Option<&'a Type> {
    bounds.find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else {
            return None;
        };
        let last = bound.path.segments.last().filter(|last| last.ident == "Future")?;
        let PathArguments::AngleBracketed(arguments) = &last.arguments else {
            return None;
        };
        arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::AssocType(output) if output.ident == "Output" => Some(&output.ty),
            _ => None,
        })
    })
}

/// Whether this type may be a `Result`, as far as its text tells.
#[derive(Clone, Copy, PartialEq)]
pub enum Outcome {
    Result,
    /// It may be an alias.
    Unknown,
    Other,
}

impl Outcome {
    pub fn of(ty: &Type) -> Outcome {
        match ungroup(ty) {
            Type::Path(path) => match path.path.segments.last() {
                Some(last) if last.ident == "Result" => Outcome::Result,
                Some(last) if PLAIN.contains(&last.ident.to_string().as_str()) => Outcome::Other,
                _ => Outcome::Unknown,
            },
            Type::Macro(_) => Outcome::Unknown,
            _ => Outcome::Other,
        }
    }
}

const PLAIN: &[&str] = &[
    "Option", "Vec", "String", "Box", "Arc", "Rc", "HashMap", "HashSet", "BTreeMap", "Self",
    "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64",
    "i128", "isize", "f32", "f64",
];

/// The type with every `impl Trait` left to inference, so that it can be used inside a body.
pub fn inferred(ty: &Type) -> Type {
    struct Infer;
    impl VisitMut for Infer {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            if let Type::ImplTrait(_) = ty {
                *ty = Type::Infer(syn::TypeInfer {
                    underscore_token: syn::Token![_](Span::mixed_site()),
                });
            } else {
                syn::visit_mut::visit_type_mut(self, ty);
            }
        }
    }
    let mut ty = ty.clone();
    Infer.visit_type_mut(&mut ty);
    ty
}

/// The span for an error about the error type: the `E` of a `Result<T, E>`.
pub fn error_span(outcome: &Type) -> Span {
    let place = match ungroup(outcome) {
        Type::Path(path) => path.path.segments.last().and_then(|last| match &last.arguments {
            PathArguments::AngleBracketed(arguments) if arguments.args.len() == 2 => {
                arguments.args.last().map(Spanned::span)
            }
            _ => None,
        }),
        _ => None,
    };
    Span::mixed_site().located_at(place.unwrap_or_else(|| outcome.span()))
}
