"""Other people's SNS and Parameter Store: what we publish arrives with subject and text, what we read is decrypted."""

import json
import subprocess

from ..simulator import environment
from .conftest import client
from .moto_fleet import KEY, SECRET

POLICY = """\
fleets:
  - name: web
    target_groups: [tg1]
    reboot_when: {metric: m, above: 65}
    keep: {healthy: 1}
"""


def evenkeel_there(evenkeel, moto, tmp_path, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
    return subprocess.run([evenkeel, *arguments], cwd=tmp_path,
                          env=environment(moto.url, KEY, SECRET) | {"USER": "ada"} | variables,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def test_a_topics_subscribers_get_subject_and_text(moto, evenkeel, tmp_path):
    sns, sqs = client("sns", moto.url, KEY, SECRET), client("sqs", moto.url, KEY, SECRET)
    topic = sns.create_topic(Name="evenkeel")["TopicArn"]
    queue = sqs.create_queue(QueueName="people")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    (tmp_path / "evenkeel.yaml").write_text(POLICY, encoding="utf-8")
    done = evenkeel_there(evenkeel, moto, tmp_path, "pause", "web", "--reason", "größer & <b>",
                          EVENKEEL_NOTIFY=f"sns:{topic}")
    assert (done.returncode, done.stderr) == (0, "")
    message, = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    body = json.loads(message["Body"])
    assert body["Subject"] == "evenkeel web: is paused: nothing more is started"
    assert "paused by ada: größer & <b>" in body["Message"]
    assert "evenkeel resume web" in body["Message"]


def test_a_topic_that_is_not_there_is_said_and_nothing_else_fails(moto, evenkeel, tmp_path):
    (tmp_path / "evenkeel.yaml").write_text(POLICY, encoding="utf-8")
    done = evenkeel_there(evenkeel, moto, tmp_path, "pause", "web", "--reason", "deploy", "--notify",
                          "sns:arn:aws:sns:eu-west-1:123456789012:nobody")
    assert done.returncode == 0
    assert "not notified: sns:arn:aws:sns:eu-west-1:123456789012:nobody: " in done.stderr
    assert "sns:Publish" in done.stderr


def test_the_policy_is_read_from_a_parameter_decrypted_and_by_version(moto, evenkeel, tmp_path):
    ssm = client("ssm", moto.url, KEY, SECRET)
    for text in (POLICY, POLICY.replace("tg1", "tg2"), POLICY.replace("above", "abvoe")):
        ssm.put_parameter(Name="/evenkeel/policy", Type="SecureString", Value=text, Overwrite=True)

    def read(address: str) -> subprocess.CompletedProcess:
        return evenkeel_there(evenkeel, moto, tmp_path, "iam", EVENKEEL_POLICY=address)

    assert "targetgroup/tg1/" in read("ssm:/evenkeel/policy:1").stdout
    assert "targetgroup/tg2/" in read("ssm:/evenkeel/policy:2").stdout
    broken = read("ssm:/evenkeel/policy")
    assert broken.returncode == 2
    assert "ssm:/evenkeel/policy version 3, line 4, column " in broken.stderr
    missing = read("ssm:/evenkeel/other")
    assert missing.returncode == 2
    assert "ParameterNotFound" in missing.stderr


def test_a_pass_uses_the_version_before_a_broken_one_and_says_so(moto, evenkeel, tmp_path):
    ssm = client("ssm", moto.url, KEY, SECRET)
    for text in ("fleets: []\n", "fleets: [\n"):
        ssm.put_parameter(Name="/evenkeel/policy", Type="String", Value=text, Overwrite=True)
    done = evenkeel_there(evenkeel, moto, tmp_path, "run", "--policy", "ssm:/evenkeel/policy")
    assert done.returncode == 1, done.stderr
    assert "ssm:/evenkeel/policy version 2, line " in done.stderr
    assert "ssm:/evenkeel/policy version 1 stays in use" in done.stderr
    ssm.put_parameter(Name="/evenkeel/policy", Type="String", Value="fleets: []\n", Overwrite=True)
    done = evenkeel_there(evenkeel, moto, tmp_path, "run", "--policy", "ssm:/evenkeel/policy")
    assert (done.returncode, done.stderr) == (0, "")
