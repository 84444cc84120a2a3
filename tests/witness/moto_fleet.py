"""A fleet in moto's account, and a remediation played on it a minute a tick."""

import datetime
import json
import subprocess
from pathlib import Path

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
NOBODY = "i-00000000000000000"  # asked for to learn whether we may register; moto takes it, unlike AWS
STARTS_AT = datetime.timedelta(hours=1)  # after the launch: a fresh boot's memory is no leak
AGENT_STARTS_AFTER = datetime.timedelta(minutes=3)  # no samples while the machine boots
MOST_TICKS = 90  # of a minute each


class Fleet:
    """The account's set-up, and the agents that publish from its instances."""

    def __init__(self, moto: MotoAccount, key: str = KEY, secret: str = SECRET, size: int = 4) -> None:
        self._moto = moto
        self.ec2 = client("ec2", moto.url, key, secret)
        self.elb = client("elbv2", moto.url, key, secret)
        self.cloudwatch = client("cloudwatch", moto.url, key, secret)
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
            for n in range(size)
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
        series.append(({"objectname": "Memory"}, 99.0))  # an aggregate over all instances
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

    def has_run_for_an_hour(self) -> None:
        self._moto.advance(seconds=STARTS_AT.total_seconds())
        for minute in range(15, 0, -1):
            self.publish(whole_minute(self._moto.now()) - datetime.timedelta(minutes=minute))


def whole_minute(time: datetime.datetime) -> datetime.datetime:
    return time.replace(second=0, microsecond=0)


class Play:
    """Ticks of the real program, with the identity that the keys belong to."""

    def __init__(self, moto: MotoAccount, fleet: Fleet, evenkeel: Path, directory: Path, key: str = KEY,
                 secret: str = SECRET) -> None:
        self._moto, self._fleet, self._evenkeel, self._directory = moto, fleet, evenkeel, directory
        self._environment = environment(moto.url, key, secret)
        self.narrative: list[str] = []
        self.policy = directory / "policy.yaml"
        self.policy.write_text(POLICY)
        fleet.has_run_for_an_hour()

    def run(self, command: str, *options) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [self._evenkeel, command, *options, "--state", f"sqlite:{self._directory}/state.db", "--json"],
            env=self._environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.narrative.append(f"{self._moto.now():%H:%M} {command} -> {done.returncode} {done.stdout}{done.stderr}")
        return done

    def says(self, command: str, *options) -> dict:
        done = self.run(command, *options)
        assert done.returncode == 0, "\n".join(self.narrative)
        return json.loads(done.stdout)

    def open_remediations(self) -> int:
        return sum(len(one["open"]) for one in self.says("status")["fleets"])

    def minute_passes(self) -> None:
        self._moto.advance(minutes=1)
        self._fleet.publish(whole_minute(self._moto.now()))

    def until_it_is_back(self) -> None:
        before = self._fleet.targets()
        was_out = False
        for _ in range(MOST_TICKS):
            self.says("run", "--policy", self.policy)
            was_out = was_out or self._fleet.targets() != before
            if was_out and self.open_remediations() == 0:
                return
            self.minute_passes()
        pytest.fail(f"not back after {MOST_TICKS} ticks:\n" + "\n".join(self.narrative))
