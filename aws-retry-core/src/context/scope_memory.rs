//! Beliefs about quotas: those that a scope begins with, and those that outlive its process.

use std::time::{Duration, SystemTime};

use crate::context::ambient::{self, Ambient};
use crate::decision::quotas::Bucket;
use crate::decision::units;
use crate::limits::rate::{Belief, Learned};
use crate::limits::scope::{Imported, LearnedQuotas, ScopeParts, scope_key};
use crate::observe;

/// Gives `scope` a published quota as a starting belief, for calls in paced mode: a full bucket goes out at
/// once, then the refill times `share` is sent, and measures correct both. A scope that has already learned
/// something keeps that; otherwise the seed beats the argument `known_rate`. A bucket whose numbers are not
/// above 0 and finite is ignored. Like any scope, a seeded one is forgotten after ten idle minutes, and the
/// seed with it; `known_rate` stays.
///
/// ```
/// # use aws_retry_core as aws_retry;
/// use aws_retry::{quotas, scope};
///
/// let here = ("ec2:DescribeVolumes", 123_456_789_012_u64, "eu-west-1");
/// scope::seed(&here, quotas::ec2::NON_MUTATING);
/// // A support case has raised it.
/// scope::seed(&here, scope::Bucket { capacity: 300.0, refill: 60.0 });
/// ```
pub fn seed<M>(scope: &(impl ScopeParts<M> + ?Sized), bucket: Bucket) {
    let Bucket { capacity, refill } = bucket;
    if [capacity, refill].iter().all(units::is_quota) {
        let ambient = ambient::current();
        let clock = Ambient::clock(ambient.as_deref());
        let registry = Ambient::registry(ambient.as_deref());
        let scope = registry.find_or_insert(clock.id, scope_key(scope), clock.now());
        if let Some(belief) = Belief::published(refill, capacity) {
            scope.believe(belief);
        }
    }
}

/// The quotas that calls in paced mode have measured, for [`import`] in another process: the next start, or a
/// Lambda function's next cold start. Write the value as text (`to_string`), wherever you like.
///
/// Only scopes whose text is known can be recognized there: those created while
/// [`keep_scope_names`](observe::keep_scope_names) is on, which [`import`] turns on too. What was measured more
/// than a day ago is left out. A [`RetryClient`]
/// without a named scope has no text.
///
/// [`RetryClient`]: crate::RetryClient
///
/// ```
/// # use aws_retry_core as aws_retry;
/// use aws_retry::scope::{self, LearnedQuotas};
///
/// # let stored = String::new();
/// // At the start; nothing is stored the first time.
/// scope::import(&stored.parse().unwrap_or_default());
/// // At the end.
/// let stored = scope::export().to_string();
/// # assert!(stored.parse::<LearnedQuotas>().unwrap().is_empty());
/// ```
#[must_use]
pub fn export() -> LearnedQuotas {
    let ambient = ambient::current();
    let clock = Ambient::clock(ambient.as_deref());
    let mut scopes = Vec::new();
    Ambient::registry(ambient.as_deref()).export(clock.id, clock.now(), |name, learned| {
        // As it is written: what is read again is equal.
        let age = (1000.0 * learned.age).round() / 1000.0;
        scopes.push((name.to_owned(), Learned { age, ..learned }));
    });
    scopes.sort_by(|(a, _), (b, _)| a.cmp(b));
    let now = clock.wall_clock();
    let since_1970 = now.and_then(|now| now.duration_since(SystemTime::UNIX_EPOCH).ok());
    LearnedQuotas { written_at: since_1970.map_or(0, |it| it.as_secs()), scopes }
}

/// Lets scopes begin with the measures of another process. Such a belief is used when the scope's first call in
/// paced mode begins, and only then: a scope in use keeps its own measures. Old beliefs count less: a belief is
/// halved every six hours, so that sending begins lower and rises, and is forgotten after a day. The units that
/// have flowed into the bucket since the measure go out at once.
///
/// Also turns [`keep_scope_names`](observe::keep_scope_names) on: a scope is recognized by its text.
pub fn import(learned: &LearnedQuotas) {
    observe::keep_scope_names(true);
    let ambient = ambient::current();
    let clock = Ambient::clock(ambient.as_deref());
    let registry = Ambient::registry(ambient.as_deref());
    let at = clock.now();
    let written = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(learned.written_at));
    let known = written.filter(|_| learned.written_at > 0).zip(clock.wall_clock());
    // After a clock was set back, the age is unknown.
    let stored =
        known.map_or(0.0, |(then, now)| now.duration_since(then).unwrap_or_default().as_secs_f64());
    for (name, it) in &learned.scopes {
        let learned = Learned { age: it.age + stored, ..*it };
        registry.import(name, Imported { learned, at });
    }
}
