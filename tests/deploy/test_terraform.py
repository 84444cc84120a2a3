"""The Terraform module in the words of Terraform itself."""

import json

import pytest

from .conftest import Deployed, rights
from .terraform import MODULE, Terraform


def test_it_is_written_as_terraform_writes_it(terraform: Terraform) -> None:
    done = terraform.run("fmt", "-check", "-recursive", "-diff", str(MODULE))
    assert done.returncode == 0, done.stdout


def test_it_is_valid_by_the_providers_schema(terraform: Terraform) -> None:
    terraform.write_rights(rights())
    done = terraform.run("validate", "-json")
    answer = json.loads(done.stdout)
    assert answer["valid"] and answer["diagnostics"] == []


def test_a_new_policy_changes_the_parameter_alone(terraform: Terraform, terraformed: Deployed) -> None:
    """So it can be changed without redeploying the function; and a second apply has nothing to do but that."""
    assert "module.evenkeel.aws_ssm_parameter.policy will be updated in-place" in terraform.planned
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in terraform.planned
    assert "for tonight" in terraform.planned


@pytest.mark.parametrize(
    ("given", "remedies"),
    [
        (
            {"Name": "blue", "WebhookParameter": "/other/webhook"},
            ["evenkeel iam --lambda --function blue", "evenkeel iam --lambda --secret /other/webhook"],
        ),
        ({"Rights": "{}", "Schedule": "on"}, ["written by", "Give DISABLED or ENABLED"]),
    ],
)
def test_it_refuses_what_would_not_work(
    terraform: Terraform, terraformed: Deployed, given: dict[str, str], remedies: list[str]
) -> None:
    terraform.override(given)
    done = terraform.plan("-refresh=false")
    assert done.returncode == 1
    for remedy in remedies:
        assert remedy in " ".join(done.stderr.split()), done.stderr
