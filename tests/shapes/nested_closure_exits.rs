//! A closure in the body has a `?` and a `return` of its own.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn first_even(service: &Service, numbers: &[&str]) -> Result<Option<u32>, ErrorMetadata> {
    let parse = |text: &str| -> Result<u32, std::num::ParseIntError> {
        let number = text.parse::<u32>()?;
        if number > 9 {
            return Ok(9);
        }
        Ok(number)
    };
    service.ask().await?;
    let even = numbers.iter().filter_map(|text| parse(text).ok()).find(|number| {
        if *number == 0 {
            return false;
        }
        number % 2 == 0
    });
    Ok(even)
}

#[tokio::test(start_paused = true)]
async fn exits_of_a_nested_closure_stay_its_own() {
    let service = throttles(2);
    assert_eq!(first_even(&service, &["x", "3", "0", "8", "12"]).await.ok(), Some(Some(8)));
    assert_eq!(service.runs(), 3);
}
