//! A build without a source of sleep: async calls are refused, and told what to enable; blocking ones
//! need none. `TRYBUILD=overwrite cargo test -p aws-retry-no-sleep` writes the `.stderr` files again.

#[test]
fn what_to_enable_is_said() {
    trybuild::TestCases::new().compile_fail("refused/*.rs");
}

mod blocking {
    use std::io::{Error, ErrorKind};

    use aws_retry::{RetryPolicy, aws_retry};

    #[aws_retry(base_delay = "1ms")]
    fn read(tries: &mut u32) -> Result<u32, Error> {
        *tries += 1;
        if *tries < 3 { Err(ErrorKind::ConnectionReset.into()) } else { Ok(*tries) }
    }

    #[test]
    fn calls_need_none() {
        assert_eq!(read(&mut 0).ok(), Some(3));
        let mut tries = 0;
        let policy = RetryPolicy::new().base_delay(std::time::Duration::from_millis(1));
        assert_eq!(policy.run_blocking(|| read(&mut tries)).ok(), Some(3));
    }
}
