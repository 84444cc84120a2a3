"""What stands in an account after a deployment, read back through boto3 and free of what AWS makes up."""

import json
import os
import urllib.request
from dataclasses import dataclass
from typing import Any

import boto3

from .. import simulator

ACCOUNT = "123456789012"  # moto's
REGION = simulator.REGION
KEY = "AKIDMOTOTEST"


def environment(url: str) -> dict[str, str]:
    """For a program that is to talk to `url` and to nothing else."""
    return {**simulator.environment(url, KEY, "moto-takes-any-secret"), "NO_PROXY": "127.0.0.1"}


def reset() -> None:
    """An empty account."""
    url = os.environ["AWS_ENDPOINT_URL"] + "/moto-api/reset"
    urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=10).close()


@dataclass(frozen=True)
class Standing:
    function: dict[str, Any]
    reserved: int | None
    retries: dict[str, Any] | None  # of asynchronous invocations; None: moto's CloudFormation doesn't know them
    permission: list[dict[str, Any]]
    rule: dict[str, Any]
    targets: list[dict[str, Any]]
    trust: dict[str, Any]
    inline: dict[str, dict[str, Any]]
    attached: list[dict[str, Any]]
    table: dict[str, Any]
    expiry: dict[str, Any]
    recovery: str
    parameter: dict[str, Any]
    log: dict[str, Any]
    topic: str
    subscriptions: list[dict[str, Any]]
    alarms: dict[str, dict[str, Any]]
    dashboard: dict[str, Any]


def look(name: str) -> Standing:
    functions, events, iam = boto3.client("lambda"), boto3.client("events"), boto3.client("iam")
    function = functions.get_function_configuration(FunctionName=name)
    role = function["Role"].rpartition("/")[2]
    inline = iam.list_role_policies(RoleName=role)["PolicyNames"]
    table = boto3.client("dynamodb").describe_table(TableName=name)["Table"]
    recovery = boto3.client("dynamodb").describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    [log] = boto3.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/" + name)["logGroups"]
    [topic] = boto3.client("sns").list_topics()["Topics"]
    return Standing(
        function=function,
        reserved=functions.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions"),
        retries=_retries(functions, name),
        permission=json.loads(functions.get_policy(FunctionName=name)["Policy"])["Statement"],
        rule=events.describe_rule(Name=name + "-tick"),
        targets=events.list_targets_by_rule(Rule=name + "-tick")["Targets"],
        trust=iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"],
        inline={one: iam.get_role_policy(RoleName=role, PolicyName=one)["PolicyDocument"] for one in inline},
        attached=iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"],
        table=table,
        expiry=boto3.client("dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"],
        recovery=recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
        parameter=boto3.client("ssm").get_parameter(Name=f"/{name}/policy")["Parameter"],
        log=log,
        topic=topic["TopicArn"],
        subscriptions=boto3.client("sns").list_subscriptions()["Subscriptions"],
        alarms={one["AlarmName"]: one for one in boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]},
        dashboard=json.loads(boto3.client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"]),
    )


def _retries(functions: Any, name: str) -> dict[str, Any] | None:
    try:
        return functions.get_function_event_invoke_config(FunctionName=name)
    except functions.exceptions.ResourceNotFoundException:
        return None
