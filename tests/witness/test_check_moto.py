"""`evenkeel check` on other people's account: moto's EC2, ELBv2, CloudWatch, and its IAM."""

import datetime
import json
import subprocess

from ..simulator import environment
from .moto_fleet import KEY, METRIC, NOBODY, SECRET, Fleet, Play, whole_minute
from .moto_iam import Users, enforced

ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def examine(evenkeel, moto, play: Play, key: str = KEY, secret: str = SECRET) -> tuple[int, dict]:
    done = subprocess.run([evenkeel, "check", "--policy", play.policy, "--json"],
                          env=environment(moto.url, key, secret), stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60)
    assert done.stderr == "", done.stderr
    fleet, = json.loads(done.stdout)["fleets"]
    return done.returncode, fleet


def publish(moto, fleet: Fleet) -> None:
    """A quarter of an hour of samples. Dimensions not by name: moto finds a series only in the order it was sent in."""
    for minute in range(15, 0, -1):
        fleet.cloudwatch.put_metric_data(Namespace="CWAgent", MetricData=[
            {
                "MetricName": METRIC,
                "Dimensions": [{"Name": name, "Value": value} for name, value in (
                    ("objectname", "Memory"), ("InstanceType", "m5.large"), ("InstanceId", instance),
                    ("ImageId", fleet.image))],
                "Timestamp": whole_minute(moto.now()) - datetime.timedelta(minutes=minute),
                "Value": fleet.memory(instance),
            }
            for instance in fleet.ids
        ])


def test_a_good_fleet_is_called_good_and_left_as_it_was(moto, evenkeel, tmp_path):
    fleet = Fleet(moto)
    play = Play(moto, fleet, evenkeel, tmp_path)
    publish(moto, fleet)
    before = fleet.targets()
    moto.calls.clear()
    code, told = examine(evenkeel, moto, play)
    assert code == 0, json.dumps(told, indent=1)
    rules = [finding["rule"] for finding in told["findings"]]
    assert "cost" in rules
    assert fleet.targets() == before
    assert moto.rebooted == []
    touched = {value for action in ("DeregisterTargets", "RegisterTargets") for call in moto.made(action)
               for name, value in call.fields.items() if name.endswith(".Id")}
    assert touched <= {NOBODY}


def test_the_statement_it_prints_is_what_is_missing(moto, evenkeel, tmp_path):
    users = Users(moto)
    fleet = Fleet(moto, *users.add("admin", ANYTHING))
    keys = users.add("evenkeel", ANYTHING)
    play = Play(moto, fleet, evenkeel, tmp_path, *keys)
    nothing = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "elasticloadbalancing:DescribeTargetGroups", "Resource": "*"}]}
    users.permit("evenkeel", nothing)
    statements = list(nothing["Statement"])
    publish(moto, fleet)
    for _ in range(3):  # what can't be tried without knowing the members turns up the second time
        with enforced():
            code, told = examine(evenkeel, moto, play, *keys)
        if not told["missing_permissions"]:
            break
        assert code == 7, json.dumps(told, indent=1)
        statements += told["missing_permissions"]["Statement"]
        users.permit("evenkeel", {"Version": "2012-10-17", "Statement": statements})
    assert told["missing_permissions"] is None
    assert code == 0, json.dumps(told, indent=1)
