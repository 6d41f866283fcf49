//! Arguments of the attribute that `macro_rules!` fills in.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

macro_rules! request {
    ($name:ident, $retries:expr, $delay:literal, [$($code:literal),*]) => {
        #[aws_retry(max_retries = $retries, base_delay = $delay, added_errors = [$($code),*])]
        async fn $name(service: &Service) -> Result<u32, ErrorMetadata> {
            service.ask().await
        }
    };
}

request!(literal, 3, "10ms", ["Busy", "Slow"]);
request!(computed, 1 + 2, "10ms", ["Busy"]);

#[tokio::test(start_paused = true)]
async fn fragments_of_macro_rules_are_read_as_arguments() {
    assert_eq!(literal(&throttles(3)).await.ok(), Some(4));
    assert!(literal(&throttles(4)).await.is_err());
    assert_eq!(computed(&throttles(3)).await.ok(), Some(4));
    assert!(computed(&throttles(4)).await.is_err());
}
