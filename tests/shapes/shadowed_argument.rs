//! A name that the body shadows is no longer the argument.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Once, Service, throttles};

fn consume<T>(_: T) {}

#[aws_retry]
async fn ask(service: &Service, key: Once, list: Vec<Once>) -> Result<u32, ErrorMetadata> {
    {
        let key = key.0;
        consume(key);
    }
    if let Some(list) = list.first() {
        consume(list);
    }
    let sum = list
        .iter()
        .map(|key| {
            consume(key);
            key.0
        })
        .sum::<u32>();
    match &key {
        key => consume(key),
    }
    service.ask().await.map(|run| run + sum)
}

#[tokio::test(start_paused = true)]
async fn a_shadowed_name_is_no_longer_the_argument() {
    let service = throttles(1);
    assert_eq!(ask(&service, Once(1), vec![Once(2), Once(3)]).await.ok(), Some(7));
}
