"""The DynamoDB journal on two DynamoDBs that aren't ours, and read with boto3."""

import json
import os
import subprocess
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest

from ..simulator import PROGRAM, Simulator, environment
from .conftest import client
from .dynamodb_servers import SERVERS, running

CONTRACT = PROGRAM.parent / "journal_contract"


@dataclass
class Server:
    name: str
    url: str
    folder: Path
    numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.boto = client("dynamodb", self.url, Simulator.key, Simulator.secret)

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
        policy = self.folder / "evenkeel.yaml"
        policy.write_text(
            "fleets:\n  - name: web\n    target_groups: [tg1]\n    keep: {healthy: 5}\n"
            "    reboot_when: {metric: mem_used_percent, above: 65}\n"
        )
        return Table(self, name, policy)


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
        variables = environment(self.server.url, Simulator.key, Simulator.secret) | {
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
    with running(request.param, folder / "server.log") as url:
        yield Server(request.param, url, folder)


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
    assert "[  PASSED  ] 16 tests." in done.stdout, "all of them ran"


def test_boto3_reads_what_was_written(table: Table):
    table.did("pause", "web", "--reason", "a release – «éclair»")
    table.did("resume", "web", "--reason", "over")
    item = table.state_item()
    assert set(item) == {"pk", "sk", "revision", "document", "crc32", "events"}
    document = item["document"]["S"]
    assert item["crc32"] == {"N": str(zlib.crc32(document.encode()))}
    assert item["revision"] == {"N": "2"}
    state = json.loads(document)
    assert (state["fleet"], state["revision"], state["pause"]) == ("web", 2, None)
    (event,) = json.loads(item["events"]["S"])
    assert event["kind"] == "resume" and "over" in event["text"]

    (kept,) = table.history_items()
    assert kept["sk"] == {"S": "00000000000000000001"}
    assert kept["crc32"] == {"N": str(zlib.crc32(kept["events"]["S"].encode()))}
    (event,) = json.loads(kept["events"]["S"])
    assert event["kind"] == "pause" and "«éclair»" in event["text"]
    days = (int(kept["expires"]["N"]) - _seconds(event["at"])) / 86_400
    assert 90 <= days < 90.001, "the time-to-live attribute, in seconds"
    assert [one["kind"] for one in table.did("history")["events"]] == ["pause", "resume"]


def _seconds(iso: str) -> float:
    return datetime.fromisoformat(iso.replace("Z", "+00:00")).timestamp()


def test_processes_that_race_lose_no_write(table: Table):
    """Every write that was told to have succeeded is a revision, with its own event."""

    def writes(writer: int) -> list[str]:
        told = []
        for number in range(6):
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
    reasons = [event["text"].split(": ")[-1] for event in table.did("history", "--limit", 1000)["events"]]
    assert sorted(reasons) == sorted(told)


def test_the_state_moves_there_and_back(table: Table, tmp_path: Path):
    here = str(tmp_path / "here.db")
    table.did("pause", "web", "--reason", "moving", state=here)
    table.did("pause", "web", "--reason", "still moving", state=here)
    first = tmp_path / "first.json"
    assert table.did("state", "export", first, state=here)["fleets"][0]["revision"] == 2
    assert table.did("state", "import", first)["fleets"][0]["did"] == "imported"
    assert table.did("state", "import", first)["fleets"][0]["did"] == "was there already"
    pause = table.did("status")["fleets"][0]["pause"]
    assert pause["reason"] == "still moving"
    assert [one["kind"] for one in table.did("history")["events"]] == ["pause", "pause", "import"]

    table.did("resume", "web", "--reason", "moved")
    table.did("pause", "web", "--reason", "back again")
    assert table.evenkeel("state", "import", first).returncode == 2, "it would overwrite what is newer"
    second = tmp_path / "second.json"
    table.did("state", "export", second)
    assert table.did("state", "import", second, state=here)["fleets"][0]["did"] == "imported"
    kinds = ["pause", "pause", "import", "resume", "pause", "import"]
    assert [one["kind"] for one in table.did("history", state=here)["events"]] == kinds
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
