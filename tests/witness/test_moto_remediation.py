"""A whole remediation against moto: somebody else's EC2, ELBv2, Auto Scaling and CloudWatch.

Four web servers behind tg1 (443) and tg1-80 (80); one of them leaks. It must end in both groups exactly as it was,
rebooted once as moto counts it, and nobody else may be touched.
"""

import datetime
import json
import subprocess

import pytest

from ..simulator import environment
from .conftest import client
from .moto_account import MotoAccount

KEY, SECRET = "AKIDMOTOTEST", "moto-takes-any-secret"
METRIC = "Memory % Committed Bytes In Use"
POLICY = f"""\
fleets:
  - name: web
    target_groups: [tg1, tg1-80]
    reboot_when:
      metric: {METRIC}
      above: 65
      over: 5m
    keep:
      healthy: 3
"""
STARTS_AT = datetime.timedelta(hours=1)  # after the launch: a fresh boot's memory is no leak
AGENT_STARTS_AFTER = datetime.timedelta(minutes=3)  # no samples while the machine boots
MOST_TICKS = 90  # of a minute each


class Fleet:
    """The account's set-up, and the agents that publish from its instances."""

    def __init__(self, moto: MotoAccount) -> None:
        self._moto = moto
        self.ec2 = client("ec2", moto.url, KEY, SECRET)
        self.elb = client("elbv2", moto.url, KEY, SECRET)
        self.cloudwatch = client("cloudwatch", moto.url, KEY, SECRET)
        vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            self.ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"eu-west-1{zone}")
            ["Subnet"]["SubnetId"]
            for n, zone in enumerate("ab")
        ]
        self.image = self.ec2.describe_images()["Images"][0]["ImageId"]
        self.ids = [
            self.ec2.run_instances(ImageId=self.image, InstanceType="m5.large", MinCount=1, MaxCount=1,
                                   SubnetId=subnets[n % 2])["Instances"][0]["InstanceId"]
            for n in range(4)
        ]
        balancer = self.elb.create_load_balancer(Name="web", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
        self.groups = {
            name: self._target_group(name, protocol, port, vpc, balancer)
            for name, protocol, port in (("tg1", "HTTPS", 443), ("tg1-80", "HTTP", 80))
        }
        self.leaking = self.ids[2]
        for instance in self.ids:
            self.elb.register_targets(TargetGroupArn=self.groups["tg1"], Targets=[{"Id": instance}])
        # The leaking one answers plain HTTP on a port that is not the group's: only its port says so.
        for instance in self.ids:
            port = {"Port": 8080} if instance == self.leaking else {}
            self.elb.register_targets(TargetGroupArn=self.groups["tg1-80"], Targets=[{"Id": instance, **port}])

    def _target_group(self, name: str, protocol: str, port: int, vpc: str, balancer: str) -> str:
        arn = self.elb.create_target_group(Name=name, Protocol=protocol, Port=port, VpcId=vpc)
        arn = arn["TargetGroups"][0]["TargetGroupArn"]
        self.elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=port,
                                 DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}])
        return arn

    def targets(self) -> dict[str, set[tuple[str, int, str]]]:
        """Who is registered where, on which port, in which state: as moto tells it to boto3."""
        return {
            name: {
                (one["Target"]["Id"], one["Target"]["Port"], one["TargetHealth"]["State"])
                for one in self.elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
            }
            for name, arn in self.groups.items()
        }

    def memory(self, instance: str) -> float | None:
        """Percent; None while the instance has no agent to tell."""
        if instance != self.leaking:
            return 41.0 + self.ids.index(instance)
        reboots = [call.at for call in self._moto.made("RebootInstances") if call.fields.get("DryRun") != "true"]
        if not reboots:
            return 78.5
        return 22.0 if self._moto.now() - reboots[-1] > AGENT_STARTS_AFTER else None

    def publish(self, at: datetime.datetime) -> None:
        """What CloudWatch agents on Windows send for one minute, and the traps that lie beside it."""
        series = []
        for instance in self.ids:
            if (percent := self.memory(instance)) is None:
                continue
            own = {"InstanceId": instance, "ImageId": self.image, "InstanceType": "m5.large", "objectname": "Memory"}
            series.append((own, percent))
            if instance in (self.ids[0], self.leaking):  # aggregation_dimensions publishes a second series
                series.append(({"InstanceId": instance, "objectname": "Memory"}, percent))
        series.append(({"objectname": "Memory"}, 99.0))  # an aggregate over everybody
        series.append(({"InstanceId": "${aws:InstanceId}", "objectname": "Memory"}, 99.0))  # a botched configuration
        self.cloudwatch.put_metric_data(Namespace="CWAgent", MetricData=[
            {
                "MetricName": METRIC,
                "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
                "Timestamp": at,
                "Value": percent,
                "Unit": "Percent",
            }
            for dimensions, percent in series
        ])


@pytest.fixture
def moto():
    with MotoAccount() as account:
        yield account


def whole_minute(time: datetime.datetime) -> datetime.datetime:
    return time.replace(second=0, microsecond=0)


def test_moto_s_clock_can_be_turned_and_moto_tells_what_was_registered(moto):
    """The stage before the play: what the next test relies on, shown with boto3 alone."""
    fleet = Fleet(moto)
    before = fleet.targets()
    assert {port for _, port, _ in before["tg1"]} == {443}
    assert {port for _, port, _ in before["tg1-80"]} == {80, 8080}
    assert {state for group in before.values() for _, _, state in group} == {"healthy"}

    first = fleet.ec2.describe_instances()["ResponseMetadata"]["HTTPHeaders"]["date"]
    moto.advance(hours=2)
    second = fleet.ec2.describe_instances()["ResponseMetadata"]["HTTPHeaders"]["date"]
    passed = (datetime.datetime.strptime(second, "%a, %d %b %Y %H:%M:%S %Z")
              - datetime.datetime.strptime(first, "%a, %d %b %Y %H:%M:%S %Z"))
    assert datetime.timedelta(hours=2) <= passed < datetime.timedelta(hours=2, minutes=1)

    fleet.publish(whole_minute(moto.now()))
    listed = fleet.cloudwatch.list_metrics(Namespace="CWAgent", MetricName=METRIC)["Metrics"]
    assert len(listed) == 4 + 2 + 2
    assert moto.calls[-1].action == "ListMetrics", "this CloudWatch client does not speak the Query protocol"

    fleet.ec2.reboot_instances(InstanceIds=[fleet.ids[0]])
    assert moto.rebooted == [fleet.ids[0]]


def test_a_leaking_server_is_drained_rebooted_once_and_put_back_as_it_was(moto, evenkeel, tmp_path):
    fleet = Fleet(moto)
    moto.advance(seconds=STARTS_AT.total_seconds())
    for minute in range(15, 0, -1):
        fleet.publish(whole_minute(moto.now()) - datetime.timedelta(minutes=minute))
    before = fleet.targets()
    (tmp_path / "policy.yaml").write_text(POLICY)
    moto.calls.clear()
    narrative = []

    def evenkeel_says(command: str, *options) -> dict:
        done = subprocess.run(
            [evenkeel, command, *options, "--state", f"sqlite:{tmp_path}/state.db", "--json"],
            env=environment(moto.url, KEY, SECRET), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        narrative.append(f"{moto.now():%H:%M} {command} -> {done.returncode} {done.stdout}{done.stderr}")
        assert done.returncode == 0, "\n".join(narrative)
        return json.loads(done.stdout)

    def open_remediations() -> int:
        return sum(len(one["open"]) for one in evenkeel_says("status")["fleets"])

    was_out = False
    for _ in range(MOST_TICKS):
        evenkeel_says("run", "--policy", tmp_path / "policy.yaml")
        was_out = was_out or fleet.targets() != before
        if was_out and open_remediations() == 0:
            break
        moto.advance(minutes=1)
        fleet.publish(whole_minute(moto.now()))
    else:
        pytest.fail(f"not back after {MOST_TICKS} ticks:\n" + "\n".join(narrative))

    assert fleet.targets() == before, "it did not come back exactly as it was"
    assert moto.rebooted == [fleet.leaking]
    sent = [call for call in moto.made("RebootInstances") if call.fields.get("DryRun") != "true"]
    assert len(sent) == 1

    touched = {
        (call.action, value)
        for action in ("DeregisterTargets", "RegisterTargets", "RebootInstances")
        for call in moto.made(action)
        for name, value in call.fields.items()
        if name.endswith(".Id") or name.startswith("InstanceId.")
    }
    assert touched == {(action, fleet.leaking) for action in
                       ("DeregisterTargets", "RegisterTargets", "RebootInstances")}
    reads = {"Describe", "List", "Get"}
    others = {call.action for call in moto.calls if not any(call.action.startswith(read) for read in reads)}
    assert others <= {"DeregisterTargets", "RegisterTargets", "RebootInstances", "PutMetricData"}

    drained_at = max(call.at for call in moto.made("DeregisterTargets"))
    registered_at = min(call.at for call in moto.made("RegisterTargets"))
    assert drained_at < sent[0].at < registered_at, "the order must be drain, reboot, put back"
    remembered = {event["instance_id"] for event in evenkeel_says("history")["events"]} - {None}
    assert remembered == {fleet.leaking}, "the history tells of somebody else"
