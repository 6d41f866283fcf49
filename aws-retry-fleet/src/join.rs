//! Joining a fleet, and leaving it.

use std::error::Error;
use std::fmt;
use std::future::IntoFuture;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use aws_retry_core::__fleet::{Hub, Installed, install};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::fingerprint::FingerprintKey;
use crate::node::Node;
use crate::store::BoxFuture;
use crate::{MemberId, Store};

/// Joins the fleet `name`: all processes that join under this name through the same store share the quotas of
/// their scopes. Call it once, early in `main`, and await it.
///
/// From then on, calls with `mode = "paced"` whose scope is a text take part, that is, those of functions with
/// `scope = (..)`, [`RetryPolicy::run_in`](aws_retry_core::RetryPolicy::run_in) and `RetryClient::in_scope`, if the
/// client was made after this. `fn` in a scope stands for the function's path. `fleet = false` leaves a function out.
/// `share` counts for the joint quota, and `max_rate` bounds all members together, also in a scope that is never
/// throttled.
///
/// Calls wait for the store at two moments only: those after the first one of a scope that is new to this process, and
/// those of a scope that is throttled for the first time. They wait for one round trip, for 0.25 s at most if the store
/// does not answer, and for a few seconds if another member is measuring the quota. So a process that starts into a
/// fleet sends its part from the start. If the store fails, each process paces its calls as if it were alone, and is
/// back when the store answers.
///
/// # Strangers
/// All processes that use a quota should be members. The members send the whole quota that they measure, so that a
/// process outside the fleet takes part in it as one user beside the fleet as a whole: with 10 members and 10
/// strangers on one quota, a stranger gets several times as much as a member. A new version that brings a fleet
/// should be deployed to all at once.
pub fn join(name: impl Into<String>, store: impl Store) -> Join {
    Join {
        name: name.into(),
        store: Arc::new(store),
        every: Duration::from_secs(1),
        secret: Vec::new(),
    }
}

/// A fleet that is about to be joined; see [`join`]. Await it.
#[must_use = "a fleet is joined when this is awaited"]
pub struct Join {
    name: String,
    store: Arc<dyn Store>,
    every: Duration,
    secret: Vec<u8>,
}

impl Join {
    /// The time between two exchanges with the store while all is well, for fleets of up to 100 members.
    /// Larger fleets exchange less often. Default: one second; from 100 ms to one minute.
    pub const fn every(mut self, every: Duration) -> Self {
        self.every = every;
        self
    }

    /// A secret that all members know. Without one, somebody who can read the store and knows the fleet's name
    /// can find out account ids in scopes by trying all of them. Default: none.
    pub fn secret(mut self, secret: impl Into<Vec<u8>>) -> Self {
        self.secret = secret.into();
        self
    }
}

impl fmt::Debug for Join {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Join")
            .field("name", &self.name)
            .field("every", &self.every)
            .finish_non_exhaustive()
    }
}

impl IntoFuture for Join {
    type Output = Result<Fleet, JoinError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            if self.every < Duration::from_millis(100) || self.every > Duration::from_secs(60) {
                return Err(JoinError::Every(self.every));
            }
            let runtime = Handle::try_current().map_err(|_| JoinError::NoRuntime)?;
            let key = FingerprintKey::new(&self.name, &self.secret);
            let node = Arc::new(Node::new(random_id(), key, self.every));
            let hub: Arc<dyn Hub> = Arc::clone(&node) as _;
            let installed = install(hub).ok_or(JoinError::Joined)?;
            let (running, store) = (Arc::clone(&node), Arc::clone(&self.store));
            let task = runtime.spawn(async move { running.run(store.as_ref()).await });
            Ok(Fleet { node, store: self.store, runtime, task, installed: Some(installed) })
        })
    }
}

/// Random bits from the standard library's seeds, which come from the operating system.
fn random_id() -> MemberId {
    MemberId(RandomState::new().hash_one(std::process::id()))
}

/// The membership of this process. Dropping it leaves the fleet, too, but cannot wait for the store.
#[must_use = "dropping it leaves the fleet"]
pub struct Fleet {
    node: Arc<Node>,
    store: Arc<dyn Store>,
    runtime: Handle,
    task: JoinHandle<()>,
    /// None once this process has left.
    installed: Option<Installed>,
}

impl Fleet {
    /// Leaves the fleet: removes this process's records, so that the others take over its part of the quota at
    /// once. Its own calls go on at that part, as without a fleet, and `max_rate` bounds them alone. Waits for the store, at most for a second or
    /// for [`Join::every`].
    pub async fn leave(mut self) {
        self.end();
        // Records that stay expire.
        let _ = self.node.leave(self.store.as_ref()).await;
    }

    /// The number by which the store knows this process.
    #[must_use]
    pub fn member(&self) -> MemberId {
        self.node.member()
    }

    /// True if that was still to be done.
    fn end(&mut self) -> bool {
        let joined = self.installed.take().is_some();
        if joined {
            self.task.abort();
            self.node.let_scopes_go();
        }
        joined
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        if self.end() {
            let (node, store) = (Arc::clone(&self.node), Arc::clone(&self.store));
            self.runtime.spawn(async move { node.leave(store.as_ref()).await });
        }
    }
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet").field("member", &self.member()).finish_non_exhaustive()
    }
}

/// The reason for which a fleet cannot be joined. A store that does not answer is not one: the process then
/// sends as if it had no fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JoinError {
    /// [`Join::every`] is shorter than 100 ms or longer than a minute.
    Every(Duration),
    /// This process has already joined a fleet.
    Joined,
    /// There is no tokio runtime to exchange records on.
    NoRuntime,
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every(every) => {
                write!(f, "a fleet exchanges records every 100 ms to 60 s, not every {every:?}")
            }
            Self::Joined => f.write_str("this process has already joined a fleet"),
            Self::NoRuntime => f.write_str("a fleet is joined within a tokio runtime"),
        }
    }
}

impl Error for JoinError {}
