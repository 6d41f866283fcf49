//! The run time of `aws-retry`. Use it through the crate `aws-retry`.
