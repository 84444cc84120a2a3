#include "wire/pacing.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace evenkeel::wire {
namespace {

using namespace std::chrono_literals;

const Time kPacedFrom = parse_iso8601("2026-11-22T06:45:00Z").value();

Call paced_call(Service service, const std::string& action, bool mutates = false) {
  Call call;
  call.service = service;
  call.action = action;
  call.mutates = mutates;
  return call;
}

const Call kHealth = paced_call(Service::elastic_load_balancing_v2, "DescribeTargetHealth");
const Call kGroups = paced_call(Service::elastic_load_balancing_v2, "DescribeTargetGroups");
const Call kRegister = paced_call(Service::elastic_load_balancing_v2, "RegisterTargets", true);

// How many go out at once before the next must wait.
int burst(Pacing& pacing, const Call& call, Urgency urgency, Time now) {
  int count = 0;
  while (count < 1000 && pacing.take(call, urgency, now) == Duration::zero()) ++count;
  return count;
}

TEST(Pacing, LetsHalfOfTheLoadBalancersBucketGoAtOnce) {
  Pacing pacing;
  EXPECT_EQ(burst(pacing, kHealth, Urgency::ordinary, kPacedFrom), 20);  // of AWS's 40
}

TEST(Pacing, KeepsAShareForRestoresThatNothingElseCanSpend) {
  Pacing pacing;
  burst(pacing, kHealth, Urgency::ordinary, kPacedFrom);
  EXPECT_GT(pacing.take(kHealth, Urgency::ordinary, kPacedFrom), Duration::zero());
  EXPECT_EQ(burst(pacing, kHealth, Urgency::restore, kPacedFrom), 10);
}

TEST(Pacing, HoldsTheAccountsBucketOverAllItsActions) {
  Pacing pacing;
  burst(pacing, kHealth, Urgency::ordinary, kPacedFrom);
  EXPECT_GT(pacing.take(kGroups, Urgency::ordinary, kPacedFrom), Duration::zero());
  EXPECT_GT(pacing.take(kRegister, Urgency::ordinary, kPacedFrom), Duration::zero());
  EXPECT_EQ(pacing.take(paced_call(Service::ec2, "DescribeInstances"), Urgency::ordinary, kPacedFrom),
            Duration::zero());
}

TEST(Pacing, GivesRegistrationsASmallerBucket) {
  Pacing pacing;
  EXPECT_EQ(burst(pacing, kRegister, Urgency::restore, kPacedFrom), 15);  // of AWS's 20
}

TEST(Pacing, SaysHowLongToWaitAndThenLetsExactlyOneGo) {
  Pacing pacing;
  burst(pacing, kHealth, Urgency::ordinary, kPacedFrom);
  const Duration wait = pacing.take(kHealth, Urgency::ordinary, kPacedFrom);
  EXPECT_EQ(wait, Duration{134});  // 7.5 a second, of AWS's 10
  EXPECT_GT(pacing.take(kHealth, Urgency::ordinary, kPacedFrom + wait - 2ms), Duration::zero());
  EXPECT_EQ(burst(pacing, kHealth, Urgency::ordinary, kPacedFrom + wait), 1);
}

TEST(Pacing, IsFullAgainAfterAWhileAndNeverFuller) {
  Pacing pacing;
  burst(pacing, kHealth, Urgency::restore, kPacedFrom);
  EXPECT_EQ(burst(pacing, kHealth, Urgency::ordinary, kPacedFrom + 1h), 20);
}

TEST(Pacing, WaitsForARefillAfterAWSThrottled) {
  Pacing pacing;
  ASSERT_EQ(pacing.take(kHealth, Urgency::ordinary, kPacedFrom), Duration::zero());
  pacing.throttled(kHealth, kPacedFrom);
  EXPECT_GT(pacing.take(kHealth, Urgency::restore, kPacedFrom), Duration::zero());
  EXPECT_EQ(pacing.take(kHealth, Urgency::restore, kPacedFrom + 134ms), Duration::zero());
  EXPECT_GT(pacing.take(kHealth, Urgency::ordinary, kPacedFrom + 1s), Duration::zero());
  EXPECT_EQ(pacing.take(kHealth, Urgency::ordinary, kPacedFrom + 2s), Duration::zero());
}

TEST(Pacing, GoesOnWhenTheClockIsSetBack) {
  Pacing pacing;
  burst(pacing, kHealth, Urgency::ordinary, kPacedFrom);
  EXPECT_GT(pacing.take(kHealth, Urgency::ordinary, kPacedFrom - 1h), Duration::zero());
  EXPECT_EQ(pacing.take(kHealth, Urgency::ordinary, kPacedFrom - 1h + 1s), Duration::zero());
}

TEST(Pacing, KeepsEC2sBucketsPerAction) {
  Pacing pacing;
  EXPECT_EQ(burst(pacing, paced_call(Service::ec2, "DescribeInstances"), Urgency::ordinary, kPacedFrom), 50);
  EXPECT_EQ(burst(pacing, paced_call(Service::ec2, "RebootInstances", true), Urgency::ordinary, kPacedFrom),
            25);
}

TEST(Pacing, StartsFewerThanItStops) {
  Pacing pacing;
  EXPECT_EQ(burst(pacing, paced_call(Service::ec2, "StopInstances", true), Urgency::ordinary, kPacedFrom),
            25);
  EXPECT_EQ(burst(pacing, paced_call(Service::ec2, "StartInstances", true), Urgency::restore, kPacedFrom), 3);
  EXPECT_EQ(burst(pacing, paced_call(Service::ec2, "RebootInstances"), Urgency::ordinary, kPacedFrom),
            25);  // dry
}

TEST(Pacing, IsCarefulWhereAWSPublishesNoBuckets) {
  Pacing pacing;
  const auto first = [&](Service service, const std::string& action) {
    return burst(pacing, paced_call(service, action), Urgency::ordinary, kPacedFrom);
  };
  EXPECT_EQ(first(Service::auto_scaling, "DescribeAutoScalingGroups"), 10);
  EXPECT_EQ(first(Service::auto_scaling, "EnterStandby"), 5);
  EXPECT_EQ(first(Service::ssm, "SendCommand"), 10);
  EXPECT_EQ(first(Service::ssm, "GetParameter"), 20);
  EXPECT_EQ(first(Service::cloudwatch, "DescribeAlarms"), 4);  // of AWS's 9
}

}  // namespace
}  // namespace evenkeel::wire
