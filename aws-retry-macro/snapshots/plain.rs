#[aws_retry]
async fn describe(ec2: &Client, region: &str) -> Result<Vpcs, Error> {
    let vpcs = ec2.describe_vpcs().region(region).send().await?;
    Ok(vpcs)
}
