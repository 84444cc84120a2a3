#include <algorithm>
#include <gtest/gtest.h>
#include <set>

#include "sim/testing/front.h"

namespace evenkeel::sim {
namespace {

using std::chrono::minutes;

// One series of its own, a sample a minute for an hour: 0, 1, 2 … 59.
struct Measured : World {
  Time first{};

  Measured() {
    account.switches.metric_lag = Duration{0};
    first = std::chrono::floor<std::chrono::hours>(account.now()) - std::chrono::hours{1};
    Series series{"Test", "Memory", {{"InstanceId", "i-1"}, {"objectname", "Memory"}}, {}};
    for (int i = 0; i < 60; ++i) series.samples[first + minutes{i}] = i;
    account.series.push_back(series);
  }

  FormFields query(const std::string& statistic, int period, minutes from, minutes until) const {
    return {{"StartTime", iso8601(first + from)},
            {"EndTime", iso8601(first + until)},
            {"MetricDataQueries.member.1.Id", "m1"},
            {"MetricDataQueries.member.1.MetricStat.Metric.Namespace", "Test"},
            {"MetricDataQueries.member.1.MetricStat.Metric.MetricName", "Memory"},
            {"MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Name", "objectname"},
            {"MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Value", "Memory"},
            {"MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.2.Name", "InstanceId"},
            {"MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.2.Value", "i-1"},
            {"MetricDataQueries.member.1.MetricStat.Period", std::to_string(period)},
            {"MetricDataQueries.member.1.MetricStat.Stat", statistic}};
  }
};

FormFields with(FormFields form, const std::string& name, const std::string& value) {
  std::erase_if(form, [&](const auto& each) { return each.first == name; });
  form.emplace_back(name, value);
  return form;
}

using Texts = std::vector<std::string>;

TEST(GetMetricData, ReadsAnExactSetOfDimensionsNewestFirst) {
  Measured world;
  const FrontReply reply =
      world.cloudwatch("GetMetricData", world.query("Average", 60, minutes{10}, minutes{13}));
  const std::string result = "/GetMetricDataResponse/GetMetricDataResult/MetricDataResults/member";
  EXPECT_EQ(reply.text(result + "/Id"), "m1");
  EXPECT_EQ(reply.text(result + "/StatusCode"), "Complete");
  EXPECT_EQ(reply.texts(result + "/Values/member"), (Texts{"12", "11", "10"}));
  EXPECT_EQ(reply.text(result + "/Timestamps/member"), iso8601(world.first + minutes{12}));
  const FormFields ascending =
      with(world.query("Average", 60, minutes{10}, minutes{13}), "ScanBy", "TimestampAscending");
  EXPECT_EQ(world.cloudwatch("GetMetricData", ascending).texts("//Values/member"), (Texts{"10", "11", "12"}));
}

TEST(GetMetricData, TheStartIsInclusiveAndRoundedDownAndTheEndExclusive) {
  Measured world;
  FormFields form = with(world.query("Average", 60, minutes{10}, minutes{12}), "StartTime",
                         iso8601(world.first + minutes{10} + std::chrono::seconds{59}));
  EXPECT_EQ(world.cloudwatch("GetMetricData", form).texts("//Values/member"), (Texts{"11", "10"}));
}

TEST(GetMetricData, SumsUpLongerPeriods) {
  Measured world;
  const auto values = [&](const char* statistic) {
    return world.cloudwatch("GetMetricData", world.query(statistic, 300, minutes{5}, minutes{15}))
        .texts("//Values/member");
  };
  EXPECT_EQ(values("Average"), (Texts{"12", "7"}));
  EXPECT_EQ(values("Maximum"), (Texts{"14", "9"}));
  EXPECT_EQ(values("Minimum"), (Texts{"10", "5"}));
  EXPECT_EQ(values("Sum"), (Texts{"60", "35"}));
  EXPECT_EQ(values("SampleCount"), (Texts{"5", "5"}));
}

TEST(GetMetricData, ASeriesWithOtherDimensionsIsEmptyAndComplete) {
  Measured world;
  FormFields form = world.query("Average", 60, minutes{0}, minutes{60});
  std::erase_if(form,
                [](const auto& each) { return each.first.find("Dimensions.member.2") != std::string::npos; });
  const FrontReply reply = world.cloudwatch("GetMetricData", form);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.text("//StatusCode"), "Complete");
  EXPECT_TRUE(reply.texts("//Values/member").empty());
  EXPECT_EQ(reply.texts("//MetricDataResults/member").size(), 1);
}

TEST(GetMetricData, ASampleIsInvisibleUntilItsLagHasPassed) {
  Measured world;
  world.account.switches.metric_lag = world.account.now() - (world.first + minutes{41});
  const FrontReply reply =
      world.cloudwatch("GetMetricData", world.query("Average", 60, minutes{38}, minutes{45}));
  EXPECT_EQ(reply.texts("//Values/member"), (Texts{"40", "39", "38"}));
}

TEST(GetMetricData, ResultsComeInAnotherOrderThanAsked) {
  Measured world;
  FormFields form = world.query("Average", 60, minutes{0}, minutes{2});
  const FormFields one(form.begin() + 2, form.end());
  std::vector<std::string> asked = {"m1"};
  for (int i = 2; i <= 20; ++i) {
    for (const auto& [name, value] : one) {
      const std::string prefix = "MetricDataQueries.member.";
      const std::string id = name.ends_with(".Id") ? "m" + std::to_string(i) : value;
      form.emplace_back(prefix + std::to_string(i) + name.substr(prefix.size() + 1), id);
    }
    asked.push_back("m" + std::to_string(i));
  }
  const auto ids = world.cloudwatch("GetMetricData", form).texts("//MetricDataResults/member/Id");
  EXPECT_NE(ids, asked);
  EXPECT_TRUE(std::ranges::is_permutation(ids, asked));
  EXPECT_EQ(world.front.calls().at("cloudwatch:metrics"), 20);
}

TEST(GetMetricData, MoreThanMaxDatapointsComesInParts) {
  Measured world;
  const FormFields form = with(world.query("Average", 60, minutes{0}, minutes{5}), "MaxDatapoints", "3");
  const FrontReply first = world.cloudwatch("GetMetricData", form);
  EXPECT_EQ(first.text("//StatusCode"), "PartialData");
  EXPECT_EQ(first.texts("//Values/member"), (Texts{"4", "3", "2"}));
  const std::string token = first.text("/GetMetricDataResponse/GetMetricDataResult/NextToken");
  const FrontReply second = world.cloudwatch("GetMetricData", with(form, "NextToken", token));
  EXPECT_EQ(second.text("//StatusCode"), "Complete");
  EXPECT_EQ(second.texts("//Values/member"), (Texts{"1", "0"}));
  EXPECT_TRUE(second.texts("//NextToken").empty());
  EXPECT_EQ(
      world.cloudwatch("GetMetricData", with(with(form, "NextToken", token), "ScanBy", "TimestampAscending"))
          .code(),
      "InvalidNextToken");
}

TEST(GetMetricData, WhatIsNotToBeReturnedIsNot) {
  Measured world;
  const FormFields form = with(world.query("Average", 60, minutes{0}, minutes{5}),
                               "MetricDataQueries.member.1.ReturnData", "false");
  EXPECT_TRUE(world.cloudwatch("GetMetricData", form).texts("//MetricDataResults/member").empty());
}

TEST(GetMetricData, RefusesWhatItWouldGetWrong) {
  Measured world;
  const FormFields good = world.query("Average", 60, minutes{0}, minutes{5});
  const std::string query = "MetricDataQueries.member.1.";
  const FormFields wrong = {{query + "Id", "M1"},
                            {query + "Id", "1m"},
                            {query + "Id", "m-1"},
                            {query + "MetricStat.Period", "61"},
                            {query + "MetricStat.Period", "30"},
                            {query + "MetricStat.Stat", "p99"},
                            {query + "Expression", "m1*2"},
                            {query + "MetricStat.Metric.Dimensions", "x"},
                            {"ScanBy", "Newest"},
                            {"MaxDatapoints", "0"},
                            {"EndTime", iso8601(world.first)},
                            {"StartTime", "yesterday"},
                            {"Metric", "x"}};
  for (const auto& [name, value] : wrong)
    EXPECT_EQ(world.cloudwatch("GetMetricData", with(good, name, value)).status, 400) << name << "=" << value;
  for (const char* name : {"StartTime", "EndTime", "MetricDataQueries.member.1.MetricStat.Period"})
    EXPECT_EQ(world.cloudwatch("GetMetricData", with(good, name, "")).code(), "MissingParameter") << name;
  EXPECT_EQ(world.cloudwatch("GetMetricData", with(good, query + "MetricStat.Metric.Dimensions", "")).status,
            200);
}

TEST(GetMetricData, QueriesAreAtMost500AndTheirIdsUnique) {
  Measured world;
  const FormFields one = world.query("Average", 60, minutes{0}, minutes{1});
  const auto asked = [&](int count, bool unique) {
    FormFields form(one.begin(), one.begin() + 2);
    for (int i = 1; i <= count; ++i) {
      const std::string query = "MetricDataQueries.member." + std::to_string(i);
      form.insert(form.end(), {{query + ".Id", unique ? "m" + std::to_string(i) : "same"},
                               {query + ".MetricStat.Metric.Namespace", "Test"},
                               {query + ".MetricStat.Metric.MetricName", "Memory"},
                               {query + ".MetricStat.Period", "60"},
                               {query + ".MetricStat.Stat", "Average"}});
    }
    return world.cloudwatch("GetMetricData", form).status;
  };
  EXPECT_EQ(asked(500, true), 200);
  EXPECT_EQ(asked(501, true), 400);
  EXPECT_EQ(asked(2, false), 400);
  EXPECT_EQ(asked(0, true), 400);
}

FormFields statistics(Time from, Time until, const std::string& period) {
  return {{"Namespace", "Test"},
          {"MetricName", "Memory"},
          {"Dimensions.member.1.Name", "objectname"},
          {"Dimensions.member.1.Value", "Memory"},
          {"Dimensions.member.2.Name", "InstanceId"},
          {"Dimensions.member.2.Value", "i-1"},
          {"StartTime", iso8601(from)},
          {"EndTime", iso8601(until)},
          {"Period", period},
          {"Statistics.member.1", "Average"},
          {"Statistics.member.2", "Maximum"}};
}

TEST(GetMetricStatistics, SumsUpPeriodsOfAnExactSetOfDimensions) {
  Measured world;
  const FormFields form = statistics(world.first + minutes{5}, world.first + minutes{15}, "300");
  const FrontReply reply = world.cloudwatch("GetMetricStatistics", form);
  EXPECT_EQ(reply.text("/GetMetricStatisticsResponse/GetMetricStatisticsResult/Label"), "Memory");
  const auto at = [&](int minute, const char* statistic) {
    return reply.text("//Datapoints/member[Timestamp='" + iso8601(world.first + minutes{minute}) + "']/" +
                      statistic);
  };
  EXPECT_EQ(reply.texts("//Datapoints/member").size(), 2);
  EXPECT_EQ(at(5, "Average") + " " + at(5, "Maximum"), "7 9");
  EXPECT_EQ(at(10, "Average") + " " + at(10, "Maximum"), "12 14");
  EXPECT_FALSE(world.front.calls().contains("cloudwatch:metrics")) << "only GetMetricData is billed so";
  EXPECT_TRUE(world.cloudwatch("GetMetricStatistics", with(form, "Dimensions.member.2.Value", "i-2"))
                  .texts("//Datapoints/member")
                  .empty());
}

TEST(GetMetricStatistics, RefusesWhatItWouldGetWrongAndMoreThan1440Points) {
  Measured world;
  const auto code = [&](const FormFields& form) {
    return world.cloudwatch("GetMetricStatistics", form).code();
  };
  const FormFields good = statistics(world.first, world.first + minutes{5}, "60");
  EXPECT_EQ(code(good), "");
  EXPECT_EQ(code(with(good, "Period", "61")), "InvalidParameterValue");
  EXPECT_EQ(code(with(good, "Statistics.member.1", "p99")), "InvalidParameterValue");
  EXPECT_EQ(code(with(good, "EndTime", iso8601(world.first))), "InvalidParameterValue");
  EXPECT_EQ(code(with(good, "Period", "")), "MissingParameter");
  const Time from = world.first - minutes{1440};
  EXPECT_EQ(code(statistics(from, world.first, "60")), "");
  EXPECT_EQ(code(statistics(from, world.first + minutes{1}, "60")), "InvalidParameterCombination");
}

TEST(ListMetrics, AFilterMatchesSeriesThatHaveMoreDimensions) {
  Measured world;
  const auto listed = [&](FormFields form) {
    form.emplace_back("Namespace", "Test");
    return world.cloudwatch("ListMetrics", form).texts("//Metrics/member").size();
  };
  EXPECT_EQ(listed({}), 1);
  EXPECT_EQ(listed({{"MetricName", "Memory"}}), 1);
  EXPECT_EQ(listed({{"MetricName", "Disk"}}), 0);
  EXPECT_EQ(listed({{"Dimensions.member.1.Name", "InstanceId"}}), 1);
  EXPECT_EQ(listed({{"Dimensions.member.1.Name", "InstanceId"}, {"Dimensions.member.1.Value", "i-1"}}), 1);
  EXPECT_EQ(listed({{"Dimensions.member.1.Name", "InstanceId"}, {"Dimensions.member.1.Value", "i-2"}}), 0);
  EXPECT_EQ(listed({{"Dimensions.member.1.Name", "host"}}), 0);
}

TEST(ListMetrics, ASilentSeriesIsForgottenAfterTwoWeeks) {
  Measured world;
  Series old{"Test", "Old", {}, {{world.account.now() - std::chrono::hours{4}, 1}}};
  Series ancient{"Test", "Ancient", {}, {{world.account.now() - std::chrono::hours{15 * 24}, 1}}};
  world.account.series.insert(world.account.series.end(), {old, ancient});
  const FrontReply reply = world.cloudwatch("ListMetrics", {{"Namespace", "Test"}});
  EXPECT_EQ(reply.texts("//MetricName").size(), 2);
  EXPECT_EQ(world.cloudwatch("ListMetrics", {{"Namespace", "Test"}, {"RecentlyActive", "PT3H"}})
                .texts("//MetricName"),
            (Texts{"Memory"}));
  EXPECT_EQ(world.cloudwatch("ListMetrics", {{"RecentlyActive", "PT1H"}}).code(), "InvalidParameterValue");
}

TEST(ListMetrics, GivesFiveHundredOnAPage) {
  Measured world;
  for (int i = 0; i < 700; ++i)
    world.account.series.push_back({"Many", "M" + std::to_string(i), {}, {{world.account.now(), 1}}});
  const FrontReply first = world.cloudwatch("ListMetrics", {{"Namespace", "Many"}});
  const auto names = first.texts("//MetricName");
  EXPECT_EQ(names.size(), 500);
  const FrontReply second =
      world.cloudwatch("ListMetrics", {{"Namespace", "Many"}, {"NextToken", first.text("//NextToken")}});
  const auto rest = second.texts("//MetricName");
  EXPECT_EQ(rest.size(), 200);
  std::set<std::string> all(names.begin(), names.end());
  all.insert(rest.begin(), rest.end());
  EXPECT_EQ(all.size(), 700);
  EXPECT_TRUE(second.texts("//NextToken").empty());
  EXPECT_EQ(world.cloudwatch("ListMetrics", {{"NextToken", first.text("//NextToken")}}).code(),
            "InvalidNextToken");
}

}  // namespace
}  // namespace evenkeel::sim
