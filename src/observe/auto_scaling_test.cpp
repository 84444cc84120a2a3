#include "observe/auto_scaling.h"

#include "observe/testing/observing.h"

namespace evenkeel::observe {
namespace {

struct ObservingScaling : Observing {
  void SetUp() override {
    Observing::SetUp();
    policy.auto_scaling_group = "web-asg";
    scaling({});
  }
  void refresh(const std::string& status) {
    answers["DescribeInstanceRefreshes"] =
        query_answer("DescribeInstanceRefreshes",
                     "<InstanceRefreshes><member><InstanceRefreshId>r1</InstanceRefreshId><Status>" + status +
                         "</Status></member></InstanceRefreshes>");
  }
  // How many calls were made to learn what is under way.
  int looked() {
    observed();
    const int calls = asked["DescribeInstanceRefreshes"] + asked["DescribeScalingActivities"];
    asked.clear();
    return calls;
  }
  Remediation open_one(const std::string& id) {
    Remediation open;
    open.instance_id = id;
    open.snapshot = {{kArn, "tg1", 443, false}};
    return open;
  }
};

TEST_F(ObservingScaling, ReadsSizesSuspensionsAndMembers) {
  scaling(
      {.more =
           "<Status>Delete in progress</Status><SuspendedProcesses><member><ProcessName>Launch</ProcessName>"
           "</member><member><ProcessName>Terminate</ProcessName></member><member><ProcessName>HealthCheck"
           "</ProcessName></member></SuspendedProcesses>",
       .members = {{kOne, "Standby", "HEALTHY"}, {kTwo, "InService", "Unhealthy"}}});
  const auto seen = observed().auto_scaling_group.value();
  EXPECT_EQ(seen.min, 1);
  EXPECT_EQ(seen.max, 4);
  EXPECT_EQ(seen.desired, 2);
  EXPECT_TRUE(seen.elb_health_check);
  EXPECT_TRUE(seen.launch_suspended);
  EXPECT_TRUE(seen.terminate_suspended);
  EXPECT_FALSE(seen.replacement_suspended) << "ReplaceUnhealthy isn't";
  EXPECT_TRUE(seen.being_deleted);
  EXPECT_EQ(seen.members, (std::vector<AutoScalingMember>{{kOne, LifecycleState::standby, true},
                                                          {kTwo, LifecycleState::in_service, false}}));
}

TEST_F(ObservingScaling, KeepsAWordOfAwsThatItDoesNotKnow) {
  scaling(
      {.more = "", .members = {{kOne, "Warmed:Stopped", "Healthy"}, {kTwo, "Terminating:Later", "Healthy"}}});
  const auto members = observed().auto_scaling_group.value().members;
  EXPECT_EQ(members.at(0).lifecycle_state, LifecycleState::other);
  EXPECT_EQ(members.at(0).newer_word, "Warmed:Stopped");
  EXPECT_EQ(members.at(1).lifecycle_state, LifecycleState::terminating);
  EXPECT_EQ(members.at(1).newer_word, "Terminating:Later");
}

TEST_F(ObservingScaling, ReadsUnitsSourcesZonesAndGrace) {
  scaling({.more = "<HealthCheckGracePeriod>90</HealthCheckGracePeriod><DesiredCapacityType>vcpu"
                   "</DesiredCapacityType><AvailabilityZones><member>a</member></AvailabilityZones>"
                   "<LoadBalancerNames><member>old</member></LoadBalancerNames><TrafficSources><member>"
                   "<Identifier>svc</Identifier><Type>vpc-lattice</Type></member></TrafficSources>"
                   "<SuspendedProcesses><member><ProcessName>AZRebalance</ProcessName></member>"
                   "</SuspendedProcesses>",
           .members = {{kOne, "InService", "Healthy"}}});
  const auto seen = observed().auto_scaling_group.value();
  EXPECT_TRUE(seen.in_units);
  EXPECT_EQ(seen.members.at(0).weight, 0) << "not told";
  EXPECT_EQ(seen.grace, 90s);
  EXPECT_EQ(seen.zones, std::vector<std::string>{"a"});
  EXPECT_TRUE(seen.az_rebalance_suspended);
  EXPECT_EQ(
      seen.other_traffic_sources,
      (std::vector<TrafficSource>{{TrafficSource::Kind::classic_load_balancer, "Classic Load Balancer old"},
                                  {TrafficSource::Kind::other, "vpc-lattice svc"}}));
}

TEST_F(ObservingScaling, AGroupThatIsNeitherSuspendedNorDeletedIsAsItShouldBe) {
  const auto seen = observed().auto_scaling_group.value();
  EXPECT_FALSE(seen.launch_suspended || seen.terminate_suspended || seen.being_deleted);
  EXPECT_TRUE(seen.members.empty()) << "an empty answer is kept as one, and never as unknown";
}

TEST_F(ObservingScaling, AGroupThatDoesNotExistIsNotRead) {
  answers["DescribeAutoScalingGroups"] = query_answer("DescribeAutoScalingGroups", "<AutoScalingGroups/>");
  const auto seen = observed();
  EXPECT_FALSE(seen.auto_scaling_group);
  EXPECT_EQ(seen.problems, (std::vector<Problem>{{Problem::Kind::not_there, "web-asg",
                                                  "Auto Scaling group web-asg does not exist"}}));
  EXPECT_EQ(seen.absent_names, std::vector<std::string>{"web-asg"});
  EXPECT_EQ(asked["DescribeInstanceRefreshes"], 0);
}

TEST_F(ObservingScaling, AnActiveRefreshIsSeenAndAnEndedOneIsNone) {
  EXPECT_EQ(observed().auto_scaling_group->instance_refresh, "");
  refresh("RollbackInProgress");
  EXPECT_EQ(observed().auto_scaling_group->instance_refresh, "RollbackInProgress");
  refresh("Successful");
  EXPECT_EQ(observed().auto_scaling_group->instance_refresh, "");
}

TEST_F(ObservingScaling, WhatIsUnderWayIsUnknownWhereItCouldNotBeRead) {
  answers.erase("DescribeInstanceRefreshes");
  answers.erase("DescribeScalingActivities");
  const auto seen = observed();
  EXPECT_FALSE(seen.auto_scaling_group->instance_refresh.has_value());
  EXPECT_FALSE(seen.auto_scaling_group->activities.has_value());
  EXPECT_EQ(seen.problems.size(), 2U);
}

TEST_F(ObservingScaling, ActivitiesUnderWayAreTold) {
  answers["DescribeScalingActivities"] =
      query_answer("DescribeScalingActivities",
                   "<Activities><member><Description>Launching a new EC2 instance: "
                   "i-3</Description><StatusCode>PreInService"
                   "</StatusCode><Progress>30</Progress></member><member><Description>Done</"
                   "Description><StatusCode>Successful"
                   "</StatusCode><Progress>100</Progress></member></Activities>");
  EXPECT_EQ(observed().auto_scaling_group->activities,
            std::vector<std::string>{"Launching a new EC2 instance: i-3"});
}

TEST_F(ObservingScaling, WhatIsUnderWayIsNotLookedForWhereNothingMayStart) {
  EXPECT_EQ(looked(), 2);
  state.pause = Pause{"deploy", "ann", Time{}};
  EXPECT_EQ(looked(), 0);
  state.pause->until = wire::aws_date();
  EXPECT_EQ(looked(), 2) << "the pause has ended";
  state.pause->until = wire::aws_date() + 1s;
  EXPECT_EQ(looked(), 0);
  state.pause.reset();
  state.breaker = Breaker{};
  EXPECT_EQ(looked(), 0);
  state.breaker.reset();
  policy.retired = true;
  EXPECT_EQ(looked(), 0);
  policy.retired = false;
  state.open = {open_one(kOne)};
  EXPECT_EQ(looked(), 2) << "it may be back within this tick, and the next one go";
}

TEST_F(ObservingScaling, WhatIsUnderWayIsReadWhenADecisionAsksAndOnce) {
  state.breaker = Breaker{};
  auto observation = observed();
  asked.clear();
  for (int time = 0; time < 2; ++time)
    answer({Question::Kind::scaling, {}, {}}, policy, account.caller, cache, observation);
  EXPECT_EQ(asked["DescribeInstanceRefreshes"], 1);
  EXPECT_EQ(asked["DescribeScalingActivities"], 1);
  EXPECT_EQ(observation.auto_scaling_group->instance_refresh, "");
}

TEST_F(ObservingScaling, WhatARestoreNeedsIsReadWithoutIt) {
  asked.clear();
  ASSERT_TRUE(observe(policy, state, account.caller, cache));
  EXPECT_EQ(asked["DescribeInstanceRefreshes"], 0);
  EXPECT_EQ(asked["DescribeScalingActivities"], 0);
}

}  // namespace
}  // namespace evenkeel::observe
