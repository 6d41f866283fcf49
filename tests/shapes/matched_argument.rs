//! Arguments taken apart by `match`, `if let`, `let else` and `for`.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Once, Service, throttles};

#[derive(Clone)]
enum Input {
    Name(String),
    Id(u32),
}

enum State {
    On,
    Off,
}

#[aws_retry]
async fn ask(
    service: &Service,
    input: Input,
    token: Option<String>,
    list: Vec<String>,
    state: State,
    key: Option<Once>,
) -> Result<String, ErrorMetadata> {
    let Some(token) = token else {
        return Ok("none".into());
    };
    let mut text = match input {
        Input::Name(name) => name,
        Input::Id(id) => id.to_string(),
    };
    for each in list {
        text += &each;
    }
    match state {
        State::On => text += "on",
        State::Off => text += "off",
    }
    if let Some(Once(1)) = key {
        text += "1";
    }
    if let Some(ref key) = key {
        text += &key.0.to_string();
    }
    service.ask().await?;
    Ok(text + &token)
}

#[tokio::test(start_paused = true)]
async fn an_argument_that_a_pattern_takes_apart_is_cloned() {
    let service = throttles(2);
    let list = vec!["b".to_owned(), "c".to_owned()];
    let answer =
        ask(&service, Input::Name("a".into()), Some("t".into()), list, State::Off, Some(Once(1)))
            .await;
    assert_eq!(answer.ok().as_deref(), Some("abcoff11t"));
    let answer = ask(&service, Input::Id(1), None, Vec::new(), State::On, None).await;
    assert_eq!(answer.ok().as_deref(), Some("none"));
    assert_eq!(service.runs(), 3);
}
