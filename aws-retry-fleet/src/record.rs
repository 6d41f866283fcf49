//! A member's record of a scope, as bytes: little endian, versioned, 59 bytes.
//!
//! A later version appends fields and keeps the ones before; a reader takes what it knows. A change that cannot
//! be read so gets another version number, and members of different versions then do not see each other.

/// The version that is written.
const VERSION: u8 = 1;
/// The bytes of a record of this version.
const LEN: usize = 59;
/// Largest values that are believed; larger ones are cut to them.
const MOST_PER_SECOND: f64 = 1e9;
const MOST_UNITS: f64 = 1e9;
/// Counts have a resolution of a sixteenth: half a unit is a usual cost.
const PER_UNIT: f64 = 16.0;

/// The progress of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing of it has been throttled yet.
    Unthrottled,
    /// Throttled, and waits to hear who searches.
    Joining,
    /// Searches the quota for all.
    Searching,
    /// Sends its part of the joint quota.
    Known,
    /// Goes on by itself: the store did not answer.
    Loose,
}

/// What a member publishes of a scope. Ages are seconds before `clock`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// The member's progress.
    pub progress: Progress,
    /// Cycles since the quota last changed, up to 3.
    pub settled: u8,
    /// One more with each exchange.
    pub seq: u32,
    /// Seconds until the next exchange.
    pub every: f64,
    /// Seconds on the member's own clock, of any origin.
    pub clock: f64,
    /// `accepted` counts the sends of up to this many seconds before `clock`.
    pub lag: f64,
    /// Units that were accepted since the member began.
    pub accepted: f64,
    /// Units per second that it has work for.
    pub want: f64,
    /// Units sent in the one or two seconds before its first throttle.
    pub burst_sends: f64,
    /// Seconds for which it has searched.
    pub searching: f64,
    /// The number of the cycle.
    pub epoch: u32,
    /// Age of the throttle that began the cycle.
    pub cut_age: f64,
    /// Age of the member's own last throttle; infinite if there is none.
    pub throttle_age: f64,
    /// Age of the newest throttle that the quota rests on.
    pub eval_age: f64,
    /// Seconds of the cycle in which calls waited.
    pub age: f64,
    /// The joint quota, units per second; of a member that goes on alone, its own measure.
    pub quota: f64,
    /// Units that the bucket is known to hold.
    pub burst: f64,
}

impl Record {
    /// The record as bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut to = Vec::with_capacity(LEN);
        let progress = match self.progress {
            Progress::Joining => 0,
            Progress::Searching => 1,
            Progress::Known => 2,
            Progress::Loose => 3,
            Progress::Unthrottled => 4,
        };
        to.extend([VERSION, progress, self.settled]);
        to.extend(self.seq.to_le_bytes());
        put(&mut to, 2, self.every * 100.0);
        put(&mut to, 6, self.clock * 1000.0);
        put(&mut to, 2, self.lag * 1000.0);
        put(&mut to, 6, self.accepted * PER_UNIT);
        put_float(&mut to, self.want);
        put(&mut to, 2, self.burst_sends);
        put(&mut to, 2, self.searching * 100.0);
        to.extend(self.epoch.to_le_bytes());
        for age in [self.cut_age, self.throttle_age, self.eval_age, self.age] {
            put(&mut to, 4, age * 1000.0);
        }
        put_float(&mut to, self.quota);
        put_float(&mut to, self.burst);
        to
    }

    /// The record that these bytes hold; `None` if they are of another version, too short, or make no sense.
    /// Its numbers are finite, except for the age of a throttle that never was, and not negative.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut from = Reader(bytes);
        if from.whole(1)? != u64::from(VERSION) {
            return None;
        }
        let progress = match from.whole(1)? {
            0 => Progress::Joining,
            1 => Progress::Searching,
            2 => Progress::Known,
            3 => Progress::Loose,
            4 => Progress::Unthrottled,
            _ => return None,
        };
        let settled = u8::try_from(from.whole(1)?.min(3)).ok()?;
        let seq = u32::try_from(from.whole(4)?).ok()?;
        let every = from.number(2)? / 100.0;
        let clock = from.number(6)? / 1000.0;
        let lag = from.number(2)? / 1000.0;
        let accepted = from.number(6)? / PER_UNIT;
        let want = from.float(MOST_PER_SECOND)?;
        let burst_sends = from.number(2)?;
        let searching = from.number(2)? / 100.0;
        let epoch = u32::try_from(from.whole(4)?).ok()?;
        Some(Self {
            progress,
            settled,
            seq,
            every,
            clock,
            lag,
            accepted,
            want,
            burst_sends,
            searching,
            epoch,
            cut_age: from.age()?,
            throttle_age: from.age()?,
            eval_age: from.age()?,
            age: from.age()?.min(1e6),
            quota: from.float(MOST_PER_SECOND)?,
            burst: from.float(MOST_UNITS)?,
        })
    }
}

/// A whole number of so many bytes, as near as they come.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of a float saturates, and turns NaN into 0"
)]
fn put(to: &mut Vec<u8>, bytes: usize, number: f64) {
    let most = u64::MAX >> (64 - 8 * bytes);
    let whole = (number.round() as u64).min(most);
    to.extend(whole.to_le_bytes().into_iter().take(bytes));
}

#[expect(clippy::cast_possible_truncation, reason = "seven digits are enough")]
fn put_float(to: &mut Vec<u8>, number: f64) {
    to.extend((number as f32).to_le_bytes());
}

/// Reads from the front of the bytes.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    /// A whole number of at most eight bytes.
    fn whole(&mut self, bytes: usize) -> Option<u64> {
        let (number, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(number.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    #[expect(clippy::cast_precision_loss, reason = "at most 48 bits")]
    fn number(&mut self, bytes: usize) -> Option<f64> {
        self.whole(bytes).map(|it| it as f64)
    }

    /// Seconds; the largest number stands for never.
    fn age(&mut self) -> Option<f64> {
        let millis = u32::try_from(self.whole(4)?).ok()?;
        Some(if millis == u32::MAX { f64::INFINITY } else { f64::from(millis) / 1000.0 })
    }

    /// A number from 0 to `most`; not a number counts as 0.
    fn float(&mut self, most: f64) -> Option<f64> {
        let bits = u32::try_from(self.whole(4)?).ok()?;
        // `max` returns the other number if one is not a number.
        Some(f64::from(f32::from_bits(bits)).max(0.0).min(most))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn example() -> Record {
        Record {
            progress: Progress::Known,
            settled: 3,
            seq: 0x0102_0304,
            every: 1.25,
            clock: 86_400.125,
            lag: 0.03,
            accepted: 123_456.5,
            want: 12.5,
            burst_sends: 20.0,
            searching: 0.5,
            epoch: 77,
            cut_age: 1.5,
            throttle_age: f64::INFINITY,
            eval_age: 2.5,
            age: 1.25,
            quota: 50.5,
            burst: 100.0,
        }
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// All releases must read and write these bytes.
    #[test]
    fn golden_vectors() {
        let of = |record: &Record| {
            let bytes = record.encode();
            assert_eq!(Record::decode(&bytes).as_ref(), Some(record));
            hex(&bytes)
        };
        assert_eq!(
            of(&example()),
            "010203040302017d007d5c260500001e0008241e00000000004841140032004d000000dc050000ffffffffc4090000e204000000004a420000c842"
        );
        let joining = Record {
            progress: Progress::Joining,
            settled: 0,
            seq: 1,
            throttle_age: 0.025,
            accepted: 0.0,
            ..example()
        };
        assert_eq!(
            of(&joining),
            "010000010000007d007d5c260500001e0000000000000000004841140032004d000000dc05000019000000c4090000e204000000004a420000c842"
        );
        let searching = Record { progress: Progress::Searching, ..joining };
        assert_eq!(of(&searching)[..4], *"0101");
        let loose = Record { progress: Progress::Loose, ..joining };
        assert_eq!(of(&loose)[..4], *"0103");
        let unthrottled = Record { progress: Progress::Unthrottled, ..joining };
        assert_eq!(of(&unthrottled)[..4], *"0104");
    }

    #[test]
    fn a_longer_record_is_read_and_a_shorter_or_newer_one_is_not() {
        let mut bytes = example().encode();
        assert_eq!(bytes.len(), LEN);
        for short in 0..LEN {
            assert_eq!(Record::decode(&bytes[..short]), None);
        }
        bytes.push(7);
        assert_eq!(Record::decode(&bytes), Some(example()));
        bytes[0] = 2;
        assert_eq!(Record::decode(&bytes), None);
    }

    #[test]
    fn numbers_that_do_not_fit_are_cut_to_the_nearest() {
        let wild = Record {
            every: f64::INFINITY,
            clock: -1.0,
            lag: f64::NAN,
            accepted: 1e300,
            want: f64::INFINITY,
            quota: f64::NAN,
            burst: -5.0,
            ..example()
        };
        let read = Record::decode(&wild.encode()).unwrap();
        assert_eq!((read.every, read.clock, read.lag), (655.35, 0.0, 0.0));
        assert_eq!((read.want, read.quota, read.burst), (1e9, 0.0, 0.0));
        assert!(read.accepted < 1e14);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_as_sane_numbers(mut bytes in prop::collection::vec(any::<u8>(), 0..80), plain: bool) {
            if plain && bytes.len() > 2 {
                bytes[0] = VERSION;
                bytes[1] %= 5;
            }
            let Some(it) = Record::decode(&bytes) else { return Ok(()) };
            let numbers = [
                it.every, it.clock, it.lag, it.accepted, it.want, it.burst_sends, it.searching, it.age,
                it.quota, it.burst,
            ];
            prop_assert!(numbers.iter().all(|it| it.is_finite() && *it >= 0.0), "{:?}", numbers);
            prop_assert!([it.cut_age, it.throttle_age, it.eval_age].iter().all(|it| *it >= 0.0));
            prop_assert!(it.settled <= 3);
        }

        #[test]
        fn a_record_is_read_as_it_was_written(
            seq: u32,
            epoch: u32,
            settled in 0..4_u8,
            clock in 0..1_u64 << 48,
            accepted in 0..1_u64 << 48,
            ages: [u32; 4],
            floats in prop::array::uniform3(0.0..1e9_f32),
            shorts: [u16; 4],
        ) {
            let age = |i: usize| if ages[i] == u32::MAX { f64::INFINITY } else { f64::from(ages[i]) / 1000.0 };
            let record = Record {
                progress: Progress::Known,
                settled,
                seq,
                every: f64::from(shorts[0]) / 100.0,
                clock: clock as f64 / 1000.0,
                lag: f64::from(shorts[1]) / 1000.0,
                accepted: accepted as f64 / PER_UNIT,
                want: floats[0].into(),
                burst_sends: shorts[2].into(),
                searching: f64::from(shorts[3]) / 100.0,
                epoch,
                cut_age: age(0),
                throttle_age: age(1),
                eval_age: age(2),
                age: age(3).min(1e6),
                quota: floats[1].into(),
                burst: floats[2].into(),
            };
            prop_assert_eq!(Record::decode(&record.encode()), Some(record));
        }
    }
}
