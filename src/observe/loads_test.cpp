#include "observe/loads.h"

#include "observe/testing/observing.h"

namespace evenkeel::observe {
namespace {

const std::string kBalancer = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/front/50";

struct ObservingLoads : Observing {
  void SetUp() override {
    Observing::SetUp();
    policy.keep.load_below = LoadCeiling{};
  }
  Observation with_balancer() {
    auto observation = observed();
    observation.target_groups.at(0).load_balancer_arn = kBalancer;
    return observation;
  }
  void ask(Observation& observation) {
    answer({Question::Kind::load, {kOne, kTwo}, 1h}, policy, account.caller, cache, observation);
  }
  void data(const std::string& results) {
    answers["GetMetricData"] =
        query_answer("GetMetricData", "<MetricDataResults>" + results + "</MetricDataResults>");
  }
};

TEST_F(ObservingLoads, AGroupsSeriesHasItsOwnIdAndItsLoadBalancersAndNothingElse) {
  auto observation = with_balancer();
  data(data_xml("m0", {{2, 600}, {3, 500}}));
  ask(observation);
  const auto& load = observation.loads.at(kArn);
  EXPECT_EQ(load.state, SignalState::fresh);
  EXPECT_EQ(load.samples.back().value, 600);
  auto& form = last["GetMetricData"];
  const std::string metric = "MetricDataQueries.member.1.MetricStat.";
  EXPECT_EQ(form[metric + "Metric.Namespace"], "AWS/ApplicationELB");
  EXPECT_EQ(form[metric + "Metric.MetricName"], "RequestCount");
  EXPECT_EQ(form[metric + "Metric.Dimensions.member.1.Name"], "LoadBalancer");
  EXPECT_EQ(form[metric + "Metric.Dimensions.member.1.Value"], "app/front/50");
  EXPECT_EQ(form[metric + "Metric.Dimensions.member.2.Name"], "TargetGroup");
  EXPECT_EQ(form[metric + "Metric.Dimensions.member.2.Value"], "targetgroup/tg1/1");
  EXPECT_FALSE(form.contains(metric + "Metric.Dimensions.member.3.Name"));
  EXPECT_EQ(form[metric + "Stat"], "Sum");
  EXPECT_EQ(form["StartTime"], "2026-11-22T05:45:00Z");
  EXPECT_EQ(form["EndTime"], "2026-11-22T06:45:00Z") << "the minute under way is not final";
  EXPECT_EQ(asked["ListMetrics"], 0);
}

TEST_F(ObservingLoads, OnlyTheFleetsGroupsAreAskedFor) {
  auto observation = with_balancer();
  TargetGroup other;
  other.arn = kOther;
  other.load_balancer_arn = kBalancer;
  observation.target_groups.insert(observation.target_groups.begin(), other);
  data(data_xml("m0", {{2, 600}}));
  ask(observation);
  EXPECT_EQ(observation.loads.size(), 1U);
  EXPECT_EQ(last["GetMetricData"]["MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.2.Value"],
            "targetgroup/tg1/1");
}

TEST_F(ObservingLoads, AGroupWithoutALoadBalancerHasNoLoadThatIsKnown) {
  auto observation = observed();
  observation.target_groups.at(0).load_balancer_arn.clear();
  ask(observation);
  EXPECT_EQ(observation.loads.at(kArn).state, SignalState::missing);
  EXPECT_NE(observation.loads.at(kArn).detail.find("no load balancer"), std::string::npos);
  EXPECT_EQ(asked["GetMetricData"], 0);
}

TEST_F(ObservingLoads, NoSamplesAreNotNoLoad) {
  auto observation = with_balancer();
  data(data_xml("m0", {}));
  ask(observation);
  EXPECT_EQ(observation.loads.at(kArn).state, SignalState::missing);
  data("");
  ask(observation);
  EXPECT_EQ(observation.loads.at(kArn).state, SignalState::partial) << "CloudWatch didn't speak of it";
  data(data_xml("m0", {{2, 600}}, "PartialData"));
  ask(observation);
  EXPECT_EQ(observation.loads.at(kArn).state, SignalState::partial);
  data(data_xml("m0", {{30, 600}}));
  ask(observation);
  EXPECT_EQ(observation.loads.at(kArn).state, SignalState::stale);
  answers["GetMetricData"] = query_error(400, "ValidationError", "no");
  ask(observation);
  EXPECT_EQ(observation.loads.at(kArn).state, SignalState::failed);
}

TEST_F(ObservingLoads, PerInstanceItIsReadAsASignalIs) {
  policy.keep.load_below->per = LoadCeiling::Per::instance;
  policy.keep.load_below->metric = "CPUUtilization";
  policy.keep.load_below->metric_namespace = "AWS/EC2";
  policy.keep.load_below->statistic = Statistic::average;
  auto observation = observed();
  ask(observation);
  EXPECT_EQ(last["ListMetrics"]["MetricName"], "CPUUtilization");
  EXPECT_EQ(observation.loads.at(kOne).samples.back().value, 80);
  EXPECT_EQ(observation.loads.at(kTwo).state, SignalState::fresh);
  EXPECT_TRUE(observation.signals.empty());
  answers["ListMetrics"] = query_error(400, "ValidationError", "no");
  cache = {};
  ask(observation);
  EXPECT_EQ(observation.loads.at(kOne).state, SignalState::failed);
}

TEST(LoadDimensions, AreThoseOfTheArns) {
  TargetGroup group;
  group.arn = kArn;
  group.load_balancer_arn =
      "arn:aws-cn:elasticloadbalancing:cn-north-1:123456789012:loadbalancer/net/loadbalancer/5";
  EXPECT_EQ(load_dimensions(group), (aws::cloudwatch::Dimensions{{"LoadBalancer", "net/loadbalancer/5"},
                                                                 {"TargetGroup", "targetgroup/tg1/1"}}));
  group.load_balancer_arn = "lb";
  EXPECT_TRUE(load_dimensions(group).empty());
}

}  // namespace
}  // namespace evenkeel::observe
