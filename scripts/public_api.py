#!/usr/bin/env python3
"""Lists the public interface of the published crates, one item a line, so that every change of it is seen.

    python3 scripts/public_api.py            writes .ci/public-api/CRATE.txt
    python3 scripts/public_api.py --check    compares; 1 if an item came, went or changed

Reads the JSON that rustdoc writes, which takes a nightly toolchain. Hidden items (`__private` and the like) are
left out, and so are the impls that every type has. Types are named by their last segment.
"""

import difflib
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTINGS = ROOT / ".ci" / "public-api"
# The target directory that CI documents with nightly in, so that dependencies are compiled once.
TARGET = ROOT / "target" / "ci" / "docs.rs"
# The stores of the fleet are left out: their clients take minutes to compile.
CRATES = {
    "aws-retry": ["--all-features"],
    "aws-retry-core": ["--all-features"],
    "aws-retry-macro": [],
    "aws-retry-fleet": [],
}
# The version of rustdoc's JSON that is read here.
FORMAT = 57
# Of the impls that the compiler infers, those that users notice.
INFERRED = {"Send", "Sync", "Unpin"}


def joined(parts, around="{}"):
    parts = [part for part in parts if part]
    return around.format(", ".join(parts)) if parts else ""


def args(it):
    if not it:
        return ""
    if "angle_bracketed" not in it:
        inputs = ", ".join(map(type_, it["parenthesized"]["inputs"]))
        return f"({inputs}){returned(it['parenthesized']['output'])}"
    inner = it["angle_bracketed"]
    plain = [argument(each) for each in inner["args"]]
    for each in inner["constraints"]:
        (kind, value), = each["binding"].items()
        wanted = ": " + bounds(value) if kind == "constraint" else " = " + term(value)
        plain.append(each["name"] + args(each["args"]) + wanted)
    return joined(plain, "<{}>")


def argument(it):
    if it == "infer":
        return "_"
    (kind, value), = it.items()
    if kind == "type":
        return type_(value)
    return value["expr"] if kind == "const" else value


def term(it):
    return type_(it["type"]) if "type" in it else it["constant"]["expr"]


def path(it):
    return it["path"].rsplit("::", 1)[-1] + args(it["args"])


def bound(it):
    if "outlives" in it:
        return it["outlives"]
    if "use" in it:
        return "use<" + ", ".join(next(iter(each.values())) for each in it["use"]) + ">"
    inner = it["trait_bound"]
    prefix = {"none": "", "maybe": "?", "maybe_const": "~const "}[inner["modifier"]]
    return higher_ranked(inner["generic_params"]) + prefix + path(inner["trait"])


def bounds(them):
    return " + ".join(map(bound, them))


def higher_ranked(params):
    return joined([each["name"] for each in params], "for<{}> ")


def type_(it):
    if it == "infer":
        return "_"
    (kind, value), = it.items()
    match kind:
        case "resolved_path":
            return path(value)
        case "dyn_trait":
            traits = [higher_ranked(each["generic_params"]) + path(each["trait"]) for each in value["traits"]]
            return "dyn " + " + ".join(traits + ([value["lifetime"]] if value["lifetime"] else []))
        case "generic" | "primitive":
            return value
        case "function_pointer":
            return higher_ranked(value["generic_params"]) + header(value["header"]) + "fn" + signature(value["sig"], False)
        case "tuple":
            return "(" + ", ".join(map(type_, value)) + ("," if len(value) == 1 else "") + ")"
        case "slice":
            return f"[{type_(value)}]"
        case "array":
            return f"[{type_(value['type'])}; {value['len']}]"
        case "impl_trait":
            return "impl " + bounds(value)
        case "raw_pointer":
            return ("*mut " if value["is_mutable"] else "*const ") + type_(value["type"])
        case "borrowed_ref":
            lifetime = value["lifetime"] + " " if value["lifetime"] else ""
            return "&" + lifetime + ("mut " if value["is_mutable"] else "") + type_(value["type"])
        case "qualified_path":
            own = type_(value["self_type"])
            trait = value["trait"]
            own = f"<{own} as {path(trait)}>" if trait and trait["path"] else own
            return f"{own}::{value['name']}{args(value['args'])}"
    raise ValueError(f"a type that is new to this script: {kind}")


def returned(output):
    return " -> " + type_(output) if output else ""


def header(it):
    words = {"const ": it["is_const"], "async ": it["is_async"], "unsafe ": it["is_unsafe"]}
    abi = "" if it["abi"] == "Rust" else f'extern "{it["abi"]}" '
    return "".join(word for word, present in words.items() if present) + abi


def signature(it, named):
    def input_(name, what):
        what = type_(what)
        if name == "self":
            short = {"Self": "self", "&Self": "&self", "&mut Self": "&mut self"}
            return short.get(what, f"self: {what}")
        return f"{name}: {what}" if named else what

    return f"({', '.join(input_(*each) for each in it['inputs'])}){returned(it['output'])}"


def params(generics):
    def param(it):
        (kind, value), = it["kind"].items()
        if kind == "lifetime":
            return it["name"] + (": " + " + ".join(value["outlives"]) if value["outlives"] else "")
        if kind == "const":
            return f"const {it['name']}: {type_(value['type'])}"
        if value["is_synthetic"]:
            return ""
        default = " = " + type_(value["default"]) if value["default"] else ""
        return it["name"] + (": " + bounds(value["bounds"]) if value["bounds"] else "") + default

    return joined(map(param, generics["params"]), "<{}>")


def where(generics):
    def predicate(it):
        (kind, value), = it.items()
        if kind == "bound_predicate":
            return f"{higher_ranked(value['generic_params'])}{type_(value['type'])}: {bounds(value['bounds'])}"
        if kind == "lifetime_predicate":
            return f"{value['lifetime']}: {' + '.join(value['outlives'])}"
        return f"{type_(value['lhs'])} = {term(value['rhs'])}"

    return joined(map(predicate, generics["where_predicates"]), " where {}")


class Listing:
    def __init__(self, document):
        self.index = document["index"]
        self.root = document["root"]
        self.lines = set()
        self.paths = {}

    def item(self, id_):
        return self.index.get(str(id_))

    def add(self, line, item=None):
        attributes = item["attrs"] if item else []
        marks = [mark for mark in ("must_use", "non_exhaustive") if any(is_(mark, each) for each in attributes)]
        self.lines.add(line + "".join(f" #[{mark}]" for mark in marks))

    def walk(self, id_, prefix, name=None):
        item = self.item(id_)
        if item is None:
            return
        (kind, inner), = item["inner"].items()
        at = f"{prefix}::{name or item['name']}" if prefix else item["name"]
        if kind == "use":
            self.use(inner, prefix)
            return
        known = self.paths.setdefault(id_, at)
        if known != at:
            self.add(f"use {at} = {known}")
            return
        match kind:
            case "module":
                self.add(f"mod {at}", item)
                self.module(inner, at)
            case "function":
                self.function(item, inner, at)
            case "struct" | "union":
                self.struct(item, inner, at, kind)
            case "enum":
                self.add(f"enum {at}{params(inner['generics'])}{where(inner['generics'])}", item)
                for each in inner["variants"]:
                    self.variant(self.item(each), at)
                self.impls(inner["impls"], at)
            case "trait":
                unsafe = "unsafe " if inner["is_unsafe"] else ""
                above = ": " + bounds(inner["bounds"]) if inner["bounds"] else ""
                self.add(f"{unsafe}trait {at}{params(inner['generics'])}{above}{where(inner['generics'])}", item)
                for each in inner["items"]:
                    self.member(each, at)
            case "constant":
                value = inner["const"]["expr"]
                known = "" if value == "_" else f" = {value}"
                self.add(f"const {at}: {type_(inner['type'])}{known}", item)
            case "static":
                self.add(f"static {at}: {type_(inner['type'])}", item)
            case "type_alias":
                self.add(f"type {at}{params(inner['generics'])} = {type_(inner['type'])}", item)
            case "macro":
                self.add(f"macro {at}! {' '.join(inner.split())}", item)
            case "proc_macro":
                helpers = joined(inner["helpers"], " with #[{}]")
                self.add(f"{inner['kind']} macro {at}{helpers}", item)
            case _:
                raise ValueError(f"an item that is new to this script: {kind}")

    def module(self, inner, at):
        # Modules last, so that an item's own path is a short one.
        def depth(id_):
            return "module" in self.item(id_)["inner"] if self.item(id_) else False

        for each in sorted(inner["items"], key=depth):
            self.walk(each, at)

    def use(self, inner, prefix):
        target = inner["id"]
        known = self.item(target) if target is not None else None
        if known is None:
            star = "::*" if inner["is_glob"] else f" as {inner['name']}"
            self.add(f"use {prefix} = {inner['source']}{star}")
        elif not inner["is_glob"]:
            self.walk(target, prefix, inner["name"])
        elif "module" in known["inner"]:
            self.module(known["inner"]["module"], prefix)
        else:
            for each in known["inner"]["enum"]["variants"]:
                self.variant(self.item(each), prefix)

    def function(self, item, inner, at):
        generics = inner["generics"]
        start = f"{header(inner['header'])}fn {at}{params(generics)}"
        self.add(start + signature(inner["sig"], True) + where(generics), item)

    def struct(self, item, inner, at, kind):
        self.add(f"{kind} {at}{params(inner['generics'])}{where(inner['generics'])}", item)
        shape = inner.get("kind", {"plain": inner})
        if shape != "unit":
            self.fields(shape.get("tuple") or shape.get("plain", {}).get("fields", []), at)
        self.impls(inner["impls"], at)

    def fields(self, ids, at):
        for each in ids:
            field = self.item(each) if each is not None else None
            if field and field["visibility"] in ("public", "default"):
                self.add(f"field {at}::{field['name']}: {type_(field['inner']['struct_field'])}", field)

    def variant(self, item, at):
        if item is None:
            return
        at = f"{at}::{item['name']}"
        self.add(f"variant {at}", item)
        shape = item["inner"]["variant"]["kind"]
        if shape != "plain":
            self.fields(shape["tuple"] if "tuple" in shape else shape["struct"]["fields"], at)

    def member(self, id_, at):
        item = self.item(id_)
        if item is None:
            return
        (kind, inner), = item["inner"].items()
        at = f"{at}::{item['name']}"
        if kind == "function":
            self.function(item, inner, at)
        elif kind == "assoc_const":
            self.add(f"const {at}: {type_(inner['type'])}", item)
        elif kind == "assoc_type":
            wanted = ": " + bounds(inner["bounds"]) if inner["bounds"] else ""
            self.add(f"type {at}{params(inner['generics'])}{wanted}{where(inner['generics'])}", item)

    def impls(self, ids, at):
        for each in ids:
            item = self.item(each)
            inner = item["inner"]["impl"]
            trait = inner["trait"]
            if trait is None:
                for member in inner["items"]:
                    if self.item(member) and self.item(member)["visibility"] == "public":
                        self.member(member, at)
                continue
            name = trait["path"].rsplit("::", 1)[-1]
            if inner["blanket_impl"] or (inner["is_synthetic"] and name not in INFERRED):
                continue
            if name in {"Freeze", "StructuralPartialEq"}:
                continue
            mark = "!" if inner["is_negative"] else ""
            generics = inner["generics"]
            self.add(f"impl{params(generics)} {mark}{path(trait)} for {type_(inner['for'])}{where(generics)}")


def is_(mark, attribute):
    text = attribute if isinstance(attribute, str) else json.dumps(attribute)
    return mark in text


def listing(crate, features):
    command = ["rustup", "run", "nightly", "cargo", "rustdoc", "--quiet", "--package", crate, "--lib"]
    command += [*features, "--target-dir", str(TARGET)]
    command += ["--", "-Z", "unstable-options", "--output-format", "json"]
    subprocess.run(command, cwd=ROOT, check=True)
    document = json.loads((TARGET / "doc" / f"{crate.replace('-', '_')}.json").read_text())
    if document["format_version"] != FORMAT:
        print(f"SKIPPED public API: rustdoc's JSON is of format {document['format_version']}, {FORMAT} is read")
        sys.exit(0)
    found = Listing(document)
    found.walk(found.root, "")
    return sorted(found.lines)


def main():
    check = "--check" in sys.argv
    if subprocess.run(["rustup", "run", "nightly", "rustc", "--version"], capture_output=True, check=False).returncode:
        print("SKIPPED public API: no nightly toolchain (rustup toolchain install nightly)")
        return 0
    changed = False
    for crate, features in CRATES.items():
        file = LISTINGS / f"{crate}.txt"
        now = listing(crate, features)
        if check:
            before = file.read_text().splitlines()
            difference = list(difflib.unified_diff(before, now, str(file.relative_to(ROOT)), "now", n=0, lineterm=""))
            print("\n".join(difference) or f"{crate}: the {len(now)} items of the committed listing")
            changed |= bool(difference)
        else:
            LISTINGS.mkdir(exist_ok=True)
            file.write_text("\n".join(now) + "\n")
            print(f"{crate}: {len(now)} items")
    if changed:
        print("The public API has changed. If that is meant: python3 scripts/public_api.py, and a line in CHANGELOG.md.")
    return int(changed)


if __name__ == "__main__":
    sys.exit(main())
