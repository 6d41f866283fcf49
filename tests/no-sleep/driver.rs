//! A build without a source of sleep. Async calls do not compile, and the error names the feature to enable;
//! blocking calls work. `TRYBUILD=overwrite cargo test -p aws-retry-no-sleep` writes the `.stderr` files again.

#[test]
fn an_async_call_is_an_error_that_names_the_feature_to_enable() {
    trybuild::TestCases::new().compile_fail("refused/*.rs");
}

mod blocking {
    use std::io::{Error, ErrorKind};

    use aws_retry::{RetryPolicy, aws_retry};

    #[aws_retry(base_delay = "1ms")]
    fn read(attempts: &mut u32) -> Result<u32, Error> {
        *attempts += 1;
        if *attempts < 3 { Err(ErrorKind::ConnectionReset.into()) } else { Ok(*attempts) }
    }

    #[test]
    fn calls_need_none() {
        assert_eq!(read(&mut 0).ok(), Some(3));
        let mut attempts = 0;
        let policy = RetryPolicy::new().base_delay(std::time::Duration::from_millis(1));
        assert_eq!(policy.run_blocking(|| read(&mut attempts)).ok(), Some(3));
    }
}
