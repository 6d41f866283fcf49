//! DynamoDB: one item per scope and member.

use std::borrow::Cow;
use std::error::Error;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_retry_core::observe::shown;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{Builder, http::HttpResponse};
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType, TableStatus, TimeToLiveSpecification,
};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{BoxFuture, MemberId, Records, Store, StoreError};
use crate::Fingerprint;

/// Seconds that a record outlives its last exchange, at least.
const EXPIRE: u64 = 3600;
/// Bounds on connecting, and on a whole operation.
const CONNECT: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(2);
/// Scopes that are exchanged, or members that are removed, at the same time.
const AT_ONCE: usize = 16;
/// Checks of a new table, one per second.
const CHECKS: u32 = 60;

const SCOPE: &str = "scope";
const MEMBER: &str = "member";
const RECORD: &str = "r";
const TTL: &str = "ttl";

/// Keeps a fleet's records in a table of DynamoDB.
///
/// The table has the partition key `scope` and the sort key `member`, both strings; the binary attribute `r` is
/// the record, and the number `ttl` the second after which DynamoDB may delete it, an hour ahead. An exchange is,
/// per scope, a `PutItem` and an eventually consistent `Query`; up to 16 scopes are exchanged at once. So a
/// process needs `dynamodb:PutItem`, `dynamodb:Query` and `dynamodb:DeleteItem` on the table.
///
/// Infrastructure code should make the table: on-demand capacity, time to live on `ttl`. For tests and for
/// trying it out, [`create_table`](Self::create_table) does.
///
/// Its client retries nothing: the fleet asks again anyway. Throttles of this table count in no scope.
#[derive(Clone, Debug)]
pub struct DynamoDbStore {
    client: Client,
    table: String,
}

impl DynamoDbStore {
    /// The table of this name, in the account and region of `config`: an `SdkConfig` by reference, or a
    /// `Builder` of DynamoDB's client. Its retries and time-outs do not count.
    pub fn new(config: impl Into<Builder>, table: impl Into<String>) -> Self {
        let bounds =
            TimeoutConfig::builder().connect_timeout(CONNECT).operation_timeout(PATIENCE).build();
        let config = config.into().retry_config(RetryConfig::disabled()).timeout_config(bounds);
        Self { client: Client::from_conf(config.build()), table: table.into() }
    }

    /// Creates the table, waits until it is active (up to a minute) and turns on its time to live. A table that
    /// exists already is left as it is, but for the time to live.
    ///
    /// Needs `dynamodb:CreateTable`, `dynamodb:DescribeTable`, `dynamodb:DescribeTimeToLive` and
    /// `dynamodb:UpdateTimeToLive`.
    ///
    /// # Errors
    /// DynamoDB did not answer or refused, or the table was not active after a minute.
    pub async fn create_table(&self) -> Result<(), StoreError> {
        let create = self
            .client
            .create_table()
            .table_name(&self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .set_attribute_definitions(Some(vec![string(SCOPE)?, string(MEMBER)?]))
            .set_key_schema(Some(vec![key(SCOPE, KeyType::Hash)?, key(MEMBER, KeyType::Range)?]));
        match create.send().await {
            Err(error) if !is(&error, "ResourceInUseException") => {
                return Err(self.failed("CreateTable", error));
            }
            _ => self.active().await?,
        }
        self.enable_ttl().await
    }

    async fn active(&self) -> Result<(), StoreError> {
        for _ in 0..CHECKS {
            match self.client.describe_table().table_name(&self.table).send().await {
                Ok(answer)
                    if answer.table().and_then(|it| it.table_status())
                        == Some(&TableStatus::Active) =>
                {
                    return Ok(());
                }
                // A new table may not be visible yet.
                Err(error) if !is(&error, "ResourceNotFoundException") => {
                    return Err(self.failed("DescribeTable", error));
                }
                _ => tokio::time::sleep(Duration::from_secs(1)).await,
            }
        }
        Err(StoreError::new(format!("table {} is not active after a minute", self.table)))
    }

    async fn enable_ttl(&self) -> Result<(), StoreError> {
        let described = self.client.describe_time_to_live().table_name(&self.table).send().await;
        let described = described.map_err(|error| self.failed("DescribeTimeToLive", error))?;
        let attribute = described.time_to_live_description().and_then(|it| it.attribute_name());
        if attribute == Some(TTL) {
            return Ok(());
        }
        let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(TTL).build();
        self.client
            .update_time_to_live()
            .table_name(&self.table)
            .time_to_live_specification(ttl.map_err(incomplete)?)
            .send()
            .await
            .map_err(|error| self.failed("UpdateTimeToLive", error))?;
        Ok(())
    }

    async fn exchange_one(
        &self,
        member: MemberId,
        scope: Fingerprint,
        record: &[u8],
    ) -> Result<Records, StoreError> {
        let scope = AttributeValue::S(scope.to_string());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        self.client
            .put_item()
            .table_name(&self.table)
            .item(SCOPE, scope.clone())
            .item(MEMBER, AttributeValue::S(member.to_string()))
            .item(RECORD, AttributeValue::B(Blob::new(record)))
            .item(TTL, AttributeValue::N((now + EXPIRE).to_string()))
            .send()
            .await
            .map_err(|error| self.failed("PutItem", error))?;
        self.read(scope).await
    }

    /// Reads a scope that no member has: for the credentials, the connection and the table.
    async fn connect(&self) -> Result<Vec<Records>, StoreError> {
        let scope = Fingerprint([0; 16]).to_string();
        self.read(AttributeValue::S(scope)).await.map(|_| Vec::new())
    }

    async fn read(&self, scope: AttributeValue) -> Result<Records, StoreError> {
        let items = self
            .client
            .query()
            .table_name(&self.table)
            // `scope` and `member` are reserved words of its expressions, or may become so.
            .key_condition_expression("#s = :s")
            .projection_expression("#m, #r")
            .expression_attribute_names("#s", SCOPE)
            .expression_attribute_names("#m", MEMBER)
            .expression_attribute_names("#r", RECORD)
            .expression_attribute_values(":s", scope)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
            .map_err(|error| self.failed("Query", error))?;
        // An item that is not a record of this crate is left out.
        Ok(items
            .into_iter()
            .filter_map(|mut item| {
                let member = MemberId::parse(item.get(MEMBER)?.as_s().ok()?)?;
                let AttributeValue::B(record) = item.remove(RECORD)? else { return None };
                Some((member, record.into_inner()))
            })
            .collect())
    }

    async fn remove_one(&self, scope: Fingerprint, member: MemberId) -> Result<(), StoreError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .key(SCOPE, AttributeValue::S(scope.to_string()))
            .key(MEMBER, AttributeValue::S(member.to_string()))
            .send()
            .await
            .map_err(|error| self.failed("DeleteItem", error))?;
        Ok(())
    }

    fn failed<E>(&self, operation: &str, error: SdkError<E, HttpResponse>) -> StoreError
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let why = match (error.code(), error.message()) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            (Some(code), None) => code.to_owned(),
            // An answer without a code may be that of a proxy: its own words tell most.
            _ => match error.raw_response() {
                Some(answer) => format!("HTTP {}: {}", answer.status().as_u16(), start(answer)),
                None => DisplayErrorContext(&error).to_string(),
            },
        };
        let before = format!("DynamoDB, {operation} on table {}: ", shown(&self.table));
        StoreError::said(&before, &why, "").caused_by(error)
    }
}

impl Store for DynamoDbStore {
    fn exchange<'a>(
        &'a self,
        member: MemberId,
        puts: &'a [(Fingerprint, Vec<u8>)],
    ) -> BoxFuture<'a, Result<Vec<Records>, StoreError>> {
        let answers = stream::iter(puts)
            .map(move |(scope, record)| self.exchange_one(member, *scope, record))
            .buffered(AT_ONCE);
        if puts.is_empty() { Box::pin(self.connect()) } else { Box::pin(answers.try_collect()) }
    }

    fn remove<'a>(
        &'a self,
        members: &'a [(Fingerprint, MemberId)],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(
            stream::iter(members).map(Ok).try_for_each_concurrent(AT_ONCE, |(scope, member)| {
                self.remove_one(*scope, *member)
            }),
        )
    }
}

fn is<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>, code: &str) -> bool {
    error.code() == Some(code)
}

/// The start of the answer's body.
fn start(answer: &HttpResponse) -> Cow<'_, str> {
    let body = answer.body().bytes().unwrap_or_default();
    String::from_utf8_lossy(body.get(..1024).unwrap_or(body))
}

fn string(name: &str) -> Result<AttributeDefinition, StoreError> {
    let definition = AttributeDefinition::builder().attribute_name(name);
    definition.attribute_type(ScalarAttributeType::S).build().map_err(incomplete)
}

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement, StoreError> {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build().map_err(incomplete)
}

/// The SDK's builders check at run time that nothing is missing.
fn incomplete(error: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
    StoreError::with_source("an incomplete request to DynamoDB", error)
}
