#![no_main]

#[path = "../bodies/bytes.rs"]
mod bytes;
#[path = "../bodies/fleet.rs"]
mod fleet;

libfuzzer_sys::fuzz_target!(|data: &[u8]| fleet::run(data));
