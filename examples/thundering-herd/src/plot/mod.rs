//! The pictures, one per file.

mod calls_over_time;
mod style;
mod waits;
mod work_by_clients;

pub use calls_over_time::calls_over_time;
pub use waits::waits;
pub use work_by_clients::work_by_clients;
