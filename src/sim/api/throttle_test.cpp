#include "sim/api/throttle.h"

#include <gtest/gtest.h>

namespace evenkeel::sim {
namespace {

constexpr Time kThrottleNow{std::chrono::seconds{1'000'000}};

// How many calls of one kind go through before the first refusal.
int burst(Throttle& throttle, Service service, const std::string& action, bool bare, Time now) {
  int calls = 0;
  while (calls < 1000 && throttle.admit(service, action, bare, now)) ++calls;
  return calls;
}

struct BucketCase {
  Service service;
  const char* action;
  bool bare;
  int capacity, a_second_later;
};

class Buckets : public testing::TestWithParam<BucketCase> {};

TEST_P(Buckets, HoldTheirCapacityAndRefillBySecond) {
  const auto [service, action, bare, capacity, a_second_later] = GetParam();
  Throttle throttle;
  EXPECT_EQ(burst(throttle, service, action, bare, kThrottleNow), capacity);
  EXPECT_EQ(burst(throttle, service, action, bare, kThrottleNow), 0);
  EXPECT_EQ(burst(throttle, service, action, bare, kThrottleNow + std::chrono::seconds{1}), a_second_later);
  EXPECT_EQ(burst(throttle, service, action, bare, kThrottleNow + std::chrono::hours{1}), capacity);
}

INSTANTIATE_TEST_SUITE_P(Aws, Buckets,
                         testing::Values(BucketCase{Service::elbv2, "DescribeTargetHealth", true, 40, 10},
                                         BucketCase{Service::elbv2, "RegisterTargets", true, 20, 4},
                                         BucketCase{Service::elbv2, "DeregisterTargets", true, 20, 4},
                                         BucketCase{Service::ec2, "DescribeInstances", false, 100, 20},
                                         BucketCase{Service::ec2, "DescribeInstances", true, 50, 10},
                                         BucketCase{Service::ec2, "RebootInstances", false, 50, 5},
                                         BucketCase{Service::cloudwatch, "GetMetricData", true, 50, 50},
                                         BucketCase{Service::cloudwatch, "ListMetrics", true, 25, 25},
                                         BucketCase{Service::ssm, "GetParameter", true, 40, 40},
                                         BucketCase{Service::ssm, "PutParameter", true, 3, 3},
                                         BucketCase{Service::sns, "Publish", true, 300, 300},
                                         BucketCase{Service::sns, "CreateTopic", true, 30, 30},
                                         BucketCase{Service::dynamodb, "PutItem", true, 1000, 1000},
                                         BucketCase{Service::auto_scaling, "DescribeAutoScalingGroups", true,
                                                    40, 10}));

TEST(Throttle, ChangesOfTargetsSpendTheAccountsBucketToo) {
  Throttle throttle;
  EXPECT_EQ(burst(throttle, Service::elbv2, "RegisterTargets", true, kThrottleNow), 20);
  EXPECT_EQ(burst(throttle, Service::elbv2, "DeregisterTargets", true, kThrottleNow), 0);
  EXPECT_EQ(burst(throttle, Service::elbv2, "DescribeTargetHealth", true, kThrottleNow), 20);
}

TEST(Throttle, ARefusedCallSpendsNothing) {
  Throttle throttle;
  burst(throttle, Service::elbv2, "RegisterTargets", true, kThrottleNow);
  for (int i = 0; i < 100; ++i)
    EXPECT_FALSE(throttle.admit(Service::elbv2, "RegisterTargets", true, kThrottleNow));
  EXPECT_EQ(burst(throttle, Service::elbv2, "DescribeTargetHealth", true, kThrottleNow), 20);
}

TEST(Throttle, ActionsOfEc2HaveBucketsOfTheirOwn) {
  Throttle throttle;
  burst(throttle, Service::ec2, "DescribeInstances", false, kThrottleNow);
  EXPECT_TRUE(throttle.admit(Service::ec2, "DescribeInstanceStatus", false, kThrottleNow));
  EXPECT_TRUE(throttle.admit(Service::ec2, "RebootInstances", false, kThrottleNow));
}

}  // namespace
}  // namespace evenkeel::sim
