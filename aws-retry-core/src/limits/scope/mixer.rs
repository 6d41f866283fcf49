//! The hasher of the registry.

use std::hash::Hasher;

/// Mixes values that are already a keyed hash or an address: hashing them again would be most of the cost of
/// a lookup.
#[derive(Debug, Default)]
pub(super) struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for word in bytes.chunks(8) {
            let word = word.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
            self.write_u64(word);
        }
    }

    fn write_u64(&mut self, word: u64) {
        // The golden ratio's bits, as in Fibonacci hashing.
        self.0 = (self.0.rotate_left(32) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn write_isize(&mut self, word: isize) {
        self.write_u64(word.cast_unsigned() as u64);
    }

    fn finish(&self) -> u64 {
        // The map picks its place by the low bits; the product mixes the high ones.
        self.0.rotate_left(32)
    }
}
