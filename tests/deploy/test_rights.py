"""What `evenkeel iam --lambda` prints is enough for a whole remediation of a function: state, policy and notices too.

The real program, with the function's environment and a user who may do what is printed, on moto with IAM enforced.
"""

import json
import subprocess
from pathlib import Path

import pytest
from moto.iam.access_control import IAMRequestBase

from ..simulator import PROGRAM, environment
from ..witness import moto_iam
from ..witness.conftest import client
from ..witness.moto_account import BODY, MotoAccount
from ..witness.moto_fleet import MOST_TICKS, POLICY, Fleet
from ..witness.moto_iam import ACCOUNT, REGION, Users, enforced

ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TICKS_TO_START = 3  # a fleet that has run for an hour has a server out by then
HERE = f"{REGION}:{ACCOUNT}"
touched_by_the_tick = moto_iam.touched


def touched(request: IAMRequestBase) -> tuple[str, dict[str, str]]:
    """What a request about Evenkeel's own things is about."""
    service = request._action.partition(":")[0]
    if service == "sns":
        topic = request._data["TopicArn"]
        return topic[0] if isinstance(topic, list) else topic, {}
    if service not in ("dynamodb", "ssm"):
        return touched_by_the_tick(request)
    said = json.loads(BODY.bytes)
    if service == "ssm":
        return f"arn:aws:ssm:{HERE}:parameter{said['Name'].partition(':')[0]}", {}
    return f"arn:aws:dynamodb:{HERE}:table/{said['TableName']}", {}


class Function:
    """Everything that the templates make, and a tick as the function makes it."""

    def __init__(self, moto: MotoAccount, directory: Path) -> None:
        self.moto, self.told = moto, ""
        self.users = Users(moto)
        admin = self.users.add("admin", ANYTHING)
        self.fleet = Fleet(moto, *admin)
        self.fleet.ec2.create_tags(Resources=self.fleet.ids, Tags=[{"Key": "role", "Value": "web"}])
        client("ssm", moto.url, *admin).put_parameter(Name="/evenkeel/policy", Type="String", Value=POLICY)
        self.topic = client("sns", moto.url, *admin).create_topic(Name="evenkeel")["TopicArn"]
        client("dynamodb", moto.url, *admin).create_table(
            TableName="evenkeel",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        (directory / "policy.yaml").write_text(POLICY)
        done = subprocess.run(
            [PROGRAM, "iam", "--lambda", "--policy", directory / "policy.yaml", "--account", ACCOUNT,
             "--region", REGION, "--instance-tag", "role=web"],
            env={}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20,
        )
        assert (done.returncode, done.stderr) == (0, "")
        self.rights = json.loads(done.stdout)
        self.environment = {
            **environment(moto.url, *self.users.add("function", self.rights)),
            "EVENKEEL_POLICY": "ssm:/evenkeel/policy",
            "EVENKEEL_STATE": "dynamodb://evenkeel",
            "EVENKEEL_NOTIFY": f"sns:{self.topic}",
        }
        self.fleet.has_run_for_an_hour()

    def permit(self, lacking: str) -> None:
        statements = json.loads(json.dumps(self.rights["Statement"]))
        for one in statements:
            if one["Effect"] == "Allow":
                kept = [name for name in moto_iam.listed(one["Action"]) if name != lacking]
                one["Action"] = kept or "sts:GetCallerIdentity"
        self.users.permit("function", {**self.rights, "Statement": statements})

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        with enforced():
            done = subprocess.run(
                [PROGRAM, *command, "--json"],
                env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
            )
        self.told += f"{self.moto.now():%H:%M} {' '.join(command)} -> {done.returncode} {done.stdout}{done.stderr}"
        return done

    def open(self) -> int:
        status = self.run("status")
        assert status.returncode == 0, self.told
        return sum(len(one["open"]) for one in json.loads(status.stdout)["fleets"])

    def minute_passes(self) -> None:
        self.moto.advance(minutes=1)
        self.fleet.publish(self.moto.now().replace(second=0, microsecond=0))


@pytest.fixture
def function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(moto_iam, "touched", touched)
    with MotoAccount() as account:
        yield Function(account, tmp_path)


def test_exactly_what_is_printed_carries_a_whole_remediation(function: Function) -> None:
    before, was_out = function.fleet.targets(), False
    for tick in range(MOST_TICKS):
        assert function.run("run").returncode == 0, function.told
        was_out = was_out or function.fleet.targets() != before
        assert was_out or tick < TICKS_TO_START, function.told
        if was_out and function.fleet.targets() == before and not function.open():
            break
        function.minute_passes()
    assert function.run("history").returncode == 0
    assert function.fleet.targets() == before, function.told
    assert function.moto.rebooted == [function.fleet.leaking]
    assert "AccessDenied" not in function.told and "not authorized" not in function.told
    assert {call.service for call in function.moto.calls} >= {"dynamodb", "ssm", "sns"}


def test_every_one_of_them_is_needed(function: Function) -> None:
    before = function.fleet.targets()
    for missing in ("dynamodb:GetItem", "dynamodb:PutItem", "ssm:GetParameter"):
        function.permit(lacking=missing)
        for _ in range(TICKS_TO_START):
            assert function.run("run").returncode != 0, function.told
            function.minute_passes()
        assert missing in function.told, function.told
    assert function.fleet.targets() == before, "somebody was taken out of whom nothing is remembered"
    # These stop nothing; they are missed, and named.
    function.permit(lacking="sns:Publish")
    function.run("run")
    assert function.fleet.targets() != before and "sns:Publish" in function.told, function.told
    function.permit(lacking="dynamodb:Query")
    assert function.run("history").returncode != 0 and "dynamodb:Query" in function.told, function.told
