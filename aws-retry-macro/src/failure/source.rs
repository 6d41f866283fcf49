//! The field of an error that is its source: the one that `std::error::Error` and thiserror see, unless
//! `#[failure(source)]` names a different field.

use syn::punctuated::Punctuated;
use syn::{Attribute, Field, Fields, Meta, Token, Type};

use super::attribute::{AttrPlace, Said};
use crate::diagnostics::Errors;
use crate::types::{first, ungroup};

/// A source among the fields of a variant or struct.
pub struct Source<'a> {
    pub index: usize,
    pub field: &'a Field,
    /// An attribute says that this is the source: its type must be an error that can be read.
    pub marked: bool,
}

/// The type inside, if it is an `Option`.
pub fn optional(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ungroup(ty) else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Option")?;
    first(&last.arguments)
}

/// From the clearest sign to the faintest: `#[failure(source)]`, thiserror's `#[source]` and `#[from]`, the
/// only field of an `#[error(transparent)]`, a field named `source`.
pub fn find<'a>(fields: &'a Fields, transparent: bool, errors: &mut Errors) -> Option<Source<'a>> {
    let all = || fields.iter().enumerate();
    let mut is_ours = |field: &Field| Said::read(&field.attrs, AttrPlace::Field, errors).source;
    let mut marked: Vec<(usize, &Field)> = all().filter(|(_, field)| is_ours(field)).collect();
    if marked.is_empty() {
        marked = all().filter(|(_, field)| is_marked(field)).collect();
    }
    if let [_, (_, second), ..] = marked.as_slice() {
        errors.at(second, "a failure has only one source");
    }
    if let Some((index, field)) = marked.first() {
        return Some(Source { index: *index, field, marked: true });
    }
    let implied = if transparent {
        all().find(|(_, field)| !is_backtrace(field))
    } else {
        all().find(|(_, field)| field.ident.as_ref().is_some_and(|name| name == "source"))
    };
    implied.map(|(index, field)| Source { index, field, marked: false })
}

/// Whether the attributes contain thiserror's `#[error(transparent)]`.
pub fn is_transparent(attrs: &[Attribute]) -> bool {
    attrs.iter().filter(|attr| attr.path().is_ident("error")).any(|attr| {
        let words = attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        words.is_ok_and(|words| words.iter().any(|word| word.path().is_ident("transparent")))
    })
}

fn has(field: &Field, name: &str) -> bool {
    field.attrs.iter().any(|attr| attr.path().is_ident(name))
}

fn is_marked(field: &Field) -> bool {
    has(field, "source") || has(field, "from")
}

/// `#[backtrace]` says nothing: sources can have it, too.
fn is_backtrace(field: &Field) -> bool {
    let ty = optional(&field.ty).unwrap_or(&field.ty);
    matches!(ungroup(ty), Type::Path(path)
        if path.path.segments.last().is_some_and(|last| last.ident == "Backtrace"))
}
