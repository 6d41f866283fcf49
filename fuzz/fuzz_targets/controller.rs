#![no_main]

#[path = "../bodies/bytes.rs"]
mod bytes;
#[path = "../bodies/controller.rs"]
mod controller;

libfuzzer_sys::fuzz_target!(|data: &[u8]| controller::run(data));
