"""A whole remediation against moto: other people's EC2, ELBv2, Auto Scaling and CloudWatch.

Four web servers behind tg1 (443) and tg1-80 (80); one of them leaks. It must end in both groups exactly as it was,
rebooted once as moto counts it, and no other may be touched.
"""

import datetime

from .moto_fleet import METRIC, NOBODY, Fleet, Play, whole_minute


def test_moto_s_clock_can_be_turned_and_moto_tells_what_was_registered(moto):
    """The stage before the play: what the next test relies on, shown with boto3 alone."""
    fleet = Fleet(moto)
    before = fleet.targets()
    assert {port for _, port, _ in before["tg1"]} == {443}
    assert {port for _, port, _ in before["tg1-80"]} == {80, 8080}
    assert {state for group in before.values() for _, _, state in group} == {"healthy"}

    first = fleet.ec2.describe_instances()["ResponseMetadata"]["HTTPHeaders"]["date"]
    moto.advance(hours=2)
    second = fleet.ec2.describe_instances()["ResponseMetadata"]["HTTPHeaders"]["date"]
    passed = (datetime.datetime.strptime(second, "%a, %d %b %Y %H:%M:%S %Z")
              - datetime.datetime.strptime(first, "%a, %d %b %Y %H:%M:%S %Z"))
    assert datetime.timedelta(hours=2) <= passed < datetime.timedelta(hours=2, minutes=1)

    fleet.publish(whole_minute(moto.now()))
    listed = fleet.cloudwatch.list_metrics(Namespace="CWAgent", MetricName=METRIC)["Metrics"]
    assert len(listed) == 4 + 2 + 2
    assert moto.calls[-1].action == "ListMetrics", "this CloudWatch client does not speak the Query protocol"

    fleet.ec2.reboot_instances(InstanceIds=[fleet.ids[0]])
    assert moto.rebooted == [fleet.ids[0]]


def test_a_leaking_server_is_drained_rebooted_once_and_put_back_as_it_was(moto, evenkeel, tmp_path):
    fleet = Fleet(moto)
    play = Play(moto, fleet, evenkeel, tmp_path)
    before = fleet.targets()
    moto.calls.clear()
    play.until_it_is_back()

    assert fleet.targets() == before, "it did not come back exactly as it was"
    assert moto.rebooted == [fleet.leaking]
    sent = [call for call in moto.made("RebootInstances") if call.fields.get("DryRun") != "true"]
    assert len(sent) == 1

    touched = {
        (call.action, value)
        for action in ("DeregisterTargets", "RegisterTargets", "RebootInstances")
        for call in moto.made(action)
        for name, value in call.fields.items()
        if (name.endswith(".Id") or name.startswith("InstanceId.")) and value != NOBODY
    }
    assert touched == {(action, fleet.leaking) for action in
                       ("DeregisterTargets", "RegisterTargets", "RebootInstances")}
    reads = {"Describe", "List", "Get"}
    others = {call.action for call in moto.calls if not any(call.action.startswith(read) for read in reads)}
    assert others <= {"DeregisterTargets", "RegisterTargets", "RebootInstances", "PutMetricData"}

    somebody = [call for call in moto.calls if NOBODY not in call.fields.values()]
    drained_at = max(call.at for call in somebody if call.action == "DeregisterTargets")
    registered_at = min(call.at for call in somebody if call.action == "RegisterTargets")
    assert drained_at < sent[0].at < registered_at, "the order must be drain, reboot, put back"
    remembered = {event["instance_id"] for event in play.says("history")["events"]} - {None}
    assert remembered == {fleet.leaking}, "the history tells of somebody else"
