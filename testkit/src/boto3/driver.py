"""Plays calls of real boto3 clients for the comparison with `#[aws_retry]`.

Reads a line of JSON for each case, writes a line of JSON for each: what every call came to and how
long it took. Time stands still but for the waits that boto3 asks for, and these take none; random
numbers are all 1, so that a wait is the longest that its jitter allows.
"""

import functools
import json
import os
import random
import sys
import time

os.environ.update(
    AWS_ACCESS_KEY_ID="AKIDTEST",
    AWS_SECRET_ACCESS_KEY="secret",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    AWS_EC2_METADATA_DISABLED="true",
)
for variable in ("AWS_RETRY_MODE", "AWS_MAX_ATTEMPTS", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
    os.environ.pop(variable, None)


class Clock:
    """The clock of botocore's send rate, and of every wait."""

    now = 0.0

    def sleep(self, seconds):
        # No real sleep is ever a rounding error too short, which the token bucket would spin on.
        Clock.now += seconds + 1e-9

    def current_time(self):
        return Clock.now


# Before the import: botocore takes both as default arguments.
random.random = lambda: 1.0
time.sleep = Clock().sleep

import boto3  # noqa: E402
import botocore.exceptions as errors  # noqa: E402
from botocore.config import Config  # noqa: E402
from botocore.retries import bucket  # noqa: E402

bucket.Clock = Clock


class TokenBucket(bucket.TokenBucket):
    """Waits by the clock above, not on a condition variable."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._new_fill_rate_condition.wait = self._clock.sleep


bucket.TokenBucket = TokenBucket

# The codes that the decorator of boto3 users retries.
DECORATOR_CODES = {
    "ThrottlingException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "ServiceUnavailable",
    "InternalServerError",
    "RequestTimeout",
    "ProvisionedThroughputExceededException",
    "LimitExceededException",
    "RequestExpired",
    "Throttling",
    "SlowDown",
}


def decorated(call, max_retries=5, base_delay=0.5, max_delay=30.0):
    """The decorator, without its jitter."""

    @functools.wraps(call)
    def retried(**params):
        for retry in range(max_retries + 1):
            try:
                return call(**params)
            except errors.ClientError as error:
                if retry == max_retries or error.response["Error"]["Code"] not in DECORATOR_CODES:
                    raise
                time.sleep(min(base_delay * 2**retry, max_delay))

    return retried


def outcome(call, params):
    try:
        call(**params)
    except errors.ClientError as error:
        code = error.response["Error"].get("Code")
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        # Where the body has no code botocore makes one of the status.
        return {"code": None if code in ("", str(status)) else code, "status": status}
    except (errors.ReadTimeoutError, errors.ConnectTimeoutError):
        return "timeout"
    except (errors.ConnectionError, errors.HTTPClientError):
        return "connection"
    return "ok"


def play(session, case):
    retries = {"total_max_attempts": 1} if case["mode"] == "decorator" else {"mode": case["mode"]}
    Clock.now = 0.0
    client = session.client(
        case["service"],
        endpoint_url=case["url"],
        config=Config(retries=retries, read_timeout=case["read_timeout"], connect_timeout=5),
    )
    call = getattr(client, case["operation"])
    if case["mode"] == "decorator":
        call = decorated(call)
    calls = []
    for _ in range(case["calls"]):
        began = Clock.now
        came_to = outcome(call, case["params"])
        calls.append({"outcome": came_to, "elapsed": Clock.now - began})
    return calls


def main():
    session = boto3.session.Session()
    for line in sys.stdin:
        print(json.dumps(play(session, json.loads(line))), flush=True)


main()
