//! The attribute on an impl block: every async function that may return a `Result`, each with its own arguments.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

type Fallible<T> = Result<T, ErrorMetadata>;
type Pages = Vec<u32>;

struct Inventory {
    service: Service,
    notes: u32,
}

#[aws_retry(max_retries = 2, base_delay = "100ms")]
impl Inventory {
    const LIMIT: u32 = 100;

    /// Covered.
    async fn list(&self, name: String) -> Result<String, ErrorMetadata> {
        let run = self.service.ask().await?;
        assert!(run < Self::LIMIT);
        Ok(name)
    }

    /// Covered, under an alias.
    pub async fn count(&mut self) -> Fallible<u32> {
        self.notes += 1;
        self.service.ask().await
    }

    /// It has `max_retries` of its own and the block's delay.
    #[aws_retry(max_retries = 5)]
    async fn patient(&self) -> Result<u32, ErrorMetadata> {
        self.service.ask().await
    }

    /// Its `max_attempts` replaces the block's `max_retries`.
    #[aws_retry(max_attempts = 2)]
    async fn short(&self) -> Result<u32, ErrorMetadata> {
        self.service.ask().await
    }

    #[aws_retry(skip)]
    async fn left_alone(&self) -> Result<u32, ErrorMetadata> {
        self.service.ask().await
    }

    /// An alias of a type that is not a `Result`.
    async fn pages(&self) -> Pages {
        vec![self.service.runs()]
    }

    async fn name(&self) -> Option<String> {
        let run = self.service.ask().await.ok()?;
        Some(run.to_string())
    }

    async fn nothing(&mut self) {
        self.notes = 0;
    }

    fn sync(&self) -> Result<u32, ErrorMetadata> {
        self.service.send()
    }
}

fn inventory(failures: u32) -> Inventory {
    Inventory { service: throttles(failures), notes: 0 }
}

#[tokio::test(start_paused = true)]
async fn each_method_is_retried_with_its_own_arguments_over_the_blocks() {
    assert_eq!(inventory(2).list("a".into()).await.ok().as_deref(), Some("a"));
    assert!(inventory(3).list("a".into()).await.is_err());

    let mut counted = inventory(2);
    assert_eq!(counted.count().await.ok(), Some(3));
    assert_eq!(counted.notes, 3);
    counted.nothing().await;
    assert_eq!(counted.notes, 0);

    assert_eq!(inventory(5).patient().await.ok(), Some(6));

    let short = inventory(2);
    assert!(short.short().await.is_err());
    assert_eq!(short.service.runs(), 2);

    let alone = inventory(1);
    assert!(alone.left_alone().await.is_err());
    assert!(alone.sync().is_ok());
    assert_eq!(alone.service.runs(), 2);

    assert_eq!(inventory(0).pages().await, [0]);
    assert_eq!(inventory(1).name().await, None);
}

#[tokio::test(start_paused = true)]
async fn the_delay_is_the_blocks_if_the_method_has_none() {
    let begun = tokio::time::Instant::now();
    assert!(inventory(5).patient().await.is_ok());
    // 0.1 + 0.2 + 0.4 + 0.8 + 1.6 s, plus or minus a quarter; the default would be 15.5 s.
    assert!(begun.elapsed().as_secs_f64() < 3.9);
}

/// In paced mode both arguments have a meaning, so that the method's does not replace the block's.
#[aws_retry(mode = "paced", scope = fn, max_attempts = 3)]
impl Service {
    #[aws_retry(max_retries = 10)]
    async fn bounded(&self) -> Result<u32, ErrorMetadata> {
        self.ask().await
    }

    #[aws_retry(max_retries = 10, mode = "decorator")]
    async fn not_paced(&self) -> Result<u32, ErrorMetadata> {
        self.ask().await
    }
}

#[tokio::test(start_paused = true)]
async fn max_attempts_of_a_paced_block_bounds_a_method_with_max_retries() {
    let service = throttles(20);
    assert!(service.bounded().await.is_err());
    assert_eq!(service.runs(), 3);
    let service = throttles(20);
    assert!(service.not_paced().await.is_err());
    assert_eq!(service.runs(), 11);
}
