async fn describe(ec2: &Client, region: &str) -> Result<Vpcs, Error> {
    static AWS_RETRY_SITE: __private::Site = __private::Site::new(
        "describe",
        ::core::module_path!(),
        __private::RetryPolicy::new(),
    );
    let mut call = __private::Call::new(&AWS_RETRY_SITE);
    loop {
        let via;
        let out = __private::Call::attempt(
                &mut call,
                {
                    let body = async {
                        #[allow(
                            unreachable_code,
                            clippy::diverging_sub_expression,
                            clippy::empty_loop,
                            clippy::let_unit_value
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
                    let stop = {
                        use __private::tiers::*;
                        let tag = __private::tag(&body);
                        via = tag.tower().aws_retry_via();
                        tag.lenient().tower().aws_retry_stop()
                    };
                    (body, stop)
                },
            )
            .await;
        if let __private::Some(out) = __private::Call::settle(&mut call, out, via) {
            break out;
        }
    }
}
