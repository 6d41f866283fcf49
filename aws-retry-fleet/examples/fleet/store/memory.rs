//! A store in the memory of the first process, served to the others on a local socket: a store of one's own takes
//! no more than this.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_retry_fleet::store::{BoxFuture, Records};
use aws_retry_fleet::{Fingerprint, MemberId, MemoryStore, Store, StoreError};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::task::{JoinHandle, JoinSet};

const EXCHANGE: u8 = 0;
const REMOVE: u8 = 1;

/// The store of one process. All numbers on the wire are big-endian.
pub struct Client {
    server: SocketAddr,
    connection: Mutex<Option<BufStream<TcpStream>>>,
}

impl Client {
    pub fn new(server: SocketAddr) -> Self {
        Self { server, connection: Mutex::new(None) }
    }

    /// Talks over the connection, which is kept only if that succeeds.
    async fn talk<T>(
        &self,
        talk: impl AsyncFnOnce(&mut BufStream<TcpStream>) -> io::Result<T>,
    ) -> Result<T, StoreError> {
        let mut kept = self.connection.lock().await;
        let talk = async {
            let mut connection = match kept.take() {
                Some(connection) => connection,
                None => BufStream::new(TcpStream::connect(self.server).await?),
            };
            let answer = talk(&mut connection).await?;
            *kept = Some(connection);
            Ok(answer)
        };
        talk.await.map_err(|error: io::Error| StoreError::with_source("no answer", error))
    }
}

impl Store for Client {
    fn exchange<'a>(
        &'a self,
        member: MemberId,
        puts: &'a [(Fingerprint, Vec<u8>)],
    ) -> BoxFuture<'a, Result<Vec<Records>, StoreError>> {
        Box::pin(self.talk(async move |it| {
            it.write_u8(EXCHANGE).await?;
            it.write_u64(member.0).await?;
            it.write_u32(size(puts)?).await?;
            for (scope, record) in puts {
                it.write_all(&scope.0).await?;
                write_bytes(it, record).await?;
            }
            it.flush().await?;
            let mut answers = Vec::with_capacity(puts.len());
            for _ in puts {
                let mut records = Records::new();
                for _ in 0..it.read_u32().await? {
                    records.push((MemberId(it.read_u64().await?), read_bytes(it).await?));
                }
                answers.push(records);
            }
            Ok(answers)
        }))
    }

    fn remove<'a>(
        &'a self,
        members: &'a [(Fingerprint, MemberId)],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(self.talk(async move |it| {
            it.write_u8(REMOVE).await?;
            it.write_u32(size(members)?).await?;
            for (scope, member) in members {
                it.write_all(&scope.0).await?;
                it.write_u64(member.0).await?;
            }
            it.flush().await?;
            it.read_u8().await?;
            Ok(())
        }))
    }
}

/// Serves a [`MemoryStore`].
pub struct Server {
    address: SocketAddr,
    exchanges: Arc<AtomicUsize>,
    serving: JoinHandle<()>,
}

impl Server {
    pub async fn start() -> io::Result<Self> {
        let exchanges = Arc::default();
        let (address, serving) = Self::serve((Ipv4Addr::LOCALHOST, 0).into(), &exchanges).await?;
        Ok(Self { address, exchanges, serving })
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn exchanges(&self) -> usize {
        self.exchanges.load(Ordering::Relaxed)
    }

    /// Closes all connections and forgets all records.
    pub fn kill(&self) {
        self.serving.abort();
    }

    pub async fn restart(&mut self) -> anyhow::Result<()> {
        (_, self.serving) = Self::serve(self.address, &self.exchanges).await?;
        Ok(())
    }

    async fn serve(
        address: SocketAddr,
        exchanges: &Arc<AtomicUsize>,
    ) -> io::Result<(SocketAddr, JoinHandle<()>)> {
        let listener = TcpListener::bind(address).await?;
        let (address, exchanges) = (listener.local_addr()?, Arc::clone(exchanges));
        let serving = tokio::spawn(async move {
            let store = MemoryStore::new();
            // Connections end with the set.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (store, exchanges) = (store.clone(), Arc::clone(&exchanges));
                connections.spawn(async move {
                    // An error is a process that ended.
                    let _ = answer(BufStream::new(stream), &store, &exchanges).await;
                });
            }
        });
        Ok((address, serving))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

async fn answer(
    mut it: BufStream<TcpStream>,
    store: &MemoryStore,
    exchanges: &AtomicUsize,
) -> io::Result<()> {
    let it = &mut it;
    loop {
        if it.read_u8().await? == EXCHANGE {
            let (member, mut puts) = (MemberId(it.read_u64().await?), Vec::new());
            for _ in 0..it.read_u32().await? {
                puts.push((read_scope(it).await?, read_bytes(it).await?));
            }
            exchanges.fetch_add(1, Ordering::Relaxed);
            for records in store.exchange(member, &puts).await.map_err(io::Error::other)? {
                it.write_u32(size(&records)?).await?;
                for (member, record) in records {
                    it.write_u64(member.0).await?;
                    write_bytes(it, &record).await?;
                }
            }
        } else {
            let mut members = Vec::new();
            for _ in 0..it.read_u32().await? {
                members.push((read_scope(it).await?, MemberId(it.read_u64().await?)));
            }
            store.remove(&members).await.map_err(io::Error::other)?;
            it.write_u8(0).await?;
        }
        it.flush().await?;
    }
}

fn size<T>(of: &[T]) -> io::Result<u32> {
    u32::try_from(of.len()).map_err(io::Error::other)
}

async fn write_bytes(it: &mut BufStream<TcpStream>, bytes: &[u8]) -> io::Result<()> {
    it.write_u32(size(bytes)?).await?;
    it.write_all(bytes).await
}

async fn read_bytes(it: &mut BufStream<TcpStream>) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; it.read_u32().await? as usize];
    it.read_exact(&mut bytes).await?;
    Ok(bytes)
}

async fn read_scope(it: &mut BufStream<TcpStream>) -> io::Result<Fingerprint> {
    let mut scope = [0; 16];
    it.read_exact(&mut scope).await?;
    Ok(Fingerprint(scope))
}
