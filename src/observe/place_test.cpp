// Goal: a look in the wrong account or region stops before it concludes anything, and a look in the right one
// costs no call more.
#include "observe/place.h"

#include <algorithm>

#include "model/identity.h"
#include "observe/testing/observing.h"

namespace evenkeel::observe {
namespace {

const Identity kHere{"aws", "123456789012", "eu-west-1"};
const Identity kThere{"aws", "999988887777", "eu-west-1"};

struct FleetIdentity : Observing {
  void credentials_of(const std::string& number) {
    answers["GetCallerIdentity"] =
        query_answer("GetCallerIdentity", "<Arn>arn:aws:sts::" + number +
                                              ":assumed-role/evenkeel/x</Arn><UserId>A:x</UserId><Account>" +
                                              number + "</Account>");
  }
  void no_such_group() {
    answers["DescribeTargetGroups"] = query_error(400, "TargetGroupNotFound", "One or more not found");
  }
  Error refused() {
    const auto seen = observe(policy, state, account.caller, cache);
    EXPECT_FALSE(seen);
    return seen ? Error{} : seen.error();
  }
};

TEST_F(FleetIdentity, TheGroupsSayItWithoutACallOfItsOwn) {
  EXPECT_EQ(observed().identity, kHere);
  state.identity = kHere;
  EXPECT_EQ(observed().identity, kHere);
  EXPECT_EQ(asked["GetCallerIdentity"], 0);
}

TEST_F(FleetIdentity, GroupsOfAnotherAccountStopTheLook) {
  state.identity = kThere;
  const auto error = refused();
  EXPECT_EQ(error.code, kWrongAccount);
  EXPECT_NE(error.message.find("for account 123456789012, region eu-west-1; the state belongs to account "
                               "999988887777, region eu-west-1"),
            std::string::npos)
      << error.message;
  EXPECT_EQ(asked["DescribeTargetHealth"], 0) << "nothing more is asked";
}

TEST_F(FleetIdentity, WhereTheGroupsAreNotFoundStsIsAsked) {
  state.identity = kHere;
  no_such_group();
  credentials_of("999988887777");
  EXPECT_EQ(refused().code, kWrongAccount);
  EXPECT_EQ(asked["GetCallerIdentity"], 1);
  EXPECT_EQ(asked["DescribeTargetHealth"], 0);
  credentials_of("123456789012");
  EXPECT_EQ(observed().identity, kHere) << "the groups are gone, and this is the place";
}

TEST_F(FleetIdentity, AnOldStateIsHeldToItsOpenRemediations) {
  no_such_group();
  credentials_of("999988887777");
  Remediation open;
  open.instance_id = kOne;
  open.snapshot = {{kArn, "tg1", 443, false}};
  state.open = {open};
  EXPECT_EQ(refused().code, kWrongAccount);
}

TEST_F(FleetIdentity, WhoCanNotBeToldApartIsUnknown) {
  state.identity = kHere;
  no_such_group();
  answers["GetCallerIdentity"] = query_error(503, "ServiceUnavailable", "later");
  policy.auto_scaling_group = "web-asg";  // which tells the time
  scaling({});
  const auto seen = observed();
  EXPECT_FALSE(seen.identity);
  EXPECT_NE(std::ranges::find(seen.problems, Problem::Kind::identity, &Problem::kind), seen.problems.end());
}

TEST_F(FleetIdentity, AnotherRegionIsKnownBeforeAnythingIsAsked) {
  state.identity = Identity{"aws", "123456789012", "eu-central-1"};
  const auto error = refused();
  EXPECT_EQ(error.code, kWrongAccount);
  EXPECT_NE(error.message.find("region eu-west-1; the state belongs to account 123456789012, region "
                               "eu-central-1"),
            std::string::npos)
      << error.message;
  EXPECT_TRUE(asked.empty());
}

TEST_F(FleetIdentity, TheAccountOfARoleIsKnownBeforeAnythingIsAsked) {
  policy.role_arn = "arn:aws:iam::999988887777:role/evenkeel";
  state.identity = kHere;
  EXPECT_EQ(refused().code, kWrongAccount);
  EXPECT_TRUE(asked.empty());
  state.identity = kThere;
  no_such_group();
  policy.auto_scaling_group = "web-asg";  // which tells the time
  scaling({});
  EXPECT_EQ(observed().identity, kThere);
  EXPECT_EQ(asked["GetCallerIdentity"], 0);
}

TEST_F(FleetIdentity, APersonMayAcceptAnyPlace) {
  state.identity = Identity{};
  Remediation open;
  open.instance_id = kOne;
  open.snapshot = {{"arn:aws:elasticloadbalancing:eu-west-1:999988887777:targetgroup/tg1/1", "tg1", 443}};
  state.open = {open};
  EXPECT_EQ(observed().identity, kHere);
}

}  // namespace
}  // namespace evenkeel::observe
