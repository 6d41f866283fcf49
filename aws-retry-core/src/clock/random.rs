//! The only source of randomness: one small generator per thread.

use std::cell::RefCell;
use std::hash::{BuildHasher, RandomState};

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

thread_local! {
    // `RandomState` is the standard library's own source of keys, different in each thread.
    static GENERATOR: RefCell<SmallRng> =
        RefCell::new(SmallRng::seed_from_u64(RandomState::new().hash_one(0_u8)));
}

/// Uniform in [0, 1).
pub(crate) fn uniform() -> f64 {
    // While a thread ends, its generator may be gone: the middle is as good as any other number.
    GENERATOR.try_with(|generator| generator.borrow_mut().random()).unwrap_or(0.5)
}

/// 128 bits that occur nowhere else: a hash under the standard library's keys, which the system's own source
/// of randomness seeds.
pub(crate) fn unique() -> u128 {
    let keys = RandomState::new();
    u128::from(keys.hash_one(0_u8)) << 64 | u128::from(keys.hash_one(1_u8))
}

#[cfg(test)]
mod tests {
    #[test]
    fn threads_draw_different_numbers_within_the_range() {
        let draw = || (0..100).map(|_| super::uniform()).collect::<Vec<_>>();
        let here = draw();
        assert!(here.iter().all(|x| (0.0..1.0).contains(x)));
        assert_ne!(here, std::thread::spawn(draw).join().unwrap());
    }
}
