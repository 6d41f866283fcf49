#!/usr/bin/env python3
"""What 300 fns cost to compile: with #[aws_retry], with backon's closures, and with loops by hand.

    python3 benches/compare/compile_time.py [--fns 300] [--rounds 5]

Three packages with the same fns and the same dependencies, which are built once before. In each round
every package is compiled anew, in turn; the table has the median of the rounds, and their range.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
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

# A page of something: a borrowed client, a borrowed name, a token that each try uses up.
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

WAYS = {
    "by hand": (HAND_HEAD, HAND, ".clone()"),
    "#[aws_retry]": ("", OURS, ""),
    "backon's closures": (BACKON_HEAD, BACKON, ".clone()"),
}
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


def write(way, fns):
    head, one, clone = WAYS[way]
    name = "".join(letter for letter in way if letter.isalpha()).lower()
    folder = OUT / name
    (folder / "src").mkdir(parents=True, exist_ok=True)
    # Every fn is driven, so that its future is compiled to code, too.
    drive = "\n".join(f"    runtime.block_on(page_{i}(&Client, \"a\", None)).ok();" for i in range(fns))
    bodies = (one.format(i=i, body=BODY.format(i=i, clone=clone)) for i in range(fns))
    start = "tokio::runtime::Builder::new_current_thread().enable_time().build()"
    main = f"\nfn main() {{\n    let Ok(runtime) = {start} else {{ return }};\n{drive}\n}}\n"
    (folder / "src" / "main.rs").write_text(HEAD + head + "".join(bodies) + main)
    (folder / "Cargo.toml").write_text(MANIFEST.replace("NAME", f"compile-{name}"))
    lock = folder / "Cargo.lock"
    if not lock.exists():
        lock.write_bytes((ROOT / "Cargo.lock").read_bytes())
    return folder


def compile_anew(folder, command):
    """Seconds of processor time that cargo and the compiler take for the package alone."""
    (folder / "src" / "main.rs").touch()
    env = {**os.environ, "CARGO_TARGET_DIR": str(OUT / "build")}
    before, began = os.times(), time.monotonic()
    done = subprocess.run(["cargo", *command, "-j2", "--quiet"], cwd=folder, env=env, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    after = os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return time.monotonic() - began, processor


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--fns", type=int, default=300)
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    folders = {way: write(way, options.fns) for way in WAYS}
    print(f"{options.fns} fns, {options.rounds} rounds; seconds: median (least to most)\n")
    print(f"| | {' | '.join(WAYS)} |\n|---|{'---|' * len(WAYS)}")
    for command in (["check"], ["build"], ["build", "--release"]):
        for folder in folders.values():
            compile_anew(folder, command)
        rounds = [{way: compile_anew(folder, command) for way, folder in folders.items()} for _ in range(options.rounds)]
        for what, index in (("elapsed", 0), ("processor", 1)):
            cells = []
            for way in WAYS:
                seconds = sorted(each[way][index] for each in rounds)
                cells.append(f"{statistics.median(seconds):.2f} ({seconds[0]:.2f} to {seconds[-1]:.2f})")
            print(f"| cargo {' '.join(command)}, {what} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
