//! Fns made by `macro_rules!`: whole, or with fragments for names, types and blocks.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

macro_rules! request {
    ($name:ident, $argument:ident, $text:ident: $ty:ty, $body:block) => {
        #[aws_retry]
        async fn $name($argument: &Service, $text: $ty) -> Result<String, ErrorMetadata> $body
    };
}

request!(shout, service, text: String, {
    service.ask().await?;
    Ok(text)
});

macro_rules! method {
    ($self:ident, $name:ident => $body:expr) => {
        #[aws_retry]
        async fn $name(&$self) -> Result<u32, ErrorMetadata> {
            $body
        }
    };
}

struct Inventory(Service);

impl Inventory {
    method!(self, count => self.0.ask().await);
}

macro_rules! whole {
    ($(#[$attr:meta])* $vis:vis async fn $($rest:tt)*) => {
        $(#[$attr])*
        $vis async fn $($rest)*
    };
}

whole! {
    #[must_use]
    #[aws_retry]
    pub(crate) async fn passed_through(service: &Service, name: String) -> Result<String, ErrorMetadata> {
        service.ask().await?;
        Ok(name)
    }
}

#[tokio::test(start_paused = true)]
async fn fns_from_macro_rules_are_retried() {
    let service = throttles(2);
    assert_eq!(shout(&service, "a".into()).await.ok().as_deref(), Some("a"));
    assert_eq!(service.runs(), 3);
    assert_eq!(Inventory(throttles(2)).count().await.ok(), Some(3));
    assert_eq!(passed_through(&throttles(2), "a".into()).await.ok().as_deref(), Some("a"));
}
