//! The shared part of the gate under every interleaving.

use std::{
    collections::BTreeSet,
    pin::pin,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    task::{Context, Wake, Waker},
};

use loom::{sync::Arc, thread};

use super::*;
use crate::limits::rate::SendOutcome;

/// The models of this file.
pub const MODELS: &[fn()] =
    &[the_first_throttle_comes_while_others_send, a_cancelled_head_loses_no_wake_up];

/// Time stands still; remembers the end of each sleep.
#[derive(Default)]
struct Still(std::sync::Mutex<Time>);

impl Timekeeper for Still {
    fn now(&self) -> Time {
        Time::from_secs(1)
    }

    fn sleep_until(&self, until: Time) -> Sleep {
        *self.0.lock().unwrap() = until;
        Box::pin(std::future::pending())
    }
}

#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn poll(turn: Pin<&mut Turn<'_, Still>>, waker: &Waker) -> Option<u64> {
    match turn.poll(&mut Context::from_waker(waker)) {
        Poll::Ready(sent) => sent.ok().map(|it| it.0.id),
        Poll::Pending => None,
    }
}

/// The first throttle comes while others send: no send is counted twice, and the throttle is seen.
fn the_first_throttle_comes_while_others_send() {
    let gate = Arc::new(Gate::new(Kind::Paced, f64::INFINITY, 1.0));
    let threads: Vec<_> = [SendOutcome::Throttled, SendOutcome::Accepted]
        .into_iter()
        .map(|outcome| {
            let gate = Arc::clone(&gate);
            thread::spawn(move || {
                let clock = Still::default();
                let mut ticket = Ticket::new();
                let sent = gate.at_once(&mut ticket, || clock.now())?;
                let ids = (sent.0.id, ticket.place);
                gate.answered(&mut ticket, sent, &SendReport::new(outcome), || clock.now());
                Some(ids)
            })
        })
        .collect();
    let ids: Vec<_> = threads.into_iter().filter_map(|it| it.join().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    let throttled = gate.state().throttles == 1;
    assert_eq!(gate.at_once(&mut Ticket::new(), || Time::ZERO).is_none(), throttled);
}

/// The head is canceled while another call joins: the new head has its timer or was woken.
fn a_cancelled_head_loses_no_wake_up() {
    let gate = Arc::new(Gate::new(Kind::Paced, 10.0, 1.0));
    let clock = Still::default();
    let first = poll(pin!(gate.turn(&mut Ticket::new(), None, false, &clock)), Waker::noop());
    assert_eq!(first, Some(0));
    let cancelled = {
        let gate = Arc::clone(&gate);
        thread::spawn(move || {
            let clock = Still::default();
            let mut ticket = Ticket::new();
            let turn = pin!(gate.turn(&mut ticket, None, false, &clock));
            assert_eq!(poll(turn, Waker::noop()), None);
        })
    };
    let woken = std::sync::Arc::new(Woken::default());
    let waker = Waker::from(std::sync::Arc::clone(&woken));
    let mut ticket = Ticket::new();
    let mut turn = pin!(gate.turn(&mut ticket, None, false, &clock));
    assert_eq!(poll(turn.as_mut(), &waker), None);
    cancelled.join().unwrap();
    let told = *clock.0.lock().unwrap();
    let due = Time::from_millis(1100);
    assert!(woken.0.load(SeqCst) > 0 || told <= due, "told {told:?} and not woken");
    assert_eq!(gate.state().waiting, 1);
}
