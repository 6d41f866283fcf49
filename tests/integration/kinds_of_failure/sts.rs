//! STS, whose codes on the wire are not the names of their shapes.

use super::*;
use aws_retry::sdk::Interceptor;
use aws_sdk_sts::Client;
use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError as AssumeError;

aws_retry_testkit::sdk_client!(client, aws_sdk_sts);

async fn assume(client: &Client) -> Result<(), SdkError<AssumeError>> {
    let request = client.assume_role_with_web_identity().role_arn("arn:aws:iam::1:role/a");
    request.role_session_name("a").web_identity_token("t").send().await.map(drop)
}

/// An answer that the SDK can read.
fn assumed() -> Step {
    Step::ok(
        "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult/>\
         </AssumeRoleWithWebIdentityResponse>",
    )
}

/// The requests of a typed, an operation's, a service's and an erased error.
async fn requests(step: Step, policy: &RetryPolicy, intercepted: bool) -> [usize; 4] {
    #[aws_retry(policy = policy)]
    async fn typed(client: &Client, policy: &RetryPolicy) -> Result<(), SdkError<AssumeError>> {
        assume(client).await
    }
    #[aws_retry(policy = policy)]
    async fn of_operation(client: &Client, policy: &RetryPolicy) -> Result<(), AssumeError> {
        assume(client).await.map_err(SdkError::into_service_error)
    }
    #[aws_retry(policy = policy)]
    async fn of_service(client: &Client, policy: &RetryPolicy) -> Result<(), aws_sdk_sts::Error> {
        Ok(assume(client).await?)
    }
    #[aws_retry(policy = policy)]
    async fn erased(client: &Client, policy: &RetryPolicy) -> anyhow::Result<()> {
        assume(client).await.map_err(|error| anyhow::Error::from(error).context("assuming"))
    }
    let endpoint = Endpoint::start([], assumed());
    let client = client(&endpoint.url(), PATIENCE);
    let client = if intercepted {
        let config = client.config().to_builder().interceptor(Interceptor::new());
        Client::from_conf(config.build())
    } else {
        client
    };
    let mut requests = [0; 4];
    for (index, sent) in requests.iter_mut().enumerate() {
        endpoint.play([step.clone()]);
        match index {
            0 => drop(typed(&client, policy).await),
            1 => drop(of_operation(&client, policy).await),
            2 => drop(of_service(&client, policy).await),
            _ => drop(erased(&client, policy).await),
        }
        *sent = endpoint.arrived();
    }
    requests
}

/// The code on the wire is `IDPCommunicationError`, the shape `IDPCommunicationErrorException`.
#[tokio::test(start_paused = true)]
async fn an_identity_provider_that_did_not_answer_is_asked_again() {
    for policy in default_and_paced() {
        let step = Step::xml_error(400, "IDPCommunicationError");
        assert_eq!(requests(step, &policy, false).await, [2; 4], "{policy:?}");
    }
}

/// The code on the wire is `InvalidIdentityToken`, the shape `InvalidIdentityTokenException`.
#[tokio::test(start_paused = true)]
async fn a_list_may_name_the_code_or_the_shape() {
    for intercepted in [false, true] {
        for names in
            [&["InvalidIdentityToken"], &["InvalidIdentityTokenException"], &["InvalidIdentity*"]]
        {
            let step = || Step::xml_error(400, "InvalidIdentityToken");
            let added = RetryPolicy::new().added_errors(names);
            assert_eq!(requests(step(), &added, intercepted).await, [2; 4], "{names:?}");
            let excluded = added.excluded_errors(names);
            assert_eq!(requests(step(), &excluded, intercepted).await, [1; 4], "{names:?}");
        }
    }
}
