#!/usr/bin/env python3
"""Mutation testing of what decides: every mutant of cargo-mutants, compiled at once.

    python3 scripts/mutants.py            tries every mutant
    python3 scripts/mutants.py --again    only those that no test has caught, for instance after a new test
    python3 scripts/mutants.py --again --units    the same with the unit tests alone
    python3 scripts/mutants.py --table    prints the table of the last results

cargo-mutants lists the mutants, but builds one at a time. Here a copy of the tree gets all of them: the body of
each function becomes `match crate::mutants::active(..)`, with an arm for each mutant, and an environment variable
chooses. A mutant that does not compile is dropped by the line of its error. Each test runs once to record which
functions it reaches; a mutant then meets the tests that reach its function, quickest first, until one fails or
hangs. Every mutant meets the unit tests first; those that pass them meet the other tests.

Constants, and the functions that a constant needs, cannot choose at run time. Their mutants are built one by one.
Mutants that change nothing a caller could see are listed in `scripts/equivalent_mutants.txt` with the reason.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

from mutants_copy import PACKAGES, ROOT, TESTS, Copy, cargo

EQUIVALENT = ROOT / "scripts" / "equivalent_mutants.txt"
# These need servers or Python packages.
LEFT_OUT = re.compile("boto3|moto")
# Bytes of memory of a test process.
MEMORY = 4 << 30


class Executable:
    """A test executable. Unit tests of the core come first: they are quick."""

    def __init__(self, artifact):
        self.path, self.folder = artifact["executable"], Path(artifact["manifest_path"]).parent
        package = PACKAGES[1] if self.folder.name == "tree" else self.folder.name
        self.label = f"{package}: {artifact['target']['name']}"
        self.is_unit = package == PACKAGES[0] and "lib" in artifact["target"]["kind"]
        self.rank = not self.is_unit, PACKAGES.index(package), self.label


def executables(messages):
    built = [it for it in messages if it["reason"] == "compiler-artifact" and it.get("executable")]
    return sorted((Executable(it) for it in built if it["profile"]["test"]), key=lambda it: it.rank)


def run(executable, names, most, **variables):
    """Runs tests for at most so many seconds, until one fails. Returns its name, `hangs`, `aborts` or None."""
    process = subprocess.Popen(
        [executable.path, "--exact", "--test-threads", "4", *names],
        cwd=executable.folder,
        env=os.environ | {"RUST_BACKTRACE": "0"} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        errors="replace",
        process_group=0,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )
    late = threading.Event()

    def kill():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def too_late():
        late.set()
        kill()

    timer = threading.Timer(most, too_late)
    timer.start()
    failed = None
    for line in process.stdout:
        if found := re.match(r"test (\S+).* \.\.\. FAILED", line):
            failed = found[1]
            break
    timer.cancel()
    if failed:
        kill()
    process.stdout.close()
    code = process.wait()
    return failed or ("hangs" if late.is_set() else "aborts" if code else None)


def names_of(executable):
    def listed(*more):
        command = [executable.path, "--list", "--format", "terse", *more]
        done = subprocess.run(command, cwd=executable.folder, capture_output=True, text=True, check=True)
        return re.findall(r"(?m)^(\S+): test$", done.stdout)

    ignored = set(listed("--ignored"))
    return [name for name in listed() if name not in ignored and not LEFT_OUT.search(name)]


class Tests:
    """All tests: how long each takes, and which functions it reaches."""

    def __init__(self, executables, scratch, workers):
        self.of, self.seconds, self.failing = collections.defaultdict(list), {}, []
        self.kills = collections.Counter()
        records = scratch / "records"
        shutil.rmtree(records, ignore_errors=True)
        records.mkdir()

        def record(numbered):
            number, (executable, name) = numbered
            path, start = records / str(number), time.monotonic()
            failed = run(executable, [name], 120, MUTANTS_RECORD=str(path))
            reached = set(path.read_text().split()) if path.exists() else ()
            return (executable, name), failed, time.monotonic() - start, reached

        tests = [(executable, name) for executable in executables for name in names_of(executable)]
        # Most tests over HTTP wait.
        with concurrent.futures.ThreadPoolExecutor(3 * workers) as pool:
            for test, failed, seconds, reached in pool.map(record, enumerate(tests)):
                if failed:
                    self.failing.append(f"{test[0].label}: {test[1]}")
                    continue
                self.seconds[test] = seconds
                for function in reached:
                    self.of[int(function)].append(test)

    def cost(self, function, units):
        """The seconds of all tests that reach a function."""
        return sum(self.seconds[it] for it in self.of[function.number] if it[0].is_unit == units)

    def chunks(self, function, units):
        """The tests that reach a function, in portions for one process each."""
        tests = [it for it in self.of[function.number] if it[0].is_unit == units]
        tests.sort(key=lambda it: (it[0].rank, self.seconds[it]))
        best = sorted(tests, key=lambda it: -self.kills[function.file, it])[:4]
        yield from ([it] for it in best if self.kills[function.file, it])
        # The slow ones at the end.
        for slow in (False, True):
            chunk, size = [], 0.2
            for it in (it for it in tests if (self.seconds[it] > 1) == slow):
                if chunk and (chunk[0][0] is not it[0] or sum(map(self.seconds.get, chunk)) > size):
                    yield chunk
                    chunk, size = [], min(2 * size, 4)
                chunk.append(it)
            if chunk:
                yield chunk

    def outcome(self, mutant, function, units, most):
        """`caught` and by which test, `missed`, or `not reached`."""
        if not self.of[function.number]:
            return "not reached", None
        start = time.monotonic()
        for chunk in self.chunks(function, units):
            executable, names = chunk[0][0], [it[1] for it in chunk]
            # Four tests run at once, so this is ten times what they take or more.
            seconds = max(3, 4 * sum(map(self.seconds.get, chunk)))
            caught = run(executable, names, seconds, MUTANT=str(mutant.number))
            # A test that takes real time could fail because the machine is busy.
            if caught and (caught == "hangs" or not executable.is_unit):
                names = [caught] if caught in names else names
                caught = run(executable, names, seconds, MUTANT=str(mutant.number))
            if caught:
                self.kills[function.file, next((it for it in chunk if it[1] == caught), chunk[0])] += 1
                return "caught", f"{executable.label}: {caught}"
            if time.monotonic() - start > most:
                break
        return "missed", None


def apart(copy, mutants):
    """The outcomes of mutants that need a build of their own, against all tests."""
    copy.functions = []
    for it in mutants:
        source = copy.sources[it.file]
        copy.write()
        (copy.tree / it.file).write_text(source.text[: it.start] + it.replacement + source.text[it.end :])
        built = executables(cargo(copy.tree, copy.scratch))
        if len(built) < len(TESTS) + len(PACKAGES):
            yield it, "unviable"
        else:
            caught = any(run(executable, names_of(executable), 600) for executable in built)
            yield it, "caught" if caught else "missed"


def table(copy, results):
    """Prints the score of each folder, and the mutants that still matter."""
    equivalent = {line for line in EQUIVALENT.read_text().splitlines() if not line.startswith("#")}
    rows = collections.defaultdict(collections.Counter)
    for it in copy.mutants:
        it.outcome = results.get(it.key, "not tried")
        it.matters = it.outcome not in ("caught", "unviable") and it.described() not in equivalent
        same = it.outcome not in ("caught", "unviable", "not tried") and not it.matters
        for folder in (it.folder(), "all"):
            rows[folder].update(["mutants", it.outcome] + ["equivalent"] * same)
    print("| folder | mutants | unviable | not tried | caught | missed | of these equivalent | score | without these |")
    print("|---|---|---|---|---|---|---|---|---|")
    for folder in sorted(rows, key=lambda folder: folder == "all"):
        it = rows[folder]
        viable = it["mutants"] - it["unviable"] - it["not tried"]
        tried = (viable, viable - it["equivalent"])
        score, without = (f"{100 * it['caught'] / of:.1f} %" if of else "-" for of in tried)
        cells = [f"`{folder}`", it["mutants"], it["unviable"], it["not tried"], it["caught"], viable - it["caught"]]
        print("|", " | ".join(map(str, [*cells, it["equivalent"], score, without])), "|")
    for it in copy.mutants:
        if it.matters:
            print(f"{it.outcome}: {it.where}\n    {it.described()}")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--scratch", type=Path, default=ROOT / "target" / "mutants")
    options.add_argument("--again", action="store_true", help="keep the mutants that were caught")
    options.add_argument("--quick", action="store_true", help="leave out those that need their own build")
    options.add_argument("--units", action="store_true", help="only the unit tests")
    options.add_argument("--table", action="store_true", help="only print the results")
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--seconds", type=float, default=40, help="for the tests of one mutant, of either kind")
    options = options.parse_args()
    scratch = options.scratch.resolve()
    scratch.mkdir(parents=True, exist_ok=True)
    kept = scratch / "results.json"
    copy = Copy(scratch)
    results = json.loads(kept.read_text()) if kept.exists() and (options.again or options.table) else {}
    if options.table:
        return table(copy, results)

    def note(mutant, outcome, by=None):
        results[mutant.key] = outcome
        print(f"{outcome}: {mutant.where}{f' by {by}' if by else ''}", flush=True)
        kept.write_text(json.dumps(results, indent=0))

    copy.dropped = {it.number for it in copy.mutants if results.get(it.key) == "unviable"}
    start = time.monotonic()
    built = [it for it in executables(copy.build(options.units)) if it.is_unit or not options.units]
    print(f"Built in {time.monotonic() - start:.0f} s", flush=True)
    tests = Tests(built, scratch, options.jobs)
    print(f"{len(tests.seconds)} tests, {sum(tests.seconds.values()):.0f} s", flush=True)
    print(f"Left out, since they fail without a mutant: {tests.failing}", flush=True)
    results |= {it.key: "unviable" for it in copy.mutants if it.number in copy.dropped}
    todo = {it.number for it in copy.mutants if results.get(it.key) not in ("caught", "unviable")}
    switched = [(it, function) for function in copy.functions if function.switched for it in function.mutants]
    rest = [it for it in copy.mutants if it.number in todo - {it.number for it, _ in switched}]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for units in (True,) if options.units else (True, False):
            # The longest at the end.
            of = {
                pool.submit(tests.outcome, it, function, units, options.seconds): it
                for it, function in sorted(switched, key=lambda both: tests.cost(both[1], units))
                if it.number in todo and results.get(it.key) not in ("caught", "unviable")
            }
            for done in concurrent.futures.as_completed(of):
                note(of[done], *done.result())
            print(f"After {time.monotonic() - start:.0f} s", flush=True)
    for it, outcome in apart(copy, [] if options.quick or options.units else rest):
        note(it, outcome)
    table(copy, results)


if __name__ == "__main__":
    main()
