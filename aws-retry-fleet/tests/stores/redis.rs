use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use aws_retry_fleet::{MemberId, RedisStore, Store};
use aws_retry_testkit::redis::RedisServer;

use crate::contract::{self, exchange, scope};

/// Skips the test where there is no Redis.
macro_rules! server_or_skip {
    ($($option:expr),*) => {
        match RedisServer::start(&[$($option),*]) {
            Some(server) => server,
            None => return,
        }
    };
}

/// The hash of `scope(1)`.
const KEY: &str = "aws-retry:1:{01010101010101010101010101010101}";

fn open(url: &str) -> RedisStore {
    RedisStore::open(url).expect("a URL")
}

/// The message of an exchange that fails within a time that the fleet can wait.
async fn refusal(store: &RedisStore) -> String {
    let began = Instant::now();
    let error = exchange(store, 1, scope(1), b"r").await.expect_err("a refusal");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    error.to_string()
}

/// Asks until the store answers: a broken connection is noticed by the exchange that fails.
async fn works_again(store: &RedisStore) {
    if exchange(store, 1, scope(1), b"r").await.is_err() {
        let answer = exchange(store, 1, scope(1), b"r").await;
        assert_eq!(answer.expect("the second exchange works"), [(MemberId(1), b"r".to_vec())]);
    }
}

#[tokio::test]
async fn records_are_put_read_and_removed_in_both_versions_of_the_protocol() {
    for version in ["", "?protocol=resp2", "/3?protocol=resp3"] {
        let server = server_or_skip!();
        let store = open(&format!("{}{version}", server.url()));
        contract::holds(&store).await;
        contract::keeps_the_order(&store).await;
    }
}

#[tokio::test]
async fn a_local_socket_is_a_server_too() {
    let path = std::env::temp_dir().join(format!("aws-retry-{}.sock", std::process::id()));
    let path = path.to_str().expect("UTF-8");
    let _server = server_or_skip!("--unixsocket", path);
    contract::holds(&open(&format!("unix://{path}"))).await;
}

#[tokio::test]
async fn all_scopes_take_one_round_trip() {
    let server = server_or_skip!();
    let (address, turns) = counting_proxy(server.address());
    let store = open(&format!("redis://{address}"));
    exchange(&store, 1, scope(1), b"r").await.expect("an answer");
    let connected = turns.load(Ordering::Relaxed);
    let puts: Vec<_> = (0..40).map(|number| (scope(number), vec![0; 64])).collect();
    store.exchange(MemberId(1), &puts).await.expect("an answer");
    assert_eq!(turns.load(Ordering::Relaxed) - connected, 1);
}

/// Forwards one connection, and counts how often the client speaks after the server has spoken.
fn counting_proxy(upstream: SocketAddr) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (turns, spoken) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(1)));
    let counted = Arc::clone(&turns);
    thread::spawn(move || {
        let (client, _) = listener.accept().expect("a client");
        drop(listener);
        let server = TcpStream::connect(upstream).expect("the server");
        let (heard, clone) =
            (Arc::clone(&spoken), |it: &TcpStream| it.try_clone().expect("a clone"));
        let (from_server, to_client) = (clone(&server), clone(&client));
        thread::spawn(move || pump(from_server, to_client, || heard.store(1, Ordering::SeqCst)));
        pump(client, server, || {
            counted.fetch_add(spoken.swap(0, Ordering::SeqCst), Ordering::SeqCst);
        });
    });
    (address, turns)
}

fn pump(mut from: TcpStream, mut to: TcpStream, speaks: impl Fn()) {
    let mut buffer = [0; 65536];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        speaks();
        to.write_all(&buffer[..read]).expect("the other side reads");
    }
}

#[tokio::test]
async fn a_flush_forgets_the_others_and_the_next_exchange_works() {
    let server = server_or_skip!();
    let store = open(&server.url());
    exchange(&store, 1, scope(1), b"a").await.expect("an answer");
    assert_eq!(exchange(&store, 2, scope(1), b"b").await.expect("an answer").len(), 2);
    assert_eq!(server.ask("FLUSHALL").expect("an answer"), "+OK");
    let alone = exchange(&store, 2, scope(1), b"c").await.expect("an answer");
    assert_eq!(alone, [(MemberId(2), b"c".to_vec())]);
}

#[tokio::test]
async fn a_scope_expires_an_hour_after_its_last_exchange() {
    let server = server_or_skip!();
    let store = open(&server.url());
    let ttl = || server.ask(&format!("TTL {KEY}")).expect("an answer");
    for _ in 0..2 {
        exchange(&store, 1, scope(1), b"r").await.expect("an answer");
        assert!([":3600", ":3599", ":3598"].contains(&&*ttl()), "{}", ttl());
        assert_eq!(server.ask(&format!("EXPIRE {KEY} 60")).expect("an answer"), ":1");
    }
    store.remove(&[(scope(1), MemberId(1))]).await.expect("it leaves");
    assert_eq!(ttl(), ":-2", "a hash without members is gone");
}

#[tokio::test]
async fn the_documented_permissions_suffice_and_lost_ones_are_an_error_until_they_are_back() {
    let server = server_or_skip!();
    let grant = |rules: &str| {
        let answer = server.ask(&format!("ACL SETUSER fleet {rules}"));
        assert_eq!(answer.expect("an answer"), "+OK");
    };
    grant("on >hush ~aws-retry:1:* +hset +expire +hgetall +hdel");
    let store = open(&format!("redis://fleet:hush@{}", server.address()));
    contract::holds(&store).await;

    for denied in ["-hset", "-expire", "-hgetall", "resetkeys"] {
        grant(denied);
        let message = refusal(&store).await;
        assert!(message.contains("ermission"), "{denied}: {message}");
        grant("~aws-retry:1:* +hset +expire +hgetall");
        exchange(&store, 1, scope(5), b"r").await.expect("permitted again, on the same connection");
    }
    // A new password closes the connection, and refuses the next ones.
    grant("resetpass >other");
    assert_eq!(server.ask("CLIENT KILL TYPE normal").expect("an answer").as_bytes()[0], b':');
    for _ in 0..3 {
        refusal(&store).await;
    }
    store.exchange(MemberId(1), &[]).await.expect_err("it is seen before there are records");
    grant("resetpass >hush");
    works_again(&store).await;
    assert_eq!(server.ask("ACL DELUSER fleet").expect("an answer"), ":1");
    refusal(&store).await;
}

#[tokio::test]
async fn a_server_that_was_killed_is_an_error_and_works_again_after_its_restart() {
    let mut server = server_or_skip!();
    let store = open(&server.url());
    exchange(&store, 1, scope(1), b"r").await.expect("an answer");
    for _ in 0..2 {
        server.kill();
        for _ in 0..3 {
            refusal(&store).await;
        }
        assert!(server.restart());
        works_again(&store).await;
    }
}

#[tokio::test]
async fn a_server_that_is_down_at_the_start_is_found_later() {
    let mut server = server_or_skip!();
    server.kill();
    let store = open(&server.url());
    refusal(&store).await;
    assert!(server.restart());
    exchange(&store, 1, scope(1), b"r").await.expect("an answer");
}

#[tokio::test]
async fn a_server_that_hangs_is_an_error_within_seconds_and_works_again_after_that() {
    let server = server_or_skip!();
    let store = open(&server.url());
    exchange(&store, 1, scope(1), b"r").await.expect("an answer");
    assert_eq!(server.ask("CLIENT PAUSE 1500").expect("an answer"), "+OK");
    refusal(&store).await;
    works_again(&store).await;
}

/// As the fleet drops an exchange that takes too long.
#[tokio::test]
async fn an_exchange_that_was_dropped_leaves_no_connection_that_may_never_answer() {
    let server = server_or_skip!();
    let (address, _) = counting_proxy(server.address());
    let store = open(&format!("redis://{address}"));
    exchange(&store, 1, scope(1), b"r").await.expect("an answer");
    assert_eq!(server.ask("CLIENT PAUSE 300").expect("an answer"), "+OK");
    let slow = exchange(&store, 1, scope(1), b"r");
    tokio::time::timeout(Duration::from_millis(100), slow).await.expect_err("too slow");
    // The proxy takes one connection only.
    refusal(&store).await;
}

#[tokio::test]
async fn a_server_without_memory_is_an_error_until_it_has_some() {
    let server = server_or_skip!();
    let store = open(&server.url());
    let memory = |bytes: &str| {
        let answer = server.ask(&format!("CONFIG SET maxmemory {bytes}"));
        assert_eq!(answer.expect("an answer"), "+OK");
    };
    memory("1");
    let message = refusal(&store).await;
    assert!(message.contains("OOM"), "{message}");
    memory("0");
    exchange(&store, 1, scope(1), b"r").await.expect("an answer");
}

#[tokio::test]
async fn five_hundred_members_are_one_answer() {
    let server = server_or_skip!();
    let store = open(&server.url());
    for tens in 0..50 {
        let fields = (0..10).map(|ones| format!("{:016x} {}", tens * 10 + ones, "r".repeat(64)));
        let fields = fields.collect::<Vec<_>>().join(" ");
        assert_eq!(server.ask(&format!("HSET {KEY} {fields}")).expect("an answer"), ":10");
    }
    let records = exchange(&store, 1000, scope(1), b"own").await.expect("an answer");
    let others = (0..500).map(|member| (MemberId(member), vec![b'r'; 64]));
    let expected: Vec<_> = others.chain([(MemberId(1000), b"own".to_vec())]).collect();
    assert_eq!(records, expected);
}

#[tokio::test]
async fn garbage_in_a_hash_does_no_harm() {
    let server = server_or_skip!();
    let store = open(&server.url());
    // Fields that are not ids are left out; the agent judges the bytes of the others.
    let fields = r#"'' 1 "\xff\xfe" 2 00000000000000AB 3 0x00000000000002 4 ' 000000000000002' 5"#;
    let members = r#"0000000000000002 "\x00\xff" 0000000000000003 '' ffffffffffffffff junk"#;
    let answer = server.ask(&format!("HSET {KEY} {fields} {members}")).expect("an answer");
    assert_eq!(answer, ":8");
    let records = exchange(&store, 1, scope(1), b"own").await.expect("an answer");
    let expected: [(u64, &[u8]); 4] =
        [(1, b"own"), (2, b"\x00\xff"), (3, b""), (u64::MAX, b"junk")];
    assert_eq!(records, expected.map(|(member, record)| (MemberId(member), record.to_vec())));

    assert_eq!(server.ask(&format!("SET {KEY} text")).expect("an answer"), "+OK");
    let message = refusal(&store).await;
    assert!(message.contains("WRONGTYPE"), "{message}");
}
