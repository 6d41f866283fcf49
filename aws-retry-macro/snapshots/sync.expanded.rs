fn upload(&mut self, body: Vec<u8>) -> io::Result<()> {
    static AWS_RETRY_SITE: ::aws_retry::__private::Site = ::aws_retry::__private::Site::new(
        "upload",
        ::core::module_path!(),
        ::aws_retry::__private::RetryPolicy::new()
            .jitter(::aws_retry::__private::Jitter::Full)
            .idempotent(false),
    );
    let mut call = ::aws_retry::__private::Call::new(&AWS_RETRY_SITE);
    loop {
        let out = {
            let fresh1 = ::aws_retry::__private::again(&body);
            call.attempt_blocking(|| -> io::Result<()> {
                #[allow(
                    clippy::shadow_reuse,
                    clippy::shadow_same,
                    clippy::shadow_unrelated
                )]
                let body = fresh1;
                let out: io::Result<()> = {
                    self.count += 1;
                    self.client.put(body)
                };
                #[allow(unreachable_code)] out
            })
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
