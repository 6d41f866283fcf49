//! The name of a scope. Its text is kept only if the program asked for it.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::panic::Location;

use super::element::Element;
use super::key::{key_of, key_within};
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

    /// Whether there is something to free.
    #[inline]
    pub(crate) const fn is_kept(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    /// A text that is the same in every process, if the texts of scopes are kept. `module` and `function` are
    /// those of the call.
    pub(crate) fn text(&self, module: &str, function: &str) -> Option<Box<str>> {
        Switch::ScopeNames.is_on().then(|| self.known_text(module, function)).flatten()
    }

    fn known_text(&self, module: &str, function: &str) -> Option<Box<str>> {
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
    if Switch::keeps_scope_text() {
        return kept(key, &|each| parts.stream(each));
    }
    key.into()
}

/// [`named`], of elements whose types are known.
pub fn elements_named(elements: &[Element<'_>]) -> ScopeId {
    let key = key_of(elements);
    if Switch::keeps_scope_text() {
        return kept(key, &|each| elements.iter().copied().for_each(each));
    }
    key.into()
}

/// The scope that `elements` name within the function `name` of `module`.
pub(crate) fn named_within(
    function: Key,
    (module, name): (&str, &str),
    elements: &[Element<'_>],
) -> ScopeId {
    let key = key_within(function, elements);
    if !Switch::keeps_scope_text() {
        return key.into();
    }
    let stream: Stream<'_> = &|each| elements.iter().copied().for_each(each);
    let elements = Switch::Fleet.is_on().then(|| {
        // The function's address differs from process to process; its path does not.
        let mut within = format!("fn {module}::{name}").into_bytes();
        within.push(ELEMENT_ENDS);
        within.extend(bytes(stream));
        within
    });
    let name = Switch::ScopeNames.is_on().then(|| format!("{name}/{}", text(stream)));
    ScopeId::Text(Box::new(KeptText { key, name, elements }))
}

/// Passes each element to a function.
type Stream<'a> = &'a dyn Fn(&mut dyn FnMut(Element<'_>));

#[cold]
fn kept(key: Key, stream: Stream<'_>) -> ScopeId {
    let name = Switch::ScopeNames.is_on().then(|| text(stream));
    let elements = Switch::Fleet.is_on().then(|| bytes(stream));
    ScopeId::Text(Box::new(KeptText { key, name, elements }))
}

/// A byte that UTF-8 never holds.
const ELEMENT_ENDS: u8 = 0xff;

/// The elements, each followed by [`ELEMENT_ENDS`].
#[cold]
fn bytes(stream: Stream<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream(&mut |element| {
        let _ = bytes.write_fmt(format_args!("{element}"));
        bytes.push(ELEMENT_ENDS);
    });
    bytes
}

/// The elements, with `/` between them. Of a text longer than 1,024 bytes only the start is kept, and a number that
/// tells it from others: events, metrics and the registry hold copies.
#[cold]
fn text(stream: Stream<'_>) -> String {
    let mut text = Text::default();
    let mut between = "";
    stream(&mut |element| {
        // Writing to it can't fail; an element whose `Display` fails is cut off where it failed.
        let _ = write!(text, "{between}{element}");
        between = "/";
    });
    text.end()
}

/// The number of bytes of a scope's text that are kept.
const KEPT: usize = 1024;

/// The start of a text, and a hash of the rest that is the same in every process (FNV-1a).
#[derive(Default)]
struct Text {
    start: String,
    rest: Option<u64>,
}

impl Text {
    fn end(mut self) -> String {
        if let Some(rest) = self.rest {
            let _ = write!(self.start, "…{rest:016x}");
        }
        self.start
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        // Once something was left out, all that follows is.
        let room = if self.rest.is_some() { 0 } else { KEPT.saturating_sub(self.start.len()) };
        let (start, rest) = piece.split_at(piece.floor_char_boundary(room));
        self.start.push_str(start);
        if !rest.is_empty() {
            let add = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            let so_far = self.rest.unwrap_or(0xcbf2_9ce4_8422_2325);
            self.rest = Some(rest.bytes().fold(so_far, add));
        }
        Ok(())
    }
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
    fn only_a_kept_text_has_something_to_free() {
        let key = scope_key("a");
        let text = KeptText { key, name: None, elements: None };
        assert!(ScopeId::Text(Box::new(text)).is_kept());
        assert!(!ScopeId::Key(key).is_kept() && !here().is_kept());
    }

    #[test]
    fn a_scope_has_a_text_unless_only_its_key_was_kept() {
        let key = scope_key("a");
        let kept = |name| ScopeId::Text(Box::new(KeptText { key, name, elements: None }));
        let place = here();
        let ScopeId::Place(at) = place else { unreachable!() };
        for (scope, text) in [
            (kept(Some("a".to_owned())), Some("a".to_owned())),
            (kept(None), None),
            (place, Some(at.to_string())),
            (ScopeId::Key(Key::of_address(8)), Some("here::read".to_owned())),
            (ScopeId::Key(key), None),
        ] {
            assert_eq!(scope.known_text("here", "read").as_deref(), text.as_deref(), "{scope:?}");
        }
    }

    #[test]
    fn the_text_of_a_scope_is_its_elements() {
        let three = ("ec2:DescribeInstances", 42, "eu-west-1");
        assert_eq!(text(&|each| three.stream(each)), "ec2:DescribeInstances/42/eu-west-1");
        assert_eq!(text(&|each| "one".stream(each)), "one");
        assert_eq!(text(&|each| ("", "one").stream(each)), "/one");
    }

    #[test]
    fn of_a_long_text_the_start_is_kept_and_a_number_that_tells_it_from_others() {
        let of = |end: &str| {
            let long = "ä".repeat(500_000);
            text(&|each| ("s3", &*long, end).stream(each))
        };
        let (one, other) = (of("one"), of("other"));
        assert!(one.len() <= KEPT + 19 && one.starts_with("s3/ä"), "{one}");
        assert_eq!(one.split('…').next(), other.split('…').next());
        assert_ne!(one, other);
        assert_eq!(one, of("one"));
        let fits = "a".repeat(KEPT);
        assert_eq!(text(&|each| fits.as_str().stream(each)), fits);
    }
}
