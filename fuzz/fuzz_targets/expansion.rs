#![no_main]

use aws_retry_macro::expansion;

#[path = "../bodies/expansion.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| body::run(data, expansion));
