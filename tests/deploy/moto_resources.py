"""What moto's CloudFormation can't make yet, made by the API call whose parameters have the properties' names."""

import functools
import json
from collections.abc import Callable
from typing import Any

import boto3
from moto.awslambda.models import LambdaFunction
from moto.core.common_models import CloudFormationModel
from moto.dynamodb.models import Table
from moto.iam.models import Role


class OneCall(CloudFormationModel):
    """A resource that is made by one call."""

    type, service, operation = "Test::One::Call", "", ""

    def __init__(self, name: str) -> None:
        self.physical_resource_id = name

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.type

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return False

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **_: Any
    ) -> "OneCall":
        client = boto3.client(cls.service, region_name=region_name)
        getattr(client, cls.operation)(**cls.parameters(cloudformation_json["Properties"]))
        return cls(resource_name)

    @classmethod
    def parameters(cls, properties: dict[str, Any]) -> dict[str, Any]:
        return properties


def _true(value: Any) -> bool:
    return str(value).lower() == "true"


class Alarm(OneCall, CloudFormationModel):
    type, service, operation = "AWS::CloudWatch::Alarm", "cloudwatch", "put_metric_alarm"

    @classmethod
    def parameters(cls, properties: dict[str, Any]) -> dict[str, Any]:
        # CloudFormation reads numbers and booleans from text, as a parameter's value is.
        actions = _true(properties.get("ActionsEnabled", True))
        return {**properties, "Threshold": float(properties["Threshold"]), "ActionsEnabled": actions}


class Subscription(OneCall, CloudFormationModel):
    type, service, operation = "AWS::SNS::Subscription", "sns", "subscribe"


class EventInvokeConfig(OneCall, CloudFormationModel):
    type, service, operation = "AWS::Lambda::EventInvokeConfig", "lambda", "put_function_event_invoke_config"

    @classmethod
    def parameters(cls, properties: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in properties.items() if key != "DestinationConfig"}


# ---- and what moto leaves out of those that it makes or changes ----


def complete(model: type[CloudFormationModel], mend: Callable[[Any, dict[str, Any]], None]) -> None:
    make = model.create_from_cloudformation_json

    @functools.wraps(make)
    def made(name: str, template: dict[str, Any], *rest: Any, **more: Any) -> Any:
        resource = make(name, template, *rest, **more)
        mend(resource, template["Properties"])
        return resource

    model.create_from_cloudformation_json = made


def complete_function(function: LambdaFunction, properties: dict[str, Any]) -> None:
    function.architectures = properties["Architectures"]
    function.reserved_concurrency = properties.get("ReservedConcurrentExecutions")


def complete_table(table: Table, properties: dict[str, Any]) -> None:
    expiry = properties["TimeToLiveSpecification"]
    table.ttl.update({"TimeToLiveStatus": "ENABLED" if expiry["Enabled"] else "DISABLED", **expiry})
    client = boto3.client("dynamodb")
    client.update_continuous_backups(
        TableName=table.name, PointInTimeRecoverySpecification=properties["PointInTimeRecoverySpecification"]
    )


def complete_role(role: Role, properties: dict[str, Any]) -> None:
    for policy in properties["Policies"]:  # as JSON, not as Python prints it
        document = json.dumps(policy["PolicyDocument"])
        boto3.client("iam").put_role_policy(RoleName=role.name, PolicyName=policy["PolicyName"], PolicyDocument=document)


def update_architecture(self: LambdaFunction, updated_spec: dict[str, Any]) -> dict[str, Any]:
    if "Architectures" in updated_spec:
        self.architectures = updated_spec["Architectures"]
    return update_code(self, updated_spec)


update_code = LambdaFunction.update_function_code
LambdaFunction.update_function_code = update_architecture
complete(LambdaFunction, complete_function)
complete(Role, complete_role)
complete(Table, complete_table)
