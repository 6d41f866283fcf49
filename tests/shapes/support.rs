//! The service that the bodies call: it fails a given number of times and counts its requests.

use std::sync::atomic::{AtomicU32, Ordering};

pub use aws_smithy_types::error::ErrorMetadata;

/// Answers after some throttles.
#[derive(Debug)]
pub struct Service {
    failures: u32,
    runs: AtomicU32,
}

/// A service that throttles this number of requests before it answers.
pub fn throttles(failures: u32) -> Service {
    Service { failures, runs: AtomicU32::new(0) }
}

pub fn throttled() -> ErrorMetadata {
    ErrorMetadata::builder().code("ThrottlingException").message("Rate exceeded").build()
}

impl Service {
    /// One request: the number of the run that succeeded, from 1.
    pub fn send(&self) -> Result<u32, ErrorMetadata> {
        let run = self.runs.fetch_add(1, Ordering::SeqCst) + 1;
        if run > self.failures { Ok(run) } else { Err(throttled()) }
    }

    /// The same after it has yielded to the scheduler, so that the body holds its values across an await.
    pub async fn ask(&self) -> Result<u32, ErrorMetadata> {
        tokio::task::yield_now().await;
        self.send()
    }

    /// The number of times that the body ran.
    pub fn runs(&self) -> u32 {
        self.runs.load(Ordering::SeqCst)
    }
}

/// Counts its clones.
#[derive(Debug, Default)]
pub struct Clones(std::sync::Arc<AtomicU32>);

impl Clone for Clones {
    fn clone(&self) -> Self {
        self.0.fetch_add(1, Ordering::SeqCst);
        Self(self.0.clone())
    }
}

impl Clones {
    /// The count, to read after the value is gone.
    pub fn counter(&self) -> std::sync::Arc<AtomicU32> {
        self.0.clone()
    }
}

/// Can't be cloned.
#[derive(Debug, PartialEq)]
pub struct Once(pub u32);
