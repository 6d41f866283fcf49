//! A scope's identity: the text of its elements, streamed into a keyed 128-bit fingerprint.

use std::fmt::Display;
use std::hash::{Hash, Hasher};

use super::element::Element;
use super::fingerprint::Fingerprint;

/// The fingerprint of a scope. Keyed per process: it means nothing outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key([u64; 2]);

impl Hash for Key {
    /// Word by word: an array would be hashed byte by byte, with its length.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [a, b] = self.0;
        state.write_u64(a);
        state.write_u64(b);
    }
}

impl Key {
    /// Which of `shards` shards the key falls into.
    pub(crate) fn shard(self, shards: usize) -> usize {
        usize::try_from(self.0[0] % (shards.max(1) as u64)).unwrap_or_default()
    }

    /// The key of a function that is its own scope: the address of its static.
    pub(crate) fn of_address(address: usize) -> Self {
        // Texts are hashed, addresses are not: the second word sets them apart.
        Self([address as u64, u64::MAX])
    }

    /// Whether a function is its own scope.
    pub(crate) fn is_of_function(self) -> bool {
        self.0[1] == u64::MAX
    }

    /// The key of the function around a scope; none if the scope is a place in the source itself.
    pub(crate) fn parent(self, function: Self) -> Option<Self> {
        (!self.is_of_function()).then_some(function)
    }

    /// A key that nothing else has.
    #[cfg(feature = "sdk")]
    pub(crate) fn unique() -> Self {
        let bits = crate::clock::random::unique();
        Self([(bits >> 64) as u64, bits as u64])
    }

    /// The key of the item named `name` within this one.
    #[cfg(feature = "sdk")]
    pub(crate) fn within(self, name: &str) -> Self {
        let [a, b] = self.0;
        scope_key(&(a, b, name))
    }
}

/// A name for a scope: a value or a tuple of up to six values that are `Display`.
///
/// Two scopes are equal if the texts of their elements are: `1u32` equals `1u64`, `"a"` equals
/// `String::from("a")`, and `("a", "b")` differs from `("ab",)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't name a scope",
    label = "neither `Display` nor a tuple of such values",
    note = "a scope is a value, or a tuple of up to six values, that implement `Display`: `scope = (\"ec2:DescribeInstances\", account, region)`"
)]
pub trait ScopeParts<Marker> {
    #[doc(hidden)]
    fn stream(&self, each: &mut dyn FnMut(Element<'_>));
}

#[doc(hidden)]
#[derive(Debug)]
pub struct One;

#[doc(hidden)]
#[derive(Debug)]
pub struct Tuple<M>(M);

impl<T: Display + ?Sized> ScopeParts<One> for T {
    fn stream(&self, each: &mut dyn FnMut(Element<'_>)) {
        each(Element::Other(&self));
    }
}

macro_rules! tuples {
    ($(($($name:ident)+))+) => {$(
        impl<$($name: Display),+> ScopeParts<Tuple<One>> for ($($name,)+) {
            #[allow(non_snake_case, reason = "a type parameter's name serves its value, too")]
            fn stream(&self, each: &mut dyn FnMut(Element<'_>)) {
                let ($($name,)+) = self;
                $(each(Element::Other($name));)+
            }
        }
    )+};
}

tuples! { (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) }

/// The key of a scope. Allocates nothing.
pub fn scope_key<M>(parts: &(impl ScopeParts<M> + ?Sized)) -> Key {
    let mut hash = Fingerprint::new();
    parts.stream(&mut |element| hash = element.hashed(hash));
    Key(hash.finish())
}

/// The key of a scope of elements whose types are known.
pub(super) fn key_of(elements: &[Element<'_>]) -> Key {
    of_elements(Fingerprint::new(), elements)
}

/// The key of `elements` within the scope of a function: it differs from the keys of all other functions,
/// whatever the elements.
pub(super) fn key_within(Key(function): Key, elements: &[Element<'_>]) -> Key {
    let mut hash = Fingerprint::new();
    hash.words(function);
    of_elements(hash, elements)
}

#[inline(always)]
fn of_elements(mut hash: Fingerprint, elements: &[Element<'_>]) -> Key {
    for element in elements {
        element.hash(&mut hash);
    }
    Key(hash.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_equal_scopes() {
        assert_eq!(scope_key(&1_u32), scope_key(&1_u64));
        assert_eq!(scope_key("a"), scope_key(&String::from("a")));
        assert_eq!(scope_key(&("a", 1)), scope_key(&(String::from("a"), "1")));
        assert_eq!(scope_key(&("a",)), scope_key("a"));
    }

    #[test]
    fn elements_do_not_run_together() {
        assert_ne!(scope_key(&("a", "b")), scope_key(&("ab",)));
        assert_ne!(scope_key(&("a", "bc")), scope_key(&("ab", "c")));
        assert_ne!(scope_key(&("", "a")), scope_key(&("a", "")));
    }

    #[test]
    fn equal_elements_within_two_fns_are_two_scopes() {
        let [one, other] = [1, 2].map(Key::of_address);
        let a = Element::Text("a");
        let [number, text] = [[a, Element::Integer(false, 1)], [a, Element::Text("1")]];
        assert_eq!(key_within(one, &number), key_within(one, &text));
        assert_ne!(key_within(one, &number), key_within(other, &number));
        assert_ne!(key_within(one, &number), scope_key(&("a", 1)));
        assert_ne!(key_within(one, &[a]), one);
    }

    #[test]
    fn a_display_in_pieces_is_one_element() {
        assert_eq!(scope_key(&format_args!("{}{}", "a", "b")), scope_key("ab"));
    }
}
