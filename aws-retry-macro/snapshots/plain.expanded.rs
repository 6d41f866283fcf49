async fn describe(ec2: &Client, region: &str) -> Result<Vpcs, Error> {
    static AWS_RETRY_SITE: __private::Site = __private::Site::new(
        "describe",
        ::core::module_path!(),
        __private::RetryPolicy::new(),
    );
    let mut call = __private::Call::new(&AWS_RETRY_SITE);
    loop {
        let out = {
            let body = async {
                #[allow(unreachable_code)]
                #[cfg_attr(
                    clippy,
                    allow(
                        clippy::diverging_sub_expression,
                        clippy::empty_loop,
                        clippy::let_unit_value
                    )
                )]
                if false {
                    let hint: Result<Vpcs, Error> = loop {};
                    return hint;
                }
                let out: Result<Vpcs, Error> = {
                    let vpcs = ec2.describe_vpcs().region(region).send().await?;
                    Ok(vpcs)
                };
                #[allow(unreachable_code)] out
            };
            let adapters = if false {
                let error_type = __private::error_type_of_future(&body);
                use __private::read_error::*;
                __private::Adapters::of(
                    error_type.read_by_priority().aws_retry_read(),
                    error_type.optional().stop_by_priority().aws_retry_stop(),
                )
            } else {
                __private::Adapters::INFERRED
            };
            __private::Attempt {
                call: &mut call,
                adapters,
                future: body,
            }
        }
            .await;
        if let __private::Some(out) = out {
            break out;
        }
    }
}
