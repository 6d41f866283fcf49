//! Changes retry policies in a running process, without a release: by an operator's command, a reloaded
//! configuration or a feature flag.
//!
//! ```
//! # use aws_retry_core as aws_retry;
//! use aws_retry::{RetryPolicy, overrides};
//! use aws_retry::overrides::Override;
//!
//! // An outage: stop retrying what reads the inventory.
//! overrides::set("inventory::*", Override::off());
//! // Everything else: fewer attempts, and at most 5 requests per second where a scope has a rate.
//! overrides::set("*", RetryPolicy::new().max_attempts(2).max_rate(5.0));
//! // It is over.
//! overrides::clear();
//! ```
//!
//! An override beats the arguments on the function and the policy that `policy = ..` supplies. Calls in
//! progress follow it from their next failure on, and calls in a queue follow it at once: `max_rate` changes
//! a scope's existing rate, `share` does not. A success on the first attempt never reads an override, unless
//! the override has a rate or a time-out.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::context::ambient;
use crate::decision::codes;
use crate::decision::policy::RetryPolicy;
use crate::limits::scope::Registry;
use crate::run::site::{Site, needs_setup};
use crate::switches::Switch;

/// The content of an override: a partial [`RetryPolicy`] whose written values count, or [`Override::off`].
#[derive(Clone, Debug, PartialEq)]
pub struct Override(RetryPolicy);

impl Override {
    /// No retries. Time-outs and send rates stay.
    #[must_use]
    pub const fn off() -> Self {
        Self(RetryPolicy::new().max_attempts(1))
    }
}

impl From<RetryPolicy> for Override {
    fn from(policy: RetryPolicy) -> Self {
        Self(policy)
    }
}

static LAYERS: RwLock<Vec<(String, Override)>> = RwLock::new(Vec::new());
/// The number of changes. 0 means that there never was one.
static CHANGES: AtomicU32 = AtomicU32::new(0);

/// Overrides the policies of all functions that `pattern` covers, from now until it is removed.
///
/// In a pattern each `*` stands for any text. It is compared with the function's name (`page`, or the
/// argument `name = ".."`) and with its path (`my_crate::inventory::page`). If several overrides cover a
/// function, the values of the later one win; an override with the same pattern as an earlier one replaces
/// that one.
pub fn set(pattern: impl Into<String>, to: impl Into<Override>) {
    let (pattern, to) = (pattern.into(), to.into());
    change(|layers| {
        layers.retain(|(other, _)| *other != pattern);
        layers.push((pattern, to));
    });
}

/// Removes the override that [`set`] made for exactly this pattern, and returns it.
pub fn remove(pattern: &str) -> Option<Override> {
    let mut removed = None;
    change(|layers| {
        let at = layers.iter().position(|(other, _)| other == pattern);
        removed = at.map(|at| layers.remove(at).1);
    });
    removed
}

/// Removes all overrides.
pub fn clear() {
    change(Vec::clear);
}

fn change(how: impl FnOnce(&mut Vec<(String, Override)>)) {
    let mut layers = write();
    how(&mut layers);
    let needs_setup = layers.iter().any(|(_, to)| needs_setup(&to.0));
    Switch::OverrideNeedsSetup.set(needs_setup);
    CHANGES.fetch_add(1, Ordering::Relaxed);
    drop(layers);
    // Calls in a queue wait for as long as the former limits required.
    Registry::global().wake_queues();
    let ambient = ambient::current();
    if let Some(harness) = ambient.as_ref().and_then(|ambient| ambient.harness.as_ref()) {
        harness.registry.wake_queues();
    }
}

/// A number that differs after every change.
pub(crate) fn generation() -> u32 {
    CHANGES.load(Ordering::Relaxed)
}

/// `written` with the overrides for the function of `site` applied.
pub(crate) fn apply_to(site: &Site, written: RetryPolicy) -> RetryPolicy {
    if generation() == 0 {
        return written;
    }
    let name = written.name.unwrap_or(site.name);
    let covers = |pattern: &str| {
        codes::matches(pattern, name)
            || codes::matches(pattern, &format!("{}::{name}", site.module))
    };
    let layers = read();
    let covering = layers.iter().filter(|(pattern, _)| covers(pattern));
    covering.fold(written, |policy, (_, to)| to.0.over(&policy))
}

fn read() -> RwLockReadGuard<'static, Vec<(String, Override)>> {
    LAYERS.read().unwrap_or_else(PoisonError::into_inner)
}

fn write() -> RwLockWriteGuard<'static, Vec<(String, Override)>> {
    LAYERS.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
