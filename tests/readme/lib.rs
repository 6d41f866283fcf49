//! The code blocks of the README and of the pages in `docs/` compile as printed, without a warning that something is
//! deprecated.

#![doc(test(attr(deny(deprecated))))]

#[doc = include_str!("../../README.md")]
mod readme {}

#[doc = include_str!("../../docs/failures.md")]
mod failures {}

#[doc = include_str!("../../docs/migration.md")]
mod migration {}

#[doc = include_str!("../../docs/sdk.md")]
mod with_the_sdk {}
