"""botocore's Signature Version 4 and ours agree on ten thousand random requests.

Ours is asked through build/sign_lines (tests/tools/sign_lines.cpp). Both sign every header that is there. Left out is
what botocore never signs (User-Agent, Expect and their like), what signing itself adds, and a path that ends in a dot
segment, where botocore keeps no slash and RFC 3986 does.
"""

import datetime
import json
import random
import string
import subprocess
import urllib.parse
from dataclasses import dataclass

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from .. import sample
from ..simulator import PROGRAM

SIGN_LINES = PROGRAM.parent / "sign_lines"
REQUESTS = 10_000

METHODS = ["POST", "GET", "PUT", "DELETE", "HEAD", "PATCH"]
SERVICES = ["ec2", "elasticloadbalancing", "autoscaling", "monitoring", "sts", "dynamodb", "s-1"]
REGIONS = ["eu-west-1", "us-east-1", "us-gov-west-1", "cn-north-1", "ap-southeast-4"]
HOSTS = ["ec2.eu-west-1.amazonaws.com", "STS.amazonaws.com", "127.0.0.1", "localhost", "[::1]", "a-b.example"]
NAMES = ["Content-Type", "amz-sdk-request", "x-amz-target", "X-Amz-Foo", "x-amz-foo-bar", "X-AMZ-FOO-1", "Accept",
         "My-Header1", "my-header10", "Range", "x", "Zebra", "Cache-Control"]
IN_PATHS = string.ascii_letters + string.digits + "-._~!$&'()*+,;=:@ ü€"
IN_VALUES = string.ascii_letters + string.digits + string.punctuation + " \t" * 12 + "éß"


@dataclass
class Signing:
    """One request and who signs it when."""
    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes
    credentials: Credentials
    region: str
    service: str
    time: datetime.datetime


def text(chance: random.Random, letters: str, longest: int) -> str:
    return "".join(chance.choices(letters, k=chance.randint(0, longest)))


def path(chance: random.Random) -> str:
    segments = []
    for _ in range(chance.choice([0, 0, 1, 2, 5])):
        kind = chance.random()
        plain = text(chance, IN_PATHS, 12)
        segments.append("." if kind < 0.1 else ".." if kind < 0.2 else "" if kind < 0.3
                        else urllib.parse.quote(plain, safe="") if kind < 0.6 else plain)
    if segments and segments[-1] in (".", ".."):
        segments.append("end")
    return chance.choice(["/", "/", ""]) if not segments else "/" + "/".join(segments)


def query(chance: random.Random) -> str:
    pairs = []
    for _ in range(chance.choice([0, 0, 1, 3, 8])):
        name = text(chance, chance.choice(["ab", IN_PATHS]), 6) or "n"
        value = text(chance, chance.choice(["01", IN_PATHS, "?/=&%+ \n"]), 10)
        name, value = (urllib.parse.quote(part, safe="") for part in (name, value))
        pairs.append(name if not value and chance.random() < 0.5 else f"{name}={value}")
    return "?" + "&".join(pairs) if pairs else ""


def body(chance: random.Random) -> bytes:
    kind = chance.random()
    if kind < 0.2:
        return b""
    if kind < 0.5:
        return b"Action=DescribeInstances&Version=2016-11-15&" + text(chance, string.ascii_letters, 200).encode()
    return chance.randbytes(chance.choice([1, 55, 63, 64, 65, 1000, 5000]))


def signing(chance: random.Random) -> Signing:
    scheme = chance.choice(["http", "https"])
    port = chance.choice(["", "", ":80", ":443", ":8080", ":1"])
    names = [name if chance.random() < 0.7 else name.swapcase() for name in chance.choices(NAMES, k=chance.randint(0, 6))]
    return Signing(
        method=chance.choice(METHODS),
        url=f"{scheme}://{chance.choice(HOSTS)}{port}{path(chance)}{query(chance)}",
        headers=[(name, text(chance, IN_VALUES, 40)) for name in names],
        body=body(chance),
        credentials=Credentials("AKID" + text(chance, string.ascii_uppercase, 16),
                                text(chance, string.ascii_letters + "/+=", 100) or "s",
                                text(chance, string.ascii_letters + "/+=", 300) if chance.random() < 0.5 else None),
        region=chance.choice(REGIONS),
        service=chance.choice(SERVICES),
        time=datetime.datetime(2000, 1, 1) + datetime.timedelta(seconds=chance.randrange(40 * 365 * 86_400)),
    )


def by_botocore(one: Signing, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: one.time)
    request = AWSRequest(method=one.method, url=one.url, data=one.body)
    for name, value in one.headers:
        request.headers[name] = value  # adds; it doesn't replace
    botocore.auth.SigV4Auth(one.credentials, one.service, one.region).add_auth(request)
    added = {"X-Amz-Date": request.headers["X-Amz-Date"], "Authorization": request.headers["Authorization"]}
    if one.credentials.token:
        added["X-Amz-Security-Token"] = request.headers["X-Amz-Security-Token"]
    return added


def by_us(all_of_them: list[Signing]) -> list[dict[str, str]]:
    assert SIGN_LINES.is_file(), f"{SIGN_LINES} is not there; build it with ./dev test"
    lines = [json.dumps({
        "method": one.method, "url": one.url, "headers": one.headers, "body_hex": one.body.hex(),
        "key": one.credentials.access_key, "secret": one.credentials.secret_key, "token": one.credentials.token or "",
        "region": one.region, "service": one.service, "time": f"{one.time:%Y-%m-%dT%H:%M:%SZ}"}) for one in all_of_them]
    told = subprocess.run([SIGN_LINES], input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=120)
    assert told.returncode == 0, told.stderr
    return [json.loads(line) for line in told.stdout.splitlines()]


def test_ten_thousand_random_requests_get_the_same_signature(monkeypatch):
    chance = sample.chance("signatures")
    wanted = [signing(chance) for _ in range(REQUESTS)]
    ours = by_us(wanted)
    assert len(ours) == REQUESTS
    for one, added in zip(wanted, ours):
        expected = by_botocore(one, monkeypatch)
        added.pop("Host")  # it is signed: a wrong one gives another signature
        assert added == expected, f"EVENKEEL_SEED={sample.seed()} repeats this: {one}"
