//! The primitives that tasks and threads share, from `std` or, for the model, from loom.

#[cfg(not(all(test, aws_retry_loom)))]
pub(super) use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

#[cfg(all(test, aws_retry_loom))]
pub(super) use loom::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU64, Ordering},
};
#[cfg(all(test, aws_retry_loom))]
pub(super) use std::sync::PoisonError;
