use super::*;
use crate::bucket::Quota;
use crate::endpoint::{Endpoint, Step};

async fn get(proxy: &Proxy, body: &'static str) -> io::Result<Answer> {
    let authorization = "Credential=1/20260101/eu-west-1/sqs/aws4_request";
    let headers = [("x-amz-target", "AmazonSQS.SendMessage"), ("authorization", authorization)];
    let headers = headers.map(|(name, value)| {
        (hyper::header::HeaderName::from_static(name), value.parse().unwrap())
    });
    let request = Request {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        headers: headers.into_iter().collect(),
        body: body.into(),
    };
    request.forward(proxy.address).await
}

#[tokio::test]
async fn requests_are_throttled_beyond_the_quota_and_counted_by_what_became_of_them() {
    let weather = Weather { quota: Some(Quota { burst: 2.0, rate: 0.001 }), ..Weather::default() };
    let behind = Endpoint::start([], Step::ok("{}"));
    let proxy = Proxy::start(Behind::Server(behind.address()), weather).await.unwrap();
    let mut statuses = Vec::new();
    for body in ["a", "b", "b"] {
        statuses.push(get(&proxy, body).await.unwrap().status);
    }
    assert_eq!(statuses, [200, 200, 400]);
    assert_eq!(behind.arrived(), 2);
    let by_call = proxy.counts_by_call();
    let (call, counts) = by_call.first_key_value().unwrap();
    assert_eq!((&*call.account, &*call.operation), ("1", "SendMessage"));
    let expected =
        Counts { received: 3, answered: 2, throttled: 1, repeated: 1, ..Counts::default() };
    assert_eq!((*counts, proxy.stop().await), (expected, expected));
}

#[tokio::test]
async fn a_seed_gives_the_same_faults_and_drops_and_each_is_counted() {
    let run = async |seed| {
        let weather = Weather { faults: 0.3, drops: 0.3, seed, ..Weather::default() };
        let behind = Behind::handler(|_, _| Answer::json("{}"));
        let proxy = Proxy::start(behind, weather).await.unwrap();
        let mut statuses = Vec::new();
        for _ in 0..60 {
            statuses.push(get(&proxy, "").await.map_or(0, |answer| answer.status));
        }
        let counts = proxy.stop().await;
        let of = |wanted: &[u16]| statuses.iter().filter(|it| wanted.contains(it)).count();
        assert_eq!(counts.answered, of(&[200]));
        assert_eq!(counts.faults, of(&[500, 503]));
        assert_eq!(counts.dropped, of(&[0]));
        assert!(of(&[500]) > 0 && of(&[503]) > 0 && counts.dropped > 5, "{counts:?}");
        (statuses, counts)
    };
    assert_eq!(run(1).await, run(1).await);
    assert_ne!(run(1).await.0, run(2).await.0);
}

#[tokio::test]
async fn a_lost_answer_was_executed_and_a_lost_request_was_not() {
    let weather = Weather { drops: 1.0, ..Weather::default() };
    let behind = Endpoint::start([], Step::ok("{}"));
    let proxy = Proxy::start(Behind::Server(behind.address()), weather).await.unwrap();
    for _ in 0..20 {
        get(&proxy, "").await.unwrap_err();
    }
    assert_eq!(proxy.counts().dropped, 20);
    assert!((1..20).contains(&behind.arrived()), "{}", behind.arrived());
}
