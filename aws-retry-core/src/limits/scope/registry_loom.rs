//! The registry under every interleaving of two calls.

use loom::{sync::Arc as LoomArc, thread};

use super::super::scope_key;
use super::*;

/// The models of this file.
pub const MODELS: &[fn()] = &[the_first_two_calls_share_a_scope, a_sweep_forgets_no_scope_in_use];

fn find(registry: &Registry, name: &str, now: Time) -> Arc<Scope> {
    registry.find_or_insert(ClockId::default(), scope_key(name), now)
}

/// Two calls that are the first of a scope get the same one.
fn the_first_two_calls_share_a_scope() {
    let registry = LoomArc::new(Registry::new());
    let other = {
        let registry = LoomArc::clone(&registry);
        thread::spawn(move || find(&registry, "scope", Time::ZERO))
    };
    let own = find(&registry, "scope", Time::ZERO);
    own.count_throttle();
    assert!(Arc::ptr_eq(&own, &other.join().unwrap()));
    assert_eq!(registry.len(), 1);
}

/// A sweep comes while a call returns to a scope that was idle for long: either the call had it first, and it
/// stays, or it was forgotten before, and the call has the new one. No call is left with a scope that no other
/// call can find.
fn a_sweep_forgets_no_scope_in_use() {
    let registry = LoomArc::new(Registry::new());
    // Neighbors in one shard, the second of which is new and sweeps.
    let shard = scope_key("idle").shard(SHARDS);
    let names = (0..).map(|i: u32| i.to_string());
    let new = names.into_iter().find(|it| scope_key(it.as_str()).shard(SHARDS) == shard);
    drop(find(&registry, "idle", Time::ZERO));
    let late = 2 * IDLE;
    let sweep = {
        let registry = LoomArc::clone(&registry);
        thread::spawn(move || drop(find(&registry, &new.unwrap(), late)))
    };
    // A lookup that does not say that the scope is used: the reference alone keeps it.
    let held = registry.find(ClockId::default(), scope_key("idle"));
    sweep.join().unwrap();
    let found = registry.find(ClockId::default(), scope_key("idle"));
    assert_eq!(held.is_some(), found.is_some());
    assert!(held.iter().zip(&found).all(|(held, found)| Arc::ptr_eq(held, found)));
    assert!(Arc::ptr_eq(&find(&registry, "idle", late), &find(&registry, "idle", late)));
}
