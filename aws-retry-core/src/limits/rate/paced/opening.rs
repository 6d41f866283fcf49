//! The burst of a bucket that is believed to be full.

/// The sends of a full bucket that is believed in: they go out at once, and arrive in any order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    /// The second at which it began, and the units that were sent before it.
    pub(super) at: f64,
    pub(super) units: f64,
    /// Units that are left of it.
    pub(super) left: f64,
    /// The sends before this one belong to it.
    pub(super) until: u64,
}
