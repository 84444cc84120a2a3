"""IAM enforced by moto: users with keys, signatures checked, policies evaluated.

moto asks every request for "*" instead of what it touches, takes a Deny with NotResource for a permission, and an
Allow whose Condition does not hold for a denial. So the evaluation is written out here, by IAM's documented logic
(an explicit deny wins, then any allow, else no). It also checks signatures against a form that it has encoded again,
with "+" where "%20" was sent, so it is handed the bytes that came. Keys, signature check, storage and validation of
the documents and the words of a denial are moto's own.
"""

import fnmatch
import json
from contextlib import contextmanager

import pytest
from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.ec2.models import ec2_backends
from moto.iam.access_control import IAMRequestBase

from ..simulator import REGION
from .conftest import client
from .moto_account import BODY, MotoAccount

ACCOUNT = "123456789012"


def listed(value) -> list:
    return value if isinstance(value, list) else [value]


def matches(patterns, text: str) -> bool:
    return any(fnmatch.fnmatchcase(text, pattern) for pattern in listed(patterns))


def applies(statement: dict, action: str, resource: str, context: dict[str, str]) -> bool:
    if not matches(statement["Action"], action):
        return False
    if "Resource" in statement and not matches(statement["Resource"], resource):
        return False
    if "NotResource" in statement and matches(statement["NotResource"], resource):
        return False
    for test, keys in statement.get("Condition", {}).items():
        assert test in ("StringEquals", "StringNotEquals"), test
        for key, values in keys.items():
            if (key in context and context[key] in listed(values)) != (test == "StringEquals"):
                return False
    return True


def touched(request: IAMRequestBase) -> tuple[str, dict[str, str]]:
    """What a request is about: its resource, and the condition keys that AWS would know."""
    fields = {name: value[0] if isinstance(value, list) else value for name, value in request._data.items()}
    context = {"aws:RequestedRegion": request._region}
    if request._action.endswith(("RegisterTargets", "DeregisterTargets")):
        return fields["TargetGroupArn"], context
    instance = fields.get("InstanceId.1") or fields.get("InstanceId")
    if request._action in ("autoscaling:EnterStandby", "autoscaling:ExitStandby"):
        group = f"autoScalingGroup:0a1b2c3d:autoScalingGroupName/{fields['AutoScalingGroupName']}"
        return f"arn:aws:autoscaling:{request._region}:{ACCOUNT}:{group}", context
    if request._action in ("ec2:RebootInstances", "ec2:GetConsoleOutput", "ec2:StopInstances",
                           "ec2:StartInstances") and instance:
        backend = ec2_backends[ACCOUNT][REGION]
        context |= {f"aws:ResourceTag/{tag['key']}": tag["value"] for tag in backend.describe_tags(
            filters={"resource-id": [instance]})}
        return f"arn:aws:ec2:{request._region}:{ACCOUNT}:instance/{instance}", context
    return "*", context


def check_action_permitted(request: IAMRequestBase, _resource: str) -> None:
    resource, context = touched(request)
    # CloudWatch's signing name is "monitoring"; IAM calls it "cloudwatch".
    action = request._action.replace("monitoring:", "cloudwatch:")
    allowed = False
    for policy in request._access_key.collect_policies():
        document = policy["policy_document"] if isinstance(policy, dict) else policy
        for statement in listed(json.loads(document)["Statement"]):
            if applies(statement, action, resource, context):
                if statement["Effect"] == "Deny":
                    request._raise_access_denied()
                allowed = True
    if not allowed:
        request._raise_access_denied()


class Users:
    def __init__(self, moto: MotoAccount) -> None:
        self._iam = client("iam", moto.url, "AKIDMOTOTEST", "moto-takes-any-secret")

    def add(self, name: str, document: dict) -> tuple[str, str]:
        """A user who may do what the document says; key and secret."""
        self._iam.create_user(UserName=name)
        self.permit(name, document)
        key = self._iam.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def permit(self, name: str, document: dict) -> None:
        self._iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=json.dumps(document))


def with_the_bytes_that_came(original):
    def create_aws_request(request: IAMRequestBase):
        request._body = BODY.bytes
        return original(request)

    return create_aws_request


@contextmanager
def enforced():
    """From here on moto asks who calls, and whether they may."""
    patched = pytest.MonkeyPatch()
    patched.setattr(settings, "INITIAL_NO_AUTH_ACTION_COUNT", 0)
    patched.setattr(IAMRequestBase, "check_action_permitted", check_action_permitted)
    patched.setattr(IAMRequestBase, "_create_aws_request", with_the_bytes_that_came(IAMRequestBase._create_aws_request))
    try:
        yield
    finally:
        patched.undo()
        ActionAuthenticatorMixin.request_count = 0
