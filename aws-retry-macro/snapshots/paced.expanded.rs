async fn paced(
    ec2: &Client,
    account: &str,
    region: &str,
    timeout: Duration,
) -> Result<Page, MyError> {
    static AWS_RETRY_SITE: ::aws_retry::__private::Site = ::aws_retry::__private::Site::new(
        "paced",
        ::core::module_path!(),
        ::aws_retry::__private::RetryPolicy::new()
            .mode(::aws_retry::__private::Mode::Paced),
    );
    let late = ::aws_retry::__private::RetryPolicy::new().total_timeout(timeout);
    let mut call = ::aws_retry::__private::Call::new(&AWS_RETRY_SITE)
        .late(&late)
        .scope(
            ::aws_retry::__private::scope_key(
                &(&"ec2:DescribeInstances", &account, &region),
            ),
        );
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
                            let hint: Result<Page, MyError> = loop {};
                            return hint;
                        }
                        let out: Result<Page, MyError> = {
                            ec2.describe_instances().send().await.map_err(MyError::from)
                        };
                        #[allow(unreachable_code)] out
                    };
                    let stop = {
                        use ::aws_retry::__private::tiers::*;
                        let tag = ::aws_retry::__private::tag(&body);
                        (&&&&&&&tag).stop()
                    };
                    ::aws_retry::__private::Body::new(body, stop)
                })
                .await
        };
        let via = {
            use ::aws_retry::__private::tiers::*;
            let tag = ::aws_retry::__private::tag_of(&out);
            (&&&&&&&&&tag.lenient()).via()
        };
        match call
            .settle(
                out,
                via,
                ::aws_retry::__private::Extras {
                    retry_if: ::aws_retry::__private::Some(&is_busy),
                    on_retry: ::aws_retry::__private::Some(
                        &|event| println!("{event:?}"),
                    ),
                    ..::aws_retry::__private::Extras::NONE
                },
            )
        {
            ::aws_retry::__private::ControlFlow::Break(out) => break out,
            ::aws_retry::__private::ControlFlow::Continue(()) => {}
        }
    }
}
