//! Patterns as arguments: the names in them are arguments too.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

struct Range {
    from: String,
    to: String,
}

struct Wrapper(Vec<u32>);

#[aws_retry]
async fn list(
    service: &Service,
    (bucket, mut depth): (String, u32),
    Range { from, to: last }: Range,
    Wrapper(mut list): Wrapper,
    [first, ..]: [&str; 3],
    &(x, _): &(u32, u32),
) -> Result<String, ErrorMetadata> {
    depth += 1;
    list.push(depth);
    service.ask().await?;
    let owned = [bucket, from, last].concat();
    Ok(format!("{owned}{first}{x}{}", list.len()))
}

#[tokio::test(start_paused = true)]
async fn names_in_patterns_are_arguments() {
    let service = throttles(2);
    let range = Range { from: "b".into(), to: "c".into() };
    let listed =
        list(&service, ("a".into(), 1), range, Wrapper(vec![1]), ["d", "e", "f"], &(7, 8)).await;
    assert_eq!(listed.ok().as_deref(), Some("abcd72"));
    assert_eq!(service.runs(), 3);
}
