//! How far the controller has come.

use super::cruise::Cruise;
use super::search::Search;
use crate::limits::rate::Dispatch;

/// How far the controller has come, with the data of each phase.
#[derive(Clone, Copy, Debug)]
pub(super) enum Phase {
    /// Never throttled: nothing is held back. An early send that is still recent.
    Unthrottled(Dispatch),
    Search(Search),
    Cruise(Cruise),
}
