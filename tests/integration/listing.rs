//! `ListSecrets` in annotated functions, one per error type.

use aws_retry::RetryPolicy;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::list_secrets::ListSecretsError;
use futures::future::BoxFuture;

pub type ListError = SdkError<ListSecretsError>;

pub async fn list(client: &Client) -> Result<(), ListError> {
    client.list_secrets().send().await.map(drop)
}

/// A call under a policy. The output says whether it succeeded.
pub type Call = for<'a> fn(&'a Client, &'a RetryPolicy) -> BoxFuture<'a, bool>;

/// `error_types! { "name": Type, convert; .. }` is a constant `ERROR_TYPES` of names and calls: an annotated
/// function per error type, which converts the SDK's error with `convert`.
macro_rules! error_types {
    ($($name:literal: $error:ty, $convert:expr;)+) => {
        const ERROR_TYPES: &[(&str, $crate::listing::Call)] = &[$(($name, |client, policy| {
            #[aws_retry::aws_retry(policy = policy)]
            async fn call(
                client: &aws_sdk_secretsmanager::Client,
                policy: &aws_retry::RetryPolicy,
            ) -> Result<(), $error> {
                $crate::listing::list(client).await.map_err($convert)
            }
            Box::pin(async move { call(client, policy).await.is_ok() })
        })),+];
    };
}
pub(crate) use error_types;
