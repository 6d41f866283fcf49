async fn describe(ec2: &Client, region: &str) -> Result<Vpcs, Error> {
    static AWS_RETRY_SITE: ::aws_retry::__private::Site = ::aws_retry::__private::Site::new(
        "describe",
        ::core::module_path!(),
        ::aws_retry::__private::RetryPolicy::new(),
    );
    let mut call = ::aws_retry::__private::Call::new(&AWS_RETRY_SITE);
    loop {
        let out = {
            call.attempt({
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
                        use ::aws_retry::__private::tiers::*;
                        let tag = ::aws_retry::__private::tag(&body);
                        (&&&&&&&tag.lenient()).stop()
                    };
                    ::aws_retry::__private::Body::new(body, stop)
                })
                .await
        };
        let via = {
            use ::aws_retry::__private::tiers::*;
            let tag = ::aws_retry::__private::tag_of(&out);
            (&&&&&&&&&tag).via()
        };
        match call.settle(out, via, ::aws_retry::__private::Extras::NONE) {
            ::aws_retry::__private::ControlFlow::Break(out) => break out,
            ::aws_retry::__private::ControlFlow::Continue(()) => {}
        }
    }
}
