"""boto3 drives what the simulated account plays of DynamoDB, Systems Manager and SNS.

Our own client and this account were written by the same people; boto3 was not. It also checks what the account sends
beside the answer, such as DynamoDB's checksum of the body.
"""

import datetime
import json
import urllib.request

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.config import Config

from ..simulator import REGION, Simulator
from .conftest import client
from .test_real_clients import refused

TABLE = "evenkeel"
TOPIC = f"arn:aws:sns:{REGION}:123456789012:evenkeel"


# One idle server: these tests move the time on by days.
SCENARIO = """
start 2026-11-22T00:00:00Z
duration 1h
fleet web servers=1 groups=tg1:443
"""


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    scenario = tmp_path_factory.mktemp("scenario") / "account.txt"
    scenario.write_text(SCENARIO)
    simulator = Simulator(scenario, "--time-scale", "60")
    yield simulator
    assert simulator.stop() == 0, "the simulator did not stop cleanly on SIGTERM"


def connect(account: Simulator, service: str):
    return client(service, account.url, account.key, account.secret)


@pytest.fixture(scope="module")
def dynamodb(account):
    return connect(account, "dynamodb")


@pytest.fixture(scope="module")
def table(account):
    """The table that is always there, as boto3's resource: it builds the expressions and converts the values."""
    resource = boto3.resource(
        "dynamodb", region_name=REGION, endpoint_url=account.url, aws_access_key_id=account.key,
        aws_secret_access_key=account.secret, config=Config(retries={"total_max_attempts": 1}, proxies={}))
    return resource.Table(TABLE)


@pytest.fixture(scope="module")
def ssm(account):
    return connect(account, "ssm")


@pytest.fixture(scope="module")
def sns(account):
    return connect(account, "sns")


# ---- DynamoDB -------------------------------------------------------------------------------------------------


def test_conditional_puts_swap_a_revision(table):
    key = {"pk": "state", "sk": "web"}
    table.put_item(Item={**key, "revision": 1, "document": "{}"}, ConditionExpression=Attr("pk").not_exists())
    with refused("ConditionalCheckFailedException", 400):
        table.put_item(Item={**key, "revision": 1}, ConditionExpression=Attr("pk").not_exists())
    table.put_item(Item={**key, "revision": 2}, ConditionExpression=Attr("revision").eq(1))
    with refused("ConditionalCheckFailedException", 400):
        table.put_item(Item={**key, "revision": 2}, ConditionExpression=Attr("revision").eq(1))
    assert table.get_item(Key=key, ConsistentRead=True)["Item"] == {**key, "revision": 2}
    assert "Item" not in table.get_item(Key={**key, "sk": "other"}, ConsistentRead=True)


def pages_of(dynamodb, partition: str, **more) -> list[dict]:
    return list(dynamodb.get_paginator("query").paginate(
        TableName=TABLE, KeyConditionExpression="#p = :p", ExpressionAttributeNames={"#p": "pk"},
        ExpressionAttributeValues={":p": {"S": partition}}, ConsistentRead=True, **more))


def test_queries_come_in_pages(dynamodb, table):
    for n in range(25):
        table.put_item(Item={"pk": "history#web", "sk": f"{n:020}", "events": "[]"})
    table.put_item(Item={"pk": "history#other", "sk": "0", "events": "[]"})
    pages = pages_of(dynamodb, "history#web", ScanIndexForward=False, PaginationConfig={"PageSize": 10})
    assert [page["Count"] for page in pages] == [10, 10, 5]
    assert [item["sk"]["S"] for page in pages for item in page["Items"]] == [f"{n:020}" for n in reversed(range(25))]
    found = table.query(
        KeyConditionExpression=Key("pk").eq("history#web"), ConsistentRead=True, Limit=2,
        ProjectionExpression="#s", ExpressionAttributeNames={"#s": "sk"})["Items"]
    assert found == [{"sk": f"{n:020}"} for n in (0, 1)]


def test_pages_end_at_a_megabyte(dynamodb, table):
    for n in range(4):
        table.put_item(Item={"pk": "large", "sk": str(n), "events": "x" * 390_000})
    assert [page["Count"] for page in pages_of(dynamodb, "large")] == [2, 2]
    with refused("ValidationException", 400):
        table.put_item(Item={"pk": "large", "sk": "9", "events": "x" * 410_000})


def test_expired_items_vanish_after_two_days(account, table):
    key = {"pk": "history#old", "sk": "1"}
    now = datetime.datetime.fromisoformat(account.summary()["now"])
    table.put_item(Item={**key, "expires": int(now.timestamp())})
    assert "Item" in table.get_item(Key=key, ConsistentRead=True)
    account.advance(minutes=60 * 50)
    assert "Item" not in table.get_item(Key=key, ConsistentRead=True)


def test_dynamodb_s_refusals(account, dynamodb):
    names = {"TableName": TABLE, "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}, "ConsistentRead": True}
    with refused("ResourceNotFoundException", 400):
        dynamodb.get_item(**{**names, "TableName": "no-such"})
    with refused("ValidationException", 400):
        dynamodb.get_item(**names, ReturnConsumedCapacity="TOTAL")  # AWS would; nothing of ours asks for it
    with refused("ValidationException", 400):
        dynamodb.get_item(**{**names, "ConsistentRead": False})  # likewise
    with refused("UnrecognizedClientException", 400):
        client("dynamodb", account.url, "AKIDNOBODY", account.secret).get_item(**names)
    with refused("InvalidSignatureException", 400):
        client("dynamodb", account.url, account.key, "not-the-secret").get_item(**names)
    with refused("UnknownOperationException", 400):
        dynamodb.list_tables()


# ---- Systems Manager ------------------------------------------------------------------------------------------


def test_parameters_have_versions(ssm):
    assert ssm.put_parameter(Name="/evenkeel/policy", Value="fleets: {}", Type="String")["Version"] == 1
    with pytest.raises(ssm.exceptions.ParameterAlreadyExists):
        ssm.put_parameter(Name="/evenkeel/policy", Value="x", Type="String")
    assert ssm.put_parameter(Name="/evenkeel/policy", Value="newer", Type="String", Overwrite=True)["Version"] == 2
    parameter = ssm.get_parameter(Name="/evenkeel/policy")["Parameter"]
    assert (parameter["Value"], parameter["Version"], parameter["Type"]) == ("newer", 2, "String")
    assert parameter["LastModifiedDate"].tzinfo is not None
    assert ssm.get_parameter(Name="/evenkeel/policy:1")["Parameter"]["Value"] == "fleets: {}"
    with pytest.raises(ssm.exceptions.ParameterVersionNotFound):
        ssm.get_parameter(Name="/evenkeel/policy:3")
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter(Name="/evenkeel/none")


def test_secrets_are_only_shown_decrypted(ssm):
    ssm.put_parameter(Name="/evenkeel/hook", Value="https://hooks.example.com/secret", Type="SecureString")
    assert "example" not in ssm.get_parameter(Name="/evenkeel/hook")["Parameter"]["Value"]
    opened = ssm.get_parameter(Name="/evenkeel/hook", WithDecryption=True)["Parameter"]
    assert (opened["Value"], opened["Type"]) == ("https://hooks.example.com/secret", "SecureString")


# ---- SNS ------------------------------------------------------------------------------------------------------


def published(account: Simulator) -> list[dict[str, str]]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(account.url + "/_simulated/published", timeout=60) as answer:
        return json.load(answer)


def test_what_is_published_can_be_read(account, sns):
    answer = sns.publish(TopicArn=TOPIC, Subject="web-3 is held", Message="two\nlines …", MessageAttributes={
        "kind": {"DataType": "String", "StringValue": "held"}})
    assert answer["MessageId"]
    topic = sns.create_topic(Name="another")["TopicArn"]
    sns.publish(TopicArn=topic, Message="no subject")
    seen = published(account)
    assert [(one["topic"], one["subject"], one["message"]) for one in seen] == [
        (TOPIC, "web-3 is held", "two\nlines …"), (topic, "", "no subject")]
    assert all(one["at"] for one in seen)


def test_sns_s_refusals(account, sns):
    before = len(published(account))
    with refused("NotFound", 404):
        sns.publish(TopicArn=TOPIC + "x", Message="text")
    with refused("AuthorizationError", 403):
        sns.publish(TopicArn=TOPIC.replace("123456789012", "999999999999"), Message="text")
    for wrong in ({"Message": ""}, {"Message": "text", "Subject": "two\nlines"},
                  {"Message": "text", "Subject": "x" * 101}, {"Message": "x" * 262_145}):
        with refused("InvalidParameter", 400):
            sns.publish(TopicArn=TOPIC, **wrong)
    assert len(published(account)) == before
