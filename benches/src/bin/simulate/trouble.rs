//! The disturbance of a scenario.

/// One disturbance. Times are seconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trouble {
    pub kind: Kind,
    pub from: f64,
    pub seconds: f64,
}

/// The effect of the disturbance while it lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Kind {
    #[default]
    None,
    /// The first call that begins while it lasts is refused each time it is sent, until the trouble ends.
    OneCall,
    /// The same for one call in this many.
    OneIn(u64),
    /// Everything is refused, with a hint of this many seconds (0: without one).
    Shut(f64),
    /// Another tenant takes the quota: this many requests per second are left.
    Taken(f64),
    /// Everything ends in a 503 that is not a throttle.
    Faults,
    /// Every connection is lost, after a round trip.
    Lost,
}

impl Trouble {
    pub const fn new(kind: Kind, from: f64, seconds: f64) -> Self {
        Self { kind, from, seconds }
    }

    pub fn ends_at(&self) -> f64 {
        self.from + self.seconds
    }

    /// Whether it lasts at second `now`.
    pub fn lasts(&self, now: f64) -> bool {
        self.kind != Kind::None && (self.from..self.ends_at()).contains(&now)
    }

    /// Whether the `nth` call that begins while it lasts is refused by itself.
    pub fn poisons(&self, nth: u64) -> bool {
        match self.kind {
            Kind::OneCall => nth == 0,
            Kind::OneIn(every) => nth % every == every / 2,
            _ => false,
        }
    }
}
