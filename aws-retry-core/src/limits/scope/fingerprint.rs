//! A keyed hash of 128 bits, made in one pass: SipHash-1-3 with the second word of output that its authors
//! define as SipHash-128.
//!
//! Scopes can be named by user input, so nobody who does not know the key may find two texts of one scope. std's
//! map relies on the same function for that. Its hasher returns 64 bits, at which a million scopes come close
//! to a collision by chance, and a second pass with another key costs as much again.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;

/// Rounds per word, and rounds at the end.
const WORD: usize = 1;
const END: usize = 3;
/// Texts are gathered in a buffer of this many bytes: most scopes fit, so that they are hashed in one go.
const BUFFER: usize = 64;
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

    #[inline]
    fn words(&mut self, bytes: &[u8]) {
        for word in bytes.as_chunks().0 {
            self.word(u64::from_le_bytes(*word));
        }
    }

    /// The hash, after the bytes that did not fill a word. `length` is that of the whole input.
    fn finish(mut self, rest: &[u8], length: usize) -> [u64; 2] {
        let rest = rest.iter().rfold(0, |word, byte| word << 8 | u64::from(*byte));
        self.word((length as u64) << 56 | rest);
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

/// The fingerprint of a text that is written in pieces.
pub(super) struct Fingerprint {
    state: Sip<WORD, END>,
    buffer: [u8; BUFFER],
    filled: usize,
    /// Bytes that went through the buffer.
    hashed: usize,
}

impl Fingerprint {
    /// Keyed by the process.
    pub(super) fn new() -> Self {
        static KEY: OnceLock<[u64; 2]> = OnceLock::new();
        Self::keyed(*KEY.get_or_init(|| [(); 2].map(|()| RandomState::new().hash_one(()))))
    }

    const fn keyed(key: [u64; 2]) -> Self {
        Self { state: Sip::new(key), buffer: [0; BUFFER], filled: 0, hashed: 0 }
    }

    #[inline]
    pub(super) fn write(&mut self, mut bytes: &[u8]) {
        while let Some((fits, later)) = bytes.split_at_checked(BUFFER - self.filled) {
            self.fill(fits);
            self.state.words(&self.buffer);
            (self.filled, self.hashed) = (0, self.hashed.wrapping_add(BUFFER));
            bytes = later;
        }
        self.fill(bytes);
    }

    /// [`Fingerprint::write`] of one byte.
    #[inline]
    pub(super) fn push(&mut self, byte: u8) {
        match self.buffer.get_mut(self.filled) {
            Some(free) if self.filled + 1 < BUFFER => {
                *free = byte;
                self.filled += 1;
            }
            _ => self.write(&[byte]),
        }
    }

    #[inline]
    fn fill(&mut self, bytes: &[u8]) {
        let end = self.filled + bytes.len();
        // It always fits; the check keeps the compiler from adding a panic.
        if let Some(free) = self.buffer.get_mut(self.filled..end) {
            free.copy_from_slice(bytes);
            self.filled = end;
        }
    }

    pub(super) fn finish(mut self) -> [u64; 2] {
        let filled = self.buffer.get(..self.filled).unwrap_or_default();
        let (words, rest) = filled.split_at(self.filled - self.filled % WORD_BYTES);
        self.state.words(words);
        self.state.finish(rest, self.hashed.wrapping_add(self.filled))
    }
}

impl fmt::Write for Fingerprint {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.write(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first vectors of SipHash-2-4-128, by its authors: the key is 0, 1, 2, .., and so is the text.
    #[test]
    fn it_is_siphash() {
        let words = |bytes: [u8; 16]| {
            bytes.as_chunks().0.iter().map(|it| u64::from_le_bytes(*it)).collect()
        };
        let key: Vec<u64> = words(std::array::from_fn(|i| i as u8));
        let hash =
            |text: &[u8]| Sip::<2, 4>::new([key[0], key[1]]).finish(text, text.len()).to_vec();
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
    }

    /// However a text is cut into pieces, and wherever they end in the buffer.
    #[test]
    fn pieces_hash_as_the_whole() {
        let text: Vec<u8> = (0..=255).collect();
        for length in [0, 1, 7, 8, 9, 63, 64, 65, 127, 128, 129, 256] {
            let text = &text[..length];
            let (words, rest) = text.split_at(length - length % 8);
            let mut whole = Sip::<1, 3>::new([1, 2]);
            whole.words(words);
            let whole = whole.finish(rest, length);
            for piece in [1, 3, 8, 60, 64, 100, 256] {
                let mut hash = Fingerprint::keyed([1, 2]);
                for piece in text.chunks(piece) {
                    match piece {
                        [byte] => hash.push(*byte),
                        _ => hash.write(piece),
                    }
                }
                assert_eq!(hash.finish(), whole, "{length} bytes in pieces of {piece}");
            }
        }
    }

    #[test]
    fn the_key_and_each_byte_count() {
        let hash = |key, text: &[u8]| {
            let mut hash = Fingerprint::keyed(key);
            hash.write(text);
            hash.finish()
        };
        let hashes = [
            hash([1, 2], b"a"),
            hash([1, 3], b"a"),
            hash([2, 2], b"a"),
            hash([1, 2], b"b"),
            hash([1, 2], b""),
            hash([1, 2], b"\0"),
            hash([1, 2], b"a\0"),
        ];
        let different: std::collections::HashSet<_> = hashes.iter().flatten().collect();
        assert_eq!(different.len(), 2 * hashes.len());
    }
}
