"""boto3 reads where an instance serves, what its group counts and what is planned for it on the simulated account."""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from ..simulator import Simulator
from .conftest import client


@pytest.fixture(scope="module")
def connect():
    simulator = Simulator(Path(__file__).parent / "account_places.txt", "--time-scale", "60")
    yield lambda service: client(service, simulator.url, simulator.key, simulator.secret)
    assert simulator.stop() == 0, "the simulator did not stop cleanly on SIGTERM"


@pytest.fixture(scope="module")
def instances(connect) -> dict[str, dict]:
    answer = connect("ec2").describe_instances()
    every = [one for reservation in answer["Reservations"] for one in reservation["Instances"]]
    return {tag["Value"]: one for one in every for tag in one["Tags"] if tag["Key"] == "Name"}


@pytest.fixture(scope="module")
def group(connect) -> dict:
    return connect("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"][0]


def test_interfaces_hold_every_address_and_one_of_each_is_primary(instances):
    one = instances["web-1"]
    assert len(one["NetworkInterfaces"]) == 2
    shown = [address for interface in one["NetworkInterfaces"] for address in interface["PrivateIpAddresses"]]
    assert [address["Primary"] for address in shown] == [True, False, True, False]
    assert shown[0]["PrivateIpAddress"] == one["PrivateIpAddress"]
    assert len({address["PrivateIpAddress"] for address in shown}) == 4


def test_a_group_of_type_ip_names_an_address(connect, instances):
    elb = connect("elbv2")
    arn = elb.describe_target_groups(Names=["by-address"])["TargetGroups"][0]["TargetGroupArn"]
    health = elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    last = instances["web-1"]["NetworkInterfaces"][1]["PrivateIpAddresses"][1]["PrivateIpAddress"]
    assert [one["Target"]["Id"] for one in health] == [last]
    assert health[0]["Target"]["AvailabilityZone"] == "eu-west-1a"


def test_a_classic_load_balancer_is_read_by_its_own_client(connect, instances):
    elb = connect("elb")
    balancers = elb.describe_load_balancers()["LoadBalancerDescriptions"]
    assert [one["LoadBalancerName"] for one in balancers] == ["old"]
    ids = [one["InstanceId"] for one in balancers[0]["Instances"]]
    assert ids == [instances["web-1"]["InstanceId"]]
    states = elb.describe_instance_health(LoadBalancerName="old")["InstanceStates"]
    assert [(one["InstanceId"], one["State"]) for one in states] == [(ids[0], "InService")]
    with pytest.raises(elb.exceptions.AccessPointNotFoundException):
        elb.describe_load_balancers(LoadBalancerNames=["other"])


def test_weights_traffic_sources_and_the_lifecycle_policy_of_a_group(group):
    assert group["DesiredCapacity"] == 6
    overrides = group["MixedInstancesPolicy"]["LaunchTemplate"]["Overrides"]
    assert {one["InstanceType"]: one["WeightedCapacity"] for one in overrides} == {"m5.large": "1", "m5.xlarge": "2"}
    assert sorted(one["WeightedCapacity"] for one in group["Instances"]) == ["1", "1", "2", "2"]
    assert group["DesiredCapacityType"] == "units"
    assert group["LoadBalancerNames"] == ["old"]
    assert {one["Type"] for one in group["TrafficSources"]} == {"elbv2", "elb", "vpc-lattice"}
    policy = group.get("InstanceLifecyclePolicy")  # older models don't know it
    assert policy in (None, {"RetentionTriggers": {"TerminateHookAbandon": "retain"}})


def test_a_protected_instance_is_not_stopped_though_a_dry_run_is_permitted(connect, instances):
    ec2, instance_id = connect("ec2"), instances["web-2"]["InstanceId"]
    shown = ec2.describe_instance_attribute(InstanceId=instance_id, Attribute="disableApiStop")
    assert shown["DisableApiStop"] == {"Value": True}
    codes = []
    for dry_run in (True, False):
        with pytest.raises(ClientError) as caught:
            ec2.stop_instances(InstanceIds=[instance_id], DryRun=dry_run)
        codes.append(caught.value.response["Error"]["Code"])
    assert codes == ["DryRunOperation", "OperationNotPermitted"]


def test_a_scheduled_event_has_an_id_and_the_instance_tells_whether_a_reboot_ends_it(connect, instances):
    ec2, one = connect("ec2"), instances["web-3"]
    assert one["MaintenanceOptions"].get("RebootMigration", "default") == "default"
    status = ec2.describe_instance_status(InstanceIds=[one["InstanceId"]])["InstanceStatuses"][0]
    assert [event["Code"] for event in status["Events"]] == ["system-reboot"]
    assert status["Events"][0]["InstanceEventId"].startswith("instance-event-")
