/// One page, however hard EC2 throttles.
#[aws_retry(max_retries = 5, base_delay = "500ms", added_errors = ["Busy"])]
pub async fn page(ec2: &Client, token: Option<String>, mut left: u32) -> anyhow::Result<Page> {
    left -= 1;
    Ok(ec2.describe_instances().set_next_token(token).max_results(left).send().await?)
}
