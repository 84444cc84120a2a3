#include <gtest/gtest.h>

#include "sim/api/cbor.h"
#include "sim/api/typed_members.h"
#include "sim/testing/json.h"

namespace evenkeel::sim {
namespace {

using std::chrono::minutes;

const std::string kTarget = "GraniteServiceVersion20100801";

wire::Request cbor_request(const std::string& action, std::string body, Time at) {
  wire::Request request;
  request.url = "https://monitoring.eu-west-1.amazonaws.com/service/" + kTarget + "/operation/" + action;
  request.headers = {{"Content-Type", "application/cbor"},
                     {"Smithy-Protocol", "rpc-v2-cbor"},
                     {"x-amzn-query-mode", "true"},
                     {"X-Amz-Date", amz_date(at)}};
  request.body = std::move(body);
  sign_all(request, ApiService::cloudwatch);
  return request;
}

// One series, a sample a minute: 0.5, 1.5, 2.5, …, and two alarms.
struct Protocols : JsonWorld {
  Time first{};

  Protocols() {
    account.switches.metric_lag = Duration{0};
    first = std::chrono::floor<std::chrono::hours>(account.now()) - std::chrono::hours{1};
    Series series{"Test", "Memory", {{"InstanceId", "i-1"}}, {}};
    for (int i = 0; i < 60; ++i) series.samples[first + minutes{i}] = i + 0.5;
    account.series.push_back(series);
    account.alarms["deploy"] = {.state = "ALARM", .changed_at = first};
  }

  JsonReply json(const std::string& action, const std::string& body) {
    return ask(json_request(ApiService::cloudwatch, action, body, account.now()));
  }
  JsonReply cbor(const std::string& action, const std::string& body) {
    return read(front.answer(cbor_request(action, body, account.now())));
  }
  JsonReply read(const std::optional<wire::Response>& response) {
    if (!response) return {};
    auto body = read_cbor(response->body, is_time);
    return {response->status, response->headers, body ? *body : Json("no CBOR")};
  }
  // The same in both, each with its own envelope.
  Json both(const std::string& action, const Json& body) {
    const auto one = json(action, body.dump());
    const auto other = cbor(action, write_cbor(body, is_time));
    EXPECT_EQ(one.status, other.status);
    EXPECT_EQ(one.body, other.body);
    EXPECT_EQ(one.header("Content-Type"), "application/x-amz-json-1.0");
    EXPECT_EQ(one.header("x-amz-crc32"), "") << "DynamoDB alone sends one";
    EXPECT_EQ(one.header("smithy-protocol"), "");
    EXPECT_EQ(other.header("Content-Type"), "application/cbor");
    EXPECT_EQ(other.header("smithy-protocol"), "rpc-v2-cbor");
    EXPECT_EQ(other.header("Date"), http_date(account.now()));
    return one.body;
  }

  Json query() const {
    const Json metric = {{"Namespace", "Test"},
                         {"MetricName", "Memory"},
                         {"Dimensions", {{{"Name", "InstanceId"}, {"Value", "i-1"}}}}};
    return {{"StartTime", epoch_seconds(first + minutes{10})},
            {"EndTime", epoch_seconds(first + minutes{12})},
            {"MetricDataQueries",
             {{{"Id", "m1"},
               {"MetricStat", {{"Metric", metric}, {"Period", 60}, {"Stat", "Average"}}},
               {"ReturnData", true}}}}};
  }
};

TEST(CloudWatchProtocols, GiveMetricDataAlike) {
  Protocols world;
  const Json result = world.both("GetMetricData", world.query())["MetricDataResults"].at(0);
  EXPECT_EQ(result["Id"], "m1");
  EXPECT_EQ(result["StatusCode"], "Complete");
  EXPECT_EQ(result["Values"], (Json{11.5, 10.5}));
  EXPECT_EQ(result["Timestamps"],
            (Json{epoch_seconds(world.first + minutes{11}), epoch_seconds(world.first + minutes{10})}));
  EXPECT_EQ(world.front.calls().at("cloudwatch:GetMetricData"), 2);
}

TEST(CloudWatchProtocols, ListMetricsWithPages) {
  Protocols world;
  for (int i = 0; i < 700; ++i)
    world.account.series.push_back({"Many", "M" + std::to_string(i), {}, {{world.account.now(), 1}}});
  Json page = world.both("ListMetrics", {{"Namespace", "Many"}, {"RecentlyActive", "PT3H"}});
  EXPECT_EQ(page["Metrics"].size(), 500);
  EXPECT_EQ(page["Metrics"][0]["Dimensions"], Json::array());
  page = world.both("ListMetrics",
                    {{"Namespace", "Many"}, {"RecentlyActive", "PT3H"}, {"NextToken", page["NextToken"]}});
  EXPECT_EQ(page["Metrics"].size(), 200);
  EXPECT_FALSE(page.contains("NextToken"));
}

TEST(CloudWatchProtocols, DescribeAlarmsAndStatistics) {
  Protocols world;
  const Json alarm = world.both("DescribeAlarms", {{"AlarmNames", {"deploy", "none"}}, {"MaxRecords", 5}});
  EXPECT_EQ(alarm["CompositeAlarms"], Json::array());
  EXPECT_EQ(alarm["MetricAlarms"][0]["StateValue"], "ALARM");
  EXPECT_EQ(alarm["MetricAlarms"][0]["ActionsEnabled"], true);
  EXPECT_EQ(alarm["MetricAlarms"][0]["StateTransitionedTimestamp"], epoch_seconds(world.first));
  const Json points =
      world.both("GetMetricStatistics", {{"Namespace", "Test"},
                                         {"MetricName", "Memory"},
                                         {"Dimensions", {{{"Name", "InstanceId"}, {"Value", "i-1"}}}},
                                         {"StartTime", epoch_seconds(world.first)},
                                         {"EndTime", epoch_seconds(world.first + minutes{5})},
                                         {"Period", 300},
                                         {"Statistics", {"Average", "Maximum"}}});
  EXPECT_EQ(points["Datapoints"], (Json{{{"Timestamp", epoch_seconds(world.first)},
                                         {"Average", 2.5},
                                         {"Maximum", 4.5},
                                         {"Unit", "Percent"}}}));
}

TEST(CloudWatchProtocols, NamesItsErrorsByShapeAndInTheQueryProtocolsWordsBesides) {
  Protocols world;
  Json body = world.query();
  body["MetricDataQueries"][0]["MetricStat"]["Stat"] = "p99";
  const auto refused = world.cbor("GetMetricData", write_cbor(body, is_time));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body["__type"], "com.amazonaws.cloudwatch#InvalidParameterValueException");
  EXPECT_EQ(refused.header("x-amzn-query-error"), "InvalidParameterValue;Sender");
  const auto plain = world.json("GetMetricData", body.dump());
  EXPECT_EQ(plain.body, refused.body);
  EXPECT_EQ(plain.header("x-amzn-query-error"), "") << "it was not asked for";
  EXPECT_EQ(world.json("GetMetricData", "{}").code(), "MissingRequiredParameterException");
  EXPECT_EQ(world.json("ListMetrics", R"({"NextToken": "x"})").code(), "InvalidNextToken");
  EXPECT_EQ(world.json("ListMetrics", R"({"Colour": "red"})").body["__type"],
            "com.amazon.coral.service#ValidationException");
  EXPECT_EQ(world.json("DeleteAlarms", "{}").code(), "UnknownOperationException");
  EXPECT_EQ(world.cbor("DeleteAlarms", "\xA0").code(), "UnknownOperationException");
}

TEST(CloudWatchProtocols, RefuseMembersOfTheWrongType) {
  Protocols world;
  const auto code = [&](const char* name, const Json& value) {
    Json body = world.query();
    body[name] = value;
    return world.json("GetMetricData", body.dump()).code();
  };
  EXPECT_EQ(code("MaxDatapoints", 100), "");
  EXPECT_EQ(code("NextToken", nullptr), "") << "as if it were not there";
  EXPECT_EQ(code("MaxDatapoints", "100"), "SerializationException");
  EXPECT_EQ(code("MaxDatapoints", 100.5), "SerializationException");
  EXPECT_EQ(code("StartTime", iso8601(world.first)), "SerializationException");
  EXPECT_EQ(code("StartTime", 1e300), "SerializationException");
  EXPECT_EQ(code("NextToken", 5), "SerializationException");
  EXPECT_EQ(code("a.b", 5), "SerializationException");
  EXPECT_EQ(world.json("GetMetricData", "[]").code(), "SerializationException");
  EXPECT_EQ(world.cbor("GetMetricData", "").code(), "SerializationException");
}

TEST(CloudWatchProtocols, CheckSignatureTypeAndPath) {
  Protocols world;
  const auto code = [&](wire::Request request, bool sign = true) {
    if (sign) sign_all(request, ApiService::cloudwatch);
    return world.read(world.front.answer(request)).code();
  };
  const auto good = cbor_request("ListMetrics", "\xA0", world.account.now());
  EXPECT_EQ(code(good), "");
  auto request = good;
  request.url.replace(request.url.find("ListMetrics"), 11, "DescribeAlarms");
  EXPECT_EQ(code(request, false), "InvalidSignatureException") << "the path is signed, too";
  request = good;
  request.headers[0].second = "application/x-www-form-urlencoded";
  EXPECT_EQ(code(request), "UnknownOperationException");
  request = good;
  request.headers[1].second = "rpc-v2-json";
  EXPECT_EQ(code(request), "UnknownOperationException");
  for (const char* path : {"/", "/service/Other/operation/ListMetrics", "?a=b", "/ListMetrics"}) {
    request = good;
    const bool whole = path[0] == '/' && std::string(path) != "/ListMetrics";
    request.url = (whole ? "https://monitoring.eu-west-1.amazonaws.com" : good.url) + path;
    EXPECT_NE(code(request), "") << path;
  }
  auto json = json_request(ApiService::cloudwatch, "ListMetrics", "{}", world.account.now());
  EXPECT_EQ(world.ask(json).code(), "");
  json.headers[0].second = "application/x-amz-json-1.1";
  sign_all(json, ApiService::cloudwatch);
  EXPECT_EQ(world.ask(json).code(), "UnknownOperationException");
}

TEST(CloudWatchProtocols, FaultsHitThemAsTheOthers) {
  const auto code = [](FaultKind kind) {
    Fault fault;
    fault.kind = kind;
    fault.action = "cloudwatch.ListMetrics";
    fault.times = 1;
    JsonWorld world(Faults{{fault}, Duration{0}});
    const auto response = world.front.answer(cbor_request("ListMetrics", "\xA0", world.account.now()));
    const auto body = read_cbor(response ? response->body : "", is_time);
    return std::pair(response ? response->status : 0, body ? body->value("__type", "") : "");
  };
  using Pair = std::pair<int, std::string>;
  EXPECT_EQ(code(FaultKind::throttle), Pair(400, "com.amazon.coral.service#ThrottlingException"));
  EXPECT_EQ(code(FaultKind::denied), Pair(403, "com.amazon.coral.service#AccessDeniedException"));
  EXPECT_EQ(code(FaultKind::server_error), Pair(500, "com.amazonaws.cloudwatch#InternalServiceFault"));
  EXPECT_EQ(code(FaultKind::lose_reply_before), Pair(0, ""));
}

}  // namespace
}  // namespace evenkeel::sim
