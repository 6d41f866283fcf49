//! A tail expression with temporaries that borrow the arguments.

use std::sync::Mutex;

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn ask(
    service: &Service,
    names: std::sync::Arc<Mutex<Vec<String>>>,
) -> Result<String, ErrorMetadata> {
    service.ask().await?;
    if service.runs() > 100 {
        drop(names);
        return Ok(String::new());
    }
    Ok(names.lock().unwrap().first().cloned().unwrap_or_default())
}

#[tokio::test(start_paused = true)]
async fn temporaries_in_the_tail_end_before_the_arguments() {
    let service = throttles(2);
    let names = std::sync::Arc::new(Mutex::new(vec!["a".to_owned()]));
    assert_eq!(ask(&service, names).await.ok().as_deref(), Some("a"));
    assert_eq!(service.runs(), 3);
}
