//! The code blocks of the README and of the guide to the SDK compile as printed.

#[doc = include_str!("../../README.md")]
mod readme {}

#[doc = include_str!("../../docs/sdk.md")]
mod with_the_sdk {}
