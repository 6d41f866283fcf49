//! Type parameters, const parameters, where clauses.

use std::fmt::Display;

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn join<T, U: Clone, const N: usize>(
    service: &Service,
    items: [T; N],
    last: U,
) -> Result<(String, U), ErrorMetadata>
where
    T: Display + Send,
    U: Display,
{
    service.ask().await?;
    let text: String = items.iter().map(ToString::to_string).collect();
    Ok((format!("{text}{N}"), last))
}

struct Of<T> {
    service: Service,
    value: T,
}

impl<T: Copy + Into<u64>> Of<T> {
    #[aws_retry]
    async fn value<S: Default + Into<u64>>(&self) -> Result<u64, ErrorMetadata> {
        self.service.ask().await?;
        let own: u64 = self.value.into();
        Ok(own + S::default().into())
    }
}

#[tokio::test(start_paused = true)]
async fn generic_fns_are_retried() {
    let service = throttles(2);
    assert_eq!(join(&service, ["a", "b"], 'c').await.ok(), Some(("ab2".into(), 'c')));
    assert_eq!(service.runs(), 3);
    let of = Of { service: throttles(1), value: 7_u8 };
    assert_eq!(of.value::<u32>().await.ok(), Some(7));
    assert_eq!(of.service.runs(), 2);
}
