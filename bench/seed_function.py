"""What the Lambda function is measured against: the same job as a boto3 function that sleeps inside (seed.py's way).

It reads the whole fleet in few calls: target groups, their health, every instance, all series of the metric at once and
their values in batches of 500. When the worst is above the limit and enough are healthy, it remediates: it waits inside
until the instance is drained, up again and in service. Clients are made once a process; botocore's defaults throughout.
AWS's own Python runtime client (awslambdaric) calls `handler`.

The environment: TARGET_GROUPS (names with white space between them), HEALTHY (left in each after one has gone), ABOVE.
"""

import os

import boto3
from seed import memory_in_batches, registered_targets, remediate

GROUPS = os.environ["TARGET_GROUPS"].split()
HEALTHY = int(os.environ["HEALTHY"])
ABOVE = float(os.environ["ABOVE"])
elb, ec2, cloudwatch = (boto3.client(service) for service in ("elbv2", "ec2", "cloudwatch"))


def running_instances(ids: list[str]) -> list[str]:
    pages = ec2.get_paginator("describe_instances").paginate(InstanceIds=ids)
    return sorted(instance["InstanceId"] for page in pages for reservation in page["Reservations"]
                  for instance in reservation["Instances"] if instance["State"]["Name"] == "running")


def enough_healthy(targets: dict[str, list[dict]]) -> bool:
    return all(sum(one["TargetHealth"]["State"] == "healthy" for one in healths) > HEALTHY
               for healths in targets.values())


def handler(event: dict, context: object) -> dict:
    targets = registered_targets(elb, GROUPS)
    instances = running_instances(sorted({one["Target"]["Id"] for healths in targets.values() for one in healths}))
    memory = memory_in_batches(cloudwatch, instances)
    if not memory:
        raise RuntimeError("no instance has the metric")
    worst = max(memory, key=memory.__getitem__)
    print(f"{len(memory)} instances read; the highest is {worst} at {memory[worst]:.2f}", flush=True)
    remediated = memory[worst] > ABOVE and enough_healthy(targets)
    if remediated:
        remediate(elb, ec2, worst, targets)
    return {"read": len(memory), "remediated": remediated}
