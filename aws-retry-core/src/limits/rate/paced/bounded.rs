//! Bounds for the arithmetic of every turn, whose numbers are never NaN. `f64::max` and `f64::min` look for NaN
//! each time, which took a quarter of a turn's time.

pub(super) trait Bounded {
    /// `self` or `least`, whichever is larger.
    fn at_least(self, least: Self) -> Self;
    /// `self` or `most`, whichever is smaller.
    fn at_most(self, most: Self) -> Self;
}

impl Bounded for f64 {
    #[inline]
    fn at_least(self, least: Self) -> Self {
        if self > least { self } else { least }
    }

    #[inline]
    fn at_most(self, most: Self) -> Self {
        if self < most { self } else { most }
    }
}
