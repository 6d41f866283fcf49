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
    let call_policy = __private::RetryPolicy::new();
    let call_policy = call_policy.total_timeout(timeout);
    let mut call = __private::Call::new(&AWS_RETRY_SITE)
        .call_policy(&call_policy)
        .scope({
            use __private::scope_element::*;
            __private::elements_named(
                &[
                    __private::InScope(&&"ec2:DescribeInstances").aws_retry_element(),
                    __private::InScope(&&account).aws_retry_element(),
                    __private::InScope(&&region).aws_retry_element(),
                ],
            )
        });
    loop {
        let read;
        let out = __private::Call::attempt_before_callbacks(
                &mut call,
                {
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
                            let hint: Result<Page, MyError> = loop {};
                            return hint;
                        }
                        let out: Result<Page, MyError> = {
                            ec2.describe_instances().send().await.map_err(MyError::from)
                        };
                        #[allow(unreachable_code)] out
                    };
                    let (body, error_type) = __private::error_type(body);
                    use __private::read_error::*;
                    read = error_type.optional().read_by_priority().aws_retry_read();
                    (body, error_type.stop_by_priority().aws_retry_stop())
                },
            )
            .await;
        if let __private::Some(out) = __private::Call::finish_with(
            &mut call,
            out,
            read,
            __private::Callbacks {
                retry_if: __private::Some(&is_busy),
                on_retry: __private::Some(&|event| println!("{event:?}")),
                ..__private::Callbacks::NONE
            },
        ) {
            break out;
        }
    }
}
