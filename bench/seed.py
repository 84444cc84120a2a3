#!/usr/bin/env python3
"""What Evenkeel is measured against: the same job as one straightforward boto3 script with blocking waits.

Counts the healthy targets of each target group; if enough are, reads every instance's memory from CloudWatch, takes the
highest, and when that is above the limit: takes the instance out of every target group, waits until it is drained,
reboots it, waits until it is up, puts it back and waits until it is in service. botocore's defaults throughout, one
client a service. --tuned reads the memory with GetMetricData, 500 instances a call, as a user would who had to.
"""

import argparse
import sys
import time
from datetime import datetime, timedelta, timezone

import boto3

NAMESPACE = "CWAgent"
METRIC = "Memory % Committed Bytes In Use"
LOOK_BACK = timedelta(minutes=15)
PERIOD = 300
SECONDS_TO_BOOT = 180  # EC2 says "ok" until the machine goes down, so waiting for "ok" alone would not wait


def registered_targets(elb, names: list[str]) -> dict[str, list[dict]]:
    """The target groups' targets with their health, by ARN."""
    groups = elb.describe_target_groups(Names=names)["TargetGroups"]
    return {
        group["TargetGroupArn"]:
            elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
        for group in groups
    }


def memory_of(cloudwatch, instance: str) -> float | None:
    """The newest average of one instance, whose other dimensions ListMetrics has to tell."""
    metrics = cloudwatch.list_metrics(Namespace=NAMESPACE, MetricName=METRIC,
                                      Dimensions=[{"Name": "InstanceId", "Value": instance}])["Metrics"]
    if not metrics:
        return None
    now = datetime.now(timezone.utc)
    points = cloudwatch.get_metric_statistics(Namespace=NAMESPACE, MetricName=METRIC,
                                              Dimensions=metrics[0]["Dimensions"], StartTime=now - LOOK_BACK,
                                              EndTime=now, Period=PERIOD, Statistics=["Average"])["Datapoints"]
    return max(points, key=lambda point: point["Timestamp"])["Average"] if points else None


def memory_one_by_one(cloudwatch, instances: list[str]) -> dict[str, float]:
    found = {instance: memory_of(cloudwatch, instance) for instance in instances}
    return {instance: memory for instance, memory in found.items() if memory is not None}


def memory_in_batches(cloudwatch, instances: list[str]) -> dict[str, float]:
    metrics = {}
    for page in cloudwatch.get_paginator("list_metrics").paginate(Namespace=NAMESPACE, MetricName=METRIC):
        for metric in page["Metrics"]:
            instance = {each["Name"]: each["Value"] for each in metric["Dimensions"]}.get("InstanceId")
            metrics.setdefault(instance, metric)
    wanted = [instance for instance in instances if instance in metrics]
    now = datetime.now(timezone.utc)
    found = {}
    for first in range(0, len(wanted), 500):
        batch = wanted[first:first + 500]
        queries = [{"Id": f"m{number}", "MetricStat": {"Metric": metrics[instance], "Period": PERIOD, "Stat": "Average"}}
                   for number, instance in enumerate(batch)]
        pages = cloudwatch.get_paginator("get_metric_data").paginate(MetricDataQueries=queries,
                                                                     StartTime=now - LOOK_BACK, EndTime=now)
        for page in pages:
            for result in page["MetricDataResults"]:
                if result["Values"]:  # the newest comes first
                    found.setdefault(batch[int(result["Id"][1:])], result["Values"][0])
    return found


def remediate(elb, ec2, instance: str, targets: dict[str, list[dict]]) -> None:
    places = {arn: [one["Target"] for one in healths if one["Target"]["Id"] == instance]
              for arn, healths in targets.items()}
    places = {arn: [{"Id": one["Id"], "Port": one["Port"]} for one in own] for arn, own in places.items() if own}
    for arn, own in places.items():
        print(f"{instance}: taking it out of {arn}", flush=True)
        elb.deregister_targets(TargetGroupArn=arn, Targets=own)
    for arn, own in places.items():
        elb.get_waiter("target_deregistered").wait(TargetGroupArn=arn, Targets=own)
    print(f"{instance}: rebooting it", flush=True)
    ec2.reboot_instances(InstanceIds=[instance])
    time.sleep(SECONDS_TO_BOOT)
    ec2.get_waiter("instance_status_ok").wait(InstanceIds=[instance])
    for arn, own in places.items():
        print(f"{instance}: putting it back into {arn}", flush=True)
        elb.register_targets(TargetGroupArn=arn, Targets=own)
    for arn, own in places.items():
        elb.get_waiter("target_in_service").wait(TargetGroupArn=arn, Targets=own)
    print(f"{instance}: in service again")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("target_groups", nargs="+")
    parser.add_argument("--above", type=float, default=65)
    parser.add_argument("--healthy", type=int, required=True, help="left in each target group after one has gone")
    parser.add_argument("--tuned", action="store_true")
    arguments = parser.parse_args()
    elb, ec2, cloudwatch = (boto3.client(service) for service in ("elbv2", "ec2", "cloudwatch"))

    targets = registered_targets(elb, arguments.target_groups)
    for arn, healths in targets.items():
        healthy = sum(one["TargetHealth"]["State"] == "healthy" for one in healths)
        if healthy <= arguments.healthy:
            print(f"{arn}: {healthy} healthy, {arguments.healthy} must stay")
            return 0
    instances = sorted({one["Target"]["Id"] for healths in targets.values() for one in healths})
    memory = (memory_in_batches if arguments.tuned else memory_one_by_one)(cloudwatch, instances)
    if not memory:
        print("no instance has the metric")
        return 1
    worst = max(memory, key=memory.__getitem__)
    print(f"{len(memory)} instances read; the highest is {worst} at {memory[worst]:.2f}", flush=True)
    if memory[worst] > arguments.above:
        remediate(elb, ec2, worst, targets)
    return 0


if __name__ == "__main__":
    sys.exit(main())
