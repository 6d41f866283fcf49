#[aws_retry(
    mode = "paced",
    scope = ("ec2:DescribeInstances", account, region),
    total_timeout = timeout,
    retry_if = is_busy,
    on_retry = |event| println!("{event:?}")
)]
async fn paced(ec2: &Client, account: &str, region: &str, timeout: Duration) -> Result<Page, MyError> {
    ec2.describe_instances().send().await.map_err(MyError::from)
}
