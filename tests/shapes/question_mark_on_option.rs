//! `?` on an `Option`, in a nested function and closure.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn initial(service: &Service, names: &[&str]) -> Result<Option<char>, ErrorMetadata> {
    service.ask().await?;
    let initial = || {
        let first = names.first()?;
        first.chars().next()
    };
    Ok(initial())
}

#[tokio::test(start_paused = true)]
async fn a_question_mark_on_an_option_stays_in_its_closure() {
    let service = throttles(1);
    assert_eq!(initial(&service, &["bucket"]).await.ok(), Some(Some('b')));
    assert_eq!(service.runs(), 2);
}
