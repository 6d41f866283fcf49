//! Units of a quota: items, records, capacity units, tokens.

/// The highest cost. With it, and a rate of one unit per thousand seconds, a turn still comes in time that a
/// clock can hold.
const MOST: f64 = 1e9;
/// The lowest cost that is not free: less would be lost in sums.
const LEAST: f64 = 1e-6;

/// A number of units: `f64`, `f32`, or a whole number of any type that counts something.
pub trait Units {
    /// The number itself.
    fn units(self) -> f64;
}

macro_rules! numbers {
    ($($number:ty)+) => {$(
        impl Units for $number {
            #[expect(clippy::allow_attributes, reason = "not every cast is lossy")]
            #[allow(clippy::cast_lossless, clippy::cast_precision_loss, reason = "far below 2^52")]
            fn units(self) -> f64 {
                self as f64
            }
        }
    )+};
}

numbers! { f64 f32 u8 u16 u32 u64 usize i8 i16 i32 i64 isize }

/// Whether a cost is used unchanged.
pub(crate) fn is_valid(units: f64) -> bool {
    (0.0..=MOST).contains(&units)
}

/// Whether a number can be a quota or a bucket's size.
pub(crate) fn is_quota(units: &f64) -> bool {
    *units > 0.0 && units.is_finite()
}

/// The cost that is used: a number that is not a cost counts as one unit, as if none were written.
pub(crate) fn valid(units: f64) -> f64 {
    match units {
        _ if !units.is_finite() || units < 0.0 => 1.0,
        // `-0.0` too.
        _ if units == 0.0 => 0.0,
        _ => units.clamp(LEAST, MOST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_is_a_cost() {
        for (written, counted) in [
            (0.0, 0.0),
            (-0.0, 0.0),
            (1e-300, 1e-6),
            (0.5, 0.5),
            (25.0, 25.0),
            (1e9, 1e9),
            (1e300, 1e9),
            (-1.0, 1.0),
            (f64::NAN, 1.0),
            (f64::INFINITY, 1.0),
            (f64::NEG_INFINITY, 1.0),
        ] {
            assert_eq!(valid(written).to_bits(), f64::to_bits(counted), "{written}");
            assert!(is_valid(valid(written)));
        }
        assert!(!is_valid(f64::NAN) && !is_valid(-1.0) && !is_valid(2e9));
    }

    #[test]
    fn whatever_counts_something_is_a_number_of_units() {
        assert_eq!(vec![1, 2, 3].len().units(), 3.0);
        assert_eq!([25_u32.units(), 25.units(), 25_i64.units(), 25_u8.units()], [25.0; 4]);
        assert_eq!([0.5_f64.units(), 0.5_f32.units()], [0.5; 2]);
    }
}
