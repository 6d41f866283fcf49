//! The parts of the integration tests' support that these need.
#![allow(dead_code, reason = "shared with tests that use more of it")]

#[path = "../support/client.rs"]
pub mod client;
#[path = "../support/endpoint/mod.rs"]
pub mod endpoint;
#[path = "../support/peers.rs"]
pub mod peers;
