#![no_main]

#[path = "../bodies/bytes.rs"]
mod bytes;
#[path = "../bodies/machine.rs"]
mod machine;

libfuzzer_sys::fuzz_target!(|data: &[u8]| machine::run(data));
