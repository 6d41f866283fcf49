async fn paced(
    ec2: &Client,
    account: &str,
    region: &str,
    timeout: Duration,
) -> Result<Page, MyError> {
    static AWS_RETRY_SITE: __private::Site = __private::Site::new(
        "paced",
        ::core::module_path!(),
        __private::RetryPolicy::new().mode(__private::Mode::Paced),
    );
    let late = __private::RetryPolicy::new();
    let late = late.total_timeout(timeout);
    let mut call = __private::Call::new(&AWS_RETRY_SITE)
        .late(&late)
        .scope(__private::scope_key(&(&"ec2:DescribeInstances", &account, &region)));
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
                            let hint: Result<Page, MyError> = loop {};
                            return hint;
                        }
                        let out: Result<Page, MyError> = {
                            ec2.describe_instances().send().await.map_err(MyError::from)
                        };
                        #[allow(unreachable_code)] out
                    };
                    let stop = {
                        use __private::tiers::*;
                        let tag = __private::tag(&body);
                        via = tag.lenient().tower().aws_retry_via();
                        tag.tower().aws_retry_stop()
                    };
                    (body, stop)
                },
            )
            .await;
        if let __private::Some(out) = __private::Call::settle_by(
            &mut call,
            out,
            via,
            __private::Extras {
                retry_if: __private::Some(&is_busy),
                on_retry: __private::Some(&|event| println!("{event:?}")),
                ..__private::Extras::NONE
            },
        ) {
            break out;
        }
    }
}
