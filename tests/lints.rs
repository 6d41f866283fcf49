//! A crate with every lint denied stays quiet about what the attribute generates: the compiler's lints
//! whenever this builds, clippy's whenever clippy runs.
#![deny(warnings, future_incompatible, nonstandard_style, unused, rust_2018_idioms)]
#![deny(rust_2021_compatibility, rust_2024_compatibility)]
#![deny(
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    let_underscore_drop,
    meta_variable_misuse,
    missing_debug_implementations,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unreachable_pub,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::cargo)]
#![deny(clippy::shadow_reuse, clippy::shadow_same, clippy::shadow_unrelated)]
#![deny(clippy::wildcard_imports, clippy::items_after_statements, clippy::needless_pass_by_value)]
#![deny(clippy::let_underscore_untyped, clippy::unwrap_used, clippy::pattern_type_mismatch)]
#![allow(clippy::multiple_crate_versions, clippy::cargo_common_metadata, reason = "not the code's")]
#![allow(clippy::future_not_send, reason = "a bare fn with these arguments is none, either")]

use std::fmt::{self, Debug, Formatter};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use aws_retry::{AsFailure, Event, RetryPolicy, aws_retry};

#[aws_retry]
async fn plain(name: &str) -> io::Result<usize> {
    tokio::task::yield_now().await;
    Ok(name.len())
}

#[aws_retry(max_retries = 3, base_delay = "10ms", added_errors = ["Busy"], scope = (name, 1))]
async fn consumes(name: String, mut token: Option<String>, list: Vec<u8>) -> io::Result<String> {
    tokio::task::yield_now().await;
    if let Some(page) = token.take()
        && !page.is_empty()
    {
        return Ok(page);
    }
    Ok(name + &String::from_utf8_lossy(&list))
}

const fn is_busy(_: &io::Error) -> bool {
    false
}

#[aws_retry(
    retry_if = is_busy,
    retry_if_ok = |found: &u32| *found == 0,
    on_retry = |event: &Event<'_>| drop(format!("{event:?}")),
    base_delay = delay,
    total_timeout = "5s"
)]
async fn with_functions(delay: Duration) -> io::Result<u32> {
    tokio::task::yield_now().await;
    Ok(1)
}

const POLICY: RetryPolicy = RetryPolicy::new();

#[aws_retry(policy = &POLICY, max_attempts = 2)]
async fn with_policy() -> io::Result<()> {
    tokio::task::yield_now().await;
    Ok(())
}

#[aws_retry(base_delay = "1ms")]
fn sync(name: String, counts: &mut Vec<usize>) -> io::Result<String> {
    counts.push(name.len());
    Ok(name)
}

#[aws_retry(base_delay = "1ms")]
#[track_caller]
fn tracked(name: String, counts: &mut Vec<usize>) -> io::Result<String> {
    if name.is_empty() {
        return Err(io::Error::other("unnamed"));
    }
    counts.push(std::str::from_utf8(name.as_bytes()).map_err(io::Error::other)?.len());
    Ok(name)
}

#[aws_retry]
#[track_caller]
fn tracked_without_exits() -> io::Result<u32> {
    Ok(std::panic::Location::caller().line())
}

#[aws_retry]
async fn diverges() -> io::Result<()> {
    tokio::task::yield_now().await;
    unimplemented!("some day")
}

#[aws_retry]
async fn does_nothing_yet(name: String) -> io::Result<()> {
    unimplemented!("{name}")
}

#[aws_retry(
    retry_if = is_busy,
    unless = is_busy,
    retry_if_ok = |found: &u32| *found == 0,
    on_attempt = tell,
    on_retry = tell,
    on_give_up = tell
)]
async fn with_all_functions() -> io::Result<u32> {
    tokio::task::yield_now().await;
    Ok(1)
}

const fn tell(_: &Event<'_>) {}

#[aws_retry]
fn future(name: &str) -> impl Future<Output = io::Result<usize>> + '_ {
    plain(name)
}

#[aws_retry]
fn boxed(name: &str) -> Pin<Box<dyn Future<Output = io::Result<usize>> + Send + '_>> {
    Box::pin(async move { plain(name).await })
}

struct Session {
    name: String,
    sent: u32,
}

impl Debug for Session {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("name", &self.name).finish_non_exhaustive()
    }
}

#[aws_retry(sync = true)]
impl Session {
    async fn send(&mut self, (name, more): (String, String)) -> io::Result<String> {
        tokio::task::yield_now().await;
        self.sent += 1;
        Ok(name + &more)
    }

    async fn shared(self: Arc<Self>) -> Found {
        tokio::task::yield_now().await;
        let own = self;
        own.name.parse::<u32>().ok()
    }

    #[cfg_attr(test, aws_retry(max_retries = 1))]
    #[cfg_attr(not(test), aws_retry(skip))]
    fn check(&self) -> io::Result<()> {
        if self.name.is_empty() { Err(io::Error::other("unnamed")) } else { Ok(()) }
    }
}

type Found = Option<u32>;

#[async_trait::async_trait]
trait Store {
    async fn get(&self, key: String) -> io::Result<String>;
}

#[async_trait::async_trait]
impl Store for Session {
    #[aws_retry]
    #[tracing::instrument(skip(self))]
    async fn get(&self, key: String) -> io::Result<String> {
        tokio::task::yield_now().await;
        Ok(key + &self.name)
    }
}

#[derive(Debug, AsFailure)]
enum StoreError {
    Io(#[failure(source)] io::Error),
    #[failure(throttled, code = "Busy")]
    Busy,
}

#[aws_retry]
async fn own_error(busy: bool) -> Result<(), StoreError> {
    tokio::fs::read_to_string("/").await.map(drop).map_err(StoreError::Io)?;
    if busy { Err(StoreError::Busy) } else { Ok(()) }
}

#[tokio::test(start_paused = true)]
async fn every_fn_does_what_it_says() -> io::Result<()> {
    assert_eq!(plain("a").await?, 1);
    assert_eq!(consumes("a".into(), None, vec![b'b']).await?, "ab");
    assert_eq!(with_functions(Duration::ZERO).await?, 1);
    with_policy().await?;
    assert_eq!(with_all_functions().await?, 1);
    assert!(tokio::spawn(does_nothing_yet("later".into())).await.is_err());
    assert_eq!(sync("a".into(), &mut Vec::new())?, "a");
    assert_eq!(tracked("a".into(), &mut Vec::new())?, "a");
    assert_eq!(tracked_without_exits()?, line!());
    assert_eq!(future("ab").await? + boxed("ab").await?, 4);
    let mut session = Session { name: "7".into(), sent: 0 };
    assert_eq!(session.send(("a".into(), "b".into())).await?, "ab");
    session.check()?;
    assert_eq!(session.sent, 1);
    assert_eq!(session.get("a".into()).await?, "a7");
    assert_eq!(Arc::new(session).shared().await, Some(7));
    assert!(own_error(false).await.is_err());
    assert!(tokio::spawn(diverges()).await.is_err());
    Ok(())
}
