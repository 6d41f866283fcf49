//! The attribute of `aws-retry`. Use it through the crate `aws-retry`.
