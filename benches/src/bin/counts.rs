//! Figures that do not depend on how busy the machine is: instructions, allocations and the size of the
//! future, of a call that succeeds on its first attempt, and instructions of a turn. Needs valgrind.
//!
//! `--check` compares the instructions of our functions with those in `benches/counts.txt`, and fails if one
//! rose by more than 2 %; `--record` writes that file.

use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use aws_retry_benches::contenders::*;
use aws_retry_benches::turns::{self, CLOCK};
use aws_retry_benches::{contenders, drive};
use aws_retry_core::__rate::{Kind, SendOutcome, Time};

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// A call: its instructions are those of many calls less those of none.
const CALLS: u64 = 10_000;
/// A turn and its answer in a throttled scope, by the kind of its rate.
const TURNS: [(&str, Kind); 2] =
    [("paced turn, throttled", Kind::Paced), ("adaptive turn, throttled", Kind::Adaptive)];
/// The time between two turns.
const LATER: Time = Time::from_secs(10);
/// The rise, as a part of the recorded instructions, that fails the check.
const TOLERANCE: f64 = 0.02;

fn main() -> Result<ExitCode> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let _inside = runtime.enter();
    match args.as_slice() {
        [] => table()?,
        ["--check"] => return check(),
        ["--record"] => std::fs::write(recorded_in(), recording()?)?,
        [name, calls] => run(name, calls.parse()?),
        _ => return Err("usage: counts [--check | --record]".into()),
    }
    Ok(ExitCode::SUCCESS)
}

fn table() -> Result<()> {
    println!(
        "| | instructions | of them, over the hand-written loop | at the tenth poll, 512 bytes | allocations | future, bytes |"
    );
    println!("|---|---:|---:|---:|---:|---:|");
    let by_hand = instructions("small hand-written loop")?;
    macro_rules! rows {
        ($($name:literal => $_:ident, $contender:ident;)+) => {$(
            let small = instructions(concat!("small ", $name))?;
            let large = instructions(concat!("large ", $name))?;
            let call = || drop(black_box(drive($contender::<1>(7, 1))));
            call(); // a thread's first timer and the like
            let allocations = allocation_counter::measure(call).count_total;
            let size = size_of_val(&$contender::<1>(7, 1));
            let over = small - by_hand;
            println!("| {} | {small:.0} | {over:+.0} | {large:.0} | {allocations} | {size} |", $name);
        )+};
    }
    contenders!(rows);
    for (name, _) in TURNS {
        println!("| {name} | {:.0} | | | | |", instructions(name)?);
    }
    Ok(())
}

fn recorded_in() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("counts.txt")
}

/// Fails if one of our functions takes more instructions than are recorded.
fn check() -> Result<ExitCode> {
    let recorded = std::fs::read_to_string(recorded_in())?;
    let (recorded_with, cases) = recorded.split_once('\n').ok_or("counts.txt is empty")?;
    let compiler = compiler()?;
    if recorded_with != compiler {
        println!("SKIPPED instruction counts: recorded with {recorded_with}, this is {compiler}");
        return Ok(ExitCode::SUCCESS);
    }
    let mut rose = false;
    for (name, before) in cases.lines().filter_map(|line| line.split_once('\t')) {
        let (before, now) = (before.parse::<f64>()?, instructions(name)?);
        let change = now / before - 1.0;
        println!("{name}: {now:.0} instructions, recorded {before:.0} ({:+.1} %)", 100.0 * change);
        if change > TOLERANCE {
            rose = true;
            println!("ROSE: {name}. Most of its instructions are in\n{}", profile(name)?);
        } else if change < -TOLERANCE {
            println!("fell: `--record` keeps it there");
        }
    }
    Ok(if rose { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The compiler, and a line for each of our functions.
fn recording() -> Result<String> {
    let mut recording = compiler()?;
    macro_rules! names {
        ($($name:literal => $_:ident, $contender:ident;)+) => {
            [$(concat!("small ", $name), concat!("large ", $name)),+]
        };
    }
    let ours = |name: &&str| name.contains("aws_retry") && !name.ends_with("again");
    let turns = TURNS.map(|(name, _)| name);
    for name in contenders!(names).into_iter().filter(ours).chain(turns) {
        write!(recording, "\n{name}\t{:.0}", instructions(name)?)?;
    }
    Ok(recording + "\n")
}

/// Another version may count differently.
fn compiler() -> Result<String> {
    let version = Command::new("rustc").arg("--version").output()?;
    Ok(format!("{} on {}", String::from_utf8(version.stdout)?.trim(), std::env::consts::ARCH))
}

/// Under valgrind.
fn run(name: &str, calls: u64) {
    macro_rules! cases {
        ($($name:literal => $_:ident, $contender:ident;)+) => {$(
            if name == concat!("small ", $name) {
                for id in 1..=calls {
                    let _ = black_box(drive($contender::<1>(black_box(id), black_box(1))));
                }
            }
            if name == concat!("large ", $name) {
                for id in 1..=calls {
                    let _ = black_box(drive($contender::<64>(black_box(id), black_box(10))));
                }
            }
        )+};
    }
    contenders!(cases);
    for (_, kind) in TURNS.into_iter().filter(|(turn, _)| *turn == name) {
        let gate = turns::gate(kind, true);
        for _ in 0..calls {
            CLOCK.advance(LATER);
            assert!(turns::turn(&gate, &CLOCK, SendOutcome::Accepted));
        }
    }
}

/// Instructions per call.
fn instructions(name: &str) -> Result<f64> {
    let nowhere = Path::new("/dev/null");
    let (none, all) = (collected(name, 0, nowhere)?, collected(name, CALLS, nowhere)?);
    Ok(all.saturating_sub(none) as f64 / CALLS as f64)
}

/// Instructions of the process. Callgrind writes those of each function to `out`.
fn collected(name: &str, calls: u64, out: &Path) -> Result<u64> {
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(std::env::current_exe()?)
        .args([name, &calls.to_string()])
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected : "));
    Ok(collected.ok_or_else(|| said.to_string())?.1.trim().parse()?)
}

/// The functions that take the most instructions.
fn profile(name: &str) -> Result<String> {
    let out = std::env::current_exe()?.with_extension("callgrind");
    collected(name, CALLS, &out)?;
    let output = Command::new("callgrind_annotate").arg("--auto=no").arg(&out).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let functions = text.lines().skip_while(|line| !line.contains("file:function")).skip(2);
    Ok(functions.take(12).collect::<Vec<_>>().join("\n"))
}
