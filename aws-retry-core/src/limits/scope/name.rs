//! The name of a scope. Its text is kept only if the program asked for it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::Location;

use super::key::scope_key_within;
use super::{Key, ScopeParts, scope_key};
use crate::switches::Switch;

/// A scope's key and text.
#[derive(Clone, Debug)]
pub struct KeptText {
    key: Key,
    /// Its elements with `/` between them, if names are kept.
    name: Option<String>,
    /// Its elements for the fleet that this process has joined.
    elements: Option<Vec<u8>>,
}

/// A scope's key, and its text if [`keep_scope_names`](crate::observe::keep_scope_names) is on. Kept as small
/// as a key allows: every future of a retried function holds one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ScopeId {
    /// Only the key is known, not the text.
    Key(Key),
    /// The text is kept.
    Text(Box<KeptText>),
    /// The place of a call in the source. Its key is computed only when it is needed.
    Place(&'static Location<'static>),
}

impl ScopeId {
    pub(crate) fn key(&self) -> Key {
        match self {
            Self::Key(key) => *key,
            Self::Text(text) => text.key,
            // Not its address: each crate that instantiates a generic function has its own copy of the place.
            Self::Place(at) => scope_key(&(at.file(), at.line(), at.column())),
        }
    }

    /// A text that is the same in every process, if the texts of scopes are kept. `module` and `function` are
    /// those of the call.
    pub(crate) fn text(&self, module: &str, function: &str) -> Option<Box<str>> {
        if !Switch::ScopeNames.is_on() {
            return None;
        }
        match self {
            Self::Text(text) => text.name.as_deref().map(Into::into),
            Self::Place(at) => Some(at.to_string().into()),
            Self::Key(key) if key.is_of_function() => Some(format!("{module}::{function}").into()),
            Self::Key(_) => None,
        }
    }

    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Key(_) | Self::Place(_) => None,
            Self::Text(text) => text.name.as_deref(),
        }
    }

    /// The scope's elements, each followed by the byte 0xff, if this process has joined a fleet.
    pub(crate) fn elements(&self) -> Option<&[u8]> {
        match self {
            Self::Key(_) | Self::Place(_) => None,
            Self::Text(text) => text.elements.as_deref(),
        }
    }
}

impl From<Key> for ScopeId {
    fn from(key: Key) -> Self {
        Self::Key(key)
    }
}

/// The scope of the calling place: file, line and column.
#[track_caller]
pub(crate) fn here() -> ScopeId {
    ScopeId::Place(Location::caller())
}

/// The scope that `parts` name.
#[inline]
pub fn named<M>(parts: &(impl ScopeParts<M> + ?Sized)) -> ScopeId {
    let key = scope_key(parts);
    if Switch::keeps_scope_text() { kept(key, parts) } else { key.into() }
}

/// The scope that `parts` name within the function `name` of `module`.
pub(crate) fn named_within<M>(
    function: Key,
    (module, name): (&str, &str),
    parts: &(impl ScopeParts<M> + ?Sized),
) -> ScopeId {
    let key = scope_key_within(function, parts);
    if !Switch::keeps_scope_text() {
        return key.into();
    }
    let elements = Switch::Fleet.is_on().then(|| {
        // The function's address differs from process to process; its path does not.
        let mut within = format!("fn {module}::{name}").into_bytes();
        within.push(ELEMENT_ENDS);
        within.extend(elements(parts));
        within
    });
    let name = Switch::ScopeNames.is_on().then(|| format!("{name}/{}", text(parts)));
    ScopeId::Text(Box::new(KeptText { key, name, elements }))
}

#[cold]
fn kept<M>(key: Key, parts: &(impl ScopeParts<M> + ?Sized)) -> ScopeId {
    let name = Switch::ScopeNames.is_on().then(|| text(parts));
    let elements = Switch::Fleet.is_on().then(|| elements(parts));
    ScopeId::Text(Box::new(KeptText { key, name, elements }))
}

/// A byte that UTF-8 never holds.
const ELEMENT_ENDS: u8 = 0xff;

/// The elements, each followed by [`ELEMENT_ENDS`].
#[cold]
fn elements<M>(parts: &(impl ScopeParts<M> + ?Sized)) -> Vec<u8> {
    let mut elements = Vec::new();
    parts.stream(&mut |element| {
        let _ = elements.write_fmt(format_args!("{element}"));
        elements.push(ELEMENT_ENDS);
    });
    elements
}

/// The elements, with `/` between them.
#[cold]
fn text<M>(parts: &(impl ScopeParts<M> + ?Sized)) -> String {
    let mut text = String::new();
    parts.stream(&mut |element| {
        let between = if text.is_empty() { "" } else { "/" };
        // Writing to a string can't fail; an element whose `Display` fails is cut off where it failed.
        let _ = write!(text, "{between}{element}");
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_scope_whatever_the_address_of_its_location() {
        let place = Location::caller();
        let copy: &'static Location<'static> = Box::leak(Box::new(*place));
        assert!(!std::ptr::eq(place, copy));
        assert_eq!(ScopeId::Place(place).key(), ScopeId::Place(copy).key());
        assert_ne!(here().key(), here().key(), "another column");
        assert_eq!(
            [(); 2].map(|()| here().key()).windows(2).filter(|it| it[0] != it[1]).count(),
            0
        );
    }

    #[test]
    fn the_text_of_a_scope_is_its_elements() {
        assert_eq!(
            text(&("ec2:DescribeInstances", 42, "eu-west-1")),
            "ec2:DescribeInstances/42/eu-west-1"
        );
        assert_eq!(text("one"), "one");
    }
}
