//! The run time as a whole, one module per subject. A test that changes something of the whole process (its
//! clock, its observer, its overrides, its recorder) lies beside this folder, in a process of its own.

#[path = "../support/mod.rs"]
mod support;

mod advice;
#[cfg(feature = "sdk")]
mod bounds;
#[cfg(feature = "sdk")]
mod corpus;
mod costs;
mod deadlines;
mod dropped;
mod harness;
#[cfg(feature = "sdk")]
mod odd_clocks;
mod reports;
#[cfg(feature = "sdk")]
mod run_times;
mod starved;
mod waits;
