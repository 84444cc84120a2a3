"""Asks CloudWatch what standard input says, as JSON, and prints what boto3 makes of the answers. cloudwatch.mjs does the
same in JavaScript.

usage: cloudwatch.py [cbor]    in the protocol that botocore prefers, or in CBOR, which it can speak as well
"""

import datetime
import json
import sys

import boto3
import botocore.model
from botocore.config import Config
from botocore.exceptions import ClientError


def main() -> None:
    asked = json.load(sys.stdin)
    if sys.argv[1:] == ["cbor"]:
        botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS = ("smithy-rpc-v2-cbor",)
    cloudwatch = boto3.client("cloudwatch", config=Config(retries={"total_max_attempts": 1}, proxies={}))
    protocols = set()
    cloudwatch.meta.events.register(
        "before-send.cloudwatch.*", lambda request, **_: protocols.add(text(request.headers["Content-Type"])))
    data = {**asked["data"], "StartTime": time_of(asked["data"]["StartTime"]),
            "EndTime": time_of(asked["data"]["EndTime"])}
    metrics = [metric for page in cloudwatch.get_paginator("list_metrics").paginate(**asked["list"])
               for metric in page["Metrics"]]
    pages = list(cloudwatch.get_paginator("get_metric_data").paginate(
        **data, PaginationConfig={"PageSize": asked["points"]}))
    alarms = cloudwatch.describe_alarms(**asked["alarms"])["MetricAlarms"]
    statistics = cloudwatch.get_metric_statistics(
        **{**asked["statistics"], "StartTime": data["StartTime"], "EndTime": data["EndTime"]})["Datapoints"]
    try:
        cloudwatch.get_metric_data(**{**data, "EndTime": data["StartTime"]})
        error = None
    except ClientError as refused:
        error = {"code": refused.response["Error"]["Code"],
                 "message": refused.response["Error"]["Message"],
                 "status": refused.response["ResponseMetadata"]["HTTPStatusCode"]}
    print(json.dumps({"protocols": sorted(protocols), "metrics": metrics, "pages": len(pages),
                      "results": [result for page in pages for result in page["MetricDataResults"]],
                      "alarms": alarms, "statistics": statistics, "error": error},
                     default=lambda value: value.timestamp()))


def text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def time_of(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


main()
