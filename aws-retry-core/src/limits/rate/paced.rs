//! The send rate of paced mode: the quota measured, and a sawtooth around it. Pure.
//!
//! A [`Ledger`] measures the quota between two throttles. The rate starts each cycle a little below
//! it, so that the bucket stores something, and rises slowly through it until a throttle tells that
//! the bucket is empty again: nothing is lost, and each cycle costs a throttle or two and measures
//! the quota anew. If the throttle does not come, the quota has grown: the rate doubles and doubles.
//! Cycles last real seconds, so that of several processes the greedier is cut more often.
//! While every probe is throttled, each pause is as long as all before: no call is spent on a shut door.

mod cruise;
mod search;

use super::{
    Outcome, Send,
    ledger::{Ledger, Measure, Throttle},
};
use cruise::{OVERDUE, SOON};
use search::Herd;

/// In cycles: a throttle before or after did not come when the own sends would have made it come.
const REGULAR: std::ops::Range<f64> = 1.2..3.0;
/// So many accepted between two throttles make a measure, so many the first; so many half of a good one.
const ENOUGH: f64 = 3.0;
const FIRST: f64 = 2.0;
const HALF: f64 = 6.0;
/// Seconds after a cut in which most of what was accepted was sent before it, maybe into a window that
/// is shut now.
const SOON_AFTER_A_CUT: f64 = 0.1;
/// Seconds without a send while all are throttled: half a window.
const LONGEST_PAUSE: f64 = 0.5;
/// With a share of less than 1 nothing is learned any more: so often the quota is measured anew.
const RELEARN: f64 = 300.0;
const LOWEST_RATE: f64 = 1e-3;
const HIGHEST_RATE: f64 = 1e9;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// Never throttled: nothing is held back.
    Calm,
    /// Faster and faster, until throttles tell the quota.
    Search,
    /// Around the quota.
    Cruise,
}

#[derive(Debug)]
pub(super) struct Paced {
    share: f64,
    phase: Phase,
    /// The quota as measured; while searching, the rate tried.
    quota: f64,
    ledger: Ledger,
    /// Seconds of this cycle in which somebody waited.
    age: f64,
    /// Sends that may go at once.
    credit: f64,
    refilled_at: f64,
    /// Somebody waits for a turn.
    wanted: bool,
    /// Something was sent at the rate that the search tries.
    tried: bool,
    /// What the bucket is known to hold.
    burst: f64,
    /// Requests that a run makes, smoothed.
    per_run: f64,
    /// A send of the calm, and when it was.
    calm: (u64, f64),
    herd: Option<Herd>,
    next_id: u64,
    /// Sends before this one were of the calm, and took no credit.
    paced_from: u64,
    /// Sends before this one went out at an older rate: their throttles are old news.
    cut_id: u64,
    cut_at: f64,
    /// Since then, nothing sent after a cut was accepted: a window may be used up.
    shut: Option<f64>,
    /// Cycles since the quota last changed, up to 3: the first ones are shorter.
    settled: u32,
    /// How often throttles come irregularly: others use the quota too. 0 to 1.
    shared: f64,
    /// Seconds that the share has been kept to; none while learning.
    held: Option<f64>,
    /// Round-trip time, smoothed.
    srtt: f64,
    cycles: u32,
}

impl Paced {
    pub(super) fn new(share: f64) -> Self {
        Self {
            share,
            phase: Phase::Calm,
            quota: 1.0,
            ledger: Ledger::default(),
            age: 0.0,
            credit: 0.0,
            refilled_at: 0.0,
            wanted: false,
            tried: false,
            burst: 1.0,
            per_run: 1.0,
            calm: (0, 0.0),
            herd: None,
            next_id: 0,
            paced_from: 0,
            cut_id: 0,
            cut_at: 0.0,
            shut: None,
            settled: 0,
            shared: 0.0,
            held: None,
            srtt: 0.0,
            cycles: 0,
        }
    }

    pub(super) fn ready_at(&mut self, now: f64) -> f64 {
        if self.phase == Phase::Calm {
            return now;
        }
        self.refill(now);
        let wait = (1.0 - self.credit) / self.send_rate();
        // Half a nanosecond is nothing to wait for.
        self.wanted = wait > 5e-10;
        if self.wanted { now + wait } else { now }
    }

    pub(super) fn sent(&mut self, now: f64, id: u64) {
        self.next_id = id + 1;
        if self.phase != Phase::Calm {
            self.refill(now);
            self.credit -= self.per_run;
            self.wanted = false;
            self.tried = true;
        }
    }

    pub(super) fn answered(&mut self, now: f64, send: Send, outcome: Outcome, requests: u32) {
        self.next_id = self.next_id.max(send.id + 1);
        if self.phase != Phase::Calm {
            self.refill(now);
        }
        if outcome != Outcome::Unknown {
            let rtt = (now - send.at).max(1e-6);
            self.srtt = if self.srtt == 0.0 { rtt } else { 0.875 * self.srtt + 0.125 * rtt };
        }
        let requests = f64::from(requests.max(1));
        if send.id >= self.paced_from {
            self.credit -= requests - self.per_run;
        }
        if outcome == Outcome::Throttled {
            self.ledger.in_vain(requests - 1.0);
        } else {
            self.ledger.ran(requests);
            self.per_run += 0.125 * (requests - self.per_run);
        }
        match outcome {
            Outcome::Throttled => self.throttled(now, Throttle { id: send.id, sent_at: send.at }),
            Outcome::Accepted if send.id >= self.cut_id => self.shut = None,
            _ => {}
        }
    }

    /// Of the calm before the first throttle: how many sends there were, and a recent one.
    pub(super) const fn calm(&mut self, sends: u64, recent: Send) {
        (self.next_id, self.paced_from) = (sends, sends);
        self.calm = (recent.id, recent.at);
    }

    pub(super) fn rate(&self) -> Option<f64> {
        (self.phase != Phase::Calm).then(|| self.send_rate())
    }

    pub(super) fn quota(&self) -> Option<f64> {
        (self.phase == Phase::Cruise).then_some(self.quota)
    }

    pub(super) const fn cycles(&self) -> u32 {
        self.cycles
    }

    pub(super) fn hope(&self) -> f64 {
        match self.phase {
            Phase::Cruise => 2.0 * self.send_rate(),
            _ => f64::INFINITY,
        }
    }

    fn throttled(&mut self, now: f64, throttle: Throttle) {
        if self.phase == Phase::Calm {
            self.begin_search(now);
        }
        let old_news = throttle.id < self.cut_id;
        if !old_news && self.herd.is_some() {
            // Sent at once, they arrived in any order: measure from the last of them.
            self.ledger.restart();
        }
        self.ledger.throttled(throttle);
        if old_news && let Some(herd) = &mut self.herd {
            herd.accepted -= 1.0;
            self.burst = herd.accepted.max(1.0);
        } else if !old_news && (self.shut.is_some() || now >= self.cut_at + self.refractory()) {
            self.learn();
            self.cut(now);
        }
    }

    /// A throttle that is news: the bucket is empty, at this rate.
    fn learn(&mut self) {
        let herd = self.herd.take();
        if let Some(measure) = self.measure() {
            self.learn_from(&measure);
            self.ledger.restart();
        } else if self.phase == Phase::Search {
            self.search_lower();
        } else if let Some(it) = self.ledger.measure()
            && it.seconds > 1.0
            && it.seconds * self.quota > 8.0
        {
            self.quota = it.rate.clamp(self.quota / 4.0, self.quota);
        }
        if let Some(herd) = herd {
            self.burst = (herd.accepted - self.quota * herd.seconds).max(1.0);
        }
        self.quota = self.quota.clamp(LOWEST_RATE, HIGHEST_RATE);
    }

    fn learn_from(&mut self, it: &Measure) {
        let cruise = self.phase == Phase::Cruise;
        let cycle = self.cycle();
        let x = if cruise { (self.age / cycle).max(0.0) } else { 0.0 };
        let whole = if cruise {
            self.stored(it, cycle, x) <= self.burst && x < OVERDUE + 0.7 || self.shared > 0.3
        } else {
            self.searched(it)
        };
        let quota = match self.held {
            // Who keeps to a share is throttled by what others do: only much less is news.
            Some(_) if it.rate > 0.9 * self.share * self.quota => self.quota,
            _ if whole => it.rate,
            // Some of it ran over: the quota is more than measured, and less than the last rate.
            _ => (it.rate * self.send_rate() / self.share).sqrt(),
        };
        let before = self.quota;
        self.quota = if cruise {
            before * (quota / before).powf(it.accepted / (it.accepted + HALF))
        } else {
            quota
        };
        // One that comes at once is of the same empty bucket.
        if cruise && x >= SOON {
            let irregular = if REGULAR.contains(&x) { 0.0 } else { 1.0 };
            self.shared += 0.25 * (irregular - self.shared);
        }
        // With others, what one gets of the quota changes by chance.
        let steady = (self.quota / before).ln().abs() < 0.15 + 0.6 * self.shared;
        self.settled = if steady { (self.settled + 1).min(3) } else { 0 };
        if self.share < 1.0 && self.settled > 0 && self.held.is_none() {
            self.held = Some(0.0);
        }
        self.phase = Phase::Cruise;
        self.cycles = self.cycles.saturating_add(1);
    }

    fn measure(&self) -> Option<Measure> {
        let (enough, least) = match self.phase {
            Phase::Cruise => (ENOUGH, self.srtt.min(SOON_AFTER_A_CUT)),
            _ => (FIRST, 0.0),
        };
        let least = least.max(0.5 * self.srtt);
        self.ledger.measure().filter(|it| it.accepted >= enough && it.seconds >= least)
    }

    /// The cycle begins anew. While nothing is accepted, each pause is as long as all before.
    fn cut(&mut self, now: f64) {
        self.cut_id = self.next_id;
        self.cut_at = now;
        let pause = (now - *self.shut.get_or_insert(now)).min(LONGEST_PAUSE);
        self.age = -pause;
        self.credit = self.credit.min(0.0) - pause * self.send_rate();
    }

    fn refill(&mut self, now: f64) {
        let rate = self.send_rate();
        let seconds = (now - self.refilled_at).max(0.0);
        self.refilled_at = now;
        // Nobody waits so long: the clock has jumped, or the machine was asleep.
        let longest = (4.0 / rate).max(1.0) + (-self.credit).max(0.0) / rate;
        self.credit += seconds * rate;
        let full = (self.burst * self.share).max(1.0).max(0.01 * rate.min(self.quota));
        let idle = self.credit > full && !self.wanted;
        self.credit = self.credit.min(full);
        if idle || self.wanted && seconds > longest {
            self.ledger.forget();
        }
        if self.wanted {
            self.age += seconds.min(longest);
            self.search();
            self.hold(seconds.min(longest));
        }
    }

    fn hold(&mut self, seconds: f64) {
        if let Some(held) = &mut self.held {
            *held += seconds;
            if *held > RELEARN {
                self.held = None;
                self.settled = 0;
                self.ledger.forget();
            }
        }
    }
}
