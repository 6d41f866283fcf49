//! The cost of retry code to a call that needs no retry, in time.

use std::hint::black_box;
use std::sync::LazyLock;

use aws_retry_benches::contenders::{self, Answer};
use aws_retry_benches::drive;
use divan::Bencher;
use tokio::runtime::Runtime;

fn main() {
    divan::main();
}

/// `total_timeout` needs a timer.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime")
});

fn bench<const N: usize, F: Future<Output = Answer<N>>>(
    bencher: Bencher<'_, '_>,
    polls: u32,
    contender: impl Fn(u64, u32) -> F + Sync,
) {
    let _inside = RUNTIME.enter();
    bencher.bench(|| drive(contender(black_box(7), black_box(polls))));
}

macro_rules! benches {
    ($($name:literal => $bench:ident, $contender:ident;)+) => {
        /// An answer of 8 bytes, ready at once.
        mod small {
            use super::*;
            $(
                #[divan::bench(name = $name, sample_size = 1000)]
                fn $bench(bencher: Bencher<'_, '_>) {
                    bench(bencher, 1, contenders::$contender::<1>);
                }
            )+
        }

        /// An answer of 512 bytes, ready at the tenth poll.
        mod large {
            use super::*;
            $(
                #[divan::bench(name = $name, sample_size = 1000)]
                fn $bench(bencher: Bencher<'_, '_>) {
                    bench(bencher, 10, contenders::$contender::<64>);
                }
            )+
        }
    };
}
aws_retry_benches::contenders!(benches);
