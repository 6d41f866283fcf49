//! The subjects of the benchmarks, and the code that they share.

pub mod contenders;
pub mod orchestrator;
pub mod strategy;
pub mod turns;
pub mod window;

use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// Polls `future` to its end as an executor does: through a vtable, so that nothing of it is inlined
/// into the loop that measures.
#[inline]
pub fn drive<F: Future>(future: F) -> F::Output {
    let mut cx = Context::from_waker(Waker::noop());
    let mut future = pin!(future);
    loop {
        let erased: Pin<&mut dyn Future<Output = F::Output>> = future.as_mut();
        if let Poll::Ready(output) = black_box(erased).poll(&mut cx) {
            return output;
        }
    }
}
