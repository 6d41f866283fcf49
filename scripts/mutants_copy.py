"""A copy of the tree with all of cargo-mutants' mutants in it, of which an environment variable chooses one."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ["decision", "limits", "context", "sdk/interceptor"]
SOURCE = "aws-retry-core/src/"
LIST = ["cargo", "mutants", "--list", "--json", "-p", "aws-retry-core"]
LIST += ["-e", "**/*_tests.rs", "-e", "**/*_loom.rs"]
LIST += [word for folder in FOLDERS for word in ("-f", f"{SOURCE}{folder}/**")]
PACKAGES = ["aws-retry-core", "aws-retry", "aws-retry-fleet"]
TESTS = ["integration", "shapes", "clock_reads", "learned_quotas", "observer", "overrides", "process_clock"]
TESTS += ["tracing", "evicted_scopes", "join", "seen", "scope_list", "allocations"]
UNITS = ["cargo", "test", "--no-run", "--offline", "--message-format", "json", "--lib"]
UNITS += [word for name in PACKAGES for word in ("-p", name)]
BUILD = UNITS + [word for name in TESTS for word in ("--test", name)]
ALLOWED = "warnings, arithmetic_overflow, unconditional_panic, unconditional_recursion"

# Comments, strings, characters and brackets, of which the last opening brace outside of others begins a body.
TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|r(#*)\".*?\"\1|\"(?:\\.|[^\"\\])*\"|'(?:\\[^\n']+|\\'|[^\\'\n])'|[{}()\[\]]", re.S
)

MODULE = """//! Chooses the active mutant.
use std::fs::File;
use std::io::Write;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

static ACTIVE: LazyLock<u32> = LazyLock::new(|| std::env::var("MUTANT").map_or(0, |it| it.parse().unwrap()));
static RECORD: LazyLock<Option<File>> = LazyLock::new(|| {
    let path = std::env::var("MUTANTS_RECORD").ok()?;
    Some(File::options().append(true).create(true).open(path).unwrap())
});
static SEEN: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];

pub(crate) fn active(function: usize) -> u32 {
    if let Some(mut file) = RECORD.as_ref() && !SEEN[function].swap(true, Ordering::Relaxed) {
        file.write_all(format!("{function}\\n").as_bytes()).unwrap();
    }
    *ACTIVE
}
"""


class Text:
    """A source file, addressed by line and column."""

    def __init__(self, path):
        self.text = path.read_text()
        self.starts = [0]
        for line in self.text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def at(self, place):
        return self.starts[place["line"] - 1] + place["column"] - 1

    def span(self, span):
        return self.at(span["start"]), self.at(span["end"])

    def line(self, number):
        return self.text[self.starts[number - 1] : self.starts[number]].strip()


class Mutant:
    def __init__(self, number, listed, source):
        self.number, self.file = number, listed["file"]
        self.start, self.end = source.span(listed["span"])
        self.replacement = listed["replacement"]
        self.function = listed["function"] and source.span(listed["function"]["span"])
        where, self.name = listed["name"].split(": ", 1)
        self.where = where + ": " + self.name
        self.line = source.line(listed["span"]["start"]["line"])
        # The same mutant after lines were added elsewhere.
        diff = re.sub(r"@@.*@@", "", listed["diff"])
        self.key = hashlib.sha256((self.file + diff).encode()).hexdigest()[:16]

    def folder(self):
        path = self.file.removeprefix(SOURCE)
        for folder in ["limits/rate", *FOLDERS]:
            if path.startswith(folder):
                return folder

    def described(self):
        return f"{self.file.removeprefix(SOURCE)} | {self.name} | {self.line}"


class Function:
    """A function with mutants. Those of functions inside it belong to it too."""

    def __init__(self, number, file, span, source):
        self.number, self.file, (self.start, self.end) = number, file, span
        depth, self.body = 0, None
        for token in TOKEN.finditer(source.text, self.start, self.end):
            if token[0] in "{([":
                if depth == 0 and token[0] == "{":
                    self.body = token.start() + 1
                depth += 1
            elif token[0] in "})]":
                depth -= 1
        assert self.body and source.text[self.end - 1] == "}", (file, span)
        self.head = source.text[self.start : self.body]
        self.mutants, self.name = [], None
        self.switched = "-> impl" not in self.head

    def rewritten(self, source, dropped):
        """The function with an arm for each mutant, and the offsets of the arms."""
        end = self.end - 1
        head = re.sub(r"\bconst fn\b", "fn", self.head)
        out = [head, f" match crate::mutants::active({self.number}) {{\n"]
        arms = []
        for it in self.mutants:
            if it.number not in dropped:
                body = source.text[self.body : it.start] + it.replacement + source.text[it.end : end]
                arms.append((it.number, sum(map(len, out)), body))
                out.append(f"{it.number} => {{ {body} }}\n")
        out.append(f"_ => {{ {source.text[self.body:end]} }}\n}} }}")
        return "".join(out), [(number, start, start + len(body)) for number, start, body in arms]


class Copy:
    """The copy of the tree, with all mutants in it."""

    def __init__(self, scratch):
        self.scratch, self.tree = scratch, scratch / "tree"
        shutil.rmtree(self.tree, ignore_errors=True)
        files = subprocess.check_output(["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, text=True)
        for name in filter(None, files.split("\0")):
            if (ROOT / name).is_file():
                (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.tree / name)
        manifest = self.tree / "Cargo.toml"
        manifest.write_text(manifest.read_text().replace('missing_docs = "deny"', 'missing_docs = "allow"'))
        listed = json.loads(subprocess.check_output(LIST, cwd=self.tree, text=True))
        self.sources = {it["file"]: Text(self.tree / it["file"]) for it in listed}
        self.mutants = [Mutant(i + 1, it, self.sources[it["file"]]) for i, it in enumerate(listed)]
        self.functions, self.dropped = [], set()
        inside = [it for it in self.mutants if it.function]
        for it in sorted(inside, key=lambda it: (it.file, it.function[0], -it.function[1])):
            last = self.functions[-1] if self.functions else None
            if not last or last.file != it.file or last.end <= it.function[0]:
                last = Function(len(self.functions), it.file, it.function, self.sources[it.file])
                self.functions.append(last)
            last.mutants.append(it)
        # Known from the last build.
        self.constants = scratch / "constants.json"
        for name in json.loads(self.constants.read_text()) if self.constants.exists() else []:
            self.keep_constant(name)

    def keep_constant(self, name):
        """A constant needs the functions of this name: they cannot choose at run time."""
        for it in self.functions:
            if re.search(rf"\bconst fn {name}\b", it.head):
                it.switched, it.name = False, name

    def write(self):
        """Writes the sources, and returns the lines of each file at which a mutant is."""
        lines = {}
        for file, source in self.sources.items():
            text, arms, done = "", [], 0
            for it in self.functions:
                if it.file == file and it.switched:
                    text += source.text[done : it.start]
                    new, places = it.rewritten(source, self.dropped)
                    arms += [(n, len(text) + a, len(text) + b) for n, a, b in places]
                    text, done = text + new, it.end
            (self.tree / file).write_text(text + source.text[done:])
            lines[file] = [(n, text.count("\n", 0, a) + 1, text.count("\n", 0, b) + 1) for n, a, b in arms]
        (self.tree / SOURCE / "mutants.rs").write_text(MODULE.replace("COUNT", str(len(self.functions))))
        lib = (ROOT / SOURCE / "lib.rs").read_text()
        lib = lib.replace("mod clock;", f"#![allow({ALLOWED})]\nmod mutants;\nmod clock;", 1)
        (self.tree / SOURCE / "lib.rs").write_text(lib)
        return lines

    def build(self, units):
        """Builds until all that is left compiles. Returns cargo's messages."""
        while True:
            lines = self.write()
            messages = cargo(self.tree, self.scratch, units)
            said = [it["message"] for it in messages if it["reason"] == "compiler-message"]
            errors = [it for it in said if it["level"] == "error"]
            if not errors:
                return messages
            before = len(self.dropped), sum(it.switched for it in self.functions)
            for error in errors:
                self.drop(error, lines)
            after = len(self.dropped), sum(it.switched for it in self.functions)
            print(f"{len(self.dropped)} mutants do not compile", flush=True)
            if before == after:
                raise SystemExit("".join(it["rendered"] for it in errors[:5]))

    def drop(self, error, lines):
        code = (error["code"] or {}).get("code")
        name = re.search(r"`([^`]+)`", error["message"])
        if code == "E0015" and name:
            self.keep_constant(name[1].split("::")[-1].split("<")[0])
            kept = [it.name for it in self.functions if it.name]
            self.constants.write_text(json.dumps(sorted(set(kept))))
            return
        for span in error["spans"]:
            if span["is_primary"] or not error["code"]:
                for number, first, last in lines.get(span["file_name"], []):
                    if first <= span["line_start"] and span["line_end"] <= last:
                        self.dropped.add(number)


def cargo(tree, scratch, units=False):
    environment = os.environ | {"CARGO_TARGET_DIR": str(scratch / "target")}
    done = subprocess.run(UNITS if units else BUILD, cwd=tree, env=environment, capture_output=True, text=True)
    messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode and not any(it["reason"] == "compiler-message" for it in messages):
        raise SystemExit(done.stderr)
    return messages
