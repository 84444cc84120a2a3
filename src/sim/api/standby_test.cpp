// EnterStandby, ExitStandby, terminations, activities and refreshes over the wire.
#include <gtest/gtest.h>

#include "sim/testing/front.h"

namespace evenkeel::sim {
namespace {

using std::chrono::minutes;

struct Scaled : World {
  explicit Scaled(Faults faults = {}) : World(std::move(faults)) {
    AutoScalingGroup group;
    group.name = "web-asg";
    group.min_size = 2;
    group.max_size = 4;
    group.desired = 3;
    group.target_group_arns = {tg1, tg80};
    for (const std::string& id : ids) {
      account.servers.at(id).auto_scaling_group = group.name;
      group.members.push_back({id});
    }
    account.auto_scaling_groups[group.name] = group;
  }
  FrontReply enter(const std::string& id, const char* decrement = "true") {
    return auto_scaling("EnterStandby", {{"AutoScalingGroupName", "web-asg"},
                                         {"InstanceIds.member.1", id},
                                         {"ShouldDecrementDesiredCapacity", decrement}});
  }
  FrontReply leave_standby(const std::string& id) {
    return auto_scaling("ExitStandby", {{"AutoScalingGroupName", "web-asg"}, {"InstanceIds.member.1", id}});
  }
  FrontReply of_group(const char* action, FormFields more = {}) {
    more.emplace_back("AutoScalingGroupName", "web-asg");
    return auto_scaling(action, more);
  }
};

TEST(EnterStandbyCall, AnswersWithTheActivityItBegan) {
  Scaled world;
  const FrontReply reply = world.enter(world.ids[0]);
  EXPECT_EQ(reply.status, 200);
  const std::string activity = "/EnterStandbyResponse/EnterStandbyResult/Activities/member";
  EXPECT_EQ(reply.text(activity + "/StatusCode"), "InProgress");
  EXPECT_EQ(reply.text(activity + "/Progress"), "50");
  EXPECT_EQ(reply.text(activity + "/Description"), "Moving EC2 instance to Standby: " + world.ids[0]);
  EXPECT_NE(reply.text(activity + "/Cause").find("shrinking the capacity from 3 to 2"), std::string::npos);
  EXPECT_EQ(reply.text(activity + "/AutoScalingGroupName"), "web-asg");
  const FrontReply groups = world.auto_scaling("DescribeAutoScalingGroups");
  EXPECT_EQ(groups.text("//Instances/member[InstanceId='" + world.ids[0] + "']/LifecycleState"),
            "EnteringStandby");
  EXPECT_EQ(groups.text("//DesiredCapacity"), "2");
}

TEST(EnterStandbyCall, NeedsToBeToldWhatBecomesOfTheSize) {
  Scaled world;
  const FrontReply reply = world.auto_scaling(
      "EnterStandby", {{"AutoScalingGroupName", "web-asg"}, {"InstanceIds.member.1", world.ids[0]}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(world.enter(world.ids[0], "maybe").code(), "ValidationError");
  EXPECT_TRUE(world.account.facts().empty() || world.account.facts().back().kind != FactKind::standby);
}

TEST(EnterStandbyCall, SaysWhatTheSizesForbid) {
  Scaled world;
  world.enter(world.ids[0]);
  const FrontReply reply = world.enter(world.ids[1]);
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.code(), "ValidationError");
  EXPECT_NE(reply.message().find("has min-size=2, max-size=4, and desired-size=2"), std::string::npos);
}

TEST(ExitStandbyCall, OfAnInstanceThatIsNotThereShowsOnlyThatOneMayAsk) {
  Scaled world;
  const FrontReply reply = world.leave_standby("i-00000000000000000");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.code(), "ValidationError");
  EXPECT_EQ(reply.message(), "The instance i-00000000000000000 is not part of Auto Scaling group web-asg.");
}

TEST(ExitStandbyCall, AnswersWithAnActivityBeforeService) {
  Scaled world;
  world.enter(world.ids[0]);
  world.wait(minutes{10});
  const FrontReply reply = world.leave_standby(world.ids[0]);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.text("//Activities/member/StatusCode"), "PreInService");
  EXPECT_EQ(reply.text("//Activities/member/Progress"), "30");
}

TEST(Standby, CallsMeetTheFaultsOfAutoScaling) {
  Faults faults;
  faults.list = {{.kind = FaultKind::contention, .action = "autoscaling.EnterStandby", .times = 1},
                 {.kind = FaultKind::activity_in_progress, .action = "autoscaling.ExitStandby", .times = 1}};
  Scaled world(faults);
  EXPECT_EQ(world.enter(world.ids[0]).status, 500);
  EXPECT_EQ(world.account.auto_scaling_groups.at("web-asg").desired, 3);
  EXPECT_EQ(world.enter(world.ids[0]).status, 200);
  world.wait(minutes{10});
  const FrontReply blocked = world.leave_standby(world.ids[0]);
  EXPECT_EQ(blocked.status, 400);
  EXPECT_EQ(blocked.code(), "ScalingActivityInProgress");
  EXPECT_EQ(world.leave_standby(world.ids[0]).status, 200);
}

TEST(TerminateInstanceInAutoScalingGroup, AnswersWithItsActivityAndIsBlockedByAnother) {
  Scaled world;
  const FormFields form = {{"InstanceId", world.ids[0]}, {"ShouldDecrementDesiredCapacity", "false"}};
  const FrontReply reply = world.auto_scaling("TerminateInstanceInAutoScalingGroup", form);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.text("//Activity/Description"), "Terminating EC2 instance: " + world.ids[0]);
  EXPECT_EQ(world.auto_scaling("TerminateInstanceInAutoScalingGroup", form).code(),
            "ScalingActivityInProgress");
}

TEST(DescribeScalingActivities, ShowsTheNewestFirstWithWhatIsUnderWay) {
  Scaled world;
  world.enter(world.ids[0]);
  world.wait(minutes{10});
  world.leave_standby(world.ids[0]);
  const FrontReply reply = world.of_group("DescribeScalingActivities");
  EXPECT_EQ(reply.texts("//Activities/member/StatusCode"),
            (std::vector<std::string>{"PreInService", "Successful"}));
  EXPECT_EQ(reply.texts("//Activities/member/Progress"), (std::vector<std::string>{"30", "100"}));
  EXPECT_EQ(reply.texts("//Activities/member/EndTime").size(), 1U);
  const auto ids = reply.texts("//Activities/member/ActivityId");
  ASSERT_EQ(ids.size(), 2U);
  EXPECT_NE(ids[0], ids[1]);
}

TEST(DescribeScalingActivities, PagesAndKnowsTheGroup) {
  Scaled world;
  world.enter(world.ids[0]);
  world.wait(minutes{10});
  world.leave_standby(world.ids[0]);
  const FrontReply first = world.of_group("DescribeScalingActivities", {{"MaxRecords", "1"}});
  const std::string token = first.text("//NextToken");
  ASSERT_FALSE(token.empty());
  const FrontReply second =
      world.of_group("DescribeScalingActivities", {{"MaxRecords", "1"}, {"NextToken", token}});
  EXPECT_EQ(second.text("//StatusCode"), "Successful");
  EXPECT_EQ(world.auto_scaling("DescribeScalingActivities", {{"AutoScalingGroupName", "nobody"}}).code(),
            "ValidationError");
}

TEST(DescribeInstanceRefreshes, ShowsTheNewestFirst) {
  Scaled world;
  EXPECT_TRUE(world.of_group("DescribeInstanceRefreshes").texts("//InstanceRefreshId").empty());
  world.account.start_refresh("web-asg");
  world.wait(minutes{1});
  world.account.end_refresh("web-asg");
  world.account.start_refresh("web-asg");
  const FrontReply reply = world.of_group("DescribeInstanceRefreshes");
  EXPECT_EQ(reply.texts("//InstanceRefreshes/member/Status"),
            (std::vector<std::string>{"InProgress", "Successful"}));
  EXPECT_EQ(reply.texts("//EndTime").size(), 1U);
}

TEST(DescribeTargetHealth, ShowsAZonalShiftAsAnAdministrativeOverride) {
  World world;
  world.account.servers.at(world.ids[0]).zone = "b";
  world.account.shift_zone("b");
  const FrontReply reply = world.health(world.tg1);
  const auto of = [&](const std::string& id, const char* what) {
    return reply.text("//member[Target/Id='" + id + "']/AdministrativeOverride/" + what);
  };
  EXPECT_EQ(of(world.ids[0], "State"), "zonal_shift_active");
  EXPECT_EQ(of(world.ids[0], "Reason"), "AdministrativeOverride.ZonalShiftActive");
  EXPECT_EQ(of(world.ids[1], "State"), "no_override");
}

TEST(StopInstances, RehearsesStopsAndTellsBothStates) {
  World world;
  const FormFields form = {{"InstanceId.1", world.ids[0]}};
  FormFields rehearsal = form;
  rehearsal.emplace_back("DryRun", "true");
  const FrontReply rehearsed = world.ec2("StopInstances", rehearsal);
  EXPECT_EQ(rehearsed.status, 412);
  EXPECT_EQ(rehearsed.code(), "DryRunOperation");
  EXPECT_EQ(world.ec2("StartInstances", rehearsal).status, 412);
  const FrontReply stopped = world.ec2("StopInstances", form);
  EXPECT_EQ(stopped.status, 200);
  EXPECT_EQ(stopped.text("//currentState/name"), "stopping");
  EXPECT_EQ(stopped.text("//currentState/code"), "64");
  EXPECT_EQ(stopped.text("//previousState/name"), "running");
  EXPECT_EQ(world.ec2("StartInstances", form).code(), "IncorrectInstanceState");
  world.wait(minutes{5});
  EXPECT_EQ(world.ec2("StartInstances", form).text("//currentState/name"), "pending");
  EXPECT_EQ(world.ec2("StartInstances", {{"InstanceId.1", "i-00000000"}}).code(),
            "InvalidInstanceID.NotFound");
}

TEST(StartInstances, IsRefusedForWantOfCapacity) {
  World world;
  world.account.stop(world.ids[0]);
  world.account.switches.no_capacity = true;
  const FrontReply reply = world.ec2("StartInstances", {{"InstanceId.1", world.ids[0]}});
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.code(), "InsufficientInstanceCapacity");
}

TEST(DescribeInstanceStatus, TellsImpairmentSinceWhenAndInitializing) {
  World world;
  world.account.impair(world.ids[0]);
  world.account.impair(world.ids[1], true);
  world.account.stop(world.ids[2]);
  world.account.start(world.ids[2]);
  const FrontReply reply = world.ec2("DescribeInstanceStatus");
  const auto of = [&](int i, const std::string& what) {
    return reply.text("//instanceStatusSet/item[instanceId='" + world.ids[static_cast<std::size_t>(i)] +
                      "']/" + what);
  };
  EXPECT_EQ(of(0, "instanceStatus/status"), "impaired");
  EXPECT_EQ(of(0, "instanceStatus/details/item/status"), "failed");
  EXPECT_EQ(of(0, "instanceStatus/details/item/impairedSince"), "2026-11-22T06:56:40Z");
  EXPECT_EQ(of(0, "systemStatus/status"), "ok");
  EXPECT_EQ(of(1, "systemStatus/status"), "impaired");
  EXPECT_EQ(of(1, "instanceStatus/status"), "ok");
  EXPECT_EQ(of(2, "instanceStatus/status"), "initializing");
  world.account.unimpair(world.ids[0]);
  EXPECT_EQ(
      world.ec2("DescribeInstanceStatus", {{"InstanceId.1", world.ids[0]}}).text("//instanceStatus/status"),
      "ok");
}

TEST(DescribeInstanceStatus, ListsScheduledEventsAndThoseThatAreOver) {
  World world;
  world.account.schedule_event(world.ids[0], "system-reboot", minutes{60});
  world.account.schedule_event(world.ids[0], "instance-stop", minutes{90});
  const FormFields form = {{"InstanceId.1", world.ids[0]}};
  const FrontReply reply = world.ec2("DescribeInstanceStatus", form);
  EXPECT_EQ(reply.texts("//eventsSet/item/code"),
            (std::vector<std::string>{"system-reboot", "instance-stop"}));
  EXPECT_EQ(reply.text("//eventsSet/item/notBefore"), "2026-11-22T07:56:40Z");
  EXPECT_TRUE(reply.text("//eventsSet/item/instanceEventId").starts_with("instance-event-0"));
  world.account.cancel_event(world.ids[0]);
  EXPECT_TRUE(world.ec2("DescribeInstanceStatus", form)
                  .text("//eventsSet/item/description")
                  .starts_with("[Canceled] "));
}

TEST(DescribeInstances, ShowsTheRootDeviceAndTheTagsOfTheMoment) {
  World world;
  world.account.servers.at(world.ids[0]).instance_store = true;
  world.account.set_tag(world.ids[0], "evenkeel:hold", "yes");
  const FormFields form = {{"InstanceId.1", world.ids[0]}};
  const FrontReply reply = world.ec2("DescribeInstances", form);
  EXPECT_EQ(reply.text("//rootDeviceType"), "instance-store");
  EXPECT_EQ(reply.text("//tagSet/item[key='evenkeel:hold']/value"), "yes");
  world.account.remove_tag(world.ids[0], "evenkeel:hold");
  EXPECT_TRUE(world.ec2("DescribeInstances", form).texts("//tagSet/item[key='evenkeel:hold']").empty());
  EXPECT_EQ(world.ec2("StopInstances", form).code(), "UnsupportedOperation");
}

}  // namespace
}  // namespace evenkeel::sim
