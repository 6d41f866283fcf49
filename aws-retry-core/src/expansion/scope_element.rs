//! The elements of a written scope. A text or a whole number is used as it is; anything else is formatted.

use std::fmt::Display;

use crate::limits::scope::{Element, KnownElement, ScopeId, ScopeParts, elements_named, named};

/// A value in a scope, for method resolution to start from. Behind two references, since it may be unsized.
#[derive(Debug)]
pub struct InScope<'a, T: ?Sized>(pub &'a &'a T);

/// Two rows each, as in `error_types`: `InScope(&&value).aws_retry_element()` finds the first one for a type
/// that needs no formatting, since a receiver is tried by value before it is borrowed, and else the second one.
/// So does `aws_retry_scope()`, of a value that is the whole scope.
///
/// Without names, as those could hide the names in a scope's expressions.
pub mod methods {
    pub use super::{IsDisplayed as _, IsKnown as _, IsKnownScope as _, IsScope as _};
}

/// A text or a whole number.
pub trait IsKnown<'a> {
    /// The element.
    fn aws_retry_element(self) -> Element<'a>;
}

impl<'a, T: KnownElement + ?Sized> IsKnown<'a> for InScope<'a, T> {
    #[inline]
    fn aws_retry_element(self) -> Element<'a> {
        self.0.element()
    }
}

/// Anything else.
pub trait IsDisplayed<'a, T: ?Sized> {
    /// The element.
    fn aws_retry_element(&self) -> Element<'a>
    where
        T: Displayed;
}

impl<'a, T: ?Sized> IsDisplayed<'a, T> for InScope<'a, T> {
    #[inline]
    fn aws_retry_element(&self) -> Element<'a>
    where
        T: Displayed,
    {
        T::displayed(self.0)
    }
}

/// A scope of one text or whole number.
pub trait IsKnownScope {
    /// The scope.
    fn aws_retry_scope(self) -> ScopeId;
}

impl<T: KnownElement + ?Sized> IsKnownScope for InScope<'_, T> {
    #[inline]
    fn aws_retry_scope(self) -> ScopeId {
        elements_named(&[self.0.element()])
    }
}

/// A scope of any other value, or of a tuple.
pub trait IsScope<T: ?Sized> {
    /// The scope.
    fn aws_retry_scope<M>(&self) -> ScopeId
    where
        T: ScopeParts<M>;
}

impl<T: ?Sized> IsScope<T> for InScope<'_, T> {
    #[inline]
    fn aws_retry_scope<M>(&self) -> ScopeId
    where
        T: ScopeParts<M>,
    {
        named(*self.0)
    }
}

/// The bound of the last row: its text is the message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't name a scope",
    label = "not `Display`",
    note = "a scope is a value, or a tuple of up to six values, that implement `Display`: `scope = (\"ec2:DescribeInstances\", account, region)`"
)]
pub trait Displayed {
    /// The element.
    fn displayed<'a>(this: &'a &Self) -> Element<'a>;
}

impl<T: Display + ?Sized> Displayed for T {
    #[inline]
    fn displayed<'a>(this: &'a &Self) -> Element<'a> {
        Element::Other(this)
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::fmt::Display;
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::InScope;
    use super::methods::*;
    use crate::limits::scope::{Element, elements_named, scope_key};

    /// The elements, as the macro's output makes them.
    macro_rules! elements {
        ($($element:expr),+) => { [$(InScope(&&$element).aws_retry_element()),+] };
    }

    /// A type of which only `Display` is known, in pieces.
    struct Pieces<'a>(&'a str);

    impl Display for Pieces<'_> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.chars().try_for_each(|char| write!(f, "{char}"))
        }
    }

    #[track_caller]
    fn assert_all(elements: &[Element<'_>], is: impl Fn(&Element<'_>) -> bool) {
        assert!(elements.iter().all(is), "{elements:?}");
    }

    #[test]
    fn texts_and_whole_numbers_need_no_formatting() {
        let text = String::from("a");
        let (boxed, shared) = (text.clone().into_boxed_str(), Arc::<str>::from("a"));
        let is_text = |it: &Element<'_>| matches!(it, Element::Text("a"));
        assert_all(&elements!["a", &"a", text, &text, &&text, boxed, shared], is_text);
        assert_all(&elements![Cow::Borrowed("a"), &*text, *text], is_text);
        let is_number = |it: &Element<'_>| matches!(it, Element::Integer(false, 7));
        assert_all(&elements![7, &7, 7_u8, 7_u16, 7_u32, 7_u64, 7_usize], is_number);
        assert_all(&elements![7_i8, 7_i16, 7_i32, 7_i64, 7_isize], is_number);
        let unsized_display: &dyn Display = &text;
        let is_other = |it: &Element<'_>| matches!(it, Element::Other(_));
        assert_all(&elements![1.5, true, 'a', 7_u128, Pieces("a"), *unsized_display], is_other);
    }

    /// Whatever is known of the types, the same text is the same scope: as `scope::state` and the like name it.
    #[track_caller]
    fn assert_same(elements: &[Element<'_>], texts: &[&str]) {
        let key = elements_named(elements).key();
        let formatted = texts.iter().map(|text| Pieces(text)).collect::<Vec<_>>();
        match formatted.as_slice() {
            [a] => assert_eq!(key, scope_key(a)),
            [a, b] => assert_eq!(key, scope_key(&(a, b))),
            [a, b, c] => assert_eq!(key, scope_key(&(a, b, c))),
            _ => unreachable!("up to three are tested"),
        }
        let printed = elements.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(printed, texts);
    }

    #[test]
    fn the_ends_of_the_numbers_are_their_texts() {
        for number in [i64::MIN, -1, 0, 9, 10, 99_999_999, 100_000_000, 1_000_000_007, i64::MAX] {
            assert_same(&elements![number], &[&number.to_string()]);
        }
        assert_same(&elements![u64::MAX, i8::MIN], &["18446744073709551615", "-128"]);
    }

    #[test]
    fn a_scope_of_one_value_is_named_by_its_text_and_a_tuple_by_its_elements() {
        let of_text = scope_key(&Pieces("7"));
        let (text, pair) = (String::from("7"), ("7", 7));
        assert_eq!(InScope(&&text).aws_retry_scope().key(), of_text);
        assert_eq!(InScope(&&*text).aws_retry_scope().key(), of_text, "unsized");
        assert_eq!(InScope(&&7_u64).aws_retry_scope().key(), of_text);
        assert_eq!(InScope(&&7_u128).aws_retry_scope().key(), of_text);
        assert_eq!(InScope(&&Pieces("7")).aws_retry_scope().key(), of_text);
        assert_eq!(InScope(&&pair).aws_retry_scope().key(), scope_key(&("7", "7")));
    }

    proptest! {
        #[test]
        fn the_same_text_is_the_same_scope(text in ".{0,40}", number: i64, small: u8) {
            let (long, short) = (number.to_string(), small.to_string());
            let texts = [text.as_str(), &long, &short];
            assert_same(&elements![text, number, small], &texts);
            assert_same(&elements![&*text, Pieces(&long), i64::from(small)], &texts);
            assert_same(&elements![Cow::Borrowed(&*text), i128::from(number), short], &texts);
        }

        /// No other list of texts has the same key, however much they look alike.
        #[test]
        fn other_elements_are_another_scope(
            one in proptest::collection::vec("[a\0]{0,17}", 0..4),
            other in proptest::collection::vec("[a\0]{0,17}", 0..4),
        ) {
            let key = |texts: &[String]| {
                let elements: Vec<_> = texts.iter().map(|it| Element::Text(it)).collect();
                elements_named(&elements).key()
            };
            prop_assert_eq!(key(&one) == key(&other), one == other);
        }
    }
}
