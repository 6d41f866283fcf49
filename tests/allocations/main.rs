//! The memory that calls allocate and keep. A process of its own: the allocator counts.

mod first_attempt;
mod kept_memory;
