#include "model/identity.h"

#include <gtest/gtest.h>

namespace evenkeel {
namespace {

const std::string kGroup = "arn:aws-cn:elasticloadbalancing:cn-north-1:123456789012:targetgroup/tg1/1";
const Identity kPlace{"aws-cn", "123456789012", "cn-north-1"};

TEST(Identity, AnArnSaysPartitionAccountAndRegion) { EXPECT_EQ(identity_of_arn(kGroup), kPlace); }

TEST(Identity, WhatNamesNoAccountOrRegionSaysNothing) {
  for (const char* arn :
       {"", "tg1", "arn:tg/tg1/1", "arn:aws:iam::123456789012:role/x", "arn:aws:s3:eu-west-1::bucket",
        "arn:aws:ec2:eu-west-1:12345678901x:instance/i-1", "urn:aws:ec2:eu-west-1:123456789012:instance/i-1"})
    EXPECT_FALSE(identity_of_arn(arn)) << arn;
}

TEST(Identity, AnOldStateSaysItByTheGroupsThatItKnows) {
  FleetState state;
  EXPECT_FALSE(remembered_identity(state));
  state.groups_seen[kGroup] = {};
  EXPECT_EQ(remembered_identity(state), kPlace);
  state = {};
  state.healthy_since[kGroup + "|i-1:443"] = {};
  EXPECT_EQ(remembered_identity(state), kPlace);
  state = {};
  state.open.emplace_back().snapshot = {{kGroup, "tg1", 443}};
  EXPECT_EQ(remembered_identity(state), kPlace);
  state.identity = Identity{"aws", "999988887777", "eu-west-1"};
  EXPECT_EQ(remembered_identity(state), state.identity) << "what it says itself comes first";
  state.identity = Identity{};
  EXPECT_FALSE(remembered_identity(state)) << "a person has accepted any place";
}

TEST(Identity, WordsNameThePartitionWhereItIsNotTheUsualOne) {
  EXPECT_EQ(describe({"aws", "123456789012", "eu-west-1"}), "account 123456789012, region eu-west-1");
  EXPECT_EQ(describe(kPlace), "account 123456789012, region cn-north-1, partition aws-cn");
}

}  // namespace
}  // namespace evenkeel
