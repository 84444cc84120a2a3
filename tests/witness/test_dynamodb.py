"""The DynamoDB journal on two DynamoDBs that aren't ours, and read with boto3."""

import json
import os
import subprocess
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from ..simulator import PROGRAM, Simulator, environment
from .conftest import client
from .dynamodb_servers import SERVERS, running

CONTRACT = PROGRAM.parent / "journal_contract"
# What the ticks look at: they date the wishes of an operator, and write what came of them.
ACCOUNT = """\
start {start}
duration 24h
fleet web servers=6 groups=tg1:443 memory=40..40
promise healthy=5
policy:
  fleets:
    - name: web
      target_groups: [tg1]
      reboot_when: {{metric: Memory % Committed Bytes In Use, above: 65}}
      keep: {{healthy: 5}}
----
"""


@dataclass
class Server:
    name: str
    url: str
    folder: Path
    account: Simulator | None = None  # whose fleet the tables' ticks look at, where some tick
    numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.boto = client("dynamodb", self.url, Simulator.key, Simulator.secret)

    @property
    def aws(self) -> str:
        """Where every other service is asked."""
        return self.account.url if self.account else self.url

    def table(self) -> "Table":
        """A new one, made as deploy/ makes it."""
        name = f"evenkeel-{next(self.numbers)}"
        self.boto.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        self.boto.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 0.1})
        if self.name != "dynalite":  # which has no time to live
            ttl = {"Enabled": True, "AttributeName": "expires"}
            self.boto.update_time_to_live(TableName=name, TimeToLiveSpecification=ttl)
        return Table(self, name, self.folder / "evenkeel.yaml")


@dataclass
class Table:
    server: Server
    name: str
    policy: Path

    @property
    def address(self) -> str:
        return f"dynamodb://{self.name}"

    def evenkeel(self, *arguments: object, state: str = "") -> subprocess.CompletedProcess:
        """Runs the program with this table, or another --state."""
        variables = environment(self.server.aws, Simulator.key, Simulator.secret) | {
            "AWS_ENDPOINT_URL_DYNAMODB": self.server.url,
            "EVENKEEL_STATE": state or self.address,
            "EVENKEEL_POLICY": str(self.policy),
            "USER": "ann",
        }
        command = [PROGRAM, *map(str, arguments)]
        return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60)

    def did(self, *arguments: object, state: str = "") -> dict:
        done = self.evenkeel(*arguments, "--json", state=state)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def tick(self, state: str = "") -> None:
        self.did("run", state=state)

    def kinds(self, state: str = "") -> list[str]:
        """What the history says of an operator's wishes."""
        kinds = [one["kind"] for one in self.did("history", state=state)["events"]]
        return [kind for kind in kinds if kind in ("pause", "resume", "import")]

    def state_item(self) -> dict:
        key = {"pk": {"S": "state"}, "sk": {"S": "web"}}
        return self.server.boto.get_item(TableName=self.name, Key=key, ConsistentRead=True)["Item"]

    def history_items(self) -> list[dict]:
        return self.server.boto.query(
            TableName=self.name,
            KeyConditionExpression="pk = :p",
            ExpressionAttributeValues={":p": {"S": "history#web"}},
            ConsistentRead=True,
        )["Items"]


@pytest.fixture(scope="module", params=sorted(SERVERS))
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("dynamodb")
    scenario = folder / "account.txt"
    # The account's time is ours, as the commands that do not ask AWS take ours; and the metric has a series by then.
    start = datetime.now(UTC) - timedelta(seconds=119)
    scenario.write_text(ACCOUNT.format(start=f"{start:%Y-%m-%dT%H:%M:%SZ}"), encoding="utf-8")
    account = Simulator(scenario, "--time-scale", "1", "--write-policy", str(folder / "evenkeel.yaml"))
    account.advance(minutes=2)
    try:
        with running(request.param, folder / "server.log") as url:
            yield Server(request.param, url, folder, account)
    finally:
        account.stop()


@pytest.fixture
def table(server: Server) -> Table:
    return server.table()


def test_the_contract_of_every_journal_holds(server: Server):
    done = subprocess.run(
        [CONTRACT, "--gtest_filter=Served/*"],
        env=os.environ | {"EVENKEEL_DYNAMODB_URL": server.url},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert "[  PASSED  ] 17 tests." in done.stdout, "all of them ran"


def test_boto3_reads_what_was_written(table: Table):
    table.did("pause", "web", "--reason", "a release – «éclair»")
    table.tick()
    table.did("resume", "web", "--reason", "over")
    table.tick()
    item = table.state_item()
    assert set(item) == {"pk", "sk", "revision", "document", "crc32", "events"}
    document = item["document"]["S"]
    assert item["crc32"] == {"N": str(zlib.crc32(document.encode()))}
    assert item["revision"] == {"N": "4"}
    state = json.loads(document)
    assert (state["fleet"], state["revision"], state["pause"]) == ("web", 4, None)
    event = next(one for one in json.loads(item["events"]["S"]) if one["kind"] == "resume")
    assert "over" in event["text"]

    (kept,) = table.history_items()
    assert kept["sk"] == {"S": "00000000000000000002"}
    assert kept["crc32"] == {"N": str(zlib.crc32(kept["events"]["S"].encode()))}
    event = next(one for one in json.loads(kept["events"]["S"]) if one["kind"] == "pause")
    assert "«éclair»" in event["text"]
    days = (int(kept["expires"]["N"]) - _seconds(event["at"])) / 86_400
    assert 90 <= days < 90.001, "the time-to-live attribute, in seconds"
    assert table.kinds() == ["pause", "resume"]


def _seconds(iso: str) -> float:
    return datetime.fromisoformat(iso.replace("Z", "+00:00")).timestamp()


def test_processes_that_race_lose_no_write(table: Table):
    """Every write that was told to have succeeded is a revision, and the next tick gives it its own event."""

    def writes(writer: int) -> list[str]:
        told = []
        for number in range(4):  # 20 wishes may wait for a tick
            reason = f"{writer}-{number}"
            done = table.evenkeel("pause", "web", "--reason", reason)
            assert done.returncode in (0, 5), done.stderr  # 5: lost the race five times over
            if done.returncode == 0:
                told.append(reason)
        return told

    with ThreadPoolExecutor(5) as pool:
        told = [reason for part in pool.map(writes, range(5)) for reason in part]
    assert len(told) > 10
    assert table.state_item()["revision"] == {"N": str(len(told))}
    table.tick()
    events = [event for event in table.did("history", "--limit", 1000)["events"] if event["kind"] == "pause"]
    reasons = [event["text"].split(": ")[-1] for event in events]
    assert sorted(reasons) == sorted(told)


def test_the_state_moves_there_and_back(table: Table, tmp_path: Path):
    here = str(tmp_path / "here.db")
    for reason in ("moving", "still moving"):
        table.did("pause", "web", "--reason", reason, state=here)
        table.tick(state=here)
    first = tmp_path / "first.json"
    assert table.did("state", "export", first, state=here)["fleets"][0]["revision"] == 4
    assert table.did("state", "import", first)["fleets"][0]["did"] == "imported"
    assert table.did("state", "import", first)["fleets"][0]["did"] == "was there already"
    pause = table.did("status")["fleets"][0]["pause"]
    assert pause["reason"] == "still moving"
    assert table.kinds() == ["pause", "pause", "import"]

    table.did("resume", "web", "--reason", "moved")
    table.did("pause", "web", "--reason", "back again")
    time.sleep(1.1)  # AWS's dates, which a tick takes, are whole seconds
    table.tick()
    assert table.evenkeel("state", "import", first).returncode == 2, "it would overwrite what is newer"
    second = tmp_path / "second.json"
    table.did("state", "export", second)
    assert table.did("state", "import", second, state=here)["fleets"][0]["did"] == "imported"
    kinds = ["pause", "pause", "import", "resume", "pause", "import"]
    assert table.kinds(state=here) == kinds
    assert table.did("status", state=here)["fleets"][0]["pause"]["reason"] == "back again"


def test_a_table_that_is_not_there_is_told_and_nothing_is_made(table: Table):
    for command in (["status"], ["plan"], ["pause", "web", "--reason", "x"]):
        done = table.evenkeel(*command, state="dynamodb://mistyped")
        assert done.returncode in (2, 4), done.stderr
        assert "table mistyped does not exist in eu-west-1" in done.stderr
        assert "aws dynamodb create-table" in done.stderr
    assert "mistyped" not in table.server.boto.list_tables()["TableNames"]


def test_a_changed_document_is_refused(table: Table):
    table.did("pause", "web", "--reason", "x")
    item = table.state_item()
    item["document"]["S"] = item["document"]["S"].replace('"reason":"x"', '"reason":"y"')
    table.server.boto.put_item(TableName=table.name, Item=item)
    done = table.evenkeel("status")
    assert done.returncode == 4
    assert "the stored document is not the one that was written" in done.stderr
