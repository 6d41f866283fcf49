//! Figures of a call that succeeds on its first attempt, which do not depend on the load of the machine:
//! instructions, allocations and the size of the future. Needs valgrind.

use std::error::Error;
use std::hint::black_box;
use std::process::Command;

use aws_retry_benches::contenders::*;
use aws_retry_benches::{contenders, drive};

/// A call. Its instructions are the difference between many calls and none.
const CALLS: u64 = 10_000;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let _inside = runtime.enter();
    if let [_, name, calls] = args.as_slice() {
        run(name, calls.parse()?);
        return Ok(());
    }
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
    Ok(())
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
}

/// Instructions per call.
fn instructions(name: &str) -> Result<f64, Box<dyn Error>> {
    let (none, all) = (collected(name, 0)?, collected(name, CALLS)?);
    Ok(all.saturating_sub(none) as f64 / CALLS as f64)
}

/// Instructions of the process.
fn collected(name: &str, calls: u64) -> Result<u64, Box<dyn Error>> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args([name, &calls.to_string()])
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected : "));
    Ok(collected.ok_or_else(|| said.to_string())?.1.trim().parse()?)
}
