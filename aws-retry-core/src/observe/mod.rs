//! What a call tells of itself: events to hooks and to the log.

mod event;
mod explain;
#[cfg(feature = "tracing")]
mod log;

pub use event::Event;
pub use explain::{Explanation, explain};

use crate::clock::Time;
use crate::policy::Log;
use crate::site::Site;

/// Writes a retry's or a give-up's log line.
pub(crate) fn log(site: &Site, level: Log, event: &Event<'_>, now: Time) {
    #[cfg(feature = "tracing")]
    log::write(site, level, event, now);
    #[cfg(not(feature = "tracing"))]
    let _ = (site, level, event, now);
}
