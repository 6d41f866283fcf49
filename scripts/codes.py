#!/usr/bin/env python3
"""Write the tables of error codes that come from the models of all AWS services.

    pip install botocore==1.44.5
    python3 scripts/codes.py            # writes aws-retry-core/src/decision/codes/generated.rs
    python3 scripts/codes.py --check    # fails if the file differs from the output for the installed botocore

A new release of AWS's models is one command: install the newer botocore and run this. A code whose models
disagree stops the script until DECIDED says which table it belongs to, and why.
"""

import collections
import gzip
import json
import pathlib
import re
import sys

OUTPUT = pathlib.Path(__file__).parent.parent / "aws-retry-core/src/decision/codes/generated.rs"

THROTTLE = "THROTTLES"
FAULT = "SERVER_FAULTS"
RETRYABLE = "RETRYABLE"
NONE = "LEFT_OUT"

# Codes on which the models disagree, or whose name or model misleads: the table, and the reason.
DECIDED = {
    # Throttles by name or by status 429.
    "ThrottlingException": (THROTTLE, "three models call it a server fault, one with HTTP 500: a throttling code beats a status"),
    "EC2ThrottledException": (THROTTLE, "Lambda sends it with HTTP 502: a throttling code beats a status"),
    "ModelNotReadyException": (FAULT, "HTTP 429, but the model is still loading: no rate was exceeded"),
    "TooManyRequestedAttributes": (NONE, "the request asks for too many attributes, and a retry would ask for as many"),
    "VolumeModificationRateExceededException": (NONE, "one change per volume within hours: a backoff does not wait that long"),
    "CapacityDecreaseRequestLimitExceeded": (NONE, "a limit per day"),
    "LimitExceeded": (NONE, "IAM and others mean a limit on the number of resources"),
    # Server faults in some models only.
    "ConcurrentModificationException": (NONE, "4 of 30 models: the data changed, and the caller must read them again"),
    "ConflictException": (NONE, "1 of 252 models: the conflict remains"),
    "InternalServerException": (FAULT, "5 of 224 models lack the mark"),
    "ServiceUnavailableException": (FAULT, "1 of 51 models lacks the mark"),
    "InternalServerError": (FAULT, "2 of 16 models lack the mark"),
    "InternalServiceException": (FAULT, "3 of 16 models lack the mark"),
    "InternalServiceErrorException": (FAULT, "3 of 12 models lack the mark"),
    "InternalErrorException": (FAULT, "2 of 8 models lack the mark"),
    "OperationTimeoutException": (FAULT, "1 of 3 models has the mark: a time-out may pass"),
    "DependencyFailureException": (FAULT, "1 of 2 models has the mark: the dependency may come back"),
    "RetryLatestCommitFailedException": (FAULT, "1 of 2 models has the mark, and the service asks for another attempt"),
    "ServiceUnavailableError": (FAULT, "1 of 2 models lacks the mark"),
    "InsufficientCapacityException": (NONE, "2 of 4 models: the other models mean a limit of the caller"),
    "ResourceUnavailableException": (NONE, "1 of 10 models: most mean a missing resource"),
    "ResourceNotReadyException": (NONE, "1 of 6 models: most mean a state that the caller has to change"),
    "KMSInvalidStateException": (NONE, "1 of 3 models: the key stays as it is"),
    "KMSAccessDeniedException": (NONE, "1 of 2 models: the permission stays as it is"),
    "KMSDisabledException": (NONE, "1 of 2 models: the key stays disabled"),
    "KMSNotFoundException": (NONE, "1 of 2 models: the key stays missing"),
    # Server faults in every model.
    "LoopDetectedException": (NONE, "HTTP 508: no SDK retries it, and the loop remains"),
    # Modeled as retryable by some.
    "RetryableConflictException": (RETRYABLE, "3 of 4 models, and its name says so"),
    "RequestTimeoutException": (NONE, "every SDK treats it as transient: see TRANSIENT"),
}

# A code that at most this part of the models marks as retryable is retried only if the error's type knows the
# operation's model.
FEW = 0.5

THROTTLE_NAME = re.compile(r"throttl|toomanyrequest|slowdown|requestlimitexceeded|ratelimit", re.I)


class Row:
    def __init__(self):
        self.services, self.faults, self.retryable, self.throttling = set(), set(), set(), set()
        self.statuses = collections.Counter()


def models():
    """The newest model of each service."""
    import botocore

    data = pathlib.Path(botocore.__file__).parent / "data"
    for service in sorted(path for path in data.iterdir() if path.is_dir()):
        versions = sorted(service.glob("*/service-2.json.gz"))
        if versions:
            yield service.name, json.loads(gzip.open(versions[-1]).read())


def read():
    rows, aliases, services = collections.defaultdict(Row), {}, 0
    for service, model in models():
        services += 1
        for shape, it in model["shapes"].items():
            if not it.get("exception"):
                continue
            error = it.get("error", {})
            code, status = error.get("code", shape), error.get("httpStatusCode")
            row = rows[code]
            row.services.add(service)
            if status:
                row.statuses[status] += 1
            if it.get("fault") or (status and status >= 500):
                row.faults.add(service)
            if "retryable" in it:
                row.retryable.add(service)
                if it["retryable"].get("throttling"):
                    row.throttling.add(service)
            if cut(code) != cut(shape):
                aliases[code] = shape
    return rows, aliases, services


def cut(code):
    for suffix in ("Exception", "Error", "Fault"):
        if code.endswith(suffix) and code != suffix:
            return code[: -len(suffix)]
    return code


def place(code, row):
    """The table of a code and the reason, `None` for a plain error. Stops if a decision is missing."""
    if code in DECIDED:
        return DECIDED[code]
    faults = len(row.faults) / len(row.services)
    retryable = len(row.retryable) / len(row.services)
    if THROTTLE_NAME.search(code) or (row.throttling and retryable > FEW):
        if row.faults:
            raise SystemExit(f"{code}: a throttle or a server fault? Add it to DECIDED.")
        return THROTTLE, ""
    if 0 < faults < 1:
        raise SystemExit(f"{code}: a server fault in {len(row.faults)} of {len(row.services)} models. Add it to DECIDED.")
    if faults == 1:
        return FAULT, ""
    if retryable == 1:
        return RETRYABLE, ""
    if retryable > FEW:
        raise SystemExit(f"{code}: retryable in {len(row.retryable)} of {len(row.services)} models. Add it to DECIDED.")
    return None


TABLES = [
    (THROTTLE, "Codes of throttles, by their name or by the models of most services."),
    (FAULT, "Codes that mean a server fault in every model, or by decision: then the reason is beside them."),
    (RETRYABLE, "Codes that every service that models them marks as retryable, and that are in neither table above."),
    (NONE, "Codes that look like one of the above but are not, or that share only their stem with one."),
]


def write(rows, aliases, services, version):
    tables = collections.defaultdict(dict)
    for code, row in rows.items():
        if placed := place(code, row):
            table, reason = placed
            tables[table][code] = reason
    for code, (table, reason) in DECIDED.items():
        tables[table].setdefault(code, reason)
    # A code that differs from one in a table only by its suffix, but whose models say something else.
    stems = {cut(code) for table in (THROTTLE, FAULT, RETRYABLE) for code in tables[table]}
    placed = {code for table in tables.values() for code in table}
    for code in rows:
        if cut(code) in stems and code not in placed:
            tables[NONE][code] = "shares only its stem with a code above"

    out = [
        f"//! Written by `scripts/codes.py` from the models of {services} services in botocore {version}.",
        "//! Do not edit: change the script, or install a newer botocore, and run it.",
    ]
    for table, doc in TABLES:
        out += ["", f"/// {doc}", "#[rustfmt::skip]", f"pub(super) const {table}: &[&str] = &["]
        for code, reason in sorted(tables[table].items()):
            out.append(f"    \"{code}\"," + (f" // {reason}" if reason else ""))
        out.append("];")
    out += [
        "",
        "/// Codes on the wire, and the names of their shapes if they differ by more than a suffix.",
        "#[rustfmt::skip]",
        "pub(super) const ALIASES: &[(&str, &str)] = &[",
    ]
    out += [f"    (\"{code}\", \"{shape}\")," for code, shape in sorted(aliases.items())]
    out += ["];", ""]
    return "\n".join(out)


def main():
    import botocore

    written = re.search(r"botocore (\S+)\.$", OUTPUT.read_text(), re.MULTILINE)
    if "--check" in sys.argv[1:] and written and written[1] != botocore.__version__:
        raise SystemExit(f"{OUTPUT.name} is of botocore {written[1]}, and {botocore.__version__} is installed: pip install botocore=={written[1]}")
    text = write(*read(), botocore.__version__)
    if "--check" in sys.argv[1:]:
        if OUTPUT.read_text() != text:
            raise SystemExit(f"{OUTPUT} differs from the output for botocore {botocore.__version__}: run scripts/codes.py")
    else:
        OUTPUT.write_text(text)


if __name__ == "__main__":
    main()
