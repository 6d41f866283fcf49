//! The scan's two requests: bare, as `#[aws_retry]` sends them with exponential backoff, and paced.
//!
//! Each sends one request, a page or a policy, so that a retry repeats nothing that was answered.

use aws_retry::aws_retry;
use aws_sdk_secretsmanager::{
    Client,
    error::SdkError,
    operation::{
        get_resource_policy::{GetResourcePolicyError, GetResourcePolicyOutput},
        list_secrets::{ListSecretsError, ListSecretsOutput},
    },
};

use crate::fleet::Place;

pub type PageResult = Result<ListSecretsOutput, SdkError<ListSecretsError>>;
pub type PolicyResult = Result<GetResourcePolicyOutput, SdkError<GetResourcePolicyError>>;

/// One page of a region's secrets.
pub async fn page(client: &Client, size: i32, token: Option<String>) -> PageResult {
    client.list_secrets().max_results(size).set_next_token(token).send().await
}

/// One secret's resource policy.
pub async fn policy(client: &Client, arn: &str) -> PolicyResult {
    client.get_resource_policy().secret_id(arn).send().await
}

/// Eight retries, three more than the default: eight readers share a quota that serves them one at a time.
#[aws_retry(max_retries = 8)]
pub async fn patient_page(client: &Client, size: i32, token: Option<String>) -> PageResult {
    page(client, size, token).await
}

#[aws_retry(max_retries = 8)]
pub async fn patient_policy(client: &Client, arn: &str) -> PolicyResult {
    policy(client, arn).await
}

/// The scope names what AWS throttles: the action, the account, the region.
#[aws_retry(mode = "paced", scope = ("secretsmanager:ListSecrets", &place.account, &place.region))]
pub async fn paced_page(
    client: &Client,
    place: &Place,
    size: i32,
    token: Option<String>,
) -> PageResult {
    page(client, size, token).await
}

#[aws_retry(mode = "paced", scope = ("secretsmanager:GetResourcePolicy", &place.account, &place.region))]
pub async fn paced_policy(client: &Client, place: &Place, arn: &str) -> PolicyResult {
    policy(client, arn).await
}
