#include "sim/api/throttle.h"

#include <gtest/gtest.h>

namespace evenkeel::sim {
namespace {

constexpr Time kThrottleNow{std::chrono::seconds{1'000'000}};

// How many calls of one kind go through before the first refusal.
int burst(Throttle& throttle, ApiService service, const std::string& action, bool bare, Time now) {
  int calls = 0;
  while (calls < 1000 && throttle.admit(service, action, bare, now)) ++calls;
  return calls;
}

struct BucketCase {
  ApiService service;
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
                         testing::Values(BucketCase{ApiService::elbv2, "DescribeTargetHealth", true, 40, 10},
                                         BucketCase{ApiService::elbv2, "RegisterTargets", true, 20, 4},
                                         BucketCase{ApiService::elbv2, "DeregisterTargets", true, 20, 4},
                                         BucketCase{ApiService::ec2, "DescribeInstances", false, 100, 20},
                                         BucketCase{ApiService::ec2, "DescribeInstances", true, 50, 10},
                                         BucketCase{ApiService::ec2, "RebootInstances", false, 50, 5},
                                         BucketCase{ApiService::cloudwatch, "GetMetricData", true, 50, 50},
                                         BucketCase{ApiService::cloudwatch, "ListMetrics", true, 25, 25},
                                         BucketCase{ApiService::ssm, "GetParameter", true, 40, 40},
                                         BucketCase{ApiService::ssm, "PutParameter", true, 3, 3},
                                         BucketCase{ApiService::sns, "Publish", true, 300, 300},
                                         BucketCase{ApiService::sns, "CreateTopic", true, 30, 30},
                                         BucketCase{ApiService::dynamodb, "PutItem", true, 1000, 1000},
                                         BucketCase{ApiService::auto_scaling, "DescribeAutoScalingGroups",
                                                    true, 40, 10}));

TEST(Throttle, ChangesOfTargetsSpendTheAccountsBucketToo) {
  Throttle throttle;
  EXPECT_EQ(burst(throttle, ApiService::elbv2, "RegisterTargets", true, kThrottleNow), 20);
  EXPECT_EQ(burst(throttle, ApiService::elbv2, "DeregisterTargets", true, kThrottleNow), 0);
  EXPECT_EQ(burst(throttle, ApiService::elbv2, "DescribeTargetHealth", true, kThrottleNow), 20);
}

TEST(Throttle, ARefusedCallSpendsNothing) {
  Throttle throttle;
  burst(throttle, ApiService::elbv2, "RegisterTargets", true, kThrottleNow);
  for (int i = 0; i < 100; ++i)
    EXPECT_FALSE(throttle.admit(ApiService::elbv2, "RegisterTargets", true, kThrottleNow));
  EXPECT_EQ(burst(throttle, ApiService::elbv2, "DescribeTargetHealth", true, kThrottleNow), 20);
}

TEST(Throttle, ActionsOfEc2HaveBucketsOfTheirOwn) {
  Throttle throttle;
  burst(throttle, ApiService::ec2, "DescribeInstances", false, kThrottleNow);
  EXPECT_TRUE(throttle.admit(ApiService::ec2, "DescribeInstanceStatus", false, kThrottleNow));
  EXPECT_TRUE(throttle.admit(ApiService::ec2, "RebootInstances", false, kThrottleNow));
}

}  // namespace
}  // namespace evenkeel::sim
