"""Standby against moto's Auto Scaling: a member leaves by EnterStandby and comes back by ExitStandby, and no size has
changed in the end.

moto's Standby is simpler than AWS's: it is reached at once, and moto neither deregisters nor registers the instance
with the attached target groups, which AWS does. The layer below does that in AWS's place, with boto3, as soon as moto
has answered, as docs/aws.md says. moto has no DescribeInstanceRefreshes: the layer answers that there is
none. moto takes an ExitStandby of an instance that does not exist and registers the whole group again: the layer
refuses it, as AWS does.
"""

import io
import urllib.parse

import pytest

from .conftest import client
from .moto_fleet import KEY, METRIC, NOBODY, SECRET, Fleet, Play

GROUP = "web-asg"
POLICY = f"""\
fleets:
  - name: web
    auto_scaling_group: {GROUP}
    target_groups: [tg1, tg1-80]
    reboot_when:
      metric: {METRIC}
      above: 65
      over: 5m
    keep:
      healthy: 3
"""
NO_REFRESH = """<DescribeInstanceRefreshesResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/">
<DescribeInstanceRefreshesResult><InstanceRefreshes/></DescribeInstanceRefreshesResult>
<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DescribeInstanceRefreshesResponse>"""

NOT_THERE = f"""<ErrorResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><Error><Type>Sender</Type>
<Code>ValidationError</Code><Message>The instance {NOBODY} is not part of Auto Scaling group {GROUP}.</Message></Error>
<RequestId>1</RequestId></ErrorResponse>"""


class Scaling(Fleet):
    """The fleet in an Auto Scaling group of ELB health checks to which tg1 is attached, and tg1-80 is not."""

    def __init__(self, moto, least: int = 1) -> None:
        super().__init__(moto)
        self.scaling = client("autoscaling", moto.url, KEY, SECRET)
        self.scaling.create_launch_configuration(LaunchConfigurationName="web", ImageId=self.image,
                                                 InstanceType="m5.large")
        self.scaling.create_auto_scaling_group(
            AutoScalingGroupName=GROUP, LaunchConfigurationName="web", MinSize=0, MaxSize=8, DesiredCapacity=0,
            AvailabilityZones=["eu-west-1a", "eu-west-1b"], HealthCheckType="ELB", HealthCheckGracePeriod=600)
        self.scaling.attach_instances(AutoScalingGroupName=GROUP, InstanceIds=self.ids)
        self.scaling.update_auto_scaling_group(AutoScalingGroupName=GROUP, MinSize=least)
        self.scaling.attach_load_balancer_target_groups(AutoScalingGroupName=GROUP,
                                                        TargetGroupARNs=[self.groups["tg1"]])

    def sizes(self) -> tuple[int, int, int]:
        group = self.scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP])["AutoScalingGroups"][0]
        return group["MinSize"], group["DesiredCapacity"], group["MaxSize"]

    def lifecycle(self) -> dict[str, str]:
        group = self.scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP])["AutoScalingGroups"][0]
        return {one["InstanceId"]: one["LifecycleState"] for one in group["Instances"]}


@pytest.fixture
def with_load_balancer(moto, monkeypatch):
    """What AWS does beside moto: see above."""
    inner = moto._moto

    def answer(environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        fields = dict(urllib.parse.parse_qsl(body.decode("utf-8", "replace")))
        environ["wsgi.input"] = io.BytesIO(body)
        action = fields.get("Action", "")
        if action == "DescribeInstanceRefreshes":
            start_response("200 OK", [("Content-Type", "text/xml")])
            return [NO_REFRESH.encode()]
        if action == "ExitStandby" and fields["InstanceIds.member.1"] == NOBODY:
            start_response("400 Bad Request", [("Content-Type", "text/xml")])
            return [NOT_THERE.encode()]
        answered = inner(environ, start_response)
        if action in ("EnterStandby", "ExitStandby"):
            elb = client("elbv2", moto.url, KEY, SECRET)
            (group,) = elb.describe_target_groups(Names=["tg1"])["TargetGroups"]
            change = elb.deregister_targets if action == "EnterStandby" else elb.register_targets
            change(TargetGroupArn=group["TargetGroupArn"], Targets=[{"Id": fields["InstanceIds.member.1"]}])
        return answered

    monkeypatch.setattr(moto, "_moto", answer)


def test_a_member_leaves_by_standby_and_comes_back_by_it(moto, with_load_balancer, evenkeel, tmp_path):
    fleet = Scaling(moto)
    play = Play(moto, fleet, evenkeel, tmp_path)
    play.policy.write_text(POLICY)
    before, sizes = fleet.targets(), fleet.sizes()
    assert set(fleet.lifecycle().values()) == {"InService"}
    moto.calls.clear()
    play.until_it_is_back()

    assert fleet.targets() == before, "it did not come back exactly as it was"
    assert fleet.sizes() == sizes, "a size has changed"
    assert set(fleet.lifecycle().values()) == {"InService"}
    assert moto.rebooted == [fleet.leaking]
    entered, left = moto.made("EnterStandby"), moto.made("ExitStandby")
    left = [call for call in left if call.fields["InstanceIds.member.1"] != NOBODY]
    assert [call.fields["InstanceIds.member.1"] for call in entered] == [fleet.leaking]
    assert entered[0].fields["ShouldDecrementDesiredCapacity"] == "true"
    assert [call.fields["InstanceIds.member.1"] for call in left] == [fleet.leaking]
    ours = [call for call in moto.made("DeregisterTargets")
            if call.fields["TargetGroupArn"] == fleet.groups["tg1-80"] and NOBODY not in call.fields.values()]
    assert [call.fields["Targets.member.1.Port"] for call in ours] == ["8080"], "tg1-80 isn't attached: it is ours"
    assert not [call for call in moto.calls if call.action in ("UpdateAutoScalingGroup", "SetDesiredCapacity")]


def test_at_the_smallest_size_nobody_leaves_and_it_says_why(moto, with_load_balancer, evenkeel, tmp_path):
    fleet = Scaling(moto, least=4)
    play = Play(moto, fleet, evenkeel, tmp_path)
    play.policy.write_text(POLICY)
    for _ in range(3):
        play.says("run", "--policy", play.policy)
        play.minute_passes()
    plan = play.says("plan", "--policy", play.policy)
    reasons = {one["instance_id"]: one["reason"] for one in plan["fleets"][0]["members"]}
    assert reasons[fleet.leaking] == "standby_at_min_size"
    assert not moto.made("EnterStandby")
    assert moto.rebooted == []
