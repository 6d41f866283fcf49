/// One page, however hard EC2 throttles.
pub async fn page(
    ec2: &Client,
    token: Option<String>,
    left: u32,
) -> anyhow::Result<Page> {
    static AWS_RETRY_SITE: __private::Site = __private::Site::new(
        "page",
        ::core::module_path!(),
        __private::RetryPolicy::new()
            .max_retries(5)
            .base_delay(__private::Duration::from_nanos(500000000))
            .added_errors(&["Busy"]),
    );
    let mut call = __private::Call::new(&AWS_RETRY_SITE);
    loop {
        let fresh1 = __private::clone_for_retry(&token);
        let fresh2 = left;
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
                    let hint: anyhow::Result<Page> = loop {};
                    return hint;
                }
                #[cfg_attr(
                    clippy,
                    allow(
                        clippy::shadow_reuse,
                        clippy::shadow_same,
                        clippy::shadow_unrelated
                    )
                )]
                let token = fresh1;
                #[cfg_attr(
                    clippy,
                    allow(
                        clippy::shadow_reuse,
                        clippy::shadow_same,
                        clippy::shadow_unrelated
                    )
                )]
                let mut left = fresh2;
                let out: anyhow::Result<Page> = {
                    left -= 1;
                    Ok(
                        ec2
                            .describe_instances()
                            .set_next_token(token)
                            .max_results(left)
                            .send()
                            .await?,
                    )
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
