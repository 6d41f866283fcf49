use std::time::{Duration, Instant};

use aws_retry_fleet::{RedisStore, Store};
use aws_retry_testkit::redis::RedisServer;

use crate::contract::{self, exchange, scope};

/// Two servers with half of the slots each. None where there is no Redis.
fn cluster() -> Option<[RedisServer; 2]> {
    let options = ["--cluster-enabled", "yes", "--cluster-port", "FREE_PORT"];
    let nodes = [RedisServer::start(&options)?, RedisServer::start(&options)?];
    for (node, slots) in nodes.iter().zip(["0 8191", "8192 16383"]) {
        let answer = node.ask(&format!("CLUSTER ADDSLOTSRANGE {slots}"));
        assert_eq!(answer.expect("an answer"), "+OK");
    }
    let bus = nodes[1].option("--cluster-port");
    let other = nodes[1].address();
    let meet = format!("CLUSTER MEET {} {} {bus}", other.ip(), other.port());
    assert_eq!(nodes[0].ask(&meet).expect("an answer"), "+OK");
    nodes.iter().for_each(ready);
    Some(nodes)
}

/// Waits until a node knows an owner of every slot.
fn ready(node: &RedisServer) {
    let began = Instant::now();
    // Slots of either half: one is the node's own, and the other redirects.
    let knows = |key: &str| {
        let answer = node.ask(&format!("SET {key} 1")).unwrap_or_default();
        answer == "+OK" || answer.starts_with("-MOVED")
    };
    while !(knows("a") && knows("b") && knows("c") && knows("d")) {
        assert!(began.elapsed() < Duration::from_secs(20), "the cluster does not come up");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn open(nodes: &[RedisServer; 2]) -> RedisStore {
    RedisStore::cluster([nodes[0].url()]).expect("a URL")
}

#[tokio::test]
async fn scopes_in_all_slots_are_put_read_and_removed() {
    let Some(nodes) = cluster() else { return };
    let store = open(&nodes);
    contract::holds(&store).await;
    contract::keeps_the_order(&store).await;
    let keys = nodes.map(|node| node.ask("DBSIZE").expect("an answer"));
    assert!(keys.iter().all(|keys| keys != ":0"), "both nodes have some: {keys:?}");
}

#[tokio::test]
async fn a_cluster_that_was_killed_works_again_after_its_restart() {
    let Some(mut nodes) = cluster() else { return };
    let store = open(&nodes);
    let puts: Vec<_> = (0..20).map(|number| (scope(number), vec![number])).collect();
    store.exchange(aws_retry_fleet::MemberId(1), &puts).await.expect("an answer");
    nodes.iter_mut().for_each(RedisServer::kill);
    for _ in 0..2 {
        let began = Instant::now();
        exchange(&store, 1, scope(1), b"r").await.expect_err("no server");
        assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    }
    assert!(nodes.iter_mut().all(RedisServer::restart));
    nodes.iter().for_each(ready);
    if exchange(&store, 1, scope(1), b"r").await.is_err() {
        exchange(&store, 1, scope(1), b"r").await.expect("the second exchange works");
    }
    store.exchange(aws_retry_fleet::MemberId(1), &puts).await.expect("an answer");
}

#[tokio::test]
async fn a_store_for_one_server_says_that_it_met_a_cluster() {
    let Some(nodes) = cluster() else { return };
    let store = RedisStore::open(&nodes[0].url()).expect("a URL");
    let puts: Vec<_> = (0..20).map(|number| (scope(number), vec![number])).collect();
    let error = store.exchange(aws_retry_fleet::MemberId(1), &puts).await.expect_err("moved");
    assert!(error.to_string().contains("RedisStore::cluster"), "{error}");
}

#[tokio::test]
async fn the_documented_permissions_suffice() {
    let Some(nodes) = cluster() else { return };
    for node in &nodes {
        let rules = "on >hush ~aws-retry:1:* +hset +expire +hgetall +hdel +cluster|slots";
        let answer = node.ask(&format!("ACL SETUSER fleet {rules}"));
        assert_eq!(answer.expect("an answer"), "+OK");
    }
    let url = format!("redis://fleet:hush@{}", nodes[0].address());
    let store = RedisStore::cluster([url]).expect("a URL");
    contract::holds(&store).await;
    contract::keeps_the_order(&store).await;
}
