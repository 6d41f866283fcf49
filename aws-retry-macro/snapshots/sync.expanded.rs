fn upload(&mut self, body: Vec<u8>) -> io::Result<()> {
    static AWS_RETRY_SITE: __private::Site = __private::Site::new(
        "upload",
        ::core::module_path!(),
        __private::RetryPolicy::new().jitter(__private::Jitter::Full).idempotent(false),
    );
    let mut call = __private::Call::new(&AWS_RETRY_SITE);
    loop {
        let fresh1 = __private::again(&body);
        let out = __private::Call::attempt_blocking(
            &mut call,
            || -> io::Result<()> {
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
            },
        );
        let via = {
            use __private::tiers::*;
            let tag = __private::tag_of(&out);
            tag.tower().aws_retry_via()
        };
        if let __private::Some(out) = __private::Call::settle(&mut call, out, via) {
            __private::used_up(body);
            break out;
        }
    }
}
