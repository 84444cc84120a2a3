"""CloudWatch's clients speak three protocols: an older boto3 Query, the boto3 of today and the JavaScript SDK JSON, and
either of them CBOR when told to. Each asks the simulated account the same, and each must understand the same.
"""

import datetime
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ..simulator import Simulator
from .conftest import client, installed

CLIENTS = Path(__file__).parent / "clients"
METRIC = {"Namespace": "CWAgent", "MetricName": "Memory % Committed Bytes In Use"}
QUERY, JSON, CBOR = "application/x-www-form-urlencoded; charset=utf-8", "application/x-amz-json-1.0", "application/cbor"


def older_boto3() -> list[str | Path]:
    return [sys.executable, CLIENTS / "boto3" / "cloudwatch.py"]


def boto3_of_today() -> list[str | Path]:
    return [installed("boto3 of today") / "venv" / "bin" / "python", CLIENTS / "boto3" / "cloudwatch.py"]


def javascript() -> list[str | Path]:
    folder = installed("AWS SDK for JavaScript")
    shutil.copy(CLIENTS / "javascript" / "cloudwatch.mjs", folder)  # node looks for packages from there
    return ["node", folder / "cloudwatch.mjs"]


KNOWN: dict[str, tuple[str, Callable[[], list[str | Path]], tuple[str, ...]]] = {
    "older boto3": (QUERY, older_boto3, ()),
    "boto3": (JSON, boto3_of_today, ()),
    "boto3 in CBOR": (CBOR, boto3_of_today, ("cbor",)),
    "JavaScript": (JSON, javascript, ()),
    "JavaScript in CBOR": (CBOR, javascript, ("cbor",)),
}


@pytest.fixture(scope="module")
def account():
    simulator = Simulator(Path(__file__).parent / "account.txt", "--time-scale", "0")
    simulator.advance(minutes=60)
    yield simulator
    assert simulator.stop() == 0, "the simulator did not stop cleanly on SIGTERM"


@pytest.fixture(scope="module")
def asked(account) -> dict:
    """The same for every client: a series with all its dimensions, and one that isn't there."""
    now = datetime.datetime.fromisoformat(account.summary()["now"]).timestamp()
    instance = {"Name": "InstanceId", "Value": account.summary()["servers"][0]["id"]}
    cloudwatch = client("cloudwatch", account.url, account.key, account.secret)
    series = cloudwatch.list_metrics(**METRIC, Dimensions=[instance])["Metrics"][0]
    queries = [{"Id": name, "MetricStat": {"Metric": {**series, "Dimensions": where}, "Period": 60, "Stat": "Average"}}
               for name, where in (("found", series["Dimensions"]), ("none", [instance]))]
    return {
        "list": {**METRIC, "RecentlyActive": "PT3H"},
        "data": {"StartTime": now - 1800, "EndTime": now - 600, "MetricDataQueries": queries},
        "points": 7,
        "alarms": {"AlarmNames": ["deploy-running", "none"]},
        "statistics": {**series, "Period": 300, "Statistics": ["Average", "Maximum"]},
    }


def ask(account: Simulator, asked: dict, name: str) -> dict:
    _, program, options = KNOWN[name]
    command = [*map(str, program()), *options]
    done = subprocess.run(command, env=account.environment, input=json.dumps(asked), capture_output=True, text=True,
                          timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def in_query(account, asked) -> dict:
    return ask(account, asked, "older boto3")


def test_the_query_protocol_s_answers_are_worth_comparing(in_query):
    assert len(in_query["metrics"]) > 500, "more than a page"
    found = [result for result in in_query["results"] if result["Id"] == "found"]
    values = [value for result in found for value in result["Values"]]
    assert in_query["pages"] == 3 and len(values) == 20 and all(39 < value < 41 for value in values)
    assert {result["StatusCode"] for result in found} == {"Complete", "PartialData"}
    assert [alarm["StateValue"] for alarm in in_query["alarms"]] == ["ALARM"]
    assert sorted(len(point) for point in in_query["statistics"]) == [4] * 4
    assert (in_query["error"]["code"], in_query["error"]["status"]) == ("InvalidParameterValue", 400)


@pytest.mark.parametrize("name", KNOWN)
def test_a_client_understands_the_same_in_its_own_protocol(account, asked, in_query, name):
    answer = ask(account, asked, name)
    assert answer.pop("protocols") == [KNOWN[name][0]]
    for key, value in answer.items():
        assert value == in_query[key], key
