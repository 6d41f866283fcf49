//! The hazards that a request can meet on its way.

use std::time::Duration;

use rand::RngExt;
use rand::rngs::SmallRng;

use crate::bucket::Quota;

/// The hazards of requests on their way. By default there are none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weather {
    /// The limit on each operation of each account in each region.
    pub quota: Option<Quota>,
    /// Mean time that an answer takes; each is within 30 % of it.
    pub latency: Duration,
    /// The part of the requests that end in a 500 or 503, 0 to 1.
    pub faults: f64,
    /// The part of the requests whose connection is lost, 0 to 1: half of them before they are executed,
    /// half of them afterwards.
    pub drops: f64,
    /// The seed of all of this.
    pub seed: u64,
}

/// The hazard that a request meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Passes,
    InternalError,
    Unavailable,
    LostBefore,
    LostAfter,
}

impl Weather {
    /// The latency and the fate of the next request.
    pub(super) fn draw(&self, random: &mut SmallRng) -> (Duration, Fate) {
        let latency = self.latency.mul_f64(random.random_range(0.7..1.3));
        let first_half = random.random_bool(0.5);
        let fate = match random.random_range(0.0..1.0) {
            drawn if drawn < self.faults && first_half => Fate::InternalError,
            drawn if drawn < self.faults => Fate::Unavailable,
            drawn if drawn < self.faults + self.drops && first_half => Fate::LostBefore,
            drawn if drawn < self.faults + self.drops => Fate::LostAfter,
            _ => Fate::Passes,
        };
        (latency, fate)
    }
}
