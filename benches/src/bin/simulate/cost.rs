//! The units that a call takes of the quota, and a process's first belief about the quota.

/// The units that the calls of a scenario take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Costs {
    /// One unit per call.
    One,
    /// A whole number from the first to the last, uniformly; taken when the request arrives.
    Uniform(u32, u32),
    /// The same is taken when the request arrives, and given back in part with the answer, which tells that
    /// 30 to 100 % of it were used.
    Corrected(u32, u32),
}

/// The units that one call takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Taken when the request arrives.
    pub planned: f64,
    /// Used, as the answer tells.
    pub used: f64,
}

impl Cost {
    pub const ONE: Self = Self { planned: 1.0, used: 1.0 };
}

impl Costs {
    /// The cost of call `call`: the same for everybody who competes.
    pub fn of(self, seed: u64, call: u64) -> Cost {
        let mut random = fastrand::Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(call));
        match self {
            Self::One => Cost::ONE,
            Self::Uniform(first, last) => {
                let planned = f64::from(random.u32(first..=last));
                Cost { planned, used: planned }
            }
            Self::Corrected(first, last) => {
                let planned = f64::from(random.u32(first..=last));
                Cost { planned, used: planned * (0.3 + 0.7 * random.f64()) }
            }
        }
    }
}

/// A process's belief about the quota before its first call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Believed {
    Nothing,
    /// A published rate and burst.
    Published {
        rate: f64,
        burst: f64,
    },
    /// A rate and a burst that another process measured this many seconds ago.
    Imported {
        rate: f64,
        burst: f64,
        age: f64,
    },
}
