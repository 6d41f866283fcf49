//! Values out of bytes. When the bytes are used up, every value is zero.

use std::time::Duration;

pub struct Bytes<'b> {
    left: &'b [u8],
}

impl<'b> Bytes<'b> {
    pub const fn new(left: &'b [u8]) -> Self {
        Self { left }
    }

    pub const fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        let Some((first, left)) = self.left.split_first() else { return 0 };
        self.left = left;
        *first
    }

    pub fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    pub fn number(&mut self) -> u64 {
        (0..8).fold(0, |number, _| number << 8 | u64::from(self.byte()))
    }

    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::from(self.byte()) % choices.len()]
    }

    /// Often a few milliseconds or seconds, and sometimes anything.
    pub fn duration(&mut self) -> Duration {
        match self.byte() % 8 {
            0 => Duration::ZERO,
            1 => Duration::from_nanos(self.number()),
            2 => Duration::from_secs(self.number()),
            3 => Duration::MAX,
            4 | 5 => Duration::from_secs(self.byte().into()),
            _ => Duration::from_millis(u64::from(self.byte()) * 10),
        }
    }

    /// Often a handy number, and sometimes any one, also none at all.
    pub fn float(&mut self) -> f64 {
        match self.byte() % 8 {
            0 => f64::from_bits(self.number()),
            1 => self.one_of(&[0.0, -1.0, f64::NAN, f64::INFINITY, f64::MAX, f64::MIN_POSITIVE]),
            2 | 3 => f64::from(self.byte()) / 256.0,
            _ => f64::from(self.byte()),
        }
    }

    /// A finite number above 0.
    pub fn positive(&mut self) -> f64 {
        let float = self.float();
        if float > 0.0 && float.is_finite() { float } else { 1.0 }
    }

    /// In [0, 1).
    pub fn random(&mut self) -> f64 {
        f64::from(self.byte()) / 256.0
    }
}
