//! One attribute makes an AWS call survive throttling.
