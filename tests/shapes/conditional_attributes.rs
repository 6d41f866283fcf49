//! `#[cfg_attr(.., aws_retry(..))]`: merged with the block's where its predicate holds.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry(max_retries = 5, base_delay = "100ms")]
impl Service {
    #[cfg_attr(all(), aws_retry(max_retries = 2))]
    async fn holds(&self) -> Result<u32, ErrorMetadata> {
        self.ask().await
    }

    #[cfg_attr(any(), aws_retry(max_retries = 2))]
    async fn does_not_hold(&self) -> Result<u32, ErrorMetadata> {
        self.ask().await
    }

    /// Documented.
    #[cfg_attr(all(), doc = "Once.", aws_retry(max_retries = 1), must_use)]
    async fn among_others(&self) -> Result<u32, ErrorMetadata> {
        self.ask().await
    }

    #[cfg_attr(test, cfg_attr(not(any()), aws_retry::aws_retry(skip)))]
    async fn nested(&self) -> Result<u32, ErrorMetadata> {
        self.ask().await
    }

    #[cfg_attr(any(), aws_retry(max_retries = 1))]
    #[cfg_attr(all(), aws_retry(max_retries = 3))]
    async fn one_of_two(&self) -> Result<u32, ErrorMetadata> {
        self.ask().await
    }

    #[cfg_attr(all(), allow(unused_variables))]
    #[cfg(test)]
    async fn without(&self, unused: u32) -> Result<u32, ErrorMetadata> {
        self.ask().await
    }
}

#[cfg_attr(all(), aws_retry(max_retries = 2))]
async fn on_a_fn(service: &Service) -> Result<u32, ErrorMetadata> {
    service.ask().await
}

#[aws_retry(max_retries = 2)]
#[cfg_attr(any(), aws_retry(max_retries = 1))]
async fn on_a_fn_below_another(service: &Service) -> Result<u32, ErrorMetadata> {
    service.ask().await
}

#[tokio::test(start_paused = true)]
async fn conditional_attributes_count_where_their_predicate_holds() {
    let service = || throttles(9);
    macro_rules! runs {
        ($($call:tt)*) => {{
            let service = service();
            assert!(service.$($call)*.await.is_err());
            service.runs()
        }};
    }
    assert_eq!(runs!(holds()), 3);
    assert_eq!(runs!(does_not_hold()), 6);
    assert_eq!(runs!(among_others()), 2);
    assert_eq!(runs!(nested()), 1);
    assert_eq!(runs!(one_of_two()), 4);
    assert_eq!(runs!(without(1)), 6);
    assert_eq!(on_a_fn(&throttles(2)).await.ok(), Some(3));
    assert_eq!(on_a_fn_below_another(&throttles(2)).await.ok(), Some(3));
}
