"""Two functions overlap on purpose, on AWS's own DynamoDB Local, for a whole leaky day: no effect happens twice.

Without `./dev test --all` the day has its first six hours, which differ with every commit (tests/sample.py).

Lambda gives an event twice, and a reserved concurrency of 1 is no lock. So two functions get every tick at the same
moment; now and then one of them is stopped in the middle, and goes on when the other has been ticking alone for some
minutes. Who judges is the account (what really happened to the servers), not what Evenkeel says of itself.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .. import sample
from ..simulator import ROOT, Simulator
from ..crash.remediation import STORY
from .conftest import client
from .dynamodb_servers import running
from .lambda_function import Answer, Function, Recycled, metrics, total
from .test_dynamodb import Server, Table

DAY = 24 * 60
MINUTES = int(os.environ.get("EVENKEEL_OVERLAP_MINUTES", DAY if sample.everything() else DAY // 4))
BEFORE_THE_FIRST = 120  # minutes until servers are over the limit one after the other
HEALTHY, OUT = 5, 1  # what scenarios/leaky-web.txt promises


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    folder = tmp_path_factory.mktemp("dynamodb")
    with running("DynamoDB Local", folder / "server.log") as url:
        yield Server("DynamoDB Local", url, folder).table()


@dataclass
class Warm:
    """A function that has read its policy from a parameter, of which there is a broken version since."""

    account: Simulator
    function: Function
    policy_read_at: float

    def put(self, text: str) -> None:
        ssm = client("ssm", self.account.url, self.account.key, self.account.secret)
        ssm.put_parameter(Name="/evenkeel/policy", Type="String", Value=text, Overwrite=True)


@pytest.fixture(scope="module", autouse=True)
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """Before everything else, since a parameter is read once a minute."""
    folder = tmp_path_factory.mktemp("warm")
    account = Simulator(STORY, "--time-scale", "0", "--write-policy", str(folder / "evenkeel.yaml"))
    environment = account.environment | {
        "EVENKEEL_POLICY": "ssm:/evenkeel/policy", "EVENKEEL_STATE": "dynamodb://evenkeel"}
    with Function(folder, environment) as function:
        one = Warm(account, function, time.monotonic())
        good = (folder / "evenkeel.yaml").read_text()
        one.put(good)
        assert function.invoke({}).fleet["fleet"] == "web"
        one.put(good.replace("above", "abvoe"))
        yield one
    account.stop()


@dataclass
class Day:
    """What came of it, as far as the functions say."""

    won: list[Counter] = field(default_factory=lambda: [Counter(), Counter()])  # per function: how its ticks ended
    events: list[dict] = field(default_factory=list)  # of the ticks that were not lost
    frozen: int = 0

    def saw(self, who: int, answer: Answer) -> None:
        fleet = answer.fleet
        assert fleet["violations"] == [] and fleet["fleet"] == "web"
        self.won[who]["lost" if fleet["lost_race"] else "won"] += 1
        if not fleet["lost_race"] and fleet["outcomes"]:
            self.won[who]["acted"] += 1
        self.events += fleet["events"]


def live_through(account: Simulator, one: Recycled, other: Recycled) -> Day:
    day, chance, minute = Day(), sample.chance("two functions"), 0
    both = (one, other)
    while minute < MINUTES:
        first, second = chance.sample((0, 1), 2)
        both[first].begin({"source": "aws.events"})
        time.sleep(chance.choice((0, 0, 0.002, 0.005)))
        both[second].begin({"source": "aws.events"})
        if chance.random() < 0.05:
            time.sleep(chance.uniform(0, 0.03))
            both[second].function.stop_for_a_while()
            day.saw(first, both[first].function.end())
            for _ in range(chance.choice((1, 1, 2, 3, 8, 20))):
                account.advance(minutes=1)
                minute += 1
                day.saw(first, both[first].invoke({}))
            both[second].function.go_on()
            day.saw(second, both[second].function.end())
            day.frozen += 1
        else:
            day.saw(first, both[first].function.end())
            day.saw(second, both[second].function.end())
        account.advance(minutes=1)
        minute += 1
    return day


def wrongs(account: Simulator) -> tuple[list[str], int]:
    """Whatever should never have happened to the servers, by the account's facts; and how many calls changed nothing,
    since what they asked for was so already."""
    summary, facts = account.summary(), account._ask("/_simulated/facts", "GET")
    names = {server["id"]: server["name"] for server in summary["servers"]}
    found = [f"{name} is {summary['counters'][name]}"
             for name in ("undrained_reboots", "dropped_by_our_doing", "dropped", "crashes") if summary["counters"][name]]
    taken: dict[str, set] = {name: set() for name in names.values()}
    accepted: Counter = Counter()
    idle = 0
    for fact in (fact for fact in facts if fact["instance_id"] in names):
        who, place = names[fact["instance_id"]], (fact["target_group"], fact["port"])
        if fact["kind"] == "deregister":
            if fact["detail"] in ("", "draining"):
                idle += 1
                continue
            if fact["count"] < HEALTHY:
                found.append(f"{fact['at']} {who}: deregistered, which left {fact['count']} healthy")
            taken[who].add(place)
            if sum(map(bool, taken.values())) > OUT:
                found.append(f"{fact['at']} {who}: taken out while another one was")
        elif fact["kind"] == "reboot-accepted":
            accepted[who] += 1
            if accepted[who] > 1:
                found.append(f"{fact['at']} {who}: rebooted for the {accepted[who]}. time without having been back")
        elif fact["kind"] == "healthy":
            taken[who].discard(place)
            accepted[who] *= bool(taken[who])
    out = [who for who, places in taken.items() if places]
    return found + ([f"still out: {out}"] if out else []), idle


def go_on_until_everybody_is_back(account: Simulator, function: Recycled) -> None:
    """No new ones are begun meanwhile."""
    assert function.invoke({"command": "pause", "fleet": "web", "reason": "the day is over"}).document["exit_code"] == 0
    for _ in range(30):
        if not function.invoke({}).fleet["open"]:
            return
        account.advance(minutes=1)
    raise AssertionError("somebody is out for half an hour after the day")


def test_no_effect_happens_twice_when_two_functions_overlap_all_day(table: Table, tmp_path: Path):
    policy = tmp_path / "evenkeel.yaml"
    account = Simulator(ROOT / "scenarios" / "leaky-web.txt", "--time-scale", "0", "--write-policy", str(policy))
    environment = account.environment | {
        "AWS_ENDPOINT_URL_DYNAMODB": table.server.url, "EVENKEEL_POLICY": str(policy), "EVENKEEL_STATE": table.address}
    began = time.monotonic()
    try:
        with Recycled(tmp_path, environment) as one, Recycled(tmp_path, environment, first=2) as other:
            day = live_through(account, one, other)
            go_on_until_everybody_is_back(account, one)
            lines = one.lines() + other.lines()
        (found, idle), summary = wrongs(account), account.summary()
    finally:
        account.stop()
    reboots = summary["counters"]["reboots"]
    sample.tell("minutes of two functions", MINUTES, DAY, len(found))
    print(f"\n{MINUTES} minutes, two functions, {time.monotonic() - began:.0f} s: {reboots} reboots; "
          f"{dict(day.won[0])}, {dict(day.won[1])}; stopped in the middle {day.frozen} times; {idle} calls changed nothing; "
          f"{total(lines, 'LostRaces'):.0f} lost races in the metrics")
    assert found == []
    # One that goes on after minutes may still send what the other one found unsent and did. AWS takes that as done.
    assert idle <= 2 * day.frozen
    assert reboots >= (MINUTES - BEFORE_THE_FIRST) / (DAY - BEFORE_THE_FIRST) * 100, "the day was leaky"
    for who in day.won:
        assert min(who["won"], who["lost"], 5 * who["acted"]) > MINUTES / 30, "both win some, and lose some"

    told = table.did("history", "--all", "--limit", 100_000)["events"]
    intents = Counter((one["remediation_id"], one["text"]) for one in told if one["kind"] == "intent")
    assert all(count == 1 for (_, what), count in intents.items() if what == "reboot"), "a reboot is a one-shot"
    assert sum(count - 1 for count in intents.values()) <= 2 * day.frozen
    assert sum(one["text"] == "reboot: accepted" for one in told) <= reboots <= sum(what == "reboot" for _, what in intents)
    events = Counter(json.dumps(one, sort_keys=True) for one in day.events)
    missing = events - Counter(json.dumps(one, sort_keys=True) for one in told)
    assert not missing, "whatever a function said that it wrote is in the history"


def test_with_a_state_that_somebody_changed_by_hand_nothing_is_started(table: Table, tmp_path: Path):
    policy, fresh = tmp_path / "evenkeel.yaml", table.server.table()
    account = Simulator(STORY, "--time-scale", "0", "--write-policy", str(policy))
    environment = account.environment | {
        "AWS_ENDPOINT_URL_DYNAMODB": table.server.url, "EVENKEEL_POLICY": str(policy), "EVENKEEL_STATE": fresh.address}
    try:
        with Function(tmp_path, environment) as function:
            assert function.invoke({}).fleet["revision"] == 1
            item = fresh.state_item()
            item["document"]["S"] = item["document"]["S"].replace('"members_last_seen":3', '"members_last_seen":4')
            fresh.server.boto.put_item(TableName=fresh.name, Item=item)
            account.advance(minutes=5)
            answer = function.invoke({})
            assert (answer.kind, answer.document["errorType"]) == ("error", "Evenkeel.State")
            assert "the stored document is not the one that was written" in answer.document["errorMessage"]
            assert total(function.lines(), "Errors") == 1
        assert fresh.state_item() == item
        assert account._ask("/_simulated/facts", "GET") == []
    finally:
        account.stop()


def test_a_warm_function_keeps_the_policy_that_it_has_read_when_a_new_version_is_broken(warm: Warm):
    warm.account.advance(minutes=1)
    asked = warm.account.summary()["calls"]["ssm:GetParameter"]
    time.sleep(max(0, warm.policy_read_at + 61 - time.monotonic()))
    assert warm.function.invoke({}).fleet["fleet"] == "web"
    assert warm.account.summary()["calls"]["ssm:GetParameter"] == asked + 1
    (said,) = (line for line in warm.function.lines() if line.get("kind") == "policy")
    assert "ssm:/evenkeel/policy version 2, line " in said["text"] and "above: is missing" in said["text"]
    assert "ssm:/evenkeel/policy version 1 stays in use" in said["text"]
    assert [value for _, value in metrics(warm.function.lines(), "PolicyBroken")] == [0, 1]
    assert warm.function.connections == 1
