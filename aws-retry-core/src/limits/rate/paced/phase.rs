//! The controller's progress.

use super::cruise::Cruise;
use super::search::Search;
use crate::limits::rate::Dispatch;

/// The controller's progress, with the data of each phase.
#[derive(Clone, Copy, Debug)]
pub(super) enum Phase {
    /// Never throttled: nothing is held back. Holds an early send that is still recent.
    Unthrottled(Dispatch),
    Search(Search),
    Cruise(Cruise),
    /// The fleet guides the rate.
    Fleet,
}
