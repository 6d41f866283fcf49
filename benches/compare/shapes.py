#!/usr/bin/env python3
"""The number of shapes in tests/shapes that work with #[aws_retry], and with other crates' macros.

    python3 benches/compare/shapes.py [--json]

Each shape becomes a test of its own, once for each macro, with nothing but the attribute exchanged. A
shape holds if it compiles and its test passes. Shapes that are about arguments of ours are left out.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHAPES = ROOT / "tests" / "shapes"
OUT = ROOT / "target" / "compare"
ATTRIBUTE = re.compile(r'#\[aws_retry(?:\(base_delay = "(?P<delay>\w+)"\))?\]')

# Shapes whose test distinguishes errors; in all others the peers retry on every error.
JUDGED = {"permanent_error", "question_mark_converts"}

PEER_CODE = """
#[allow(dead_code)]
mod peer {
    use std::fmt::Debug;

    fn is_throttle(error: &impl Debug) -> bool {
        let text = format!("{error:?}");
        text.contains("Throttling") || text.contains("Rate exceeded")
    }

    pub mod any {
        pub fn again<T, E>(outcome: &Result<T, E>) -> bool {
            outcome.is_err()
        }
        pub fn when<E>(_: &E) -> bool {
            true
        }
    }

    pub mod judged {
        pub fn again<T, E: std::fmt::Debug>(outcome: &Result<T, E>) -> bool {
            outcome.as_ref().is_err_and(|error| super::is_throttle(error))
        }
        pub fn when<E: std::fmt::Debug>(error: &E) -> bool {
            super::is_throttle(error)
        }
    }
"""

BACKON_CODE = PEER_CODE + """
    macro_rules! backoff {
        ($($name:ident $millis:literal)*) => {$(
            pub fn $name() -> backon::ExponentialBuilder {
                let delay = std::time::Duration::from_millis($millis);
                backon::ExponentialBuilder::new().with_min_delay(delay).with_max_times(5)
            }
        )*};
    }
    backoff! { delay_500ms 500 delay_1ms 1 delay_10s 10_000 }
}
"""

RETRY_IF_CODE = PEER_CODE + """
    macro_rules! config {
        ($($name:ident $millis:literal)*) => {$(
            pub const $name: retry_if::ExponentialBackoffConfig = retry_if::ExponentialBackoffConfig {
                max_retries: 5,
                t_wait: std::time::Duration::from_millis($millis),
                backoff: 2.0,
                t_wait_max: None,
                backoff_max: None,
            };
        )*};
    }
    config! { DELAY_500MS 500 DELAY_1MS 1 DELAY_10S 10_000 }
}
"""


def ours(_name, text):
    return text


def backon(name, text):
    judge = "judged" if name in JUDGED else "any"

    def attribute(match):
        delay = match["delay"] or "500ms"
        return f"#[backon(backoff = crate::peer::delay_{delay}, when = crate::peer::{judge}::when)]"

    text = text.replace("use aws_retry::aws_retry;", "use backon_macros::backon;")
    return ATTRIBUTE.sub(attribute, text) + BACKON_CODE


def retry_if(name, text):
    judge = "judged" if name in JUDGED else "any"
    uses = f"use retry_if::retry;\n#[allow(unused_imports)]\nuse crate::peer::{{*, {judge}::again}};"

    def attribute(match):
        return f"#[retry(DELAY_{(match['delay'] or '500ms').upper()}, again)]"

    return ATTRIBUTE.sub(attribute, text.replace("use aws_retry::aws_retry;", uses)) + RETRY_IF_CODE


MACROS = {"aws-retry": ours, "backon-macros 1.0": backon, "retry-if 0.3": retry_if}


def portable(text):
    """Whether it uses nothing of this crate but the plain attribute."""
    rest = ATTRIBUTE.sub("", text).replace("use aws_retry::aws_retry;", "")
    return "aws_retry" not in rest


def manifest(macro):
    """Every test with the same dependencies, at the versions of the workspace."""
    own = (ROOT / "Cargo.toml").read_text()

    def version(name):
        return re.search(rf'^{name} = (?:"([^"]+)"|{{ version = "([^"]+)")', own, re.M).group(1, 2)

    simple = ["anyhow", "async-trait", "aws-smithy-runtime-api", "aws-smithy-types", "eyre", "futures"]
    simple += ["thiserror", "tracing"]
    lines = [f'{name} = "{next(filter(None, version(name)))}"' for name in simple]
    return "\n".join([
        "[package]",
        f'name = "compare-{macro.split()[0]}"',
        'version = "0.0.0"',
        'edition = "2024"',
        "[workspace]",
        "[profile.dev]",
        "debug = 0",
        "[dev-dependencies]",
        f'aws-retry = {{ path = "{ROOT}" }}',
        'backon = "1.6"',
        'backon-macros = "1.0"',
        'retry-if = "0.3"',
        'tokio = { version = "1", features = ["full", "test-util"] }',
        *lines,
        "",
    ])


def run(macro, rewrite, shapes):
    """For each shape, nothing if it works, or the reason for which it does not."""
    folder = OUT / macro.split()[0]
    tests = folder / "tests"
    tests.mkdir(parents=True, exist_ok=True)
    for old in tests.glob("*.rs"):
        old.unlink()
    (folder / "src").mkdir(exist_ok=True)
    (folder / "src" / "lib.rs").write_text("")
    (folder / "Cargo.toml").write_text(manifest(macro))
    lock = folder / "Cargo.lock"
    if not lock.exists():
        lock.write_bytes((ROOT / "Cargo.lock").read_bytes())
    support = f'\n#[path = "{SHAPES}/support.rs"]\n#[allow(dead_code, unused_imports)]\nmod support;\n'
    for name, text in shapes.items():
        (tests / f"{name}.rs").write_text(rewrite(name, text) + support)

    build = ["cargo", "build", "--tests", "--keep-going", "--message-format=json", "-j2"]
    env = {**os.environ, "CARGO_TARGET_DIR": str(OUT / "build")}
    done = subprocess.run(build, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    failures = {name: "not built" for name in shapes}
    binaries = {}
    for line in done.stdout.splitlines():
        message = json.loads(line)
        name = message.get("target", {}).get("name")
        if name not in shapes:
            continue
        if message.get("executable"):
            binaries[name] = message["executable"]
        elif message["reason"] == "compiler-message" and message["message"]["level"] == "error":
            error = message["message"]
            code = error["code"]["code"] + ": " if error["code"] else ""
            if failures[name] == "not built":
                failures[name] = code + error["message"].splitlines()[0]
    if not binaries:
        sys.exit(done.stderr)
    for name, binary in binaries.items():
        try:
            passed = subprocess.run([binary], capture_output=True, text=True, timeout=60)
            failed = re.search(r"panicked at .*\n(.*)", passed.stdout + passed.stderr)
            failures[name] = None if passed.returncode == 0 else (failed[1] if failed else "failed")
        except subprocess.TimeoutExpired:
            failures[name] = "did not end within a minute"
    return failures


def main():
    texts = {path.stem: path.read_text() for path in sorted(SHAPES.glob("*.rs"))}
    shapes = {name: text for name, text in texts.items() if name not in ("main", "support") and portable(text)}
    results = {macro: run(macro, rewrite, shapes) for macro, rewrite in MACROS.items()}
    if "--json" in sys.argv:
        print(json.dumps(results, indent=2))
        return
    width = max(map(len, shapes))
    print(f"{'':{width}}  " + "  ".join(f"{macro:17}" for macro in MACROS))
    for name in shapes:
        cells = ("holds" if results[macro][name] is None else "-" for macro in MACROS)
        print(f"{name:{width}}  " + "  ".join(f"{cell:17}" for cell in cells))
    counts = (sum(why is None for why in results[macro].values()) for macro in MACROS)
    print(f"{'of ' + str(len(shapes)):{width}}  " + "  ".join(f"{count:<17}" for count in counts))
    print()
    for macro in list(MACROS):
        for name, why in results[macro].items():
            if why:
                print(f"{macro}, {name}: {why}")
    if any(results["aws-retry"].values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
