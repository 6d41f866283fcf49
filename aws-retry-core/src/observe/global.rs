//! One observer for the whole process: it sees every attempt of every call, like boto3's `needs-retry.*`.

use std::sync::{Arc, PoisonError, RwLock};

use crate::observe::event::Event;
use crate::switches::Switch;

type Observer = Arc<dyn Fn(&Event<'_>) + Send + Sync>;

static OBSERVER: RwLock<Option<Observer>> = RwLock::new(None);

/// From now on `observer` gets an event for every attempt of every call in the process after the attempt has
/// ended: successes, failures that are retried ([`Event::is_retried`], with the `delay`) and the last failure
/// (with the `reason`). It also gets one for every request that the SDK sent again inside an attempt
/// ([`Event::sdk_retried`]). It replaces an earlier observer. It runs on the task that made the attempt, so
/// it must not block.
///
/// ```
/// # use aws_retry_core as aws_retry;
/// use aws_retry::{RetryPolicy, observe};
/// use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// static ATTEMPTS: AtomicU32 = AtomicU32::new(0);
/// observe::set_global(|event| {
///     let code = event.code.map(observe::shown);
///     println!("{} {}/{}: {code:?}", event.function, event.attempt, event.max_attempts);
///     ATTEMPTS.fetch_add(1, Relaxed);
/// });
///
/// let answer = RetryPolicy::new().run(|| async { Ok::<_, std::io::Error>(42) }).await;
/// assert_eq!(answer.unwrap(), 42);
/// assert_eq!(ATTEMPTS.load(Relaxed), 1);
/// observe::clear_global();
/// # }
/// ```
pub fn set_global(observer: impl Fn(&Event<'_>) + Send + Sync + 'static) {
    set_slot(Some(Arc::new(observer)));
}

/// Removes the observer that [`set_global`] set.
pub fn clear_global() {
    set_slot(None);
}

fn set_slot(observer: Option<Observer>) {
    Switch::Observer.set(observer.is_some());
    *OBSERVER.write().unwrap_or_else(PoisonError::into_inner) = observer;
}

pub(super) fn emit(event: &Event<'_>) {
    if !Switch::Observer.is_on() {
        return;
    }
    // Called without the lock: an observer may replace itself.
    let observer = OBSERVER.read().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(observer) = observer {
        observer(event);
    }
}

/// Keeps the text of scopes from now on, or stops keeping it: events, spans and metrics then name the scope.
///
/// Off by default: a scope consists of arguments, which may be private, and it multiplies the series of a
/// metric by the number of scopes. It costs an allocation for each call with a scope. Of a text longer than 1,024 bytes
/// the start is kept, and a number in place of the rest.
pub fn keep_scope_names(keep: bool) {
    Switch::ScopeNames.set(keep);
}
