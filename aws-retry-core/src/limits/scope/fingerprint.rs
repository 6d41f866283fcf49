//! A keyed hash of 128 bits, made in one pass: SipHash-1-3 with the second word of output that its authors
//! define as SipHash-128.
//!
//! Scopes can be named by user input, so nobody who does not know the key may find two lists of elements with
//! one hash. std's map relies on the same function for that. Its hasher returns 64 bits, at which a million
//! scopes come close to a collision by chance, and a second pass with another key costs as much again.
//!
//! SipHash ends with a word that holds the rest of the text and its length. Here each element ends with such a
//! word, so no element begins inside a word, and nothing has to be copied together before it is hashed.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;

/// Rounds per word, and rounds at the end.
const WORD: usize = 1;
const END: usize = 3;
/// The highest byte of the word that ends an element, beside the number of its bytes in that word. UTF-8 never
/// holds a byte from this one on, so no word of a text looks like an end.
const ENDS: u64 = 0xf8;
/// The highest byte of a word before words that are no text. UTF-8 never holds it either.
const WORDS: u64 = 0xf5;
const WORD_BYTES: usize = size_of::<u64>();

/// The state of a hash, with the rounds per word and at the end.
#[derive(Clone, Copy)]
struct Sip<const WORD: usize, const END: usize>([u64; 4]);

impl<const WORD: usize, const END: usize> Sip<WORD, END> {
    const fn new([a, b]: [u64; 2]) -> Self {
        Self([
            a ^ 0x736f_6d65_7073_6575,
            b ^ 0x646f_7261_6e64_6f6d ^ 0xee,
            a ^ 0x6c79_6765_6e65_7261,
            b ^ 0x7465_6462_7974_6573,
        ])
    }

    #[inline]
    const fn round(&mut self) {
        let [mut a, mut b, mut c, mut d] = self.0;
        a = a.wrapping_add(b);
        c = c.wrapping_add(d);
        b = b.rotate_left(13) ^ a;
        d = d.rotate_left(16) ^ c;
        a = a.rotate_left(32).wrapping_add(d);
        c = c.wrapping_add(b);
        d = d.rotate_left(21) ^ a;
        b = b.rotate_left(17) ^ c;
        self.0 = [a, b, c.rotate_left(32), d];
    }

    #[inline]
    fn word(&mut self, word: u64) {
        self.0[3] ^= word;
        (0..WORD).for_each(|_| self.round());
        self.0[0] ^= word;
    }

    /// The hash.
    #[inline]
    fn finish(mut self) -> [u64; 2] {
        self.0[2] ^= 0xee;
        let first = self.end();
        self.0[1] ^= 0xdd;
        [first, self.end()]
    }

    #[inline]
    fn end(&mut self) -> u64 {
        (0..END).for_each(|_| self.round());
        let [a, b, c, d] = self.0;
        a ^ b ^ c ^ d
    }
}

/// The fingerprint of a list of texts.
#[derive(Clone, Copy)]
pub(super) struct Fingerprint(Sip<WORD, END>);

impl Fingerprint {
    /// Keyed by the process.
    pub(super) fn new() -> Self {
        static KEY: OnceLock<[u64; 2]> = OnceLock::new();
        Self::keyed(*KEY.get_or_init(|| [(); 2].map(|()| RandomState::new().hash_one(()))))
    }

    const fn keyed(key: [u64; 2]) -> Self {
        Self(Sip::new(key))
    }

    /// Two words that are no text.
    pub(super) fn words(&mut self, words: [u64; 2]) {
        self.0.word(WORDS << 56);
        words.iter().for_each(|word| self.0.word(*word));
    }

    /// An element.
    #[inline]
    pub(super) fn element(&mut self, text: &str) {
        let (words, rest) = text.as_bytes().as_chunks();
        for word in words {
            self.0.word(u64::from_le_bytes(*word));
        }
        self.end(little_endian(rest), rest.len());
    }

    /// An element that is written in pieces, up to its end: [`Pieces::end`].
    pub(super) const fn pieces(&mut self) -> Pieces<'_> {
        Pieces { hash: self, word: 0, filled: 0 }
    }

    /// The end of an element, of which `filled` bytes are in its last `word`.
    #[inline]
    fn end(&mut self, word: u64, filled: usize) {
        self.0.word(word | (ENDS | filled as u64) << 56);
    }

    #[inline]
    pub(super) fn finish(self) -> [u64; 2] {
        self.0.finish()
    }
}

/// The word of the bytes of less than one.
#[inline]
fn little_endian(bytes: &[u8]) -> u64 {
    // Two loads that may overlap take less time than a loop.
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let [first, last] = [*first, *last].map(|it| u64::from(u32::from_le_bytes(it)));
        return first | last << (8 * (bytes.len() - 4));
    }
    bytes.iter().rfold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// An element that is written in pieces.
pub(super) struct Pieces<'a> {
    hash: &'a mut Fingerprint,
    word: u64,
    /// Bytes in the word.
    filled: usize,
}

impl Pieces<'_> {
    /// The next bytes: up to eight, the first in the lowest byte of `bytes`, above them nothing.
    #[inline]
    pub(super) fn push(&mut self, bytes: u64, count: usize) {
        self.word |= bytes << (8 * self.filled);
        self.filled += count;
        if let Some(left) = self.filled.checked_sub(WORD_BYTES) {
            self.hash.0.word(self.word);
            // The bytes that found no room; none if the shift is by a whole word.
            self.word = if left == 0 { 0 } else { bytes >> (8 * (count - left)) };
            self.filled = left;
        }
    }

    /// The element is complete.
    #[inline]
    pub(super) fn end(self) {
        self.hash.end(self.word, self.filled);
    }
}

impl fmt::Write for Pieces<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let (words, rest) = text.as_bytes().as_chunks();
        for word in words {
            self.push(u64::from_le_bytes(*word), WORD_BYTES);
        }
        self.push(little_endian(rest), rest.len());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    /// The first vectors of SipHash-2-4-128, by its authors: the key is 0, 1, 2, .., and so is the text.
    #[test]
    fn it_is_siphash() {
        let words = |bytes: [u8; 16]| {
            bytes.as_chunks().0.iter().map(|it| u64::from_le_bytes(*it)).collect()
        };
        let key: Vec<u64> = words(std::array::from_fn(|i| i as u8));
        let hash = |text: &[u8]| {
            let mut sip = Sip::<2, 4>::new([key[0], key[1]]);
            let (words, rest) = text.as_chunks();
            words.iter().for_each(|word| sip.word(u64::from_le_bytes(*word)));
            sip.word((text.len() as u64) << 56 | little_endian(rest));
            sip.finish().to_vec()
        };
        let known = [
            0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6, 0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55,
            0x02, 0x93,
        ];
        assert_eq!(hash(&[]), words(known) as Vec<u64>);
        let known = [
            0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44, 0x34, 0x76, 0x59, 0x11, 0x9b, 0x22,
            0xfc, 0x45,
        ];
        assert_eq!(hash(&[0]), words(known) as Vec<u64>);
        let known = [
            0x81, 0x77, 0x22, 0x8d, 0xa4, 0xa4, 0x5d, 0xc7, 0xfc, 0xa3, 0x8b, 0xde, 0xf6, 0x0a,
            0xff, 0xe4,
        ];
        assert_eq!(hash(&[0, 1]), words(known) as Vec<u64>);
        let known = [
            0x9c, 0x70, 0xb6, 0x0c, 0x52, 0x67, 0xa9, 0x4e, 0x5f, 0x33, 0xb6, 0xb0, 0x29, 0x85,
            0xed, 0x51,
        ];
        assert_eq!(hash(&[0, 1, 2]), words(known) as Vec<u64>);
    }

    #[test]
    fn bytes_are_words_of_little_endian() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 0];
        for length in 0..8 {
            let mut word = bytes;
            word[length..].fill(0);
            assert_eq!(little_endian(&bytes[..length]), u64::from_le_bytes(word), "{length} bytes");
        }
    }

    /// However a text is cut into pieces, and wherever they end in a word.
    #[test]
    fn pieces_hash_as_the_whole() {
        let text: String = (0..=127_u8).chain(0..=127).map(char::from).collect();
        for length in [0, 1, 7, 8, 9, 63, 64, 65, 127, 128, 129, 256] {
            let text = &text[..length];
            let mut whole = Fingerprint::keyed([1, 2]);
            whole.element(text);
            let whole = whole.finish();
            for size in [1, 3, 8, 9, 12, 60, 64, 100, 256] {
                let mut hash = Fingerprint::keyed([1, 2]);
                let mut pieces = hash.pieces();
                for piece in text.as_bytes().chunks(size) {
                    pieces.write_str(std::str::from_utf8(piece).unwrap()).unwrap();
                }
                pieces.end();
                assert_eq!(hash.finish(), whole, "{length} bytes in pieces of {size}");
            }
        }
    }

    #[test]
    fn the_key_and_each_byte_count() {
        let hash = |key, texts: &[&str]| {
            let mut hash = Fingerprint::keyed(key);
            texts.iter().for_each(|text| hash.element(text));
            hash.finish()
        };
        let mut words = Fingerprint::keyed([1, 2]);
        words.words([0; 2]);
        let hashes = [
            hash([1, 2], &["a"]),
            hash([1, 3], &["a"]),
            hash([2, 2], &["a"]),
            hash([1, 2], &["b"]),
            hash([1, 2], &[]),
            hash([1, 2], &[""]),
            hash([1, 2], &["", ""]),
            hash([1, 2], &["\0"]),
            hash([1, 2], &["a\0"]),
            hash([1, 2], &["\0\0\0\0\0\0\0"]),
            hash([1, 2], &["\0\0\0\0\0\0\0\0"]),
            words.finish(),
        ];
        let different: std::collections::HashSet<_> = hashes.iter().flatten().collect();
        assert_eq!(different.len(), 2 * hashes.len());
    }

    #[test]
    fn words_are_not_a_text_of_the_same_bytes() {
        let mut words = Fingerprint::keyed([1, 2]);
        words.words([b"abcdefgh", b"ijklmnop"].map(|it| u64::from_le_bytes(*it)));
        words.element("");
        for before in ["", "\0\0\0\0\0\0\0\0"] {
            let mut text = Fingerprint::keyed([1, 2]);
            text.element(&format!("{before}abcdefghijklmnop"));
            assert_ne!(words.finish(), text.finish());
        }
    }
}
