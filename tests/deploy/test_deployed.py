"""What stands in the account after a deployment: the same, whichever template made it."""

import json
import re
from typing import Any

from .account import ACCOUNT, REGION, Standing
from .conftest import Deployed

HERE = f"{REGION}:{ACCOUNT}"
TOPIC = f"arn:aws:sns:{HERE}:evenkeel"


def statements(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["Sid"]: one for one in document["Statement"]}


def test_the_role_may_do_what_evenkeel_iam_prints_and_nothing_else(deployed: Deployed) -> None:
    for standing, rights in ((deployed.first, deployed.rights), (deployed.full, deployed.full_rights)):
        [document] = standing.inline.values()
        assert len(statements(rights)) == len(rights["Statement"])
        assert statements(document) == statements(rights)
        assert document["Version"] == rights["Version"]
        assert standing.attached == []


def test_only_lambda_takes_the_role(deployed: Deployed) -> None:
    [statement] = deployed.first.trust["Statement"]
    assert statement == {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def test_the_rights_name_the_very_things_that_were_made(deployed: Deployed) -> None:
    standing, allowed = deployed.first, statements(deployed.rights)
    assert allowed["Remember"]["Resource"] == standing.table["TableArn"]
    assert allowed["TellPeople"]["Resource"] == standing.topic
    assert allowed["ReadParameters"]["Resource"] == [standing.parameter["ARN"]]
    assert allowed["WriteLog"]["Resource"] == standing.log["arn"].removesuffix(":*") + ":*"


def test_no_right_is_wider_than_iam_makes_it(deployed: Deployed) -> None:
    """The actions on Resource "*" are those that know no resources (Service Authorization Reference)."""
    for statement in deployed.full_rights["Statement"]:
        if statement["Effect"] != "Allow":
            continue
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not any("*" in action for action in actions)
        if statement["Resource"] == "*":
            assert all(action.split(":")[1].startswith(("Describe", "List", "GetMetricData")) for action in actions)
            assert statement["Condition"] == {"StringEquals": {"aws:RequestedRegion": [REGION]}}


def test_the_function_is_what_the_program_expects(deployed: Deployed) -> None:
    function = deployed.first.function
    assert function["Runtime"] == "provided.al2023"
    assert function["Handler"] == "bootstrap"
    assert function["Architectures"] == ["x86_64"]
    assert (function["MemorySize"], function["Timeout"]) == (128, 60)
    assert deployed.first.log["logGroupName"] == "/aws/lambda/" + function["FunctionName"]
    assert function["Environment"]["Variables"] == {
        "EVENKEEL_POLICY": "ssm:/evenkeel/policy",
        "EVENKEEL_STATE": "dynamodb://evenkeel",
        "EVENKEEL_NOTIFY": f"sns:{TOPIC}",
        "EVENKEEL_PERIOD": "1m",
    }


def test_one_tick_at_a_time_and_none_repeated(deployed: Deployed) -> None:
    standing = deployed.first
    assert standing.reserved == 1
    assert standing.targets[0]["RetryPolicy"] == {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}
    assert standing.retries is not None
    assert standing.retries["MaximumRetryAttempts"] == 0
    assert standing.retries["MaximumEventAgeInSeconds"] == 60


def test_the_schedule_is_off_until_somebody_switches_it_on(deployed: Deployed) -> None:
    assert deployed.first.rule["ScheduleExpression"] == "rate(1 minute)"
    assert deployed.first.rule["State"] == "DISABLED"
    assert deployed.full.rule["State"] == "ENABLED"


def test_the_rule_alone_may_invoke_the_function(deployed: Deployed) -> None:
    [target] = deployed.first.targets
    assert target["Arn"] == deployed.first.function["FunctionArn"]
    assert "Input" not in target
    [statement] = deployed.first.permission
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Action"] == "lambda:InvokeFunction"
    assert statement["Condition"] == {"ArnLike": {"AWS:SourceArn": deployed.first.rule["Arn"]}}


def test_the_table_keeps_what_it_is_told(deployed: Deployed) -> None:
    table = deployed.first.table
    keys = [(key["AttributeName"], key["KeyType"]) for key in table["KeySchema"]]
    assert keys == [("pk", "HASH"), ("sk", "RANGE")]
    assert {(one["AttributeName"], one["AttributeType"]) for one in table["AttributeDefinitions"]} == {
        ("pk", "S"),
        ("sk", "S"),
    }
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["DeletionProtectionEnabled"] is True
    assert deployed.first.recovery == "ENABLED"
    assert deployed.first.expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}


def test_logs_are_kept_for_as_long_as_one_says(deployed: Deployed) -> None:
    assert deployed.first.log["retentionInDays"] == 30
    assert deployed.full.log["retentionInDays"] == 7


def judged(alarm: dict[str, Any]) -> tuple[Any, ...]:
    dimensions = {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
    where = (alarm["Namespace"], alarm["MetricName"], dimensions.get("FunctionName", ""))
    when = (alarm["Statistic"], alarm["ComparisonOperator"], alarm["Threshold"])
    span = (alarm["Period"], alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"])
    return (*where, *when, *span, alarm["TreatMissingData"])


def test_the_alarms_wake_people_for_the_right_things(deployed: Deployed) -> None:
    at_least, above, below = "GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold"
    assert {name: judged(alarm) for name, alarm in deployed.first.alarms.items()} == {
        "evenkeel-no-tick": ("Evenkeel", "Ticks", "", "Sum", below, 1.0, 60, 5, 5, "breaching"),
        "evenkeel-function-errors": ("AWS/Lambda", "Errors", "evenkeel", "Sum", at_least, 1.0, 60, 3, 5, "notBreaching"),
        "evenkeel-tick-errors": ("Evenkeel", "Errors", "", "Sum", at_least, 1.0, 60, 3, 5, "notBreaching"),
        "evenkeel-held": ("Evenkeel", "MembersHeld", "", "Maximum", at_least, 1.0, 60, 1, 1, "ignore"),
        "evenkeel-out-too-long": ("Evenkeel", "OldestOpenAge", "", "Maximum", above, 3600.0, 60, 1, 1, "ignore"),
        "evenkeel-policy-broken": ("Evenkeel", "PolicyBroken", "", "Maximum", at_least, 1.0, 60, 1, 1, "notBreaching"),
        "evenkeel-blind": ("Evenkeel", "BlindFor", "", "Maximum", at_least, 600.0, 60, 1, 1, "ignore"),
    }
    for alarm in deployed.first.alarms.values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [TOPIC]
        assert alarm["AlarmDescription"]
    assert deployed.full.alarms["evenkeel-out-too-long"]["Threshold"] == 1800.0


def test_nobody_is_woken_because_the_schedule_is_not_on_yet(deployed: Deployed) -> None:
    silent = [name for name, alarm in deployed.first.alarms.items() if not alarm["ActionsEnabled"]]
    assert silent == ["evenkeel-no-tick"]
    assert all(alarm["ActionsEnabled"] for alarm in deployed.full.alarms.values())


def test_the_dashboard_shows_every_metric_and_every_alarm(deployed: Deployed) -> None:
    text = json.dumps(deployed.first.dashboard)
    shown = re.findall(r'\["Evenkeel", "(\w+)"', text) + re.findall(r'MetricName=\\"(\w+)', text)
    assert set(shown) == {
        "MembersOut", "MembersHeld", "OldestOpenAge", "BlindFor", "Ticks", "Errors", "LostRaces", "TickDuration", "ApiCalls",
        "Members", "Remediations", "PhaseDuration",
    }
    [alarms] = [one for one in deployed.first.dashboard["widgets"] if one["type"] == "alarm"]
    assert sorted(alarms["properties"]["alarms"]) == sorted(one["AlarmArn"] for one in deployed.first.alarms.values())
    # Dynamic labels are CloudWatch's to fill in, not the template's.
    assert "${PROP('Dim.Reason')}" in text
    assert "$${" not in text and "${!" not in text and "AWS::" not in text


def test_the_dashboards_widgets_do_not_overlap(deployed: Deployed) -> None:
    taken: set[tuple[int, int]] = set()
    for one in deployed.first.dashboard["widgets"]:
        assert one["x"] + one["width"] <= 24
        cells = {(one["x"] + i, one["y"] + j) for i in range(one["width"]) for j in range(one["height"])}
        assert not cells & taken
        taken |= cells


def test_every_parameter_does_what_it_says(deployed: Deployed) -> None:
    full = deployed.full
    assert full.function["Architectures"] == ["arm64"]
    assert full.reserved is None
    notified = full.function["Environment"]["Variables"]["EVENKEEL_NOTIFY"]
    assert notified == f"sns:{TOPIC} webhook:ssm:/evenkeel/webhook"
    webhook = f"arn:aws:ssm:{HERE}:parameter/evenkeel/webhook"
    allowed = statements(full.inline["evenkeel"])
    assert webhook in allowed["ReadParameters"]["Resource"]
    assert allowed["DecryptSecret"]["Condition"]["StringEquals"] == {
        "kms:ViaService": f"ssm.{REGION}.amazonaws.com",
        "kms:EncryptionContext:PARAMETER_ARN": webhook,
    }
    mailed = [(one["Protocol"], one["Endpoint"]) for one in deployed.first.subscriptions]
    assert mailed == [("email", "night@example.com")]
    assert full.subscriptions == []


def same(standing: Standing) -> dict[str, Any]:
    """What must not depend on the template that made it."""
    chosen = ("Runtime", "Handler", "Architectures", "MemorySize", "Timeout", "Environment", "Description")
    return {
        "function": {key: standing.function[key] for key in chosen},
        "reserved": standing.reserved,
        "rule": {key: standing.rule[key] for key in ("Name", "State", "ScheduleExpression", "Description")},
        "trust": standing.trust,
        "alarms": {
            name: (judged(one), one["AlarmDescription"], one["ActionsEnabled"], one["AlarmActions"], one["OKActions"])
            for name, one in standing.alarms.items()
        },
        "dashboard": standing.dashboard,
        "tier": standing.parameter["Type"],
        "subscriptions": [(one["Protocol"], one["Endpoint"]) for one in standing.subscriptions],
    }


def test_both_templates_make_the_same(sam: Deployed, terraformed: Deployed) -> None:
    assert same(sam.first) == same(terraformed.first)
    assert same(sam.full) == same(terraformed.full)
