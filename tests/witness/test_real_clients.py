"""boto3 and the AWS CLI drive the simulated account through every call that Evenkeel uses.

The simulator and our own client were written by the same people: if both misread AWS in the same way, nothing of ours
would notice. Other people's clients, written for the real AWS, do.
"""

import contextlib
import datetime
import json
import subprocess
import sys
from pathlib import Path

import botocore.auth
import pytest
from botocore.exceptions import ClientError

from ..simulator import Simulator
from .conftest import client

SERVERS = 520
METRIC = "Memory % Committed Bytes In Use"


@pytest.fixture(scope="module")
def account():
    simulator = Simulator(Path(__file__).parent / "account.txt", "--time-scale", "60")
    yield simulator
    assert simulator.stop() == 0, "the simulator did not stop cleanly on SIGTERM"


def connect(account: Simulator, service: str):
    return client(service, account.url, account.key, account.secret)


@pytest.fixture(scope="module")
def elb(account):
    return connect(account, "elbv2")


@pytest.fixture(scope="module")
def ec2(account):
    return connect(account, "ec2")


@pytest.fixture(scope="module")
def cloudwatch(account):
    return connect(account, "cloudwatch")


@pytest.fixture(scope="module")
def arns(elb) -> dict[str, str]:
    return {group["TargetGroupName"]: group["TargetGroupArn"] for group in elb.describe_target_groups()["TargetGroups"]}


@pytest.fixture(scope="module")
def ids(elb, arns) -> list[str]:
    healths = elb.describe_target_health(TargetGroupArn=arns["tg1"])["TargetHealthDescriptions"]
    return sorted(health["Target"]["Id"] for health in healths)


@contextlib.contextmanager
def refused(code: str, status: int):
    """The call is refused with this code and HTTP status, as botocore reads the answer."""
    with pytest.raises(ClientError) as caught:
        yield
    answer = caught.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    assert answer["Error"]["Message"]
    assert answer["ResponseMetadata"]["RequestId"]


# ---- Elastic Load Balancing -----------------------------------------------------------------------------------


def test_describe_target_groups_by_name_by_page_and_all(elb):
    everything = elb.describe_target_groups()["TargetGroups"]
    assert {(one["TargetGroupName"], one["Port"]) for one in everything} == {
        ("tg1", 443), ("tg1-80", 80), ("spare", 8080)}
    named = elb.describe_target_groups(Names=["tg1"])["TargetGroups"]
    assert [one["TargetGroupName"] for one in named] == ["tg1"]
    assert named[0]["TargetType"] == "instance"
    assert len(named[0]["LoadBalancerArns"]) == 1
    by_arn = elb.describe_target_groups(TargetGroupArns=[named[0]["TargetGroupArn"]])["TargetGroups"]
    assert by_arn == named

    pages = list(elb.get_paginator("describe_target_groups").paginate(PaginationConfig={"PageSize": 1}))
    assert [len(page["TargetGroups"]) for page in pages] == [1, 1, 1]
    paged = [one for page in pages for one in page["TargetGroups"]]
    assert sorted(paged, key=str) == sorted(everything, key=str)


def test_describe_target_group_attributes(elb, arns):
    attributes = elb.describe_target_group_attributes(TargetGroupArn=arns["tg1"])["Attributes"]
    values = {one["Key"]: one["Value"] for one in attributes}
    assert values["deregistration_delay.timeout_seconds"] == "60"
    assert values["slow_start.duration_seconds"] == "0"
    assert values["target_group_health.unhealthy_state_routing.minimum_healthy_targets.count"] == "1"


def test_describe_tags_and_the_age_of_a_load_balancer(elb, arns):
    balancer = elb.describe_load_balancers()["LoadBalancers"][0]
    assert balancer["CreatedTime"] < datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    asked = [arns["tg1"], balancer["LoadBalancerArn"]]
    described = elb.describe_tags(ResourceArns=asked)["TagDescriptions"]
    assert described == [{"ResourceArn": arn, "Tags": []} for arn in asked]
    with refused("TargetGroupNotFound", 400):
        elb.describe_tags(ResourceArns=[arns["tg1"].replace("targetgroup/tg1/", "targetgroup/tg9/")])


def test_describe_target_health_of_all_and_of_some(elb, arns, ids):
    healths = elb.describe_target_health(TargetGroupArn=arns["tg1-80"])["TargetHealthDescriptions"]
    assert len(healths) == SERVERS
    assert {one["Target"]["Port"] for one in healths} == {80}
    assert {one["TargetHealth"]["State"] for one in healths} == {"healthy"}
    assert all("Reason" not in one["TargetHealth"] for one in healths)

    asked = [{"Id": ids[0]}, {"Id": ids[1], "Port": 81}, {"Id": "i-00000000000000000"}]
    some = elb.describe_target_health(TargetGroupArn=arns["tg1-80"], Targets=asked)["TargetHealthDescriptions"]
    states = {(one["Target"]["Id"], one["Target"]["Port"]): one["TargetHealth"] for one in some}
    assert states[ids[0], 80] == {"State": "healthy"}
    for place in ((ids[1], 81), ("i-00000000000000000", 80)):
        assert states[place]["State"] == "unused"
        assert states[place]["Reason"] == "Target.NotRegistered"


def test_register_and_deregister_targets(elb, arns, ids):
    def spare() -> dict[tuple[str, int], str]:
        healths = elb.describe_target_health(TargetGroupArn=arns["spare"])["TargetHealthDescriptions"]
        return {(one["Target"]["Id"], one["Target"]["Port"]): one["TargetHealth"]["State"] for one in healths}

    assert spare() == {}
    elb.register_targets(TargetGroupArn=arns["spare"], Targets=[{"Id": ids[3]}, {"Id": ids[3], "Port": 9000}])
    assert set(spare()) == {(ids[3], 8080), (ids[3], 9000)}
    elb.get_waiter("target_in_service").wait(
        TargetGroupArn=arns["spare"], Targets=[{"Id": ids[3]}], WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    elb.deregister_targets(TargetGroupArn=arns["spare"], Targets=[{"Id": ids[3], "Port": 9000}])
    assert spare()[ids[3], 9000] == "draining"
    elb.deregister_targets(TargetGroupArn=arns["spare"], Targets=[{"Id": ids[4]}])  # was never there: no error
    elb.deregister_targets(TargetGroupArn=arns["spare"], Targets=[{"Id": ids[3]}])
    elb.get_waiter("target_deregistered").wait(
        TargetGroupArn=arns["spare"], Targets=[{"Id": ids[3]}, {"Id": ids[3], "Port": 9000}],
        WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    assert spare() == {}


def test_elastic_load_balancing_s_refusals(elb, arns, ids):
    unknown = arns["tg1"].replace("targetgroup/tg1/", "targetgroup/tg9/")
    with refused("TargetGroupNotFound", 400):
        elb.describe_target_groups(Names=["tg9"])
    with refused("TargetGroupNotFound", 400):
        elb.describe_target_health(TargetGroupArn=unknown)
    with refused("TargetGroupNotFound", 400):
        elb.deregister_targets(TargetGroupArn=unknown, Targets=[{"Id": ids[0]}])
    with refused("InvalidTarget", 400):
        elb.register_targets(TargetGroupArn=arns["spare"], Targets=[{"Id": "i-00000000000000000"}])
    with refused("ValidationError", 400):
        elb.describe_target_groups(Names=[f"tg{n}" for n in range(21)])
    assert elb.exceptions.TargetGroupNotFoundException  # the wire's code differs from the exception's name
    with pytest.raises(elb.exceptions.TargetGroupNotFoundException):
        elb.describe_target_group_attributes(TargetGroupArn=unknown)


# ---- EC2 ------------------------------------------------------------------------------------------------------


def instances_of(pages) -> list[dict]:
    return [one for page in pages for reservation in page["Reservations"] for one in reservation["Instances"]]


def test_describe_instances_by_filter_by_id_and_by_page(ec2, ids):
    missing = "i-00000000000000000"
    filtered = ec2.describe_instances(Filters=[{"Name": "instance-id", "Values": [ids[0], ids[1], missing]}])
    found = instances_of([filtered])
    assert sorted(one["InstanceId"] for one in found) == ids[:2]
    assert found[0]["State"] == {"Code": 16, "Name": "running"}
    assert found[0]["LaunchTime"].tzinfo is not None
    assert found[0]["Placement"]["AvailabilityZone"].startswith("eu-west-1")
    volume = found[0]["BlockDeviceMappings"][0]
    assert (found[0]["RootDeviceName"], volume["DeviceName"], volume["Ebs"]["Status"]) == (
        "/dev/xvda", "/dev/xvda", "attached")
    assert {"Name", "aws:autoscaling:groupName"} <= {tag["Key"] for tag in found[0]["Tags"]}
    assert [one["InstanceId"] for one in instances_of([ec2.describe_instances(InstanceIds=[ids[2]])])] == [ids[2]]

    pages = list(ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 200}))
    assert [len(instances_of([page])) for page in pages] == [200, 200, 120]
    assert sorted(one["InstanceId"] for one in instances_of(pages)) == ids


def test_describe_instance_status(ec2, ids):
    statuses = ec2.describe_instance_status(InstanceIds=ids[:3], IncludeAllInstances=True)["InstanceStatuses"]
    assert sorted(one["InstanceId"] for one in statuses) == ids[:3]
    for one in statuses:
        assert one["InstanceState"]["Name"] == "running"
        assert (one["InstanceStatus"]["Status"], one["SystemStatus"]["Status"]) == ("ok", "ok")
    pages = ec2.get_paginator("describe_instance_status").paginate(PaginationConfig={"PageSize": 300})
    assert [len(page["InstanceStatuses"]) for page in pages] == [300, 220]


def test_reboot_instances_first_dry_then_real(ec2, ids):
    with refused("DryRunOperation", 412):
        ec2.reboot_instances(InstanceIds=[ids[5]], DryRun=True)
    before = ec2.get_console_output(InstanceId=ids[5], Latest=True)["Timestamp"]
    ec2.reboot_instances(InstanceIds=[ids[5]])
    state = instances_of([ec2.describe_instances(InstanceIds=[ids[5]])])[0]["State"]["Name"]
    assert state == "running", "a reboot does not show in the state"
    assert ec2.get_console_output(InstanceId=ids[5])["Timestamp"] >= before


def test_ec2_s_refusals(ec2, ids):
    with refused("InvalidInstanceID.NotFound", 400):
        ec2.reboot_instances(InstanceIds=["i-00000000000000000"])
    with refused("InvalidInstanceID.NotFound", 400):
        ec2.describe_instances(InstanceIds=[ids[0], "i-00000000000000000"])
    with refused("InvalidInstanceID.Malformed", 400):
        ec2.describe_instances(InstanceIds=["web-1"])
    with refused("InvalidParameterCombination", 400):
        ec2.describe_instances(InstanceIds=[ids[0]], MaxResults=5)


# ---- Auto Scaling ---------------------------------------------------------------------------------------------


def test_describe_auto_scaling_groups(account, arns, ids):
    scaling = connect(account, "autoscaling")
    groups = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=["web-asg", "no-such"])["AutoScalingGroups"]
    assert [group["AutoScalingGroupName"] for group in groups] == ["web-asg"]
    group = groups[0]
    assert (group["MinSize"], group["MaxSize"]) == (1, 600)
    assert sorted(group["TargetGroupARNs"]) == sorted([arns["tg1"], arns["tg1-80"]])
    assert {one["Identifier"] for one in group["TrafficSources"]} == {arns["tg1"], arns["tg1-80"]}
    assert sorted(one["InstanceId"] for one in group["Instances"]) == ids
    assert {(one["LifecycleState"], one["HealthStatus"].lower()) for one in group["Instances"]} == {
        ("InService", "healthy")}
    assert group["SuspendedProcesses"] == []


# ---- CloudWatch -----------------------------------------------------------------------------------------------


def series_of(cloudwatch) -> list[dict]:
    pages = list(cloudwatch.get_paginator("list_metrics").paginate(
        Namespace="CWAgent", MetricName=METRIC, RecentlyActive="PT3H"))
    assert len(pages) > 1 and len(pages[0]["Metrics"]) == 500
    return [metric for page in pages for metric in page["Metrics"]]


def test_list_metrics_pages_through_every_series(cloudwatch, ids):
    dimensions = [{one["Name"]: one["Value"] for one in metric["Dimensions"]} for metric in series_of(cloudwatch)]
    assert {one["InstanceId"] for one in dimensions if one.get("InstanceId") in ids} == set(ids)
    one_only = cloudwatch.list_metrics(Namespace="CWAgent", MetricName=METRIC,
                                       Dimensions=[{"Name": "InstanceId", "Value": ids[0]}])["Metrics"]
    assert one_only
    assert all({"Name": "InstanceId", "Value": ids[0]} in metric["Dimensions"] for metric in one_only)


def test_get_metric_data_by_exact_dimensions(account, cloudwatch, ids):
    metric = next(metric for metric in series_of(cloudwatch)
                  if {"Name": "InstanceId", "Value": ids[0]} in metric["Dimensions"])
    account.advance(minutes=35)
    now = datetime.datetime.fromisoformat(account.summary()["now"]) - datetime.timedelta(minutes=5)  # no more samples will become visible in this window
    ask = {
        "StartTime": now - datetime.timedelta(minutes=30),
        "EndTime": now,
        "MetricDataQueries": [
            {"Id": "found", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Average"}},
            {"Id": "nobody", "MetricStat": {"Metric": {**metric, "Dimensions": metric["Dimensions"][:1]}, "Period": 60,
                                            "Stat": "Maximum"}},
        ],
    }
    answer = cloudwatch.get_metric_data(**ask)
    results = {result["Id"]: result for result in answer["MetricDataResults"]}
    found = results["found"]
    assert found["StatusCode"] == "Complete"
    assert len(found["Values"]) == len(found["Timestamps"]) >= 20
    assert all(0 < value <= 100 for value in found["Values"])
    assert found["Timestamps"] == sorted(found["Timestamps"], reverse=True), "newest first unless asked otherwise"
    assert all(ask["StartTime"] - datetime.timedelta(minutes=1) <= time < now for time in found["Timestamps"])
    if len(metric["Dimensions"]) > 1:
        assert (results["nobody"]["Values"], results["nobody"]["StatusCode"]) == ([], "Complete")

    pages = list(cloudwatch.get_paginator("get_metric_data").paginate(**ask, PaginationConfig={"PageSize": 7}))
    paged = [value for page in pages for result in page["MetricDataResults"] if result["Id"] == "found"
             for value in result["Values"]]
    assert len(pages) > 2
    assert paged == found["Values"]


# ---- who may call ---------------------------------------------------------------------------------------------


def test_refuses_a_wrong_secret_and_an_unknown_key(account):
    with refused("SignatureDoesNotMatch", 403):
        client("elbv2", account.url, account.key, "not-the-secret").describe_target_groups()
    with refused("InvalidClientTokenId", 403):
        client("elbv2", account.url, "AKIDNOBODY", account.secret).describe_target_groups()


def test_refuses_a_signature_that_has_expired(account, monkeypatch):
    real = botocore.auth.get_current_datetime
    monkeypatch.setattr(botocore.auth, "get_current_datetime",
                        lambda *arguments, **named: real(*arguments, **named) - datetime.timedelta(minutes=20))
    with refused("SignatureDoesNotMatch", 403):
        connect(account, "elbv2").describe_target_groups()
    with refused("RequestExpired", 400):
        connect(account, "ec2").describe_instances()


# ---- the AWS CLI ----------------------------------------------------------------------------------------------


@pytest.fixture
def aws(account):
    def run(*arguments: str) -> tuple[int, str, str]:
        done = subprocess.run([sys.executable, "-m", "awscli", *arguments, "--output", "json"],
                              env=account.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    return run


def test_the_aws_cli_reads_every_service(aws, arns, ids):
    for arguments, look in (
        (("elbv2", "describe-target-groups", "--names", "tg1"), lambda seen: len(seen["TargetGroups"]) == 1),
        (("elbv2", "describe-target-group-attributes", "--target-group-arn", arns["tg1"]),
         lambda seen: any(one["Key"] == "deregistration_delay.timeout_seconds" for one in seen["Attributes"])),
        (("elbv2", "describe-target-health", "--target-group-arn", arns["tg1"]),
         lambda seen: len(seen["TargetHealthDescriptions"]) == SERVERS),
        (("elbv2", "describe-tags", "--resource-arns", arns["tg1"]), lambda seen: seen["TagDescriptions"][0]["Tags"] == []),
        (("ec2", "describe-instances", "--page-size", "100"), lambda seen: len(seen["Reservations"]) == SERVERS),
        (("ec2", "describe-instance-status", "--instance-ids", ids[0]),
         lambda seen: seen["InstanceStatuses"][0]["InstanceStatus"]["Status"] == "ok"),
        (("autoscaling", "describe-auto-scaling-groups"),
         lambda seen: len(seen["AutoScalingGroups"][0]["Instances"]) == SERVERS),
        (("cloudwatch", "list-metrics", "--namespace", "CWAgent"), lambda seen: len(seen["Metrics"]) >= SERVERS),
    ):
        status, out, err = aws(*arguments)
        assert status == 0, f"aws {' '.join(arguments)}: {err}"
        assert look(json.loads(out)), f"aws {' '.join(arguments)}: {out[:500]}"


def test_the_aws_cli_changes_and_is_refused(aws, arns, ids):
    group = ("--target-group-arn", arns["spare"], "--targets", f"Id={ids[7]},Port=8181")
    assert aws("elbv2", "register-targets", *group) == (0, "", "")
    assert aws("elbv2", "deregister-targets", *group) == (0, "", "")
    assert aws("ec2", "reboot-instances", "--instance-ids", ids[7]) == (0, "", "")
    for arguments, code in (
        (("ec2", "reboot-instances", "--instance-ids", ids[7], "--dry-run"), "DryRunOperation"),
        (("ec2", "reboot-instances", "--instance-ids", "i-00000000000000000"), "InvalidInstanceID.NotFound"),
        (("elbv2", "describe-target-groups", "--names", "tg9"), "TargetGroupNotFound"),
    ):
        status, _, err = aws(*arguments)
        assert status != 0
        assert f"({code})" in err, err
