//! What a gate shows at a throttle, for advice.

use super::gate::Gate;
use super::queue::Signs;

impl Gate {
    /// What the last answer shows; nothing before the first throttle.
    pub fn signs(&self) -> Signs {
        self.lock().get().map(|queue| queue.signs()).unwrap_or_default()
    }
}
