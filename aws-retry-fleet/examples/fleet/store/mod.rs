//! The places where a fleet can meet, and the servers there.

mod memory;

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

#[cfg(any(feature = "redis", feature = "dynamodb"))]
use anyhow::Context;
use anyhow::{Result, bail};
use aws_retry_fleet::{Fleet, join};

/// The name by which processes of one fleet find each other.
const NAME: &str = "example";

/// The part of the uncoordinated throttles that a fleet may have.
pub const BOUND: f64 = 0.5;

/// A kind of store, and its address where it runs already.
#[derive(Clone, Debug)]
pub enum Kind {
    Memory,
    #[cfg(feature = "redis")]
    Redis(Option<String>),
    #[cfg(feature = "dynamodb")]
    DynamoDb(Option<String>),
}

impl Kind {
    /// Until a server that is started answers.
    pub const fn seconds_to_start(&self) -> u64 {
        match self {
            #[cfg(feature = "dynamodb")]
            Self::DynamoDb(_) => 3,
            _ => 0,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memory => "memory",
            #[cfg(feature = "redis")]
            Self::Redis(_) => "Redis",
            #[cfg(feature = "dynamodb")]
            Self::DynamoDb(_) => "DynamoDB",
        })
    }
}

/// The address of a store, as a process is told it.
#[derive(Clone, Debug)]
pub enum Meeting {
    Memory(SocketAddr),
    #[cfg(feature = "redis")]
    Redis(String),
    #[cfg(feature = "dynamodb")]
    DynamoDb(String),
}

impl fmt::Display for Meeting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory(address) => write!(f, "memory={address}"),
            #[cfg(feature = "redis")]
            Self::Redis(url) => write!(f, "redis={url}"),
            #[cfg(feature = "dynamodb")]
            Self::DynamoDb(endpoint) => write!(f, "dynamodb={endpoint}"),
        }
    }
}

impl FromStr for Meeting {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once('=') {
            Some(("memory", address)) => Ok(Self::Memory(address.parse()?)),
            #[cfg(feature = "redis")]
            Some(("redis", url)) => Ok(Self::Redis(url.to_owned())),
            #[cfg(feature = "dynamodb")]
            Some(("dynamodb", endpoint)) => Ok(Self::DynamoDb(endpoint.to_owned())),
            _ => bail!("{text} is not a store"),
        }
    }
}

impl Meeting {
    /// Joins the fleet: once per process, early in `main`.
    pub async fn join(&self) -> Result<Fleet> {
        Ok(match self {
            Self::Memory(address) => join(NAME, memory::Client::new(*address)).await?,
            #[cfg(feature = "redis")]
            Self::Redis(url) => join(NAME, aws_retry_fleet::RedisStore::open(url)?).await?,
            #[cfg(feature = "dynamodb")]
            Self::DynamoDb(endpoint) => join(NAME, dynamodb(endpoint)).await?,
        })
    }
}

#[cfg(feature = "dynamodb")]
fn dynamodb(endpoint: &str) -> aws_retry_fleet::DynamoDbStore {
    use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Credentials, Region};
    // Yours is `DynamoDbStore::new(&aws_config::load_defaults(..).await, "aws-retry-fleet")`.
    let config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("key", "secret", None, None, "example"))
        .http_client(aws_retry_testkit::client::plain_http())
        .endpoint_url(endpoint);
    aws_retry_fleet::DynamoDbStore::new(config, "aws-retry-fleet")
}

/// A store that runs as long as the team works.
pub enum Server {
    Memory(memory::Server),
    /// The server that was started for the team, if one was.
    #[cfg(feature = "redis")]
    Redis(String, Option<aws_retry_testkit::redis::RedisServer>),
    /// None while it is killed, and where somebody else's is used.
    #[cfg(feature = "dynamodb")]
    DynamoDb {
        address: SocketAddr,
        endpoint: String,
        own: Option<Moto>,
    },
}

#[cfg(feature = "dynamodb")]
use aws_retry_testkit::peers::Moto;

impl Server {
    pub async fn start(kind: &Kind) -> Result<Self> {
        Ok(match kind {
            Kind::Memory => Self::Memory(memory::Server::start().await?),
            #[cfg(feature = "redis")]
            Kind::Redis(Some(url)) => Self::Redis(url.clone(), None),
            #[cfg(feature = "redis")]
            Kind::Redis(None) => {
                let server = aws_retry_testkit::redis::RedisServer::start(&[]);
                let server = server.context("redis-server does not start")?;
                Self::Redis(server.url(), Some(server))
            }
            #[cfg(feature = "dynamodb")]
            Kind::DynamoDb(Some(endpoint)) => {
                create_table(endpoint).await?;
                let address = SocketAddr::from(([0, 0, 0, 0], 0));
                Self::DynamoDb { address, endpoint: endpoint.clone(), own: None }
            }
            #[cfg(feature = "dynamodb")]
            Kind::DynamoDb(None) => {
                let moto = Moto::start().context("moto does not start")?;
                let (address, endpoint) = (moto.address, format!("http://{}", moto.address));
                create_table(&endpoint).await?;
                Self::DynamoDb { address, endpoint, own: Some(moto) }
            }
        })
    }

    pub fn meeting(&self) -> Meeting {
        match self {
            Self::Memory(server) => Meeting::Memory(server.address()),
            #[cfg(feature = "redis")]
            Self::Redis(url, _) => Meeting::Redis(url.clone()),
            #[cfg(feature = "dynamodb")]
            Self::DynamoDb { endpoint, .. } => Meeting::DynamoDb(endpoint.clone()),
        }
    }

    /// Exchanges so far, where they are counted.
    pub fn exchanges(&self) -> Option<usize> {
        match self {
            Self::Memory(server) => Some(server.exchanges()),
            #[cfg(any(feature = "redis", feature = "dynamodb"))]
            _ => None,
        }
    }

    /// Ends the store without a word, and all that it holds; false if it is somebody else's.
    pub fn kill(&mut self) -> bool {
        match self {
            Self::Memory(server) => server.kill(),
            #[cfg(feature = "redis")]
            Self::Redis(_, Some(server)) => server.kill(),
            #[cfg(feature = "redis")]
            Self::Redis(_, None) => return false,
            #[cfg(feature = "dynamodb")]
            Self::DynamoDb { own, .. } => return own.take().is_some(),
        }
        true
    }

    pub async fn restart(&mut self) -> Result<()> {
        match self {
            Self::Memory(server) => server.restart().await,
            #[cfg(feature = "redis")]
            Self::Redis(_, None) => Ok(()),
            #[cfg(feature = "redis")]
            Self::Redis(_, Some(server)) => {
                anyhow::ensure!(server.restart(), "Redis does not start again");
                Ok(())
            }
            #[cfg(feature = "dynamodb")]
            Self::DynamoDb { address, .. } if address.port() == 0 => Ok(()),
            #[cfg(feature = "dynamodb")]
            Self::DynamoDb { address, endpoint, own } => {
                let port = address.port();
                // It takes seconds to start, and its table is gone.
                let moto = tokio::task::spawn_blocking(move || Moto::start_at(port)).await?;
                *own = Some(moto.context("moto does not start again")?);
                create_table(endpoint).await
            }
        }
    }
}

#[cfg(feature = "dynamodb")]
async fn create_table(endpoint: &str) -> Result<()> {
    let store = dynamodb(endpoint);
    // An emulator may take longer than the store's patience for its first answers.
    for _ in 0..10 {
        if store.create_table().await.is_ok() {
            return Ok(());
        }
    }
    Ok(store.create_table().await?)
}
