#include <fmt/core.h>

#include "observe/testing/observing.h"

namespace evenkeel::observe {
namespace {

TEST_F(Observing, JoinsSignalsOnTheirIdAndSortsThemByTime) {
  EXPECT_EQ(signal_of(kOne).samples.back().value, 80);
  const auto two = signal_of(kTwo);
  EXPECT_EQ(two.state, SignalState::fresh);
  ASSERT_EQ(two.samples.size(), 2U);
  EXPECT_LT(two.samples[0].at, two.samples[1].at);
  EXPECT_EQ(last["GetMetricData"]["EndTime"], "2026-11-22T06:45:00Z") << "the minute under way is not final";
  EXPECT_EQ(asked["ListMetrics"], 1);
}

TEST_F(Observing, AStaleMissingOrPartialSignalIsMarked) {
  answers["GetMetricData"] = query_answer("GetMetricData", "<MetricDataResults>" + data_xml("m0", {{8, 80}}) +
                                                               data_xml("m1", {}) + "</MetricDataResults>");
  EXPECT_EQ(signal_of(kOne).state, SignalState::stale);
  EXPECT_EQ(signal_of(kTwo).state, SignalState::missing);
  EXPECT_FALSE(signal_of(kTwo).no_series) << "it has one, without samples";
  answers["GetMetricData"] =
      query_answer("GetMetricData", "<MetricDataResults>" + data_xml("m0", {{2, 80}}, "InternalError") +
                                        data_xml("m1", {{2, 40}}) + "</MetricDataResults>");
  EXPECT_EQ(signal_of(kOne).state, SignalState::partial);
  answers["GetMetricData"] = query_error(400, "ValidationError", "no");
  EXPECT_EQ(signal_of(kOne).state, SignalState::failed);
}

TEST_F(Observing, TwoSeriesOfOneMemberMustAgree) {
  answers["ListMetrics"] =
      query_answer("ListMetrics", "<Metrics>" + series_xml(kOne, kMemory) + series_xml(kOne) + "</Metrics>");
  const auto both = [&](double second) {
    answers["GetMetricData"] =
        query_answer("GetMetricData", "<MetricDataResults>" + data_xml("m0", {{2, 80}, {3, 79}}) +
                                          data_xml("m1", {{2, second}}) + "</MetricDataResults>");
    cache = {};
    return signal_of(kOne).state;
  };
  EXPECT_EQ(both(80), SignalState::fresh);
  EXPECT_EQ(both(40), SignalState::ambiguous);
}

TEST_F(Observing, TheSeriesThatProvedRightIsTheOnlyOneReadAgain) {
  answers["ListMetrics"] =
      query_answer("ListMetrics", "<Metrics>" + series_xml(kOne, kMemory) + series_xml(kOne) + "</Metrics>");
  answers["GetMetricData"] = query_answer("GetMetricData", "<MetricDataResults>" + data_xml("m0", {{1, 80}}) +
                                                               data_xml("m1", {}) + "</MetricDataResults>");
  EXPECT_EQ(signal_of(kOne).state, SignalState::fresh);
  EXPECT_TRUE(last["GetMetricData"].contains("MetricDataQueries.member.2.Id"));
  answers["GetMetricData"] = query_answer(
      "GetMetricData", "<MetricDataResults>" + data_xml("m0", {{1, 80}}) + "</MetricDataResults>");
  EXPECT_EQ(signal_of(kOne).state, SignalState::fresh);
  EXPECT_FALSE(last["GetMetricData"].contains("MetricDataQueries.member.2.Id"));
}

// Two series of the first member; which of them has what samples is told by their second dimension.
struct ObservingTwoSeries : Observing {
  Samples old_one, new_one;
  std::vector<int> queries;  // of each GetMetricData
  void SetUp() override {
    Observing::SetUp();
    const std::string fresh = "<member><Name>AgentVersion</Name><Value>2</Value></member>";
    answers["ListMetrics"] = query_answer(
        "ListMetrics", "<Metrics>" + series_xml(kOne, kMemory) + series_xml(kOne, fresh) + "</Metrics>");
    scripts["GetMetricData"] = [this](const Form& form) {
      std::string results;
      int count = 0;
      for (; form.contains(fmt::format("MetricDataQueries.member.{}.Id", count + 1)); ++count) {
        const auto at = fmt::format("MetricDataQueries.member.{}.", count + 1);
        bool is_new = false;
        for (const auto& [key, value] : form) is_new |= key.starts_with(at) && value == "AgentVersion";
        results += data_xml(form.at(at + "Id"), is_new ? new_one : old_one);
      }
      queries.push_back(count);
      return query_answer("GetMetricData", "<MetricDataResults>" + results + "</MetricDataResults>");
    };
  }
};

TEST_F(ObservingTwoSeries, TheNewerGoesOnWhereTheOtherEnded) {
  old_one = {{9, 91}, {8, 91}, {7, 91}, {6, 91}, {5, 91}, {4, 91}};
  new_one = {{3, 13}, {2, 13}};
  const auto signal = signal_of(kOne);
  EXPECT_EQ(signal.state, SignalState::fresh);
  EXPECT_EQ(signal.samples.size(), 8U);
  EXPECT_EQ(signal.samples.back().value, 13);
}

TEST_F(ObservingTwoSeries, ThatCoverTheSameTimeAndDisagreeAreAmbiguous) {
  old_one = {{6, 91}, {4, 91}, {2, 91}};
  new_one = {{5, 13}, {3, 13}};
  EXPECT_EQ(signal_of(kOne).state, SignalState::ambiguous) << "at no common moment";
  new_one = {{5, 91}, {3, 90.8}};
  EXPECT_EQ(signal_of(kOne).state, SignalState::fresh);
  new_one = {{6, 91}, {1, 13}};
  EXPECT_EQ(signal_of(kOne).state, SignalState::fresh) << "it fell after the other's last sample";
  new_one = {{6, 13}, {1, 13}};
  EXPECT_EQ(signal_of(kOne).state, SignalState::ambiguous);
}

TEST_F(ObservingTwoSeries, OneThatHasEndedIsLeftInTheSameTick) {
  old_one = {{3, 91}, {2, 91}, {1, 91}};
  EXPECT_EQ(signal_of(kOne).samples.back().value, 91);
  EXPECT_EQ(signal_of(kOne).samples.back().value, 91);
  old_one = {{6, 91}, {5, 91}, {4, 91}};
  new_one = {{2, 13}, {1, 13}};
  EXPECT_EQ(signal_of(kOne).samples.back().value, 13);
  EXPECT_EQ(queries, (std::vector{2, 1, 1, 2})) << "the second member has none";
}

TEST_F(ObservingTwoSeries, TheOneThatProvedRightIsChosenAgainWithTheList) {
  old_one = {{3, 91}, {2, 91}, {1, 91}};
  EXPECT_EQ(signal_of(kOne).state, SignalState::fresh);
  new_one = {{2, 13}, {1, 13}};
  EXPECT_EQ(signal_of(kOne).state, SignalState::fresh);
  cache.series.begin()->second.read_at -= kCacheFor;
  EXPECT_EQ(signal_of(kOne).state, SignalState::ambiguous);
}

TEST_F(Observing, SeriesWithoutAnInstanceIdBelongToNoInstance) {
  answers["ListMetrics"] = query_answer(
      "ListMetrics",
      "<Metrics><member><Namespace>CWAgent</Namespace><MetricName>mem</MetricName><Dimensions/></member>" +
          series_xml("${aws:InstanceId}") + "</Metrics>");
  EXPECT_EQ(signal_of(kOne).state, SignalState::missing);
  EXPECT_TRUE(signal_of(kOne).no_series);
  EXPECT_EQ(asked["GetMetricData"], 0);
}

struct ObservingOtherSignals : Observing {
  Observation ask(const std::string& metric) {
    auto observation = observed();
    condition.metric = metric;
    answer({Question::Kind::signal, {kOne, kTwo}, 5min, condition}, policy, account.caller, cache,
           observation);
    return observation;
  }
  MetricCondition condition;
};

TEST_F(ObservingOtherSignals, ARulesMetricIsReadBesideTheSignal) {
  const auto seen = ask("cpu");
  EXPECT_EQ(last["ListMetrics"]["MetricName"], "cpu");
  EXPECT_TRUE(seen.signals.empty());
  ASSERT_EQ(seen.other_signals.size(), 1U);
  const auto& signals = seen.other_signals.at(metric_key(condition));
  EXPECT_EQ(signals.at(kOne).samples.back().value, 80);
  EXPECT_EQ(signals.at(kTwo).state, SignalState::fresh);
}

TEST_F(ObservingOtherSignals, ARulesMetricThatCouldNotBeReadHasFailedForAll) {
  answers["GetMetricData"] = query_error(400, "ValidationError", "no");
  const auto seen = ask("cpu");
  EXPECT_EQ(seen.other_signals.at(metric_key(condition)).at(kOne).state, SignalState::failed);
  EXPECT_EQ(seen.other_signals.at(metric_key(condition)).at(kTwo).state, SignalState::failed);
  EXPECT_EQ(seen.problems.size(), 1U);
}

TEST_F(ObservingOtherSignals, TheSeriesThatProvedRightForOneMetricSaysNothingOfAnother) {
  const std::string agent = "<member><Name>AgentVersion</Name><Value>2</Value></member>";
  answers["ListMetrics"] = query_answer(
      "ListMetrics", "<Metrics>" + series_xml(kOne, kMemory) + series_xml(kOne, agent) + "</Metrics>");
  const auto first = [&](bool full) {
    answers["GetMetricData"] = query_answer(
        "GetMetricData", "<MetricDataResults>" + data_xml("m0", full ? Samples{{1, 80}} : Samples{}) +
                             data_xml("m1", full ? Samples{} : Samples{{1, 70}}) + "</MetricDataResults>");
  };
  first(true);
  ask("cpu");
  first(false);
  ask("disk");
  EXPECT_TRUE(last["GetMetricData"].contains("MetricDataQueries.member.2.Id"));
  first(true);
  ask("cpu");
  EXPECT_FALSE(last["GetMetricData"].contains("MetricDataQueries.member.2.Id"))
      << "that of cpu is still known";
}

TEST_F(Observing, WithoutAMetricNothingIsAskedAndNoServerHasASignal) {
  policy.reboot_when.metric.clear();
  EXPECT_EQ(signal_of(kOne).state, SignalState::missing);
  EXPECT_EQ(asked["ListMetrics"] + asked["GetMetricData"], 0) << "a metric without a name is every metric";
}

}  // namespace
}  // namespace evenkeel::observe
