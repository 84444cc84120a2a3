"""`evenkeel iam` for a function and for what shares its table: which option names what."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ..simulator import PROGRAM

EXAMPLE = Path(__file__).parents[2] / "deploy/terraform/examples/one-fleet/evenkeel.yaml"
FAR = "arn:aws:iam::210987654321:role/evenkeel"


def iam(*options: str, policy: Path = EXAMPLE, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, "iam", "--policy", policy, "--account", "123456789012", "--region", "eu-west-1", *options],
        env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)


def allowed(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Of what is allowed, which names."""
    assert (done.returncode, done.stderr) == (0, "")
    statements = {one["Sid"]: one for one in json.loads(done.stdout)["Statement"] if one["Effect"] == "Allow"}
    return {sid: one["Resource"] for sid, one in statements.items()}


def test_everything_is_named_after_the_function() -> None:
    named = allowed(iam("--lambda", "--function", "blue"))
    assert named["Remember"] == "arn:aws:dynamodb:eu-west-1:123456789012:table/blue"
    assert named["WriteLog"] == "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/blue:*"
    assert named["TellPeople"] == "arn:aws:sns:eu-west-1:123456789012:blue"
    assert named["ReadParameters"] == ["arn:aws:ssm:eu-west-1:123456789012:parameter/blue/policy"]
    assert "DecryptSecret" not in named


def test_each_can_be_named_by_itself() -> None:
    named = allowed(iam("--lambda", "--table", "journal", "--topic", "arn:aws:sns:us-east-1:210987654321:pager",
                        "--parameter", "/a/policy", "--parameter", "/b/policy", "--secret", "/hook"))
    parameter = "arn:aws:ssm:eu-west-1:123456789012:parameter"
    assert named["Remember"].endswith(":table/journal")
    assert named["TellPeople"] == "arn:aws:sns:us-east-1:210987654321:pager"
    assert named["ReadParameters"] == [f"{parameter}/a/policy", f"{parameter}/b/policy", f"{parameter}/hook"]
    assert named["DecryptSecret"] == "arn:aws:kms:eu-west-1:123456789012:key/*"


def test_a_shell_that_shares_the_table_may_use_it() -> None:
    table = "arn:aws:dynamodb:eu-west-1:123456789012:table/evenkeel"
    assert allowed(iam("--state", "dynamodb://evenkeel"))["Remember"] == table
    assert allowed(iam(EVENKEEL_STATE="dynamodb://evenkeel"))["Remember"] == table
    assert set(allowed(iam())) == {"Look", "TakeOutAndPutBack", "StandBy", "RebootAndSeeItBoot"}


def test_of_several_roles_the_functions_own_is_printed_and_the_others_are_named(tmp_path: Path) -> None:
    policy = tmp_path / "evenkeel.yaml"
    policy.write_text(EXAMPLE.read_text().replace("name: web", f"name: web\n    role_arn: {FAR}"))
    done = iam("--lambda", policy=policy)
    assert done.returncode == 0 and "--role ARN" in done.stderr
    statements = {one["Sid"]: one for one in json.loads(done.stdout)["Statement"]}
    assert statements["ActInAnotherAccount1"]["Resource"] == FAR and "Remember" in statements
    assert "Remember" not in allowed(iam("--lambda", "--role", FAR, policy=policy))


@pytest.mark.parametrize("options", [
    ["--lambda", "--function", "*"],
    ["--lambda", "--function", ""],
    ["--lambda", "--parameter", "/evenkeel/*"],
    ["--lambda", "--secret", "/evenkeel/web?hook"],
    ["--lambda", "--topic", "ever*"],
    ["--state", "dynamodb://*"],
    ["--function", "blue"],
])
def test_a_name_that_would_stand_for_others_is_refused(options: list[str]) -> None:
    done = iam(*options)
    no_such_line = 64 if "--lambda" not in options and "--function" in options else 2
    assert done.returncode == no_such_line and done.stdout == "" and options[-2] in done.stderr.replace("the table", "--state")
