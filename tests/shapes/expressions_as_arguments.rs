//! Arguments that are expressions, evaluated once per call; they may use the function's own arguments.

use std::fmt::Display;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::{Duration, Instant};

use aws_retry::{RetryPolicy, aws_retry};

use crate::support::{ErrorMetadata, Service, throttles};

const DELAY: Duration = Duration::from_millis(10);
const CODES: &[&str] = &["Busy"];

static EVALUATED: AtomicU32 = AtomicU32::new(0);

fn counted(retries: u32) -> u32 {
    EVALUATED.fetch_add(1, SeqCst);
    retries
}

struct Client {
    service: Service,
    retries: u32,
}

impl Client {
    #[aws_retry(
        max_retries = counted(self.retries),
        base_delay = DELAY,
        max_delay = delay * 2,
        deadline = Instant::now() + Duration::from_secs(60),
        added_errors = CODES,
        throttling_errors = [CODES[0], "Slow"],
        quota = self.retries > 100,
        scope = (name, self.retries, "x"),
    )]
    async fn send(&self, delay: Duration, name: String) -> Result<String, ErrorMetadata> {
        self.service.ask().await?;
        Ok(name)
    }

    fn policy(&self) -> RetryPolicy {
        RetryPolicy::new().max_retries(self.retries)
    }

    #[aws_retry(base_delay = "10ms", scope = (id, self.retries + 1, -1.5, 'x', *name, shown))]
    async fn by_scope(
        &self,
        id: impl Display,
        name: &str,
        shown: &dyn Display,
    ) -> Result<u32, ErrorMetadata> {
        self.service.ask().await
    }

    #[aws_retry(policy = &self.policy(), base_delay = "10ms")]
    async fn by_policy(&self) -> Result<u32, ErrorMetadata> {
        self.service.ask().await
    }
}

#[tokio::test(start_paused = true)]
async fn expressions_are_evaluated_once_per_call() {
    let client = Client { service: throttles(2), retries: 2 };
    assert_eq!(client.send(DELAY, "a".into()).await.ok().as_deref(), Some("a"));
    assert_eq!(EVALUATED.load(SeqCst), 1);
    assert!(Client { service: throttles(3), retries: 2 }.send(DELAY, "a".into()).await.is_err());
    assert_eq!(Client { service: throttles(7), retries: 7 }.by_policy().await.ok(), Some(8));
}

/// Whatever is known of their types: texts, numbers, and values of which only `Display` is known.
#[tokio::test(start_paused = true)]
async fn elements_of_a_scope_are_anything_with_display() {
    let client = Client { service: throttles(2), retries: 2 };
    assert_eq!(client.by_scope(7_u128, "a", &'b').await.ok(), Some(3));
}
