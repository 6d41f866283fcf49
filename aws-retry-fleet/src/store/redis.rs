//! Redis and Valkey: one hash per scope, one pipeline per exchange.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::{
    AsyncConnectionConfig, Client, ErrorKind, FromRedisValue, Pipeline, RedisError, RedisResult,
    ServerErrorKind,
};

use super::{BoxFuture, MemberId, Records, Store, StoreError};
use crate::Fingerprint;

/// Seconds that a scope's hash outlives its last exchange.
const EXPIRE: u64 = 3600;
/// The bound on a connection attempt, and on an answer.
const PATIENCE: Duration = Duration::from_secs(1);
/// Pipelines in flight to a cluster.
const AT_ONCE: usize = 16;

/// Keeps a fleet's records in Redis (from version 4.0) or in Valkey.
///
/// A scope is the hash `aws-retry:1:{FINGERPRINT}`, a member a field of it; the hash expires an hour after its
/// last exchange. An exchange is one pipeline of `HSET`, `EXPIRE` and `HGETALL` for all scopes that are due; of
/// a cluster it is one pipeline per scope, since each scope lives in one slot. A user of an ACL needs no more
/// than this:
///
/// ```text
/// ACL SETUSER fleet on >PASSWORD ~aws-retry:1:* +hset +expire +hgetall +hdel
/// ```
///
/// and in a cluster `+cluster|slots` as well.
///
/// It connects at the first exchange, and again after a connection broke or a second passed without an answer.
/// So a server that is down or refuses does not keep a process from starting.
pub struct RedisStore {
    link: Link,
}

enum Link {
    Single(Kept<Client>),
    Cluster(Kept<ClusterClient>),
}

impl RedisStore {
    /// The server at this URL, `redis://[USER][:PASSWORD@]HOST[:PORT][/DATABASE]`; with `rediss://` over TLS, and
    /// with `unix:///PATH` over a local socket. `valkey` and `valkeys` mean the same as `redis` and `rediss`.
    ///
    /// TLS takes the certificate authorities of the system, and the `rustls` provider that the process has
    /// installed; where there is none, this installs `ring`.
    ///
    /// # Errors
    /// The URL is not valid.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        provide_tls(url);
        let client = Client::open(url).map_err(not_a_url)?;
        Ok(Self { link: Link::Single(Kept::new(client)) })
    }

    /// The cluster to which the servers at these URLs belong. One reachable server is enough to find the others;
    /// user, password and TLS must be the same in all URLs.
    ///
    /// # Errors
    /// A URL is not valid, or the URLs contradict each other.
    pub fn cluster(urls: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, StoreError> {
        let urls: Vec<_> = urls.into_iter().map(|url| url.as_ref().to_owned()).collect();
        urls.iter().for_each(|url| provide_tls(url));
        let client = ClusterClient::builder(urls)
            .connection_timeout(PATIENCE)
            .response_timeout(PATIENCE)
            .build()
            .map_err(not_a_url)?;
        Ok(Self { link: Link::Cluster(Kept::new(client)) })
    }
}

impl Store for RedisStore {
    fn exchange<'a>(
        &'a self,
        member: MemberId,
        puts: &'a [(Fingerprint, Vec<u8>)],
    ) -> BoxFuture<'a, Result<Vec<Records>, StoreError>> {
        Box::pin(async move {
            match &self.link {
                Link::Single(kept) => kept.exchange(member, puts).await,
                Link::Cluster(kept) => kept.exchange(member, puts).await,
            }
        })
    }

    fn remove<'a>(
        &'a self,
        members: &'a [(Fingerprint, MemberId)],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            match &self.link {
                Link::Single(kept) => kept.remove(members).await,
                Link::Cluster(kept) => kept.remove(members).await,
            }
        })
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the URL, which may hold a password.
        let cluster = matches!(self.link, Link::Cluster(_));
        f.debug_struct("RedisStore").field("cluster", &cluster).finish_non_exhaustive()
    }
}

/// The braces are a cluster's hash tag: they alone decide the slot.
fn key(scope: Fingerprint) -> String {
    format!("aws-retry:1:{{{scope}}}")
}

/// A field that is not a member's id is not of this crate, and left out.
fn records(hash: HashMap<Vec<u8>, Vec<u8>>) -> Records {
    let member = |field: &[u8]| MemberId::parse(str::from_utf8(field).ok()?);
    hash.into_iter().filter_map(|(field, record)| Some((member(&field)?, record))).collect()
}

/// Builders of `rustls` panic where the process has no provider and none or several are compiled in.
fn provide_tls(url: &str) {
    let tls = ["rediss:", "valkeys:"].iter().any(|scheme| url.starts_with(scheme));
    if tls && rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error means that another thread was faster.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

fn not_a_url(error: RedisError) -> StoreError {
    StoreError::said("not the URL of a Redis server: ", &error.to_string(), "").caused_by(error)
}

/// How a client connects.
trait Connect {
    type Connection: ConnectionLike + Clone;

    /// Scopes that one pipeline may hold.
    const SCOPES: usize;

    async fn connect(&self) -> RedisResult<Self::Connection>;
}

impl Connect for Client {
    type Connection = MultiplexedConnection;

    const SCOPES: usize = usize::MAX;

    async fn connect(&self) -> RedisResult<Self::Connection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        self.get_multiplexed_async_connection_with_config(&config).await
    }
}

impl Connect for ClusterClient {
    type Connection = ClusterConnection;

    /// They lie in different slots.
    const SCOPES: usize = 1;

    async fn connect(&self) -> RedisResult<Self::Connection> {
        self.get_async_connection().await
    }
}

/// A connection that is made when it is needed, and kept as long as it works.
///
/// The client's own connection manager keeps more: a connection that no longer answers, and for ever the failure
/// of one whose password was refused.
struct Kept<C: Connect> {
    client: C,
    connection: Mutex<Option<C::Connection>>,
}

impl<C: Connect> Kept<C> {
    const fn new(client: C) -> Self {
        Self { client, connection: Mutex::new(None) }
    }

    async fn exchange(
        &self,
        member: MemberId,
        puts: &[(Fingerprint, Vec<u8>)],
    ) -> Result<Vec<Records>, StoreError> {
        let pipelines = puts.chunks(C::SCOPES).map(|puts| {
            let mut pipeline = Pipeline::with_capacity(3 * puts.len());
            for (scope, record) in puts {
                let key = key(*scope);
                pipeline.cmd("HSET").arg(&key).arg(member.to_string()).arg(&record[..]).ignore();
                pipeline.cmd("EXPIRE").arg(&key).arg(EXPIRE).ignore();
                pipeline.cmd("HGETALL").arg(&key);
            }
            pipeline
        });
        let hashes: Vec<Vec<HashMap<Vec<u8>, Vec<u8>>>> = self.run(pipelines.collect()).await?;
        Ok(hashes.into_iter().flatten().map(records).collect())
    }

    async fn remove(&self, members: &[(Fingerprint, MemberId)]) -> Result<(), StoreError> {
        let pipelines = members.chunks(C::SCOPES).map(|members| {
            let mut pipeline = Pipeline::with_capacity(members.len());
            for (scope, member) in members {
                pipeline.cmd("HDEL").arg(key(*scope)).arg(member.to_string()).ignore();
            }
            pipeline
        });
        self.run::<()>(pipelines.collect()).await.map(drop)
    }

    /// The answers to the pipelines, in order.
    async fn run<T: FromRedisValue>(&self, pipelines: Vec<Pipeline>) -> Result<Vec<T>, StoreError> {
        let answers = async {
            let kept = self.lock().take();
            let connection = match kept {
                Some(connection) => connection,
                None => self.client.connect().await?,
            };
            let answers = stream::iter(pipelines)
                .map(|pipeline| {
                    let mut connection = connection.clone();
                    async move { pipeline.query_async(&mut connection).await }
                })
                .buffered(AT_ONCE)
                .try_collect()
                .await;
            // A connection is not put back, either, when the fleet drops an exchange that takes too long.
            if !answers.as_ref().is_err_and(breaks) {
                *self.lock() = Some(connection);
            }
            answers
        };
        answers.await.map_err(|error: RedisError| {
            let hint = match error.kind() {
                ErrorKind::Server(ServerErrorKind::Moved) => {
                    "; a cluster needs RedisStore::cluster"
                }
                _ => "",
            };
            StoreError::said("Redis: ", &error.to_string(), hint).caused_by(error)
        })
    }

    fn lock(&self) -> MutexGuard<'_, Option<C::Connection>> {
        // Nothing panics under the lock.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a new connection may help: anything but the word of a server that is itself. A primary that has become
/// a replica is not, since its name may lead to the new primary by now.
fn breaks(error: &RedisError) -> bool {
    !matches!(error.kind(), ErrorKind::Server(kind) if kind != ServerErrorKind::ReadOnly)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_one_slot_of_a_cluster_and_the_key_has_a_version() {
        assert_eq!(key(Fingerprint([0xab; 16])), format!("aws-retry:1:{{{}}}", "ab".repeat(16)));
    }

    #[test]
    fn a_field_that_is_not_an_id_is_left_out() {
        let fields: [&[u8]; 6] = [
            b"00000000000000ff",
            b"00000000000000FF",
            b"ff",
            b"",
            b"\xff\xfe",
            b"+0000000000000ff",
        ];
        let hash = fields.iter().map(|field| (field.to_vec(), vec![1])).collect();
        assert_eq!(records(hash), [(MemberId(255), vec![1])]);
    }

    #[test]
    fn a_wrong_url_is_an_error_and_a_password_is_never_shown() {
        for url in ["", "localhost", "http://localhost", "redis://:secret@"] {
            let error = RedisStore::open(url).unwrap_err();
            assert!(!format!("{error:?} {error}").contains("secret"), "{error:?}");
        }
        let store = RedisStore::open("redis://user:secret@localhost/").unwrap();
        assert_eq!(format!("{store:?}"), "RedisStore { cluster: false, .. }");
        RedisStore::cluster(["nonsense"]).unwrap_err();
        RedisStore::cluster(["redis://localhost:7000", "redis://localhost:7001"]).unwrap();
    }
}
