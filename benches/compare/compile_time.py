#!/usr/bin/env python3
"""The time to compile 100 functions: bare, with a loop by hand, with backon's closures, and with #[aws_retry].

    python3 benches/compare/compile_time.py [--fns 100] [--rounds 3] [--drive block_on,boxed,awaited]
        [--command check,build,release]

A package for each, with the same fns and the same dependencies, which are built once before. The fns are
driven in three ways, since each compiles their bodies in other places: `block_on` of each, a boxed future
of each (as a spawn makes), and one fn that awaits all. In each round every package is compiled again, in
turn; the table has the processor seconds: the median of the rounds, their range, and the ratio to backon's.
"""

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "target" / "compare" / "compile_time"

HEAD = """\
#![allow(dead_code)]
use aws_smithy_types::error::ErrorMetadata;

pub struct Client;

impl Client {
    async fn send(&self, name: &str, token: Option<String>) -> Result<usize, ErrorMetadata> {
        tokio::task::yield_now().await;
        Ok(name.len() + token.map_or(0, |token| token.len()))
    }
}
"""

# A page of something: a borrowed client, a borrowed name, a token that each attempt uses up.
BODY = """\
    let before = name.len() + {i};
    let size = client.send(name, token{clone}).await?;
    Ok(size + before)"""

OURS = """
#[aws_retry::aws_retry(max_retries = 5, base_delay = "500ms")]
pub async fn page_{i}(client: &Client, name: &str, token: Option<String>) -> Result<usize, ErrorMetadata> {{
{body}
}}
"""

BACKON_HEAD = """
use backon::{ExponentialBuilder, Retryable};
use std::time::Duration;

fn is_throttle(error: &ErrorMetadata) -> bool {
    error.code() == Some("ThrottlingException")
}
"""

BACKON = """
pub async fn page_{i}(client: &Client, name: &str, token: Option<String>) -> Result<usize, ErrorMetadata> {{
    (|| async {{
{body}
    }})
    .retry(ExponentialBuilder::new().with_min_delay(Duration::from_millis(500)).with_max_times(5).with_jitter())
    .when(is_throttle)
    .await
}}
"""

HAND_HEAD = """
use std::time::Duration;

fn is_throttle(error: &ErrorMetadata) -> bool {
    error.code() == Some("ThrottlingException")
}
"""

HAND = """
pub async fn page_{i}(client: &Client, name: &str, token: Option<String>) -> Result<usize, ErrorMetadata> {{
    let mut delay = Duration::from_millis(500);
    let mut retries = 0;
    loop {{
        let outcome: Result<usize, ErrorMetadata> = async {{
{body}
        }}
        .await;
        match outcome {{
            Err(error) if retries < 5 && is_throttle(&error) => {{}}
            outcome => return outcome,
        }}
        tokio::time::sleep(delay).await;
        retries += 1;
        delay = (delay * 2).min(Duration::from_secs(30));
    }}
}}
"""

BARE = """
pub async fn page_{i}(client: &Client, name: &str, token: Option<String>) -> Result<usize, ErrorMetadata> {{
{body}
}}
"""

WAYS = {
    "bare": ("", BARE, ""),
    "by hand": (HAND_HEAD, HAND, ".clone()"),
    "backon's closures": (BACKON_HEAD, BACKON, ".clone()"),
    "#[aws_retry]": ("", OURS, ""),
}
PEER = "backon's closures"

# The statements of `main` for one function, those before and after them, and the items outside `main`.
DRIVES = {
    "block_on": ("", '    runtime.block_on(page_{i}(&Client, "a", None)).ok();', "", ""),
    "boxed": (
        "    let mut all: Vec<Boxed> = Vec::new();\n",
        '    all.push(Box::new(page_{i}(&Client, "a", None)));',
        "\n    println!(\"{}\", all.len());",
        "\ntype Boxed = Box<dyn Future<Output = Result<usize, ErrorMetadata>>>;\n",
    ),
    "awaited": (
        "    runtime.block_on(async {\n",
        '    page_{i}(&Client, "a", None).await.ok();',
        "\n    });",
        "",
    ),
}
COMMANDS = {"check": ["check"], "build": ["build"], "release": ["build", "--release"]}
MANIFEST = f"""\
[package]
name = "NAME"
version = "0.0.0"
edition = "2024"
[workspace]
[profile.dev]
debug = 0
incremental = false
[dependencies]
aws-retry = {{ path = "{ROOT}" }}
aws-smithy-types = "1"
backon = "1.6"
tokio = {{ version = "1", features = ["full"] }}
"""


def write(way, drive, fns):
    head, one, clone = WAYS[way]
    before, each, after, outside = DRIVES[drive]
    name = "".join(letter for letter in f"{way}-{drive}".replace("_", "-") if letter.isalnum() or letter == "-").lower()
    folder = OUT / name
    (folder / "src").mkdir(parents=True, exist_ok=True)
    # Every function is driven, so that its future is compiled to code too.
    driven = "\n".join(each.replace("{i}", str(i)) for i in range(fns))
    bodies = (one.format(i=i, body=BODY.format(i=i, clone=clone)) for i in range(fns))
    start = "tokio::runtime::Builder::new_current_thread().enable_time().build()"
    main = f"\nfn main() {{\n    let Ok(runtime) = {start} else {{ return }};\n{before}{driven}{after}\n    drop(runtime);\n}}\n"
    (folder / "src" / "main.rs").write_text(HEAD + head + "".join(bodies) + outside + main)
    (folder / "Cargo.toml").write_text(MANIFEST.replace("NAME", f"compile-{name}"))
    lock = folder / "Cargo.lock"
    if not lock.exists():
        lock.write_bytes((ROOT / "Cargo.lock").read_bytes())
    return folder


def compile_again(folder, command):
    """Seconds of processor time that cargo and the compiler take for the package alone."""
    (folder / "src" / "main.rs").touch()
    env = {**os.environ, "CARGO_TARGET_DIR": str(OUT / "build")}
    before = os.times()
    done = subprocess.run(["cargo", *command, "-j2", "--quiet"], cwd=folder, env=env, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--fns", type=int, default=100)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--drive", default=",".join(DRIVES))
    arguments.add_argument("--command", default=",".join(COMMANDS))
    options = arguments.parse_args()
    print(f"{options.fns} functions, {options.rounds} rounds; processor seconds: median (least to most)\n")
    print(f"| cargo | driven by | {' | '.join(WAYS)} | ratio to backon's |\n|---|---|{'---|' * (len(WAYS) + 1)}")
    for command in options.command.split(","):
        for drive in options.drive.split(","):
            folders = {way: write(way, drive, options.fns) for way in WAYS}
            for folder in folders.values():
                compile_again(folder, COMMANDS[command])
            rounds = [
                {way: compile_again(folder, COMMANDS[command]) for way, folder in folders.items()}
                for _ in range(options.rounds)
            ]
            medians, cells = {}, []
            for way in WAYS:
                seconds = sorted(each[way] for each in rounds)
                medians[way] = statistics.median(seconds)
                cells.append(f"{medians[way]:.2f} ({seconds[0]:.2f} to {seconds[-1]:.2f})")
            ratio = medians["#[aws_retry]"] / medians[PEER]
            print(f"| {command} | {drive} | {' | '.join(cells)} | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
