//! One attribute makes an AWS call survive throttling.

pub use aws_retry_core::*;
pub use aws_retry_macro::*;

#[doc(hidden)]
pub use aws_retry_core::__private;
