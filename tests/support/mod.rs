//! What the integration tests share: a scripted endpoint that can stand in front of another one,
//! SDK clients without retries of their own, and the Python programs that the tests compare with.
#![allow(dead_code, reason = "each test uses a part of it")]

pub mod client;
pub mod clients;
pub mod endpoint;
pub mod peers;
