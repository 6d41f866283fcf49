//! Advice on scopes, through the registry in force here.

use crate::context::ambient::{self, Ambient};
use crate::limits::scope::{Advice, ScopeParts, scope_key};

/// Advice on every scope that was throttled and is remembered: the facts that a request for a higher quota needs, and
/// what else would help. The scope with the most throttles comes first. Where nothing was throttled nothing was
/// measured, and there is no advice.
///
/// A scope's text, from which action, account and region are taken, is known only if
/// [`keep_scope_names`](crate::observe::keep_scope_names) was on when the scope was created; otherwise ask for the
/// scope itself with [`advice_for`]. With the feature `serde` the list can be serialized.
///
/// ```
/// # use aws_retry_core as aws_retry;
/// # use aws_retry::{AsFailure, Failure, RetryPolicy, testing::Harness};
/// use aws_retry::{observe, scope};
/// # struct Busy;
/// # impl AsFailure for Busy {
/// #     fn as_failure(&self) -> Failure<'_> { Failure::throttled().with_request_id("5f1c") }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # Harness::new().no_waits().scope(async {
/// observe::keep_scope_names(true);
/// # let here = ("ec2:DescribeVolumes", "123456789012", "eu-west-1");
/// # let _ = RetryPolicy::new().run_in(&here, async || Err::<(), _>(Busy)).await;
/// // .. after a while, and at the end of a job
/// for advice in scope::advice() {
///     println!("{advice}");
/// }
/// # let all = scope::advice();
/// # assert_eq!(all[0].region.as_deref(), Some("eu-west-1"));
/// # assert_eq!(all[0].request_id.as_deref(), Some("5f1c"));
/// # assert!(matches!(all[0].hints[..], [scope::Hint::Pace { lost: 1, .. }]));
/// # }).await;
/// # }
/// ```
#[must_use]
pub fn advice() -> Vec<Advice> {
    let ambient = ambient::current();
    let clock = Ambient::clock(ambient.as_deref());
    let (now, scopes) = (clock.now(), Ambient::registry(ambient.as_deref()).all(clock.id));
    let of = |scope: &crate::limits::scope::Scope| {
        let parts: Vec<_> = scope.name().map(|name| name.split('/').collect()).unwrap_or_default();
        scope.advice(now, &parts)
    };
    let mut all: Vec<_> = scopes.iter().filter_map(|scope| of(scope)).collect();
    all.sort_by(|a, b| (b.throttles, &a.scope).cmp(&(a.throttles, &b.scope)));
    all
}

/// Advice on `scope`, or `None` if it was not throttled, or not recently. Its elements are known, whether names are kept
/// or not.
///
/// ```
/// use aws_retry_core::scope;
///
/// let here = ("ec2:DescribeInstances", 123_456_789_012_u64, "eu-west-1");
/// assert_eq!(scope::advice_for(&here), None);
/// ```
#[must_use]
pub fn advice_for<M>(scope: &(impl ScopeParts<M> + ?Sized)) -> Option<Advice> {
    let ambient = ambient::current();
    let clock = Ambient::clock(ambient.as_deref());
    let mut parts = Vec::new();
    scope.stream(&mut |element| parts.push(element.to_string()));
    let parts: Vec<_> = parts.iter().map(String::as_str).collect();
    let scope = Ambient::registry(ambient.as_deref()).find(clock.id, scope_key(scope))?;
    scope.advice(clock.now(), &parts)
}
