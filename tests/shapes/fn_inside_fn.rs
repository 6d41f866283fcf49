//! Items inside the body, and an annotated function inside a function.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[tokio::test(start_paused = true)]
async fn items_inside_a_body_keep_their_own_returns() {
    #[aws_retry]
    async fn inner(service: &Service) -> Result<u32, ErrorMetadata> {
        const BONUS: u32 = 10;

        struct Sum(u32);

        impl Sum {
            fn of(self) -> u32 {
                self.0
            }
        }

        fn add(a: u32, b: u32) -> Result<u32, ErrorMetadata> {
            if a > 100 {
                return Ok(0);
            }
            Ok(a + b)
        }

        let run = service.ask().await?;
        Ok(Sum(add(run, BONUS)?).of())
    }

    assert_eq!(inner(&throttles(2)).await.ok(), Some(13));
}
