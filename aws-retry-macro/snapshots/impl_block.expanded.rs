impl Inventory {
    async fn list(&self) -> Result<Vec<Item>, Error> {
        static AWS_RETRY_SITE: __private::Site = __private::Site::new(
            "list",
            ::core::module_path!(),
            __private::RetryPolicy::new().max_retries(3),
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
                        let hint: Result<Vec<Item>, Error> = loop {};
                        return hint;
                    }
                    let out: Result<Vec<Item>, Error> = {
                        self.client.list().send().await
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
    async fn names(self: Arc<Self>) -> Answer {
        static AWS_RETRY_SITE: __private::Site = __private::Site::new(
            "names",
            ::core::module_path!(),
            __private::RetryPolicy::new()
                .max_retries(3)
                .base_delay(__private::Duration::from_nanos(1000000000)),
        );
        let mut call = __private::Call::new(&AWS_RETRY_SITE);
        loop {
            let fresh0 = __private::clone_for_retry(&self);
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
                        let hint: Answer = loop {};
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
                    let __self = fresh0;
                    let out: Answer = {
                        tokio::spawn(async move { __self.client.names().await }).await?
                    };
                    #[allow(unreachable_code)] out
                };
                let (body, error_type) = __private::error_type(body);
                let adapters = if false {
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
    async fn cached(&self) -> Cached {
        static AWS_RETRY_SITE: __private::Site = __private::Site::new(
            "cached",
            ::core::module_path!(),
            __private::RetryPolicy::new().max_retries(3),
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
                        let hint: Cached = loop {};
                        return hint;
                    }
                    let out: Cached = { self.cache.lock().await.clone() };
                    #[allow(unreachable_code)] out
                };
                let body = {
                    use __private::as_result::*;
                    (&&__private::TypeOf::future(&body)).aws_retry_future_as_result(body)
                };
                let (body, error_type) = __private::error_type(body);
                let adapters = if false {
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
                break __private::IntoOutput::into_output(out);
            }
        }
    }
    async fn bare(&self) -> Result<(), Error> {
        self.client.ping().await
    }
}
