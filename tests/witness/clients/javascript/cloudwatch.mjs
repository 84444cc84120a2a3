// Asks CloudWatch what standard input says, as JSON, and prints what the SDK makes of the answers. cloudwatch.py does
// the same in Python.
//
// usage: node cloudwatch.mjs [cbor]    in the protocol that the SDK prefers, or in CBOR, which it can speak as well
import { readFileSync } from "node:fs";
import { AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols";
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  paginateGetMetricData,
  paginateListMetrics,
} from "@aws-sdk/client-cloudwatch";

const asked = JSON.parse(readFileSync(0, "utf8"));
const client = new CloudWatchClient({
  maxAttempts: 1,
  ...(process.argv[2] === "cbor" ? { protocol: AwsSmithyRpcV2CborProtocol } : {}),
});
const protocols = new Set();
client.middlewareStack.add(
  (next) => async (call) => {
    protocols.add(call.request.headers["content-type"]);
    return next(call);
  },
  { step: "finalizeRequest" },
);
const time = (seconds) => new Date(seconds * 1000);
const data = { ...asked.data, StartTime: time(asked.data.StartTime), EndTime: time(asked.data.EndTime) };

const metrics = [];
for await (const page of paginateListMetrics({ client }, asked.list)) metrics.push(...page.Metrics);
const results = [];
let pages = 0;
for await (const page of paginateGetMetricData({ client }, { ...data, MaxDatapoints: asked.points })) {
  results.push(...page.MetricDataResults);
  pages += 1;
}
const alarms = (await client.send(new DescribeAlarmsCommand(asked.alarms))).MetricAlarms;
const statistics = (
  await client.send(
    new GetMetricStatisticsCommand({ ...asked.statistics, StartTime: data.StartTime, EndTime: data.EndTime }),
  )
).Datapoints;
let error = null;
try {
  await client.send(new GetMetricDataCommand({ ...data, EndTime: data.StartTime }));
} catch (refused) {
  error = { code: refused.Code ?? refused.name, message: refused.message, status: refused.$metadata.httpStatusCode };
}
Date.prototype.toJSON = function () {
  return this.getTime() / 1000;
};
console.log(JSON.stringify({ protocols: [...protocols], metrics, pages, results, alarms, statistics, error }));
