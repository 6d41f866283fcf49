//! A token that is the same for each attempt of a call.

use crate::clock::random;
use crate::context::call_context::with;

/// A client token (idempotency token) that stays the same over the attempts of the call in progress and
/// differs from call to call; outside every call, each use returns a new one. It has 36 characters, in the
/// form of a UUID of version 4.
///
/// The SDK makes its own token in each `send()`, so a service takes a retry for a new request. Pass this one
/// wherever an operation has a client token:
///
/// ```
/// let token = aws_retry_core::client_token();
/// // client.create_secret().client_request_token(token) ..
/// # assert_eq!(token.len(), 36);
/// ```
///
/// If one annotated function calls another, the token is the innermost call's. It is not unique on
/// `wasm32-unknown-unknown`, whose standard library does not have a source of randomness.
#[must_use]
pub fn client_token() -> String {
    let bits = with(|context| match context.is_in_call() {
        true => context.records().token(random::unique),
        false => random::unique(),
    });
    uuid(bits)
}

fn uuid(bits: u128) -> String {
    const VERSION: u128 = 0xf << 76;
    const VARIANT: u128 = 0b11 << 62;
    let bits = bits & !VERSION & !VARIANT | 4 << 76 | 0b10 << 62;
    let part = |low: u32, digits: u32| (bits >> (4 * low)) & ((1 << (4 * digits)) - 1);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        part(24, 8),
        part(20, 4),
        part(16, 4),
        part(12, 4),
        part(0, 12)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn formed_as_a_version_4_uuid() {
        assert_eq!(uuid(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid(u128::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(
            uuid(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef),
            "01234567-89ab-4def-8123-456789abcdef"
        );
    }

    #[test]
    fn the_same_over_the_attempts_of_a_call_and_fresh_in_the_next() {
        let policy = crate::RetryPolicy::new().base_delay(std::time::Duration::ZERO);
        let tokens = || {
            let mut tokens = Vec::new();
            let failed: Result<(), _> = policy.run_blocking(|| {
                tokens.push(client_token());
                tokens.push(client_token());
                Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
            });
            assert!(failed.is_err());
            tokens
        };
        let (first, second) = (tokens(), tokens());
        assert_eq!(first.len(), 12);
        assert_eq!(first.iter().chain(&second).collect::<HashSet<_>>().len(), 2);
    }

    #[test]
    fn outside_a_call_each_is_fresh() {
        let tokens: HashSet<_> = (0..1000).map(|_| client_token()).collect();
        assert_eq!(tokens.len(), 1000);
    }
}
