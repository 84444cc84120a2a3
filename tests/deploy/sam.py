"""deploy/sam on moto: packaged by the AWS CLI, translated by SAM's own translator, made by moto's CloudFormation.

What CloudFormation itself would do between the two, and moto doesn't, is done here: to put in the place of the
AWS::Include transform what was uploaded for it.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from . import moto_resources as _  # moto finds them by their base class
from .account import REGION, Standing, look, reset

TEMPLATE = Path(__file__).parents[2] / "deploy/sam/template.yaml"
BUCKET = "packages"


class NoManagedPolicies(ManagedPolicyLoader):
    """The template has none of AWS's policies to look up by their names."""

    def __init__(self) -> None:
        pass

    def load(self) -> dict[str, str]:
        return {}


def uploaded(location: str) -> str:
    bucket, _, key = location.removeprefix("s3://").partition("/")
    return boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def include(value: Any) -> Any:
    if isinstance(value, list):
        return [include(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "Fn::Transform" in value:
        assert value["Fn::Transform"]["Name"] == "AWS::Include"
        return json.loads(uploaded(value["Fn::Transform"]["Parameters"]["Location"]))
    return {key: include(one) for key, one in value.items()}


def packaged(folder: Path, package: Path, rights: str) -> dict[str, Any]:
    """The template as `aws cloudformation package` leaves it, the package and the rights uploaded."""
    boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    shutil.copy(TEMPLATE, folder / "template.yaml")
    shutil.copy(package, folder / "evenkeel-lambda.zip")
    (folder / "iam.json").write_text(rights)
    subprocess.run(
        [Path(sys.executable).parent / "aws", "cloudformation", "package", "--template-file", "template.yaml",
         "--s3-bucket", BUCKET, "--output-template-file", "packaged.yaml"],
        cwd=folder, env=dict(os.environ), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, timeout=60,
    )
    return yaml_parse((folder / "packaged.yaml").read_text())


def translated(template: dict[str, Any], given: dict[str, str]) -> dict[str, Any]:
    """Plain CloudFormation."""
    return transform(include(template), given, NoManagedPolicies())


def deploy_sam(folder: Path, package: Path, rights: str, given: dict[str, str]) -> Standing:
    reset()
    template = translated(packaged(folder, package, rights), given)
    (folder / "translated.json").write_text(json.dumps(template, indent=2))
    boto3.client("cloudformation").create_stack(
        StackName="evenkeel",
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    return look(given.get("Name", "evenkeel"))
