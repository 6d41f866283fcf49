//! The records of a fleet, as any store may hold them: no panic, no part above 1, and no rate above twice what passes.

use aws_retry_core::__fleet::{Command, Member, Throttled, View};
use aws_retry_fleet::__private::{Agent, Progress, Record};

use super::bytes::Bytes;

const OWN_ID: u64 = 5;
const PROGRESS: [Progress; 5] = [
    Progress::Unthrottled,
    Progress::Joining,
    Progress::Searching,
    Progress::Known,
    Progress::Loose,
];
/// A rate may be above its bound by this: the least rate of all.
const LEAST: f64 = 1e-3;

/// A record as a member writes it, of any numbers.
fn valid(bytes: &mut Bytes<'_>, seq: u32, clock: f64) -> Record {
    Record {
        progress: bytes.one_of(&PROGRESS),
        settled: bytes.byte(),
        seq: if bytes.flag() { seq } else { u32::from(bytes.byte()) },
        every: bytes.float(),
        clock: if bytes.flag() { clock } else { bytes.float() },
        lag: bytes.float(),
        accepted: bytes.float(),
        want: bytes.float(),
        burst_sends: bytes.float(),
        searching: bytes.float(),
        epoch: bytes.byte().into(),
        cut_age: bytes.float(),
        throttle_age: bytes.float(),
        eval_age: bytes.float(),
        age: bytes.float(),
        quota: bytes.float(),
        burst: bytes.float(),
    }
}

/// A list as a store returns it: valid records, damaged ones, any bytes, and ids twice, the own one too.
fn records(bytes: &mut Bytes<'_>, seq: u32, clock: f64) -> Vec<(u64, Vec<u8>)> {
    let one = |bytes: &mut Bytes<'_>| {
        let id = u64::from(bytes.byte() % 8);
        let mut record = valid(bytes, seq, clock).encode();
        match bytes.byte() % 8 {
            // Of another version.
            0 => record[0] = bytes.byte(),
            // Cut off, or longer than this version's.
            1 => record.resize(usize::from(bytes.byte() % 80), 0xff),
            2 => {
                let at = usize::from(bytes.byte()) % record.len();
                record[at] = bytes.byte();
            }
            3 => record = (0..bytes.byte() % 80).map(|_| bytes.byte()).collect(),
            _ => {}
        }
        (id, record)
    };
    (0..bytes.byte() % 8).map(|_| one(bytes)).collect()
}

fn view(bytes: &mut Bytes<'_>, unthrottled: bool) -> View {
    View {
        unthrottled,
        per_send: 1.0,
        initial_burst: bytes.byte().into(),
        round_trip: f64::from(bytes.byte()) / 100.0,
        quota: bytes.flag().then(|| bytes.positive()).filter(|_| !unthrottled),
        burst: bytes.byte().into(),
        cycles: bytes.byte().into(),
        share: (f64::from(bytes.byte()) + 1.0) / 256.0,
        waiting: bytes.byte().into(),
        max_rate: bytes.flag().then(|| bytes.positive()),
        ..View::default()
    }
}

pub fn run(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let (mut now, mut decrease_at, mut unthrottled) = (100.0, 100.0, true);
    let mut agent = Agent::new(OWN_ID, 1.0, now, bytes.flag());
    for seq in 1..1_000_u32 {
        if bytes.is_empty() {
            break;
        }
        let mut told = None;
        match bytes.byte() % 10 {
            0 | 1 => {
                let seconds = bytes.duration().as_secs_f64().min(1e6);
                now += seconds;
                let paid = bytes.random() * seconds - 1.0;
                let used = agent.passed(now, seconds, paid);
                assert!(used >= 0.0 && used <= paid.max(0.0), "{used} of {paid}");
            }
            2 => agent.sent(now, bytes.random()),
            3 => {
                let it = Throttled {
                    sent_at: now - bytes.random(),
                    fresh: bytes.flag(),
                    decrease_at,
                    round_trip: bytes.random(),
                };
                if agent.throttled(now, it) {
                    decrease_at = now;
                }
                agent.corrected(it.sent_at, -1.0);
            }
            4 => {
                unthrottled &= bytes.flag();
                told = agent.answered(now, &view(&mut bytes, unthrottled));
            }
            5 => agent.waits(now, bytes.flag()),
            6 => {
                let view = view(&mut bytes, unthrottled);
                let _ = agent.publish(now, &view);
                told = agent.failed(now, &view);
            }
            _ => {
                let view = view(&mut bytes, unthrottled);
                let own = agent.publish(now, &view);
                assert!(Record::decode(&own).is_some(), "it reads what it writes");
                told = agent.read(now, &view, &records(&mut bytes, seq, now));
                agent.forgotten();
            }
        }
        if let Some(Command::Guided { .. } | Command::Alone { .. }) = told {
            unthrottled = false;
        }
        check(&agent, told);
    }
}

fn check(agent: &Agent, told: Option<Command>) {
    let (state, rate) = (agent.state(), agent.rate());
    assert!((0.0..=1.0).contains(&state.part), "{state:?}");
    assert!(rate > 0.0 && rate.is_finite(), "{rate}");
    let most = agent.most_rate();
    assert!(rate <= most * 1.001 + LEAST, "{rate} above {most}");
    assert!(state.quota.is_none_or(|quota| quota >= 0.0 && quota.is_finite()), "{state:?}");
    assert!(!agent.due_at().is_nan() && !agent.held_until().is_nan());
    match told {
        Some(Command::Alone { quota, burst, .. }) => {
            assert!(quota > 0.0 && quota.is_finite() && burst.is_finite(), "{told:?}");
        }
        Some(Command::Guided { credit }) => assert!((0.0..=1.0).contains(&credit), "{told:?}"),
        Some(Command::Search { accepted }) => assert!(accepted.is_finite(), "{told:?}"),
        None | Some(Command::Wake) => {}
    }
}
