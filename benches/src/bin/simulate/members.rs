//! The processes of a scenario that do not behave like all others, and the store of a fleet.

/// A fleet's store.
#[derive(Clone, Copy, Debug)]
pub struct StoreFacts {
    /// Median round trip, seconds.
    pub rtt: f64,
    /// The part of the operations that are never answered.
    pub loss: f64,
    /// No operation is answered between these seconds.
    pub outage: Option<(f64, f64)>,
    /// Seconds between two exchanges.
    pub every: f64,
    /// The processes' clocks run wrong by up to this part of the time, and begin anywhere.
    pub drift: f64,
}

impl StoreFacts {
    pub const GOOD: Self = Self { rtt: 0.02, loss: 0.0, outage: None, every: 1.0, drift: 1e-4 };
}

/// How processes differ. Counts are of the last processes, except for strangers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Members {
    /// This many begin at this second.
    pub join: Option<(u64, f64)>,
    /// This many die at this second, without a word.
    pub die: Option<(u64, f64)>,
    /// Each begins this many seconds after the one before.
    pub begin_every: Option<f64>,
    /// Every second process works this many seconds, then rests as long, and so on.
    pub half_on_off: Option<f64>,
    /// All but the first make one call at a time, this many seconds apart.
    pub rare: Option<f64>,
    /// Process `i` has `i + 1` times the workers of the first one.
    pub unequal: bool,
    /// This many stand still from the second time to the third, as a Lambda between two invocations.
    pub freeze: Option<(u64, f64, f64)>,
    /// The last two processes have one id, as copies of one memory image do.
    pub clones: bool,
    /// This many processes, the first ones, are no members of the fleet.
    pub strangers: u64,
}

impl Members {
    pub const ALIKE: Self = Self {
        join: None,
        die: None,
        begin_every: None,
        half_on_off: None,
        rare: None,
        unequal: false,
        freeze: None,
        clones: false,
        strangers: 0,
    };

    /// All processes are alike, and share the calls evenly.
    pub const fn are_alike(&self) -> bool {
        self.join.is_none()
            && self.die.is_none()
            && self.begin_every.is_none()
            && self.half_on_off.is_none()
            && self.rare.is_none()
            && self.freeze.is_none()
            && !self.unequal
    }

    pub const fn is_stranger(&self, process: u64, _of: u64) -> bool {
        process < self.strangers
    }

    /// The second at which a process begins.
    pub fn begins_at(&self, process: u64, of: u64) -> f64 {
        let late = self.join.filter(|(some, _)| process >= of - some).map_or(0.0, |(_, at)| at);
        #[expect(clippy::cast_precision_loss, reason = "processes")]
        let nth = process as f64;
        late + self.begin_every.map_or(0.0, |every| nth * every)
    }

    /// The second at which it dies.
    pub fn dies_at(&self, process: u64, of: u64) -> Option<f64> {
        self.die.filter(|(some, _)| process >= of - some).map(|(_, at)| at)
    }

    /// The seconds between which it stands still.
    pub fn stands_still(&self, process: u64, of: u64) -> Option<(f64, f64)> {
        let (_, from, until) = self.freeze.filter(|(some, ..)| process >= of - some)?;
        Some((from, until))
    }

    /// It works this many seconds, then rests as long.
    pub fn on_off(&self, process: u64) -> Option<f64> {
        self.half_on_off.filter(|_| process % 2 == 1)
    }

    /// Its workers, of `workers` per process.
    pub fn workers(&self, process: u64, workers: u64) -> u64 {
        match self.rare {
            Some(_) if process > 0 => 1,
            _ if self.unequal => workers * (process + 1),
            _ => workers,
        }
    }

    /// Seconds between two calls of a worker.
    pub fn pause(&self, process: u64) -> f64 {
        self.rare.filter(|_| process > 0).unwrap_or(0.0)
    }
}
