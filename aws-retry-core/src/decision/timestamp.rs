//! The time stamps that decisions compute with.

/// Time since a clock's origin. Decisions compute with it; none reads a clock.
pub(crate) type Time = std::time::Duration;
