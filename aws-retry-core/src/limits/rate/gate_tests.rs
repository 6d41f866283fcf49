use std::{
    pin::pin,
    sync::{Arc, Mutex},
    task::Poll,
};

use futures::{StreamExt, future::poll_fn, stream};
use tokio::time::{Duration, Instant, sleep, sleep_until};

use super::*;
use crate::limits::rate::SendOutcome;

#[derive(Clone, Copy)]
struct Paused(Instant);

impl Paused {
    fn new() -> Self {
        Self(Instant::now())
    }
}

impl Timekeeper for Paused {
    fn now(&self) -> Time {
        self.0.elapsed()
    }

    fn sleep_until(&self, until: Time) -> Sleep {
        Box::pin(sleep_until(self.0 + until))
    }
}

/// A gate that sends ten requests per second from the start, evenly spaced.
fn ten_a_second() -> Gate {
    Gate::new(Kind::Paced, 10.0, 1.0)
}

async fn poll_once<F: Future>(future: &mut std::pin::Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}

#[tokio::test(start_paused = true)]
async fn before_the_first_throttle_nothing_waits() {
    struct NoTimer(Paused);
    impl Timekeeper for NoTimer {
        fn now(&self) -> Time {
            self.0.now()
        }
        fn sleep_until(&self, _: Time) -> Sleep {
            panic!("something waits")
        }
    }
    let clock = NoTimer(Paused::new());
    let gate = Gate::new(Kind::Paced, f64::INFINITY, 1.0);
    for _ in 0..10_000 {
        let sent = gate.turn(&mut Ticket::new(), None, true, &clock).await.unwrap();
        let report = SendReport::new(SendOutcome::Accepted);
        gate.answered(&mut Ticket::new(), sent, &report, || panic!("the clock was read"));
    }
    assert_eq!(clock.now(), Duration::ZERO);
    assert_eq!(gate.state(), RateState::default());
}

#[tokio::test(start_paused = true)]
async fn turns_come_in_order_of_arrival_at_the_rate() {
    let (gate, clock) = (Arc::new(ten_a_second()), Paused::new());
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for index in 0..50_u32 {
        let (gate, order) = (Arc::clone(&gate), Arc::clone(&order));
        tasks.push(tokio::spawn(async move {
            let _sent = gate.turn(&mut Ticket::new(), None, false, &clock).await.unwrap();
            order.lock().unwrap().push((index, clock.now().as_millis()));
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let order = order.lock().unwrap();
    for (place, (index, at)) in order.iter().enumerate() {
        assert_eq!(*index as usize, place);
        assert!(at.abs_diff(100 * place as u128) <= 2, "turn {place} came at {at} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_throttled_returns_to_the_front() {
    let (gate, clock) = (ten_a_second(), Paused::new());
    let (mut first, mut second, mut third) = (Ticket::new(), Ticket::new(), Ticket::new());
    let sent = gate.turn(&mut first, None, false, &clock).await.unwrap();
    let mut second = pin!(gate.turn(&mut second, None, false, &clock));
    let mut third = pin!(gate.turn(&mut third, None, false, &clock));
    assert!(poll_once(&mut second).await.is_pending());
    assert!(poll_once(&mut third).await.is_pending());
    drop(sent);
    let mut again = pin!(gate.turn(&mut first, None, false, &clock));
    assert!(poll_once(&mut again).await.is_pending());
    sleep(Duration::from_millis(110)).await;
    assert!(poll_once(&mut second).await.is_pending());
    assert!(poll_once(&mut again).await.is_ready());
    assert!(poll_once(&mut second).await.is_pending());
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_waiter_leaves_at_once() {
    let (gate, clock) = (ten_a_second(), Paused::new());
    let _sent = gate.turn(&mut Ticket::new(), None, false, &clock).await.unwrap();
    let mut ticket = Ticket::new();
    let began = Instant::now();
    {
        let mut cancelled = pin!(gate.turn(&mut ticket, None, false, &clock));
        assert!(poll_once(&mut cancelled).await.is_pending());
        assert_eq!(gate.state().waiting, 1);
    }
    assert_eq!(gate.state().waiting, 0);
    let _sent = gate.turn(&mut Ticket::new(), None, false, &clock).await.unwrap();
    assert!(began.elapsed() <= Duration::from_millis(101));
}

#[tokio::test(start_paused = true)]
async fn a_head_that_nobody_polls_is_passed_over_and_keeps_its_place() {
    let (gate, clock) = (ten_a_second(), Paused::new());
    let _sent = gate.turn(&mut Ticket::new(), None, false, &clock).await.unwrap();
    let mut parked = Ticket::new();
    let mut parked = pin!(gate.turn(&mut parked, None, false, &clock));
    assert!(poll_once(&mut parked).await.is_pending());
    let began = Instant::now();
    for _ in 0..20 {
        let _sent = gate.turn(&mut Ticket::new(), None, false, &clock).await.unwrap();
    }
    // One lease of 200 ms, and no more.
    assert!(began.elapsed() <= Duration::from_millis(2400), "{:?}", began.elapsed());
    let mut behind = Ticket::new();
    let mut behind = pin!(gate.turn(&mut behind, None, false, &clock));
    assert!(poll_once(&mut behind).await.is_pending());
    assert!(poll_once(&mut parked).await.is_pending());
    sleep(Duration::from_millis(101)).await;
    assert!(poll_once(&mut behind).await.is_pending());
    assert!(poll_once(&mut parked).await.is_ready());
}

#[tokio::test(start_paused = true)]
async fn a_whole_parked_stream_does_not_stall_the_rest() {
    let (gate, clock) = (ten_a_second(), Paused::new());
    let gate = &gate;
    let mut parked = stream::iter(0..64)
        .map(|_| async move {
            let mut ticket = Ticket::new();
            gate.turn(&mut ticket, None, false, &clock).await.map(drop)
        })
        .buffer_unordered(64);
    assert!(parked.next().await.is_some());
    let began = Instant::now();
    let mine = stream::iter(0..20)
        .map(|_| async move { gate.turn(&mut Ticket::new(), None, false, &clock).await.map(drop) })
        .buffer_unordered(20)
        .count()
        .await;
    assert_eq!(mine, 20);
    assert!(began.elapsed() <= Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(parked.count().await, 63);
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_cannot_come_in_time_fails_at_once() {
    let (gate, clock) = (ten_a_second(), Paused::new());
    let _sent = gate.turn(&mut Ticket::new(), None, false, &clock).await.unwrap();
    let began = Instant::now();
    let soon = Some(clock.now() + Duration::from_millis(50));
    assert_eq!(
        gate.turn(&mut Ticket::new(), soon, false, &clock).await.unwrap_err(),
        Refused::TooLate
    );
    let waiters: Vec<_> = (0..20)
        .map(|_| {
            let mut ticket = Box::new(Ticket::new());
            Box::pin({
                let gate = &gate;
                async move { gate.turn(&mut ticket, None, false, &clock).await }
            })
        })
        .collect();
    let mut waiters = waiters;
    for waiter in &mut waiters {
        assert!(poll_once(&mut waiter.as_mut()).await.is_pending());
    }
    let later = Some(clock.now() + Duration::from_secs(1));
    assert_eq!(
        gate.turn(&mut Ticket::new(), later, false, &clock).await.unwrap_err(),
        Refused::TooLate
    );
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(gate.state().waiting, 20);
}

#[tokio::test(start_paused = true)]
async fn a_caller_in_a_hurry_does_not_wait() {
    let (gate, clock) = (ten_a_second(), Paused::new());
    let _sent = gate.turn(&mut Ticket::new(), None, true, &clock).await.unwrap();
    assert_eq!(gate.turn(&mut Ticket::new(), None, true, &clock).await.unwrap_err(), Refused::Busy);
    sleep(Duration::from_millis(101)).await;
    let _sent = gate.turn(&mut Ticket::new(), None, true, &clock).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_first_throttle_ends_the_free_sending() {
    for kind in [Kind::Adaptive, Kind::Paced] {
        let (gate, clock) = (Gate::new(kind, f64::INFINITY, 1.0), Paused::new());
        let sent = gate.turn(&mut Ticket::new(), None, true, &clock).await.unwrap();
        let throttled = SendReport::new(SendOutcome::Throttled);
        gate.answered(&mut Ticket::new(), sent, &throttled, || clock.now());
        let state = gate.state();
        assert!(state.rate.is_some_and(|it| it > 0.0 && it.is_finite()));
        assert_eq!(state.throttles, 1);
        for _ in 0..5 {
            let sent = gate.turn(&mut Ticket::new(), None, false, &clock).await.unwrap();
            let accepted = SendReport::new(SendOutcome::Accepted);
            gate.answered(&mut Ticket::new(), sent, &accepted, || clock.now());
        }
        assert!(clock.now() > Duration::ZERO);
    }
}

/// Waiters from runtimes of their own, on threads of their own, by the real clock.
#[test]
fn threads_and_runtimes_share_a_gate() {
    struct Real(std::time::Instant);
    impl Timekeeper for Real {
        fn now(&self) -> Time {
            self.0.elapsed()
        }
        fn sleep_until(&self, until: Time) -> Sleep {
            Box::pin(sleep_until((self.0 + until).into()))
        }
    }
    let gate = Gate::new(Kind::Paced, 2000.0, 1.0);
    let clock = Real(std::time::Instant::now());
    let turns: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let runtime = tokio::runtime::Builder::new_current_thread()
                        .enable_time()
                        .build()
                        .unwrap();
                    runtime.block_on(
                        stream::iter(0..50)
                            .map(|_| async {
                                gate.turn(&mut Ticket::new(), None, false, &clock).await.is_ok()
                            })
                            .buffer_unordered(10)
                            .filter(|it| std::future::ready(*it))
                            .count(),
                    )
                })
            })
            .collect();
        threads.into_iter().map(|it| it.join().unwrap()).sum()
    });
    assert_eq!(turns, 200);
    assert_eq!(gate.state().waiting, 0);
}

/// An executor whose waker owns its task: the last waker drops a call in the same queue.
#[test]
fn wakers_are_dropped_outside_the_lock() {
    struct Owner(Arc<Gate>);
    impl std::task::Wake for Owner {
        fn wake(self: Arc<Self>) {}
    }
    impl Drop for Owner {
        fn drop(&mut self) {
            let free = self.0.queue.try_lock().is_ok();
            assert!(free || std::thread::panicking(), "dropped under the lock");
        }
    }

    let gate = Arc::new(Gate::new(Kind::Paced, 0.1, 1.0));
    let clock = Stopped;
    let poll = |turn: std::pin::Pin<&mut Turn<'_, Stopped>>| {
        let waker = Waker::from(Arc::new(Owner(Arc::clone(&gate))));
        turn.poll(&mut Context::from_waker(&waker))
    };
    let (mut first, mut second) = (Ticket::new(), Ticket::new());
    assert!(poll(pin!(gate.turn(&mut first, None, false, &clock))).is_ready());
    let mut waiting = Box::pin(gate.turn(&mut second, None, false, &clock));
    assert!(poll(waiting.as_mut()).is_pending());
    assert!(poll(waiting.as_mut()).is_pending(), "it replaces the waker");
    drop(waiting);
    assert_eq!(gate.state().waiting, 0);
}

/// Time that stands still.
struct Stopped;

impl Timekeeper for Stopped {
    fn now(&self) -> Time {
        Time::from_secs(1)
    }

    fn sleep_until(&self, _: Time) -> Sleep {
        Box::pin(std::future::pending())
    }
}

/// Of two threads, the one with the older reading may reach the queue later: it would look like a clock that
/// was set back, and the rate would run ahead.
#[test]
fn the_clock_is_read_under_the_lock() {
    struct UnderLock(Arc<Gate>);
    impl Timekeeper for UnderLock {
        fn now(&self) -> Time {
            assert!(self.0.queue.try_lock().is_err(), "read before the lock was taken");
            Time::from_secs(1)
        }

        fn sleep_until(&self, _: Time) -> Sleep {
            Box::pin(std::future::pending())
        }
    }

    let gate = Arc::new(Gate::new(Kind::Paced, 100.0, 1.0));
    let clock = UnderLock(Arc::clone(&gate));
    let mut ticket = Ticket::new();
    let turn = futures::executor::block_on(gate.turn(&mut ticket, None, false, &clock)).unwrap();
    assert!(gate.earliest_turn(&ticket, || clock.now()).is_some());
    gate.answered(&mut ticket, turn, &SendReport::new(SendOutcome::Throttled), || clock.now());
}

/// From these the controller learns, at the first throttle, what was sent in the last one or two seconds.
#[test]
fn about_one_send_per_second_is_remembered() {
    let gate = Gate::new(Kind::Paced, f64::INFINITY, 1.0);
    let remembered = |millis: u64, cost: f64| {
        let mut ticket = Ticket::new();
        ticket.set_cost(cost);
        let _ = gate.at_once(&mut ticket, || Duration::from_millis(millis)).unwrap();
        gate.recent.send()
    };
    let first = Dispatch { id: 0, at: 5.0, cost: 1.0, surplus: 0.0 };
    for (millis, cost) in [(5000, 4.0), (5500, 3.0), (6000, 1.0), (6001, 2.0), (6900, 1.0)] {
        assert_eq!(remembered(millis, cost), first, "{millis}");
    }
    // Number 3, after sends that cost 3 and 2 more than one unit.
    let fourth = Dispatch { id: 3, at: 6.001, cost: 1.0, surplus: 5.0 };
    assert_eq!(remembered(7002, 1.0), fourth);
    assert_eq!(remembered(7003, 1.0), fourth);
}

#[test]
fn a_place_that_is_reserved_is_kept() {
    let (gate, mut first, mut second) = (ten_a_second(), Ticket::new(), Ticket::new());
    gate.reserve(&mut first);
    gate.reserve(&mut second);
    let places = [first.place, second.place];
    assert!(places[0].is_some() && places[0] < places[1], "{places:?}");
    gate.reserve(&mut first);
    assert_eq!(first.place, places[0]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_is_woken_to_ask_again() {
    let (gate, clock) = (ten_a_second(), Paused::new());
    let (mut first, mut second) = (Ticket::new(), Ticket::new());
    let _ = gate.turn(&mut first, None, false, &clock).await.unwrap();
    let woken = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    struct Count(Arc<std::sync::atomic::AtomicUsize>);
    impl std::task::Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let waker = Arc::new(Count(Arc::clone(&woken))).into();
    let mut turn = pin!(gate.turn(&mut second, None, false, &clock));
    assert!(turn.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    gate.wake();
    assert_eq!(woken.load(Ordering::Relaxed), 1);
}

#[test]
fn the_lowest_bound_of_the_newest_change_counts() {
    for (bounds, rate) in [
        (&[][..], 10.0),
        (&[(0, 5.0), (0, 7.0)], 5.0),
        (&[(1, 20.0), (0, 5.0)], 20.0),
        (&[(2, 20.0), (1, 5.0), (2, 15.0)], 15.0),
    ] {
        let gate = ten_a_second();
        // Faster than any of the bounds.
        let belief = Belief { rate: 1000.0, burst: Some(5.0), available: 5.0, age: None };
        gate.believe(Time::ZERO, belief);
        bounds.iter().for_each(|(change, max_rate)| gate.follow(*change, *max_rate));
        assert_eq!(gate.state().rate, Some(rate), "{bounds:?}");
    }
}
