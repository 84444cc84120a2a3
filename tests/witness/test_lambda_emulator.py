"""AWS's own Lambda runtime interface emulator runs the program, and feeds it every shape of event.

The emulator is the binary that `sam local invoke` uses; it comes in the wheel of aws-sam-cli. The program is the one in
the zip, where ./dev package has made it since build/ was built (or EVENKEEL_DIST says where), else the one in build/.
"""

import datetime
import functools
import importlib.metadata
import json
import os
import platform
import re
import subprocess
import time
import urllib.error
import urllib.request
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ..crash.remediation import LEAKING, STORY
from ..ports import free_ports, wait_for_listener
from ..simulator import PROGRAM, ROOT, Simulator
from .conftest import client
from .lambda_function import log_lines, metrics, total

MACHINE = "arm64" if platform.machine() == "aarch64" else "x86_64"
ZIP = Path(os.environ.get("EVENKEEL_DIST", ROOT / "dist")) / f"evenkeel-lambda-{MACHINE}.zip"
INVOKE = "/2015-03-31/functions/function/invocations"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
POLICY = "evenkeel.yaml"


def emulator_program() -> Path:
    try:
        files = importlib.metadata.distribution("aws-sam-cli").files or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    found = [Path(str(file.locate())) for file in files if file.name == f"aws-lambda-rie-{MACHINE}"]
    if not found:
        why = "AWS's Lambda emulator is not installed: pip install --no-deps -r tests/requirements-no-deps.txt"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    return found[0]


@pytest.fixture(scope="session")
def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Lambda starts."""
    if "EVENKEEL_DIST" not in os.environ and not (ZIP.is_file() and ZIP.stat().st_mtime > PROGRAM.stat().st_mtime):
        print(f"\nno {ZIP.name} that is newer than build/: the emulator runs {PROGRAM}")
        return PROGRAM
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(ZIP) as package:
        package.extractall(folder)
    (folder / "bootstrap").chmod(0o755)
    print(f"\nthe emulator runs {ZIP.name}")
    return folder / "bootstrap"


class Emulator:
    """A function under the emulator, with a log of its own."""

    def __init__(self, bootstrap: Path, folder: Path, environment: dict[str, str]) -> None:
        self._log, self._messages, self._said = (folder / name for name in ("log", "messages", "emulator"))
        self._log.touch()
        self._messages.touch()
        ports = free_ports(2)
        self._url, self._runtime_port = f"http://127.0.0.1:{ports[0]}{INVOKE}", ports[1]
        variables = {"LAMBDA_TASK_ROOT": str(folder), "AWS_LAMBDA_FUNCTION_TIMEOUT": "60"} | environment
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [emulator_program(), "--log-level", "error", "--runtime-interface-emulator-address",
                 f"127.0.0.1:{ports[0]}", "--runtime-api-address", f"127.0.0.1:{ports[1]}",
                 "/bin/sh", "-c", 'exec "$0" >>"$1" 2>>"$2"', bootstrap, self._log, self._messages],
                cwd=folder, env=variables, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        wait_for_listener(ports[0], self.process, 20, self._said)

    def invoke(self, event: object) -> Any:
        """Its answer, or the error's document. Bytes and texts are sent as they are."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        try:
            with OPENER.open(urllib.request.Request(self._url, body, method="POST"), timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as failed:  # of a function that did not start
            return json.load(failed)

    def tick(self, event: object) -> dict:
        """The answer's only fleet; the tick must have gone well."""
        answer = self.invoke(event)
        assert "fleets" in answer, answer
        (fleet,) = answer["fleets"]
        return fleet

    def lines(self) -> list[dict]:
        """The function's log. Each line is a JSON object, and it writes to nothing else."""
        assert self._messages.read_text() == ""
        return log_lines(self._log)

    def said(self) -> str:
        return self._said.read_text()

    def connections(self) -> Counter:
        """Those to the Runtime API, by state: 01 is established, 06 closed a moment ago."""
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return Counter(row[3] for row in rows if row[2].endswith(f":{self._runtime_port:04X}") and row[2] != "00000000:0000")

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=10)


class World:
    """A simulated account with one leaking member, its policy, and functions that are to look after it."""

    def __init__(self, bootstrap: Path, folder: Path, *options: str) -> None:
        self._bootstrap, self.folder = bootstrap, folder
        self._functions: list[Emulator] = []
        self.account = Simulator(STORY, "--time-scale", "0", "--write-policy", str(folder / POLICY), *options)
        self.account.advance(minutes=5)  # by then the member has been over the limit for long enough
        self.environment = self.account.environment | {
            "EVENKEEL_POLICY": POLICY, "EVENKEEL_STATE": "dynamodb://evenkeel"}

    def function(self, **environment: str) -> Emulator:
        folder = self.folder / f"function{len(self._functions)}"
        folder.mkdir()
        (folder / POLICY).write_text(self.policy)
        self._functions.append(Emulator(self._bootstrap, folder, self.environment | environment))
        return self._functions[-1]

    @property
    def policy(self) -> str:
        return (self.folder / POLICY).read_text()

    @functools.cached_property
    def leaking(self) -> str:
        (server,) = (server for server in self.account.summary()["servers"] if server["name"] == LEAKING)
        return server["id"]

    def evenkeel(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([PROGRAM, *arguments], cwd=self.folder, env=self.environment | {"USER": "ann"},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def facts(self) -> list[str]:
        """What was done to the leaking member."""
        facts = self.account._ask("/_simulated/facts", "GET")
        return [fact["kind"] for fact in facts if fact["instance_id"] == self.leaking and fact["ours"]]

    def close(self) -> None:
        for function in self._functions:
            function.close()
        self.account.stop()


@pytest.fixture(scope="module")
def shared(bootstrap: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(bootstrap, tmp_path_factory.mktemp("world"))
    yield world
    world.close()


@pytest.fixture(scope="module")
def function(shared: World) -> Emulator:
    """Warm, for all tests that don't mind."""
    return shared.function()


@pytest.fixture
def make_world(bootstrap: Path, tmp_path: Path) -> Iterator[Callable[..., World]]:
    worlds = []

    def make(*options: str) -> World:
        folder = tmp_path / f"world{len(worlds)}"
        folder.mkdir()
        worlds.append(World(bootstrap, folder, *options))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


# ---- events ---------------------------------------------------------------------------------------------------


def at(seconds_ago: float = 0, form: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
    return (datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=seconds_ago)).strftime(form)


def bridge(source: str, kind: str, detail: object, when: str | None = None) -> dict:
    return {"version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": kind, "source": source,
            "account": "123456789012", "time": when or at(), "region": "eu-west-1", "resources": [], "detail": detail}


def scheduled(seconds_ago: float = 0) -> dict:
    return bridge("aws.events", "Scheduled Event", {}, at(seconds_ago))


def alarm_state() -> dict:
    return {"alarmName": "leak", "state": {"value": "ALARM", "reason": "above 65", "timestamp": at()},
            "previousState": {"value": "OK"}, "configuration": {"metrics": []}}


EVENTS: dict[str, Callable[[], object]] = {
    "an EventBridge rule": scheduled,
    "EventBridge Scheduler, whose detail is a text": lambda: bridge("aws.scheduler", "Scheduled Event", "{}"),
    "an instance's state": lambda: bridge("aws.ec2", "EC2 Instance State-change Notification",
                                          {"instance-id": "i-abcd1111", "state": "running"}),
    "Auto Scaling": lambda: bridge("aws.autoscaling", "EC2 Instance Launch Successful", {"StatusCode": "InProgress"}),
    "an alarm through EventBridge": lambda: bridge("aws.cloudwatch", "CloudWatch Alarm State Change", alarm_state()),
    "an alarm that invokes": lambda: {
        "source": "aws.cloudwatch", "alarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:leak",
        "accountId": "123456789012", "time": at(form="%Y-%m-%dT%H:%M:%S.123+0000"), "region": "eu-west-1",
        "alarmData": alarm_state()},
    "SNS": lambda: {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": {
        "Type": "Notification", "Timestamp": at(form="%Y-%m-%dT%H:%M:%S.123Z"), "Subject": "ALARM", "Message": "{}"}}]},
    "an empty object": lambda: {},
    "null": lambda: None,
    "nothing": lambda: b"",
    "an operator's tick": lambda: {"command": "tick"},
    "an operator's tick of one fleet": lambda: {"command": "tick", "fleet": "web"},
}

NO_EVENTS: dict[str, object] = {
    "a mistyped command": {"comand": "status"},
    "a list": [1, 2],
    "a text": "tick",
    "a number": 7,
    "no JSON": b"\xff\x00 not { JSON",
}


@pytest.mark.parametrize("event", NO_EVENTS)
def test_what_is_no_event_of_aws_fails_and_says_what_can_be_given(function: Emulator, event: str):
    failed = function.invoke(NO_EVENTS[event])
    assert failed["errorType"] == "Evenkeel.Event", failed
    assert '{"command":"tick"}' in failed["errorMessage"]


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_is_a_tick(shared: World, function: Emulator, event: str):
    def revision() -> int:
        done = shared.evenkeel("status", "--json")
        return json.loads(done.stdout)["fleets"][0]["revision"] if done.returncode in (0, 1) else 0  # 1: its clock is not ours

    before, lines = revision(), len(function.lines())
    fleet = function.tick(EVENTS[event]())
    assert (fleet["fleet"], fleet["lost_race"], fleet["violations"]) == ("web", False, [])
    assert fleet["revision"] == revision() > before
    assert not any(member["reason"] == "asked_late" for member in fleet["members"])
    assert [line["kind"] for line in function.lines()[lines:] if "kind" in line].count("tick") == 1
    shared.account.advance(minutes=1)


def test_a_stale_event_only_restores(make_world):
    world = make_world()
    function = world.function()
    for late in (scheduled(seconds_ago=70), {"Records": [{"EventSource": "aws:sns", "Sns": {"Timestamp": at(600)}}]},
                 bridge("aws.events", "Scheduled Event", {}, "half past nine")):
        fleet = function.tick(late)
        assert {member["reason"] for member in fleet["members"]} == {"asked_late"}
    assert world.facts() == []

    until_it_boots(world, function, scheduled)
    reboots = world.facts().count("reboot-accepted")
    for _ in range(10):
        world.account.advance(minutes=1)
        if not function.tick(scheduled(seconds_ago=600))["open"]:
            break
    assert "register" in world.facts()
    assert json.loads(world.evenkeel("status", "--json").stdout)["fleets"][0]["open"] == []
    assert world.facts().count("reboot-accepted") == reboots == 1
    late = [line for line in function.lines() if line.get("kind") == "late"]
    # The event is made seventy seconds old, and the emulator takes its time to hand it over.
    assert re.search(r"aws\.events Scheduled Event: asked for 1m[1-5]\ds ago", late[0]["text"]), late[0]["text"]
    assert "the time of its event can't be read" in late[2]["text"]


def until_it_boots(world: World, function: Emulator, event: Callable[[], object]) -> None:
    for _ in range(5):
        opened = function.tick(event())["open"]
        if opened and opened[0]["phase"] == "booting":
            return
        world.account.advance(minutes=1)
    raise AssertionError(f"nothing is booting: {opened}")


# ---- operators ------------------------------------------------------------------------------------------------


def without_ages(document: Any) -> Any:
    """How long ago something was, by this machine's clock, is another number a moment later."""
    if isinstance(document, dict):
        return {key: without_ages(value) for key, value in document.items() if not key.endswith("_age_seconds")}
    return [without_ages(one) for one in document] if isinstance(document, list) else document


def same(world: World, function: Emulator, event: dict, *line: str) -> dict:
    """The function's answer to an event is the command line's to a line."""
    answer = function.invoke(event)
    done = world.evenkeel(*line, "--json")
    assert set(answer) == {"exit_code", "output", "messages"}
    assert answer["exit_code"] == done.returncode
    assert without_ages(answer["output"]) == without_ages(json.loads(done.stdout) if done.stdout else None)
    assert answer["messages"] == done.stderr.splitlines()
    world.account.advance(minutes=1)  # else it would throttle us: its buckets are filled by its own time
    return answer


def test_an_operators_command_answers_what_the_command_line_prints(make_world):
    world = make_world()
    function = world.function()
    me = world.leaking
    until_it_boots(world, function, scheduled)
    plan = same(world, function, {"command": "plan"}, "plan")["output"]
    assert json.dumps(plan).count(me) >= 1
    status = same(world, function, {"command": "status", "fleet": "web"}, "status", "--fleet", "web")["output"]
    assert status["fleets"][0]["open"][0]["phase"] == "booting"
    same(world, function, {"command": "explain", "instance": me}, "explain", me)
    history = same(world, function, {"command": "history"}, "history")["output"]["events"]
    assert "reboot" in [event["text"] for event in history]
    same(world, function, {"command": "history", "instance": me, "limit": 2}, "history", "--instance", me, "--limit", "2")
    same(world, function, {"command": "check"}, "check")

    paused = function.invoke({"command": "pause", "fleet": "web", "reason": "a release", "author": "ben"})
    assert (paused["exit_code"], paused["messages"]) == (0, [])
    pause = same(world, function, {"command": "status"}, "status")["output"]["fleets"][0]["pause"]
    assert (pause["reason"], pause["author"]) == ("a release", "ben")
    assert world.evenkeel("resume", "web", "--reason", "released").returncode == 0
    assert function.invoke({"command": "status"})["output"]["fleets"][0]["pause"] is None
    assert world.evenkeel("pause", "web", "--reason", "again").returncode == 0
    assert function.invoke({"command": "resume", "fleet": "web", "reason": "over"})["exit_code"] == 0

    restored = function.invoke({"command": "restore", "instance": me, "fleet": "web"})
    assert restored["exit_code"] == 0, restored
    for _ in range(10):
        world.account.advance(minutes=1)
        if not function.tick({"command": "tick"})["open"]:
            break
    assert "register" in world.facts()


def test_a_wrong_command_is_refused_and_is_no_tick(shared: World, function: Emulator):
    function.tick({})
    shared.account.advance(minutes=1)
    before = shared.evenkeel("status", "--json").stdout
    for wrong, why in (({"command": "reboot"}, "there is no such command; there is tick, plan, status"),
                       ({"command": 7}, '"command" must be a text'),
                       ({"command": ""}, "there is no such command"),
                       ({"command": "status", "flet": "web"}, '"flet": status has no such field; it has command, fleet'),
                       ({"command": "history", "limit": "many"}, '"limit" must be a whole number')):
        answer = function.invoke(wrong)
        assert (answer["exit_code"], answer["output"]) == (2, None)
        assert why in answer["messages"][0]
    for wrong, why in (({"command": "explain"}, '"instance": explain needs it'),
                       ({"command": "explain", "instance": "--policy=env:AWS_SECRET_ACCESS_KEY"}, '"instance": found'),
                       ({"command": "pause", "fleet": "web"}, '"reason": pause needs it'),
                       ({"command": "plan", "state": "dynamodb://other"}, '"state": plan has no such field')):
        answer = function.invoke(wrong)
        assert (answer["exit_code"], answer["output"]) == (2, None)
        assert why in answer["messages"][0]
    same(shared, function, {"command": "status", "fleet": "wbe"}, "status", "--fleet", "wbe")
    same(shared, function, {"command": "restore", "instance": "i-00000000000000000"}, "restore", "i-00000000000000000")
    failed = function.invoke({"command": "tick", "fleet": "wbe"})
    assert failed["errorType"] == "Evenkeel.Policy" and "there is no such fleet; there is web" in failed["errorMessage"]
    after = shared.evenkeel("status", "--json").stdout
    assert without_ages(json.loads(after)) == without_ages(json.loads(before))


# ---- the policy -----------------------------------------------------------------------------------------------


def put_parameter(world: World, text: str) -> int:
    ssm = client("ssm", world.account.url, world.account.key, world.account.secret)
    return ssm.put_parameter(Name="/evenkeel/policy", Type="String", Value=text, Overwrite=True)["Version"]


def test_the_policy_comes_from_a_file_a_variable_or_a_parameter(make_world):
    world = make_world()
    put_parameter(world, world.policy)
    put_parameter(world, world.policy.replace("name: web", "name: newest"))
    for address, fleet in ((POLICY, "web"), (str(world.folder / POLICY), "web"), ("env:THE_POLICY", "web"),
                           ("ssm:/evenkeel/policy:1", "web"), ("ssm:/evenkeel/policy", "newest")):
        function = world.function(EVENKEEL_POLICY=address, THE_POLICY=world.policy)
        fleets = function.invoke(scheduled())["fleets"]
        assert [one["fleet"] for one in fleets if not one["retired"]] == [fleet]
        assert total(function.lines(), "PolicyBroken") == 0
        world.account.advance(minutes=1)


def test_of_a_broken_parameter_the_last_good_version_is_used_and_that_is_said(make_world):
    world = make_world()
    put_parameter(world, world.policy)
    assert put_parameter(world, world.policy.replace("above", "abvoe")) == 2
    function = world.function(EVENKEEL_POLICY="ssm:/evenkeel/policy")
    assert function.tick(scheduled())["fleet"] == "web"
    (said,) = (line for line in function.lines() if line.get("kind") == "policy")
    assert said["level"] == "warning"
    assert "ssm:/evenkeel/policy version 2, line " in said["text"] and "above: is missing" in said["text"]
    assert "abvoe" not in said["text"], "what stands in a parameter is not quoted"
    assert "ssm:/evenkeel/policy version 1 stays in use" in said["text"]
    assert metrics(function.lines(), "PolicyBroken") == [({}, 1)]


def test_without_any_policy_the_invocation_fails_and_whoever_is_out_comes_back(make_world):
    world = make_world()
    until_it_boots(world, world.function(), scheduled)
    broken = world.function(EVENKEEL_POLICY="env:THE_POLICY", THE_POLICY="fleets: [")
    for _ in range(10):
        world.account.advance(minutes=1)
        failed = broken.invoke(scheduled())
        assert failed["errorType"] == "Evenkeel.Policy", failed
        assert "env:THE_POLICY" in failed["errorMessage"]
        if json.loads(world.evenkeel("status", "--json").stdout)["fleets"][0]["open"] == []:
            break
    assert world.facts().count("reboot-accepted") == 1
    assert world.facts().count("register") == 2
    assert total(broken.lines(), "PolicyBroken") == total(broken.lines(), "Ticks") > 1


# ---- logs and metrics -----------------------------------------------------------------------------------------


def test_the_metrics_add_up_over_a_whole_remediation(make_world):
    world = make_world()
    function = world.function()
    fleets = []
    for _ in range(9):
        fleets.append(function.tick(scheduled()))
        world.account.advance(minutes=1)
    calls = world.account.summary()["calls"]  # before more is asked
    lines = function.lines()
    assert total(lines, "Ticks") == total(lines, "Ticks", Fleet="web") == 9
    assert total(lines, "Errors") == total(lines, "LostRaces") == total(lines, "MembersHeld") == 0
    assert [value for where, value in metrics(lines, "MembersOut") if where == {}] == [
        len(fleet["open"]) for fleet in fleets]
    ages = [value for where, value in metrics(lines, "OldestOpenAge") if where == {"Fleet": "web"}]
    assert ages[0] == 0 and max(ages) >= 300 and ages[-1] == 0
    assert metrics(lines, "Remediations") == [({"Fleet": "web", "Outcome": "cured"}, 1)]
    members = [Counter(member["reason"] for member in fleet["members"]) for fleet in fleets]
    for reason in set().union(*members):
        assert total(lines, "Members", Fleet="web", Reason=reason) == sum(one[reason] for one in members)
    phases = {where["Phase"]: value for where, value in metrics(lines, "PhaseDuration")}
    assert set(phases) >= {"draining", "booting", "rejoining", "soaking"} and phases["draining"] >= 30
    asked = sum(count for name, count in calls.items() if name.split(":")[0] in (
        "ec2", "elasticloadbalancing", "autoscaling") or name.startswith(("cloudwatch:Get", "cloudwatch:List")))
    assert total(lines, "ApiCalls") == asked
    assert all(value < 10_000 for _, value in metrics(lines, "TickDuration"))
    events = [line for line in lines if "remediation" in line]
    assert "reboot: accepted" in [line["text"] for line in events]
    assert all(line["instance"] == world.leaking and line["fleet"] == "web" for line in events)
    requests = {line["request"] for line in lines if "kind" in line}
    assert len(requests) == 9 and all(re.fullmatch(r"[0-9a-f-]{36}", request) for request in requests)


def test_one_connection_serves_all_invocations(shared: World):
    function = shared.function()
    for _ in range(10):
        function.tick(scheduled())
        shared.account.advance(minutes=1)
    assert function.connections() == {"01": 1}


# ---- starting, and ending in time -----------------------------------------------------------------------------


def test_a_state_that_does_not_last_is_refused_at_the_start(make_world):
    function = make_world().function(EVENKEEL_STATE="evenkeel.db")
    failed = function.invoke(scheduled())
    assert failed["errorType"] == "Evenkeel.Settings", failed
    assert "EVENKEEL_STATE is evenkeel.db" in failed["errorMessage"] and "dynamodb://TABLE" in failed["errorMessage"]
    assert function.lines()[0]["kind"] == "start"


def test_a_pass_ends_before_its_deadline(make_world):
    world = make_world("--latency", "1200ms")
    function = world.function(AWS_LAMBDA_FUNCTION_TIMEOUT="14")
    began = time.monotonic()
    fleet = function.tick(scheduled())
    assert time.monotonic() - began < 12, "an answer and whoever must be told have time of their own"
    assert any("not sent: the time for this tick is used up" in problem for problem in fleet["problems"])
    assert world.facts() == [] and "timed out" not in function.said()


def test_without_time_nothing_is_begun(make_world):
    world = make_world()
    function = world.function(AWS_LAMBDA_FUNCTION_TIMEOUT="6")
    failed = function.invoke(scheduled())
    assert (failed["errorType"], failed["errorMessage"]) == ("Evenkeel.AWS", "no time left for web")
    assert world.facts() == []
