use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_retry_fleet::{DynamoDbStore, MemberId, Store};
use aws_retry_testkit::client::plain_http;
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_retry_testkit::peers::Moto;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Credentials, Region};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{
    AttributeValue, KeyType, PutRequest, TimeToLiveStatus, WriteRequest,
};

use crate::contract::{self, exchange, scope};

/// The emulator, one for all tests: each has a table of its own. None where moto is not installed.
fn moto() -> Option<SocketAddr> {
    static MOTO: OnceLock<Option<Moto>> = OnceLock::new();
    MOTO.get_or_init(Moto::start).as_ref().map(|moto| moto.address)
}

fn config(url: &str) -> Builder {
    Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDTEST", "secret", None, None, "test"))
        .endpoint_url(url)
        .http_client(plain_http())
        // The store's own settings must win.
        .retry_config(RetryConfig::standard().with_max_attempts(5))
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}")
}

/// A new table, and a client beside the store.
async fn table(url: &str, name: &str) -> (DynamoDbStore, Client) {
    let client = Client::from_conf(config(url).build());
    // The emulator takes longer than the store's patience to load a service: its first answer may be late.
    for _ in 0..10 {
        if client.list_tables().send().await.is_ok() {
            break;
        }
    }
    let store = DynamoDbStore::new(config(url), name);
    store.create_table().await.expect("a table");
    (store, client)
}

async fn refusal(store: &DynamoDbStore) -> String {
    let error = exchange(store, 1, scope(1), b"r").await.expect_err("a refusal");
    error.to_string()
}

#[tokio::test]
async fn records_are_put_read_and_removed() {
    let Some(moto) = moto() else { return };
    let (store, _) = table(&url(moto), "contract").await;
    contract::holds(&store).await;
    contract::keeps_the_order(&store).await;
}

#[tokio::test]
async fn the_table_is_as_documented_and_creating_it_again_changes_nothing() {
    let Some(moto) = moto() else { return };
    let (store, client) = table(&url(moto), "documented").await;
    exchange(&store, 1, scope(1), b"r").await.expect("an answer");
    store.create_table().await.expect("it exists");

    let described = client.describe_table().table_name("documented").send().await;
    let described = described.expect("an answer").table.expect("a table");
    let keys = described.key_schema().iter().map(|key| (key.attribute_name(), key.key_type()));
    let keys: Vec<_> = keys.collect();
    assert_eq!(keys, [("scope", &KeyType::Hash), ("member", &KeyType::Range)]);
    let ttl = client.describe_time_to_live().table_name("documented").send().await;
    let ttl = ttl.expect("an answer").time_to_live_description.expect("a description");
    assert_eq!(ttl.attribute_name(), Some("ttl"));
    assert_eq!(ttl.time_to_live_status(), Some(&TimeToLiveStatus::Enabled));

    let items = client.scan().table_name("documented").send().await.expect("an answer").items;
    let [item] = <[_; 1]>::try_from(items.expect("items")).expect("one item");
    let expires = item["ttl"].as_n().expect("a number").parse::<u64>().expect("whole seconds");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    assert!((now + 3590..=now + 3600).contains(&expires), "{expires} at {now}");
    assert_eq!(item["scope"], AttributeValue::S("01".repeat(16)));
    assert_eq!(item["member"], AttributeValue::S("0000000000000001".to_owned()));
    assert_eq!(item["r"], AttributeValue::B(Blob::new("r")));
}

#[tokio::test]
async fn a_missing_table_is_an_error_until_it_is_created() {
    let Some(moto) = moto() else { return };
    let (_, _) = table(&url(moto), "other").await;
    let store = DynamoDbStore::new(config(&url(moto)), "missing");
    let message = refusal(&store).await;
    assert!(message.contains("ResourceNotFoundException"), "{message}");
    assert!(message.contains("PutItem on table missing"), "{message}");
    store.remove(&[(scope(1), MemberId(1))]).await.expect_err("no table");
    store.exchange(MemberId(1), &[]).await.expect_err("it is seen before there are records");
    store.create_table().await.expect("a table");
    exchange(&store, 1, scope(1), b"r").await.expect("an answer");
}

#[tokio::test]
async fn a_denied_permission_is_an_error_that_names_it() {
    let Some(moto) = Moto::start() else { return };
    let (store, _) = table(&url(moto.address), "denied").await;
    exchange(&store, 1, scope(1), b"r").await.expect("an answer");
    // From now on the emulator asks IAM, which does not know the access key.
    let asks = Endpoint::in_front_of(moto.address, []);
    post(asks.address(), "/moto-api/reset-auth", "0").await;
    let message = refusal(&store).await;
    let denials = ["UnrecognizedClientException", "AccessDenied", "InvalidClientTokenId"];
    assert!(denials.iter().any(|denial| message.contains(denial)), "{message}");
    store.create_table().await.expect_err("denied, too");
}

async fn post(to: SocketAddr, path: &str, body: &str) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(to).await.expect("a connection");
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn all_pages_of_a_scope_are_read() {
    let Some(moto) = moto() else { return };
    let proxy = Endpoint::in_front_of(moto, []);
    let (store, client) = table(&proxy.url(), "pages").await;
    // A page ends after a megabyte.
    let large = vec![b'x'; 300_000];
    for member in 2..8 {
        put(&client, "pages", member, &large).await;
    }
    proxy.play([]);
    let records = exchange(&store, 1, scope(1), b"r").await.expect("an answer");
    let large = (2..8).map(|member| (MemberId(member), large.clone()));
    assert!(records == [(MemberId(1), b"r".to_vec())].into_iter().chain(large).collect::<Vec<_>>());
    let operations: Vec<_> = proxy.requests().iter().map(operation).collect();
    assert_eq!(operations, ["PutItem", "Query", "Query"]);
}

async fn put(client: &Client, table: &str, member: u64, record: &[u8]) {
    let put = client.put_item().table_name(table).set_item(Some(item(member, record)));
    put.send().await.expect("it is put");
}

fn item(member: u64, record: &[u8]) -> std::collections::HashMap<String, AttributeValue> {
    let text = |text: String| AttributeValue::S(text);
    [
        ("scope".to_owned(), text("01".repeat(16))),
        ("member".to_owned(), text(format!("{member:016x}"))),
        ("r".to_owned(), AttributeValue::B(Blob::new(record))),
    ]
    .into()
}

fn operation(request: &aws_retry_testkit::Request) -> String {
    let target = request.header("x-amz-target").unwrap_or_default();
    target.split_once('.').map_or("", |(_, operation)| operation).to_owned()
}

#[tokio::test]
async fn five_hundred_members_are_one_query() {
    let Some(moto) = moto() else { return };
    let proxy = Endpoint::in_front_of(moto, []);
    let (store, client) = table(&proxy.url(), "members").await;
    for from in (0..500).step_by(25) {
        let puts = (from..from + 25).map(|member| {
            let put = PutRequest::builder().set_item(Some(item(member, &[b'r'; 64])));
            WriteRequest::builder().put_request(put.build().expect("an item")).build()
        });
        let batch = client.batch_write_item().request_items("members", puts.collect());
        batch.send().await.expect("they are put");
    }
    proxy.play([]);
    let records = exchange(&store, 1000, scope(1), b"own").await.expect("an answer");
    let others = (0..500).map(|member| (MemberId(member), vec![b'r'; 64]));
    assert_eq!(records, others.chain([(MemberId(1000), b"own".to_vec())]).collect::<Vec<_>>());
    assert_eq!(proxy.arrived(), 2);
}

#[tokio::test]
async fn garbage_in_the_table_does_no_harm() {
    let Some(moto) = moto() else { return };
    let (store, client) = table(&url(moto), "garbage").await;
    let broken = async |member: &str, record: Option<AttributeValue>| {
        let mut item = item(0, b"");
        item.insert("member".to_owned(), AttributeValue::S(member.to_owned()));
        item.remove("r");
        item.extend(record.map(|record| ("r".to_owned(), record)));
        client.put_item().table_name("garbage").set_item(Some(item)).send().await.expect("put");
    };
    let bytes = |bytes: &[u8]| Some(AttributeValue::B(Blob::new(bytes)));
    broken("me", bytes(b"1")).await;
    broken("00000000000000AB", bytes(b"2")).await;
    broken("0000000000000003", None).await;
    broken("0000000000000004", Some(AttributeValue::S("text".to_owned()))).await;
    broken("0000000000000005", Some(AttributeValue::Null(true))).await;
    broken("0000000000000006", bytes(b"\x00\xff")).await;
    let records = exchange(&store, 1, scope(1), b"own").await.expect("an answer");
    assert_eq!(records, [(MemberId(1), b"own".to_vec()), (MemberId(6), b"\x00\xff".to_vec())]);
}

#[tokio::test]
async fn a_throttle_a_fault_and_a_lost_connection_are_errors_at_once_and_are_not_retried() {
    let throttled = Step::error(400, "ProvisionedThroughputExceededException");
    for step in [throttled, Step::throttled(), Step::empty(500), Step::Reset, Step::Hangup] {
        let endpoint = Endpoint::start([step.clone()], Step::ok("{}"));
        let store = DynamoDbStore::new(config(&endpoint.url()), "table");
        let message = refusal(&store).await;
        assert!(message.starts_with("DynamoDB, PutItem on table table: "), "{message}");
        assert_eq!(endpoint.arrived(), 1, "{step:?}");
        let records = exchange(&store, 1, scope(1), b"r").await;
        assert_eq!(records.expect("the next exchange works"), []);
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_an_error_within_seconds() {
    let endpoint = Endpoint::start([], Step::Stall);
    let store = DynamoDbStore::new(config(&endpoint.url()), "table");
    let began = Instant::now();
    refusal(&store).await;
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_server_that_was_killed_is_an_error_and_works_again_after_its_restart() {
    let Some(moto) = Moto::start() else { return };
    let address = moto.address;
    let (store, _) = table(&url(address), "restarted").await;
    exchange(&store, 1, scope(1), b"r").await.expect("an answer");
    drop(moto);
    for _ in 0..2 {
        refusal(&store).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let _moto = Moto::start_at(address.port()).expect("it was there before");
    // It has forgotten the table.
    table(&url(address), "restarted").await;
    exchange(&store, 1, scope(1), b"r").await.expect("an answer");
}
