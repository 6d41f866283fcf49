//! The strategies: how each one's clients are configured, and which functions send its requests.

use std::{collections::HashMap, fmt};

use aws_sdk_secretsmanager::{
    Client,
    config::{
        Credentials, Region, SharedHttpClient,
        retry::{RetryConfig, RetryPartition},
    },
};
use clap::ValueEnum;

use crate::{
    calls::{self, PageResult, PolicyResult},
    fleet::{Fleet, Place},
    tally::Tally,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Strategy {
    /// No retry at all
    Naive,
    /// The SDK's standard mode: 3 attempts, and a retry quota for each service and region
    Standard,
    /// The SDK's adaptive mode, 10 attempts: by default a send rate per service and region
    Adaptive,
    /// The same with a retry partition for each account
    AdaptivePartitioned,
    /// #[aws_retry(max_retries = 8)] on each request
    AwsRetry,
    /// #[aws_retry(mode = "paced")] on each request, its scope the action, account and region
    Paced,
    /// #[aws_retry(max_retries = 8)] on the scan of a whole region, on request: how not to do it
    Pitfall,
}

impl Strategy {
    /// Those that run when none are named.
    pub fn usual() -> Vec<Self> {
        Self::value_variants().iter().copied().filter(|it| *it != Self::Pitfall).collect()
    }

    /// Whether a lost answer fails the run.
    pub fn loses_nothing(self) -> bool {
        matches!(self, Self::AwsRetry | Self::Paced)
    }

    /// One page of a region's secrets.
    pub async fn page(
        self,
        client: &Client,
        place: &Place,
        size: i32,
        token: Option<String>,
    ) -> PageResult {
        match self {
            Self::AwsRetry => calls::patient_page(client, size, token).await,
            Self::Paced => calls::paced_page(client, place, size, token).await,
            _ => calls::page(client, size, token).await,
        }
    }

    /// One secret's resource policy.
    pub async fn policy(self, client: &Client, place: &Place, arn: &str) -> PolicyResult {
        match self {
            Self::AwsRetry => calls::patient_policy(client, arn).await,
            Self::Paced => calls::paced_policy(client, place, arn).await,
            _ => calls::policy(client, arn).await,
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Naive => "naive",
            Self::Standard => "SDK standard",
            Self::Adaptive => "SDK adaptive",
            Self::AdaptivePartitioned => "SDK adaptive, by account",
            Self::AwsRetry => "#[aws_retry]",
            Self::Paced => "#[aws_retry], paced",
            Self::Pitfall => "#[aws_retry] on a scan",
        })
    }
}

/// Makes one strategy's clients, one for each account and region, over one HTTP client.
#[derive(Debug)]
pub struct Clients {
    pub strategy: Strategy,
    pub http: SharedHttpClient,
    /// With `{region}` for the region's name, if it has one for each.
    pub endpoint: String,
    /// None: each account's number is its key.
    pub credentials: Option<Credentials>,
    pub tally: Tally,
    by_account: HashMap<String, RetryPartition>,
}

impl Clients {
    pub fn new(
        strategy: Strategy,
        http: SharedHttpClient,
        endpoint: String,
        credentials: Option<Credentials>,
        fleet: &Fleet,
    ) -> Self {
        let partition = |place: &Place| {
            (place.account.clone(), RetryPartition::custom(place.account.clone()).build())
        };
        Self {
            strategy,
            http,
            endpoint,
            credentials,
            tally: Tally::default(),
            by_account: fleet.places.iter().map(partition).collect(),
        }
    }

    pub fn client(&self, place: &Place) -> Client {
        let key = || Credentials::new(&place.account, "no secret", None, None, "fleet-scan");
        let retries = match self.strategy {
            // `#[aws_retry]` retries; a client that did too would multiply the requests.
            Strategy::Naive | Strategy::AwsRetry | Strategy::Paced | Strategy::Pitfall => {
                RetryConfig::disabled()
            }
            Strategy::Standard => RetryConfig::standard().with_max_attempts(3),
            Strategy::Adaptive | Strategy::AdaptivePartitioned => {
                RetryConfig::adaptive().with_max_attempts(10)
            }
        };
        let partition = match self.strategy {
            Strategy::AdaptivePartitioned => self.by_account[&place.account].clone(),
            // As wide as the SDK's own, which is called "secretsmanager-REGION" and lives as long as the process:
            // under that name each strategy would begin with what the one before it left of the retry quota.
            strategy => RetryPartition::new(format!("{strategy}-secretsmanager-{}", place.region)),
        };
        let config = aws_sdk_secretsmanager::Config::builder()
            .behavior_version_latest()
            .http_client(self.http.clone())
            .endpoint_url(self.endpoint.replace("{region}", &place.region))
            .credentials_provider(self.credentials.clone().unwrap_or_else(key))
            .region(Region::new(place.region.clone()))
            .retry_config(retries)
            .retry_partition(partition)
            .interceptor(self.tally.clone());
        Client::from_conf(config.build())
    }
}
