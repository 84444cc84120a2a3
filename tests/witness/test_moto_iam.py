"""What `evenkeel iam` prints is enough, and every permission in it is needed; without one of them no server is stranded."""

import json
import subprocess

import pytest

from .moto_fleet import NOBODY, Fleet, Play
from .moto_iam import ACCOUNT, Users, enforced

ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TICKS_WITHOUT = 12
OF_NETWORK = "elasticloadbalancing:DescribeLoadBalancerAttributes"  # asked only of Network and Gateway Load Balancers
NEEDED = [
    "autoscaling:DescribeAutoScalingGroups",
    "cloudwatch:GetMetricData",
    "cloudwatch:ListMetrics",
    "ec2:DescribeInstanceStatus",
    "ec2:DescribeInstances",
    "ec2:GetConsoleOutput",
    "ec2:RebootInstances",
    "elasticloadbalancing:DeregisterTargets",
    OF_NETWORK,
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "elasticloadbalancing:RegisterTargets",
]


class Stage:
    """A fleet whose members carry a tag, an administrator who set it up, and a user for Evenkeel."""

    def __init__(self, moto, evenkeel, tmp_path) -> None:
        self.users = Users(moto)
        self.fleet = Fleet(moto, *self.users.add("admin", ANYTHING))
        self.fleet.ec2.create_tags(Resources=self.fleet.ids, Tags=[{"Key": "role", "Value": "web"}])
        self.play = Play(moto, self.fleet, evenkeel, tmp_path, *self.users.add("evenkeel", ANYTHING))
        printed = subprocess.run(
            [evenkeel, "iam", "--policy", self.play.policy, "--account", ACCOUNT, "--region", "eu-west-1",
             "--instance-tag", "role=web"],
            env={}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
        assert printed.returncode == 0 and printed.stderr == "", printed.stderr
        self.document = json.loads(printed.stdout)

    def allowed(self) -> list[str]:
        return sorted(action for one in self.document["Statement"] if one["Effect"] == "Allow"
                      for action in one["Action"])

    def permit_all_but(self, action: str | None) -> None:
        statements = []
        for one in self.document["Statement"]:
            if one["Effect"] == "Allow" and action in one["Action"]:
                one = {**one, "Action": [kept for kept in one["Action"] if kept != action]}
            statements.append(one)
        self.users.permit("evenkeel", {**self.document, "Statement": statements})


@pytest.fixture
def stage(moto, evenkeel, tmp_path):
    return Stage(moto, evenkeel, tmp_path)


def test_exactly_what_is_printed_carries_a_whole_remediation(stage, moto):
    stage.permit_all_but(None)
    before = stage.fleet.targets()
    with enforced():
        stage.play.until_it_is_back()
        assert stage.fleet.targets() == before
        assert moto.rebooted == [stage.fleet.leaking]
    assert "AccessDenied" not in "\n".join(stage.play.narrative)
    assert "Unauthorized" not in "\n".join(stage.play.narrative)


def test_the_permissions_below_are_all_that_is_printed(stage):
    # This policy names no Auto Scaling group, so that one is not asked for.
    assert stage.allowed() == [one for one in NEEDED if not one.startswith("autoscaling:")]


def ticks_until(stage, done) -> None:
    for _ in range(60):
        if done():
            return
        stage.play.run("run", "--policy", stage.play.policy)
        stage.play.minute_passes()


@pytest.mark.parametrize("missing", [one for one in NEEDED if not one.startswith("autoscaling:") and one != OF_NETWORK])
def test_a_missing_permission_is_named_and_nobody_is_stranded(stage, missing):
    stage.permit_all_but(missing)
    before = stage.fleet.targets()
    with enforced():
        for _ in range(TICKS_WITHOUT):
            stage.play.run("run", "--policy", stage.play.policy)
            stage.play.minute_passes()
        told = "\n".join(stage.play.narrative)
        assert f"allow {missing} to these credentials" in told, told
        if missing == "ec2:GetConsoleOutput":  # one witness of the boot less; the others suffice
            ticks_until(stage, lambda: stage.fleet.targets() == before)
        # Without DeregisterTargets moto keeps the instance that can't exist, which AWS would never have taken.
        after = {name: {one for one in targets if one[0] != NOBODY} for name, targets in stage.fleet.targets().items()}
        assert after == before, told


def test_a_permission_lost_on_the_way_is_named_and_its_return_ends_the_remediation(stage):
    stage.permit_all_but(None)
    before = stage.fleet.targets()
    with enforced():
        ticks_until(stage, lambda: stage.fleet.targets() != before)
        assert stage.fleet.targets() != before, "nobody was taken out"
    stage.permit_all_but("elasticloadbalancing:RegisterTargets")
    with enforced():
        for _ in range(40):
            stage.play.run("run", "--policy", stage.play.policy)
            stage.play.minute_passes()
        told = "\n".join(stage.play.narrative)
        assert "allow elasticloadbalancing:RegisterTargets to these credentials" in told, told
        assert stage.fleet.targets() != before
    stage.permit_all_but(None)
    with enforced():
        ticks_until(stage, lambda: stage.fleet.targets() == before)
        assert stage.fleet.targets() == before, "\n".join(stage.play.narrative)
