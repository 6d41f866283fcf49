//! A struct argument with fields that are moved out or copied, and struct update syntax.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[derive(Clone)]
struct Input {
    name: String,
    token: Option<String>,
    limit: u32,
}

struct Limits {
    least: u32,
    most: u32,
}

fn send(input: Input) -> String {
    input.name
}

#[aws_retry]
async fn ask(service: &Service, input: Input, limits: Limits) -> Result<String, ErrorMetadata> {
    service.ask().await?;
    assert!(limits.least + 1 < limits.most);
    let least = limits.least;
    let token = input.token;
    let sent =
        send(Input { token: None, ..Input { name: input.name, token: None, limit: input.limit } });
    Ok(format!("{sent}{token:?}{least}"))
}

#[tokio::test(start_paused = true)]
async fn fields_moved_out_of_an_argument_are_cloned_with_it() {
    let service = throttles(2);
    let input = Input { name: "a".into(), token: None, limit: 3 };
    let answer = ask(&service, input, Limits { least: 1, most: 3 }).await;
    assert_eq!(answer.ok().as_deref(), Some("aNone1"));
    assert_eq!(service.runs(), 3);
}
