//! One element of a scope: usually a text or a number, whose bytes need no formatting.

use std::borrow::Cow;
use std::fmt::{self, Debug, Display, Formatter, Write};
use std::sync::Arc;

use super::fingerprint::{Fingerprint, Pieces};

/// One element of a scope. Equal texts are equal elements, whatever their types.
#[derive(Clone, Copy)]
pub enum Element<'a> {
    /// A text.
    Text(&'a str),
    /// A whole number: whether it is negative, and its absolute value.
    Integer(bool, u64),
    /// Anything else.
    Other(&'a dyn Display),
}

impl Element<'_> {
    /// Adds the text to a hash, which stays in the processor's registers for the usual elements.
    #[inline(always)]
    pub(super) fn hash(self, hash: &mut Fingerprint) {
        match self {
            Self::Text(text) => hash.element(text),
            Self::Integer(false, value @ ..GROUP) => {
                let mut pieces = hash.pieces();
                push_group(&mut pieces, value, 1);
                pieces.end();
            }
            Self::Integer(negative, value) => *hash = long_integer(*hash, negative, value),
            Self::Other(value) => *hash = formatted(*hash, value),
        }
    }

    /// The same, not inlined.
    pub(super) fn hashed(self, mut hash: Fingerprint) -> Fingerprint {
        self.hash(&mut hash);
        hash
    }
}

#[inline(never)]
fn formatted(mut hash: Fingerprint, value: &dyn Display) -> Fingerprint {
    let mut pieces = hash.pieces();
    // Hashing can't fail; an element whose `Display` fails is cut off where it failed.
    let _ = write!(pieces, "{value}");
    pieces.end();
    hash
}

#[inline(never)]
fn long_integer(mut hash: Fingerprint, negative: bool, value: u64) -> Fingerprint {
    let mut pieces = hash.pieces();
    if negative {
        pieces.push(u64::from(b'-'), 1);
    }
    let mut least = 1;
    for unit in [GROUP * GROUP, GROUP] {
        if value >= unit {
            push_group(&mut pieces, value / unit % GROUP, least);
            least = GROUP_DIGITS;
        }
    }
    push_group(&mut pieces, value % GROUP, least);
    pieces.end();
    hash
}

/// Digits are added in groups that fit into a word.
const GROUP_DIGITS: usize = 8;
const GROUP: u64 = 100_000_000;

/// The digits of a group, with zeros before them if there are not at least `least`.
#[inline]
fn push_group(pieces: &mut Pieces<'_>, mut group: u64, least: usize) {
    let (mut digits, mut count) = (0, 0);
    while group > 0 || count < least {
        digits = digits << 8 | (u64::from(b'0') + group % 10);
        group /= 10;
        count += 1;
    }
    pieces.push(digits, count);
}

impl Display for Element<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Integer(negative, value) => {
                f.write_str(if *negative { "-" } else { "" })?;
                Display::fmt(value, f)
            }
            Self::Other(value) => Display::fmt(value, f),
        }
    }
}

impl Debug for Element<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

/// The types whose text needs no formatting.
pub trait KnownElement {
    /// The element.
    fn element(&self) -> Element<'_>;
}

macro_rules! known {
    (text: $($text:ty),+; unsigned: $($unsigned:ty),+; signed: $($signed:ty),+) => {
        $(impl KnownElement for $text {
            #[inline]
            fn element(&self) -> Element<'_> {
                Element::Text(self)
            }
        })+
        $(impl KnownElement for $unsigned {
            #[inline]
            fn element(&self) -> Element<'_> {
                Element::Integer(false, *self as u64)
            }
        })+
        $(impl KnownElement for $signed {
            #[inline]
            fn element(&self) -> Element<'_> {
                Element::Integer(*self < 0, self.unsigned_abs() as u64)
            }
        })+
    };
}

known! {
    text: str, String, Cow<'_, str>, Box<str>, Arc<str>;
    unsigned: u8, u16, u32, u64, usize;
    signed: i8, i16, i32, i64, isize
}

impl<T: KnownElement + ?Sized> KnownElement for &T {
    #[inline]
    fn element(&self) -> Element<'_> {
        (**self).element()
    }
}
