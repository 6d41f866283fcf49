fn upload(&mut self, body: Vec<u8>) -> io::Result<()> {
    static AWS_RETRY_SITE: __private::Site = __private::Site::new(
        "upload",
        ::core::module_path!(),
        __private::RetryPolicy::new().jitter(__private::Jitter::Full).idempotent(false),
    );
    let mut call = __private::Call::new(&AWS_RETRY_SITE);
    loop {
        let fresh1 = __private::clone_for_retry(&body);
        let read;
        let out = __private::Call::attempt_blocking(
            &mut call,
            {
                let body = || -> io::Result<()> {
                    #[cfg_attr(
                        clippy,
                        allow(
                            clippy::shadow_reuse,
                            clippy::shadow_same,
                            clippy::shadow_unrelated
                        )
                    )]
                    let body = fresh1;
                    let out: io::Result<()> = {
                        self.count += 1;
                        self.client.put(body)
                    };
                    #[allow(unreachable_code)] out
                };
                let (body, error_type) = __private::error_type_blocking(body);
                use __private::read_error::*;
                read = error_type.read_by_priority().aws_retry_read();
                (body, error_type.optional().stop_by_priority().aws_retry_stop())
            },
        );
        if let __private::Some(out) = __private::Call::finish(&mut call, out, read) {
            __private::consume(body);
            break out;
        }
    }
}
