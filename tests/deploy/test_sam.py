"""The SAM template, before and after SAM's own translator."""

import json
import subprocess
import sys
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse

from .conftest import Deployed
from .sam import TEMPLATE


def lint(*options: str) -> str:
    program = Path(sys.executable).parent / "cfn-lint"
    return subprocess.run([program, *options], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL).stdout


def test_the_linter_has_nothing_to_say(sam: Deployed) -> None:
    """Of the template; and of what CloudFormation gets, with the rights in it."""
    assert lint("--include-checks", "I", "--", str(TEMPLATE), str(sam.folder / "translated.json")) == ""


def test_the_table_outlives_the_stack() -> None:
    table = yaml_parse(TEMPLATE.read_text())["Resources"]["Table"]
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"


def test_an_update_leaves_the_policy_alone(sam: Deployed) -> None:
    """CloudFormation writes the parameter again, without fleets, when anything here is changed: so nothing ever is."""
    policy = yaml_parse(TEMPLATE.read_text())["Resources"]["Policy"]
    assert policy == {
        "Type": "AWS::SSM::Parameter",
        "Properties": {
            "Name": {"Fn::Sub": "/${Name}/policy"},
            "Type": "String",
            "Tier": "Intelligent-Tiering",
            "Value": "fleets: []",
        },
    }
    assert sam.first.parameter["Value"] == "fleets: []"


def test_what_evenkeel_iam_printed_goes_in_as_it_is(sam: Deployed) -> None:
    template = json.loads((sam.folder / "translated.json").read_text())
    [policy] = template["Resources"]["Role"]["Properties"]["Policies"]
    assert policy["PolicyDocument"] == sam.full_rights
    assert set(template["Resources"]["Role"]["Properties"]) == {"AssumeRolePolicyDocument", "Policies"}


def test_another_name_is_a_name_for_everything(sam: Deployed) -> None:
    """Nothing but Evenkeel's own metrics, its description and its handler is called evenkeel whatever the name."""
    text = TEMPLATE.read_text()
    resources = yaml_parse(text)["Resources"]
    for name in ("Function", "Table", "Topic", "Log", "Policy", "Dashboard"):
        properties = resources[name]["Properties"]
        [named] = [properties[key] for key in properties if key in
                   ("FunctionName", "TableName", "TopicName", "LogGroupName", "Name", "DashboardName")]
        assert named == {"Ref": "Name"} or "${Name}" in named["Fn::Sub"]
    for alarm in (one for one in resources.values() if one["Type"] == "AWS::CloudWatch::Alarm"):
        assert alarm["Properties"]["AlarmName"]["Fn::Sub"].startswith("${Name}-")
