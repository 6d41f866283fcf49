//! The primitives that tasks and threads share where a model checks every interleaving: from `std` or, for the
//! models, from loom. `docs/testing.md` tells how to run them.

#[cfg(not(aws_retry_loom))]
pub(crate) use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering},
    },
    thread_local as per_thread,
};

#[cfg(aws_retry_loom)]
pub(crate) use loom::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering},
};
#[cfg(aws_retry_loom)]
pub(crate) use std::sync::PoisonError;

/// `loom::thread_local!`, which does not take constants.
#[cfg(aws_retry_loom)]
macro_rules! per_thread {
    (static $name:ident: $type:ty = const $value:block;) => {
        loom::thread_local! { static $name: $type = $value; }
    };
}
#[cfg(aws_retry_loom)]
pub(crate) use per_thread;
