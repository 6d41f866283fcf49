//! The other members: their records, and what they accepted over time.

use std::collections::{BTreeMap, VecDeque};

use crate::record::{Progress, Record};

/// A member is dead if its sequence number stood still for this many of its intervals.
const DEAD_AFTER: f64 = 3.0;
/// Seconds; a shorter interval counts as this.
const SHORTEST_EVERY: f64 = 0.3;
/// A member's counts matter to a measure for these seconds after the store has no record of it any more.
const FORGOTTEN_AFTER: f64 = 120.0;
/// Seconds after which the record of a dead member can be removed.
const REMOVED_AFTER: f64 = 600.0;
/// Records that are read at most. More than this is not a fleet, but a broken store.
const MOST_PEERS: usize = 10_000;
/// Counts that are kept of each member.
const MOST_COUNTS: usize = 40;
/// Clocks may drift apart by this part of the time.
const DRIFT: f64 = 5e-4;
/// A count that lies ahead is extrapolated from this many seconds.
const SLOPE_OVER: f64 = 1.0;
/// Units per second by which a member's measure may exceed its usage: few sends say little.
const BY_CHANCE: f64 = 1.0;

/// `a` is newer than `b`, of numbers that wrap around.
pub(super) const fn newer(a: u32, b: u32) -> bool {
    a.wrapping_sub(b).cast_signed() > 0
}

#[derive(Debug)]
pub(super) struct Peer {
    pub(super) record: Record,
    /// This process's time less the member's, at the quickest exchange of late: it includes that exchange.
    offset: f64,
    pub(super) seen_at: f64,
    /// The store had a record of it then.
    listed_at: f64,
    /// The removal of its record was asked for.
    removed: bool,
    /// Times on the member's own clock, and what it had accepted by then.
    counts: VecDeque<(f64, f64)>,
    /// It was there before this process, or older counts were forgotten.
    older: bool,
}

impl Peer {
    /// This process's time, of an age that the record tells.
    pub(super) fn time_of(&self, age: f64) -> f64 {
        self.record.clock - age + self.offset
    }

    /// All that it sent until this time is counted.
    pub(super) fn counted_until(&self) -> f64 {
        self.counts.back().map_or(f64::NEG_INFINITY, |it| it.0) + self.offset
    }

    /// Units that it had accepted at this time.
    pub(super) fn accepted(&self, at: f64) -> f64 {
        let at = at - self.offset;
        let (Some(first), Some(last)) = (self.counts.front(), self.counts.back()) else {
            return 0.0;
        };
        if at < first.0 {
            // A newcomer's first count is that of its first seconds.
            return if self.older { first.1 - (first.0 - at) * self.slope() } else { 0.0 };
        }
        if at >= last.0 {
            let ahead = (at - last.0).min(2.0 * self.record.every + self.record.lag);
            return last.1 + ahead * self.slope();
        }
        let after = self.counts.partition_point(|it| it.0 <= at);
        let around =
            after.checked_sub(1).and_then(|i| self.counts.get(i)).zip(self.counts.get(after));
        around.map_or(last.1, |(a, b)| a.1 + (b.1 - a.1) * (at - a.0) / (b.0 - a.0))
    }

    /// Units per second, of late.
    fn slope(&self) -> f64 {
        let Some(last) = self.counts.back() else { return 0.0 };
        let mut earlier = self.counts.iter().rev().skip(1);
        let far = |it: &&(f64, f64)| last.0 - it.0 >= SLOPE_OVER;
        let from = earlier.find(far).or_else(|| self.counts.front().filter(|it| it.0 < last.0));
        from.map_or(0.0, |from| ((last.1 - from.1) / (last.0 - from.0).max(1e-3)).max(0.0))
    }

    fn update(&mut self, now: f64, record: Record) {
        // An eventually consistent read may bring back an older one.
        if !newer(record.seq, self.record.seq) {
            return;
        }
        self.offset = (self.offset + DRIFT * (now - self.seen_at)).min(now - record.clock);
        (self.seen_at, self.removed) = (now, false);
        let until = record.clock - record.lag;
        if self.counts.back().is_none_or(|last| until > last.0) {
            self.counts.push_back((until, record.accepted));
        }
        if self.counts.len() > MOST_COUNTS {
            self.counts.pop_front();
            self.older = true;
        }
        self.record = record;
    }

    fn is_alive(&self, now: f64, base: f64, own_every: f64) -> bool {
        let patience = DEAD_AFTER * self.record.every.max(SHORTEST_EVERY);
        let known = if self.record.progress == Progress::Known { DEAD_AFTER * base } else { 0.0 };
        now - self.seen_at <= patience.max(known) + own_every
    }
}

/// All members but this one that have been heard of.
#[derive(Debug, Default)]
pub(super) struct Peers {
    all: BTreeMap<u64, Peer>,
    /// Dead members whose records can be removed.
    pub(super) forgotten: Vec<u64>,
    /// An exchange has succeeded before.
    asked: bool,
    /// Seconds: an interval of the fleet, and the one of this process.
    base: f64,
    own_every: f64,
}

impl Peers {
    /// Takes over what an exchange brought. `own`: the id of this process.
    pub(super) fn update(&mut self, now: f64, own: u64, records: &[(u64, Vec<u8>)]) {
        let older = !self.asked;
        self.asked = true;
        for (id, bytes) in records.iter().take(MOST_PEERS).filter(|it| it.0 != own) {
            let Some(record) = Record::decode(bytes) else { continue };
            if let Some(peer) = self.all.get_mut(id) {
                peer.listed_at = now;
                peer.update(now, record);
                if now - peer.seen_at > REMOVED_AFTER && !std::mem::replace(&mut peer.removed, true)
                {
                    self.forgotten.push(*id);
                }
                continue;
            }
            let offset = now - record.clock;
            let counts = VecDeque::from([(record.clock - record.lag, record.accepted)]);
            let peer = Peer {
                record,
                offset,
                seen_at: now,
                listed_at: now,
                removed: false,
                counts,
                older,
            };
            self.all.insert(*id, peer);
        }
        self.all.retain(|_, it| now - it.listed_at < FORGOTTEN_AFTER);
    }

    /// Sets the intervals (seconds) after which members count as dead.
    pub(super) const fn set_patience(&mut self, base: f64, own_every: f64) {
        (self.base, self.own_every) = (base, own_every);
    }

    pub(super) fn alive(&self, now: f64) -> impl Iterator<Item = (u64, &Peer)> {
        let alive = move |it: &Peer| it.is_alive(now, self.base, self.own_every);
        self.all.iter().filter(move |(_, it)| alive(it)).map(|(id, it)| (*id, it))
    }

    /// Those that know the quota, even if they are dead by now.
    pub(super) fn known(&self) -> impl Iterator<Item = &Peer> {
        self.all
            .values()
            .filter(|it| it.record.progress == Progress::Known && it.record.quota > 0.0)
    }

    /// Units per second that each of those has measured that go on alone. None is believed to be more than twice what
    /// the member had accepted of late.
    pub(super) fn measured_alone(&self, now: f64) -> impl Iterator<Item = f64> {
        self.alive(now)
            .filter(|(_, it)| it.record.progress == Progress::Loose)
            .map(|(_, it)| it.record.quota.min(2.0 * (it.slope() + BY_CHANCE)))
    }

    /// Units that all of them had accepted at this time.
    pub(super) fn accepted(&self, at: f64) -> f64 {
        self.all.values().map(|it| it.accepted(at)).sum()
    }

    /// The part (0 to 1) of `quota` that this process gets, if it wants more than it can get: the water level
    /// of all wants.
    pub(super) fn part(&self, now: f64, quota: f64) -> f64 {
        let mut wants: Vec<f64> = self.alive(now).map(|(_, it)| it.record.want).collect();
        wants.sort_by(f64::total_cmp);
        let (mut left, mut members) = (quota, count(wants.len()) + 1.0);
        for want in wants {
            if want * members >= left {
                break;
            }
            left -= want;
            members -= 1.0;
        }
        (left / members / quota).clamp(0.0, 1.0)
    }
}

#[expect(clippy::cast_precision_loss, reason = "members of a fleet")]
pub(super) const fn count(len: usize) -> f64 {
    len as f64
}
