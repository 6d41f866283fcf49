//! The time of work under contention: the threads begin together and run through the same window.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_millis(100);
const ROUNDS: usize = 9;
/// Units of work between two checks whether the window is over.
const STRIDE: u32 = 1000;

/// Nanoseconds per unit of work on each of `threads`: the median of some windows. `worker` makes the unit
/// of work of the thread with that number.
pub fn median<W: FnMut()>(threads: usize, worker: impl Fn(usize) -> W + Sync) -> f64 {
    let mut nanos = [0.0; ROUNDS].map(|_: f64| window(threads, &worker));
    nanos.sort_by(f64::total_cmp);
    nanos[ROUNDS / 2]
}

fn window<W: FnMut()>(threads: usize, worker: &(impl Fn(usize) -> W + Sync)) -> f64 {
    let (start, over) = (Barrier::new(threads + 1), AtomicBool::new(false));
    let run = |number: usize| {
        let mut unit = worker(number);
        start.wait();
        let (begun, mut units) = (Instant::now(), 0_u32);
        while !over.load(Ordering::Relaxed) {
            (0..STRIDE).for_each(|_| unit());
            units += STRIDE;
        }
        (begun.elapsed(), units)
    };
    thread::scope(|scope| {
        let run = &run;
        let handles: Vec<_> = (0..threads).map(|i| scope.spawn(move || run(i))).collect();
        start.wait();
        thread::sleep(WINDOW);
        over.store(true, Ordering::Relaxed);
        let done = handles.into_iter().map(|handle| handle.join().expect("no panic"));
        let (times, units): (Vec<_>, Vec<_>) = done.unzip();
        let nanos: f64 = times.iter().map(|time| time.as_secs_f64() * 1e9).sum();
        nanos / f64::from(units.into_iter().sum::<u32>())
    })
}
