#include "aws/cloudwatch.h"

#include <gtest/gtest.h>

#include "wire/testing/scripted_transport.h"

namespace evenkeel::aws::cloudwatch {
namespace {

using wire::form_of;
using wire::query_answer;
using wire::Request;
using wire::ScriptedAccount;

const Time kStart = parse_iso8601("2026-11-22T06:30:00Z").value();
const Time kEnd = parse_iso8601("2026-11-22T06:45:00Z").value();

MetricQuery query(const std::string& id) {
  return {id, {"CWAgent", "mem", {{"InstanceId", "i-" + id}, {"objectname", "Memory"}}}, "Average", 60};
}

std::string minute(int number) { return "2026-11-22T06:" + std::to_string(30 + number) + ":00Z"; }

// (minute, value) pairs, in the given order.
std::string result_xml(const std::string& id, const std::string& status,
                       const std::vector<std::pair<int, std::string>>& samples,
                       const std::string& more = "") {
  std::string times;
  std::string values;
  for (const auto& [number, value] : samples) {
    times += "<member>" + minute(number) + "</member>";
    values += "<member>" + value + "</member>";
  }
  return "<member><Id>" + id + "</Id><Label>x</Label><Timestamps>" + times + "</Timestamps><Values>" +
         values + "</Values><StatusCode>" + status + "</StatusCode>" + more + "</member>";
}

wire::Response metric_data(const std::string& results, const std::string& more = "") {
  return query_answer("GetMetricData", "<MetricDataResults>" + results + "</MetricDataResults>" + more);
}

Result<Dated<std::vector<MetricResult>>> ask(wire::ScriptedTransport::Script script,
                                             const std::vector<MetricQuery>& queries) {
  ScriptedAccount account(std::move(script));
  return get_metric_data(account.caller, queries, kStart, kEnd);
}

TEST(CloudWatch, ListsMetricsOverAllPagesSortedAndEachOnce) {
  ScriptedAccount account([](const Request& request) {
    auto form = form_of(request);
    EXPECT_EQ(form["Namespace"], "CWAgent");
    EXPECT_EQ(form["MetricName"], "Memory % Committed Bytes In Use");
    const bool first = form["NextToken"].empty();
    return query_answer(
        "ListMetrics",
        "<Metrics><member><Namespace>CWAgent</Namespace><MetricName>m</MetricName>" +
            std::string{first ? "<Dimensions><member><Name>objectname</Name><Value>Memory</Value></member>"
                                "<member><Name>InstanceId</Name><Value>i-1</Value></member></Dimensions>"
                              : "<Dimensions/></member><member><Namespace>CWAgent</Namespace><MetricName>m"
                                "</MetricName><Dimensions/>"} +
            "</member></Metrics><OwningAccounts><member>1</member></OwningAccounts>" +
            (first ? "<NextToken>t</NextToken>" : ""));
  });
  const auto metrics = list_metrics(account.caller, "CWAgent", "Memory % Committed Bytes In Use");
  ASSERT_TRUE(metrics) << metrics.error().message;
  ASSERT_EQ(metrics->value.size(), 2U);
  EXPECT_TRUE(metrics->value[0].dimensions.empty());
  EXPECT_EQ(metrics->value[1].dimensions, (Dimensions{{"objectname", "Memory"}, {"InstanceId", "i-1"}}))
      << "in the order in which they were listed";
}

TEST(CloudWatch, AsksForAMetricByItsExactDimensions) {
  ScriptedAccount account([](const Request&) { return metric_data(result_xml("m0", "Complete", {})); });
  const std::vector<MetricQuery> queries = {query("m0")};
  ASSERT_TRUE(get_metric_data(account.caller, queries, kStart, kEnd));
  auto form = form_of(account.transport.requests.at(0));
  EXPECT_EQ(form["StartTime"], "2026-11-22T06:30:00Z");
  EXPECT_EQ(form["EndTime"], "2026-11-22T06:45:00Z");
  const std::string prefix = "MetricDataQueries.member.1.";
  EXPECT_EQ(form[prefix + "Id"], "m0");
  EXPECT_EQ(form[prefix + "MetricStat.Metric.Namespace"], "CWAgent");
  EXPECT_EQ(form[prefix + "MetricStat.Metric.MetricName"], "mem");
  EXPECT_EQ(form[prefix + "MetricStat.Metric.Dimensions.member.1.Name"], "InstanceId");
  EXPECT_EQ(form[prefix + "MetricStat.Metric.Dimensions.member.2.Value"], "Memory");
  EXPECT_EQ(form[prefix + "MetricStat.Period"], "60");
  EXPECT_EQ(form[prefix + "MetricStat.Stat"], "Average");
}

TEST(CloudWatch, JoinsResultsOnIdAndSortsSamplesByTime) {
  const auto results = ask(
      [](const Request&) {
        return metric_data(result_xml("b", "Complete", {{2, "2"}, {1, "1.5"}, {3, "3"}}) +
                           result_xml("a", "Complete", {}) + result_xml("stranger", "Complete", {{1, "1"}}));
      },
      {query("a"), query("b")});
  ASSERT_TRUE(results) << results.error().message;
  ASSERT_EQ(results->value.size(), 2U);
  EXPECT_EQ(results->value[0].id, "a");
  EXPECT_TRUE(results->value[0].complete) << "a series without data is complete";
  EXPECT_EQ(results->value[1].samples, (std::vector<Sample>{{parse_iso8601(minute(1)).value(), 1.5},
                                                            {parse_iso8601(minute(2)).value(), 2},
                                                            {parse_iso8601(minute(3)).value(), 3}}));
}

TEST(CloudWatch, AsksForFiveHundredMetricsAtATimeSideBySide) {
  ScriptedAccount account([](const Request& request) {
    auto form = form_of(request);
    EXPECT_FALSE(form.contains("MetricDataQueries.member.501.Id"));
    std::string results;
    for (const auto& [name, value] : form) {
      if (name.ends_with(".Id")) results += result_xml(value, "Complete", {{1, "1"}});
    }
    return metric_data(results);
  });
  std::vector<MetricQuery> queries;
  for (int i = 0; i < 1001; ++i) queries.push_back(query("m" + std::to_string(i)));
  const auto results = get_metric_data(account.caller, queries, kStart, kEnd);
  ASSERT_TRUE(results);
  EXPECT_EQ(account.transport.batches, (std::vector<std::size_t>{3}));
  for (const auto& result : results->value) EXPECT_TRUE(result.complete) << result.id;
}

TEST(CloudWatch, AppendsPagesOfPartialDataUntilComplete) {
  std::vector<std::map<std::string, std::string>> forms;
  const auto results = ask(
      [&](const Request& request) {
        forms.push_back(form_of(request));
        return forms.size() == 1
                   ? metric_data(result_xml("a", "PartialData", {{2, "2"}}), "<NextToken>t</NextToken>")
                   : metric_data(result_xml("a", "Complete", {{1, "1"}, {2, "2"}}));
      },
      {query("a")});
  ASSERT_TRUE(results);
  EXPECT_TRUE(results->value[0].complete);
  EXPECT_EQ(results->value[0].samples.size(), 2U);
  ASSERT_EQ(forms.size(), 2U);
  EXPECT_EQ(forms[1]["NextToken"], "t");
  forms[1].erase("NextToken");
  EXPECT_EQ(forms[0], forms[1]);
}

TEST(CloudWatch, MarksWhateverIsNotCompleteAsSuch) {
  const auto results = ask(
      [](const Request&) {
        return metric_data(
            result_xml("partial", "PartialData", {{1, "1"}}) + result_xml("internal", "InternalError", {}) +
            result_xml("forbidden", "Forbidden", {},
                       "<Messages><member><Code>Forbidden</Code><Value>no</Value></member></Messages>"));
      },
      {query("partial"), query("internal"), query("forbidden"), query("missing")});
  ASSERT_TRUE(results);
  for (const auto& result : results->value) EXPECT_FALSE(result.complete) << result.id;
  EXPECT_EQ(results->value[0].samples.size(), 1U);
  EXPECT_EQ(results->value[3].status, "");
}

TEST(CloudWatch, DropsWhatIsNoNumberAndMarksTheSeries) {
  for (const char* garbage : {"NaN", "inf", "", "12,5", "1e999"}) {
    const auto results = ask(
        [&](const Request&) {
          return metric_data(result_xml("a", "Complete", {{1, "1"}, {2, garbage}, {3, "3"}}));
        },
        {query("a")});
    ASSERT_TRUE(results) << garbage;
    EXPECT_FALSE(results->value[0].complete) << garbage;
    EXPECT_EQ(results->value[0].samples.size(), 2U);
  }
}

TEST(CloudWatch, DropsTimesAndValuesThatDontPair) {
  const auto results = ask(
      [](const Request&) {
        return metric_data("<member><Id>a</Id><Timestamps><member>" + minute(1) +
                           "</member></Timestamps><Values/><StatusCode>Complete</StatusCode></member>");
      },
      {query("a")});
  ASSERT_TRUE(results);
  EXPECT_FALSE(results->value[0].complete);
  EXPECT_TRUE(results->value[0].samples.empty());
}

TEST(CloudWatch, TrustsNoSeriesThatContradictsItself) {
  const auto results =
      ask([](const Request&) { return metric_data(result_xml("a", "Complete", {{1, "10"}, {1, "90"}})); },
          {query("a")});
  EXPECT_FALSE(results->value[0].complete);
}

TEST(CloudWatch, TakesAMessageOnTheWholeCallForMissingData) {
  const auto results = ask(
      [](const Request&) {
        return metric_data(
            result_xml("a", "Complete", {{1, "10"}}),
            "<Messages><member><Code>MaxMetricsExceeded</Code><Value>too many</Value></member></Messages>");
      },
      {query("a")});
  EXPECT_FALSE(results->value[0].complete);
}

TEST(CloudWatch, RefusesQueriesItCouldNotTellApart) {
  ScriptedAccount account([](const Request&) { return metric_data(""); });
  for (const auto& queries : {std::vector<MetricQuery>{}, std::vector<MetricQuery>{query("a"), query("a")},
                              std::vector<MetricQuery>{query("A")}, std::vector<MetricQuery>{query("i-1")},
                              std::vector<MetricQuery>{query("")}}) {
    ASSERT_EQ(wire::kind_of(get_metric_data(account.caller, queries, kStart, kEnd)), ErrorKind::invalid);
  }
  EXPECT_TRUE(account.transport.requests.empty());
}

TEST(CloudWatch, FailsAsAWholeWhenOneChunkDoes) {
  std::vector<MetricQuery> queries;
  for (int i = 0; i < 501; ++i) queries.push_back(query("m" + std::to_string(i)));
  const auto results = ask(
      [](const Request& request) -> Result<wire::Response> {
        if (form_of(request)["MetricDataQueries.member.1.Id"] == "m500") {
          return wire::query_error(403, "AccessDenied", "no");
        }
        return metric_data("");
      },
      queries);
  ASSERT_EQ(wire::kind_of(results), ErrorKind::denied);
  EXPECT_NE(results.error().message.find("allow cloudwatch:GetMetricData"), std::string::npos);
}

std::string alarm_xml(const std::string& alarm, const std::string& state) {
  return "<member><AlarmName>" + alarm + "</AlarmName><StateValue>" + state + "</StateValue></member>";
}

TEST(CloudWatch, ReadsMetricAndCompositeAlarmsOfTheNamesGiven) {
  ScriptedAccount account([](const Request& request) {
    auto form = form_of(request);
    EXPECT_EQ(form["AlarmTypes.member.1"], "MetricAlarm");
    EXPECT_EQ(form["AlarmTypes.member.2"], "CompositeAlarm");
    EXPECT_EQ(form["AlarmNames.member.1"], "b");
    EXPECT_EQ(form["AlarmNames.member.3"], "gone");
    EXPECT_FALSE(form.contains("AlarmNamePrefix"));
    return wire::query_answer("DescribeAlarms",
                              "<MetricAlarms>" + alarm_xml("b", "OK") + "</MetricAlarms><CompositeAlarms>" +
                                  alarm_xml("a", "INSUFFICIENT_DATA") + "</CompositeAlarms>");
  });
  const std::vector<std::string> names = {"b", "a", "gone"};
  const auto alarms = describe_alarms(account.caller, names);
  ASSERT_TRUE(alarms) << alarms.error().message;
  EXPECT_EQ(alarms->value, (std::vector<Alarm>{{"a", "INSUFFICIENT_DATA"}, {"b", "OK"}}));
  EXPECT_EQ(alarms->date, wire::aws_date());
}

TEST(CloudWatch, ReadsWhenAnAlarmWentIntoItsStateAndTakesNoOtherTimeForIt) {
  ScriptedAccount account([](const Request&) {
    const auto alarm = [](const std::string& name, const std::string& times) {
      return "<member><AlarmName>" + name + "</AlarmName><StateValue>ALARM</StateValue>" + times +
             "</member>";
    };
    const std::string updated = "<StateUpdatedTimestamp>2026-11-22T07:00:00Z</StateUpdatedTimestamp>";
    const auto transitioned = [](const std::string& at) {
      return "<StateTransitionedTimestamp>" + at + "</StateTransitionedTimestamp>";
    };
    return wire::query_answer("DescribeAlarms",
                              "<MetricAlarms>" + alarm("a", updated + transitioned("2026-11-22T06:00:00Z")) +
                                  alarm("b", updated) + alarm("c", transitioned("soon")) + "</MetricAlarms>");
  });
  const std::vector<std::string> names = {"a", "b", "c"};
  const auto alarms = describe_alarms(account.caller, names);
  ASSERT_TRUE(alarms) << alarms.error().message;
  EXPECT_EQ(alarms->value.at(0).transitioned_at, parse_iso8601("2026-11-22T06:00:00Z"));
  EXPECT_EQ(alarms->value.at(1).transitioned_at, std::nullopt);
  EXPECT_EQ(alarms->value.at(2).transitioned_at, std::nullopt)
      << "unknown, and the state is read all the same";
}

TEST(CloudWatch, AsksForAHundredAlarmsAtATimeAndFollowsPages) {
  ScriptedAccount account([](const Request& request) {
    auto form = form_of(request);
    EXPECT_FALSE(form.contains("AlarmNames.member.101"));
    const bool more = form["AlarmNames.member.1"] == "n0" && !form.contains("NextToken");
    return wire::query_answer(
        "DescribeAlarms", "<MetricAlarms>" +
                              alarm_xml(form["AlarmNames.member.1"] + form["NextToken"], "OK") +
                              "</MetricAlarms><CompositeAlarms/>" + (more ? "<NextToken>x</NextToken>" : ""));
  });
  std::vector<std::string> names;
  for (int i = 0; i < 101; ++i) names.push_back("n" + std::to_string(i));
  const auto alarms = describe_alarms(account.caller, names);
  ASSERT_TRUE(alarms) << alarms.error().message;
  EXPECT_EQ(account.transport.batches, (std::vector<std::size_t>{2, 1}));
  EXPECT_EQ(alarms->value.size(), 3U);
}

TEST(CloudWatch, AsksForAlarmsByThePrefixOrForAll) {
  std::map<std::string, std::string> form;
  ScriptedAccount account([&](const Request& request) {
    form = form_of(request);
    return wire::query_answer("DescribeAlarms", "<MetricAlarms/><CompositeAlarms/>");
  });
  EXPECT_TRUE(describe_alarms_with_prefix(account.caller, "web-")->value.empty());
  EXPECT_EQ(form["AlarmNamePrefix"], "web-");
  EXPECT_TRUE(describe_alarms_with_prefix(account.caller, ""));
  EXPECT_FALSE(form.contains("AlarmNamePrefix"));
}

TEST(CloudWatch, AlarmsWithoutAListOrAStateAreNotNone) {
  const std::vector<std::string> names = {"a"};
  for (const char* body :
       {"", "<CompositeAlarms/>", "<MetricAlarms><member><AlarmName>a</AlarmName></member></MetricAlarms>"}) {
    ScriptedAccount account([&](const Request&) { return wire::query_answer("DescribeAlarms", body); });
    EXPECT_EQ(wire::kind_of(describe_alarms(account.caller, names)), ErrorKind::invalid) << body;
  }
  ScriptedAccount account([&](const Request&) { return wire::query_answer("DescribeAlarms", ""); });
  EXPECT_EQ(wire::kind_of(describe_alarms(account.caller, {})), ErrorKind::invalid);
  EXPECT_TRUE(account.transport.requests.empty());
}

TEST(CloudWatch, AsksForTheSumOfALoadBalancersMetric) {
  MetricQuery sum = query("q");
  sum.statistic = "Sum";
  sum.metric = {
      "AWS/ApplicationELB", "RequestCount", {{"LoadBalancer", "app/a/1"}, {"TargetGroup", "tg/b/2"}}};
  ask(
      [](const Request& request) {
        auto form = form_of(request);
        EXPECT_EQ(form["MetricDataQueries.member.1.MetricStat.Stat"], "Sum");
        EXPECT_EQ(form["MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.2.Value"], "tg/b/2");
        return metric_data("");
      },
      {sum});
}

}  // namespace
}  // namespace evenkeel::aws::cloudwatch
