//! The send rate of paced mode: the quota measured, and a sawtooth around it. Pure.

use super::{
    Outcome, Send,
    ledger::{Ledger, Throttle},
};

/// The first probing rate, while not even the latency is known (a second).
const FIRST_PROBE: f64 = 5.0;
/// So many accepted between two throttles make a measure.
const ENOUGH: f64 = 3.0;
const LOWEST_RATE: f64 = 1e-3;
const HIGHEST_RATE: f64 = 1e9;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// Never throttled: nothing is held back.
    Calm,
    /// Twice as fast every few round trips, until throttles tell the quota.
    Search,
    /// Around the quota.
    Cruise,
}

#[derive(Debug)]
pub(super) struct Paced {
    share: f64,
    phase: Phase,
    quota: f64,
    /// Seconds of this cycle in which somebody waited.
    age: f64,
    credit: f64,
    refilled_at: f64,
    /// How much the bucket is known to hold.
    burst: f64,
    /// Somebody waits for a turn.
    wanted: bool,
    next_id: u64,
    /// Sends before this one were sent at an older rate: their throttles are old news.
    cut_id: u64,
    cut_at: f64,
    ledger: Ledger,
    /// Round-trip time, smoothed.
    srtt: f64,
    cycles: u64,
}

impl Paced {
    pub(super) fn new(share: f64) -> Self {
        Self {
            share,
            phase: Phase::Calm,
            quota: FIRST_PROBE,
            age: 0.0,
            credit: 1.0,
            refilled_at: 0.0,
            burst: 1.0,
            wanted: false,
            next_id: 0,
            cut_id: 0,
            cut_at: 0.0,
            ledger: Ledger::default(),
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
        if wait <= 1e-9 {
            return now;
        }
        self.wanted = true;
        now + wait
    }

    pub(super) fn sent(&mut self, now: f64, id: u64) {
        self.next_id = id + 1;
        if self.phase != Phase::Calm {
            self.refill(now);
            self.credit -= 1.0;
            self.wanted = false;
        }
    }

    pub(super) fn answered(&mut self, now: f64, send: Send, outcome: Outcome, requests: u32) {
        self.next_id = self.next_id.max(send.id + 1);
        if let Some(at) = send.at
            && outcome != Outcome::Unknown
        {
            let rtt = now - at;
            self.srtt = if self.srtt == 0.0 { rtt } else { 0.875 * self.srtt + 0.125 * rtt };
        }
        let more = requests.saturating_sub(1);
        if more > 0 {
            self.credit -= f64::from(more);
            self.ledger.more(more);
        }
        if outcome == Outcome::Throttled {
            self.throttled(now, Throttle { id: send.id, sent_at: send.at, answered_at: now });
        }
    }

    pub(super) fn rate(&self) -> Option<f64> {
        (self.phase != Phase::Calm).then(|| self.send_rate())
    }

    pub(super) fn quota(&self) -> Option<f64> {
        (self.phase == Phase::Cruise).then_some(self.quota)
    }

    pub(super) const fn cycles(&self) -> u64 {
        self.cycles
    }

    pub(super) fn hope(&self) -> f64 {
        match self.phase {
            Phase::Cruise => 2.0 * self.send_rate(),
            _ => f64::INFINITY,
        }
    }

    fn throttled(&mut self, now: f64, throttle: Throttle) {
        match self.phase {
            Phase::Calm => {
                self.phase = Phase::Search;
                self.refilled_at = now;
                self.cut(now);
                self.ledger.restart(throttle);
            }
            // The first burst's throttles count by the newest of them.
            Phase::Search if throttle.id < self.cut_id => {
                self.ledger.restart(throttle);
            }
            _ if throttle.id < self.cut_id || now < self.cut_at + self.refractory() => {
                self.ledger.throttled(throttle.id);
            }
            _ => {
                let measure = self.ledger.measure(throttle);
                match measure {
                    Some(it) if it.accepted >= ENOUGH => {
                        self.quota = it.rate.clamp(LOWEST_RATE, HIGHEST_RATE);
                        self.phase = Phase::Cruise;
                        self.cycles += 1;
                        self.ledger.restart(throttle);
                    }
                    Some(it) => {
                        self.quota = it.rate.clamp(self.quota / 4.0, self.quota * 0.7);
                        self.ledger.throttled(throttle.id);
                    }
                    None => self.ledger.restart(throttle),
                }
                self.refill(now);
                self.cut(now);
            }
        }
    }

    fn cut(&mut self, now: f64) {
        self.cut_id = self.next_id;
        self.cut_at = now;
        self.age = 0.0;
        self.credit = self.credit.min(1.0);
    }

    fn refractory(&self) -> f64 {
        match self.phase {
            Phase::Cruise => (1.5 * self.srtt).max(self.cycle() / 10.0),
            _ => 1.5 * self.srtt,
        }
    }

    /// The length of a cycle, in seconds.
    fn cycle(&self) -> f64 {
        let rate = self.quota;
        (4.0 * (20.0 / rate).powf(0.4).max(1.0)).max(15.0 / rate).max(5.0 * self.srtt)
    }

    fn send_rate(&self) -> f64 {
        let rate = match self.phase {
            Phase::Calm => f64::INFINITY,
            Phase::Search => self.quota,
            Phase::Cruise => {
                let cycle = self.cycle();
                let dip = (0.3 * self.burst / (self.quota * cycle)).clamp(0.08, 0.12);
                let x = self.age / cycle;
                let late = (x - 1.5).max(0.0);
                let growth = 1.0 - dip + dip * x + late.powi(2) + 4.0 * late.powi(4);
                self.quota * growth * self.share
            }
        };
        rate.clamp(LOWEST_RATE, HIGHEST_RATE)
    }

    fn refill(&mut self, now: f64) {
        let seconds = (now - self.refilled_at).max(0.0);
        self.refilled_at = now;
        self.credit += seconds * self.send_rate();
        let full = self.burst.max(1.0).max(0.01 * self.quota);
        if self.credit > full {
            self.credit = full;
            if !self.wanted {
                self.ledger.forget();
            }
        }
        if self.wanted {
            self.age += seconds;
            self.search();
        }
    }

    fn search(&mut self) {
        while self.phase == Phase::Search {
            let step = 1.5 * self.srtt.max(1.0 / self.quota);
            if self.age < step || self.quota >= HIGHEST_RATE {
                break;
            }
            self.age -= step;
            self.quota *= 2.0;
        }
    }
}
