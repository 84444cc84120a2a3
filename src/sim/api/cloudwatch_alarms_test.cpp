#include <algorithm>
#include <gtest/gtest.h>

#include "sim/testing/front.h"

namespace evenkeel::sim {
namespace {

using Texts = std::vector<std::string>;

struct Alarms : World {
  Alarms() {
    account.alarms["deploy-running"].state = "OK";
    account.alarms["web-5xx"].state = "ALARM";
    account.alarms["web-latency"];
    account.alarms["web-any"] = {.state = "ALARM", .composite = true, .changed_at = account.now()};
  }

  Texts names(const FormFields& form) {
    auto found = cloudwatch("DescribeAlarms", form).texts("//AlarmName");
    std::ranges::sort(found);
    return found;
  }
  std::string code(const FormFields& form) { return cloudwatch("DescribeAlarms", form).text("//Code"); }
};

TEST(DescribeAlarms, ShowsCompositeAlarmsOnlyToWhoAsksForThem) {
  Alarms world;
  EXPECT_EQ(world.names({}), (Texts{"deploy-running", "web-5xx", "web-latency"}));
  EXPECT_EQ(world.names({{"AlarmTypes.member.1", "CompositeAlarm"}}), (Texts{"web-any"}));
  EXPECT_EQ(world.names({{"AlarmTypes.member.1", "CompositeAlarm"}, {"AlarmTypes.member.2", "MetricAlarm"}}),
            (Texts{"deploy-running", "web-5xx", "web-any", "web-latency"}));
}

TEST(DescribeAlarms, FindsByNameByPrefixAndByState) {
  Alarms world;
  EXPECT_EQ(world.names({{"AlarmNames.member.1", "web-5xx"}, {"AlarmNames.member.2", "gone"}}),
            (Texts{"web-5xx"}))
      << "a name without an alarm is no error";
  EXPECT_EQ(world.names({{"AlarmNamePrefix", "web-"}}), (Texts{"web-5xx", "web-latency"}));
  EXPECT_EQ(world.names({{"StateValue", "INSUFFICIENT_DATA"}}), (Texts{"web-latency"}));
  const auto reply = world.cloudwatch("DescribeAlarms", {{"AlarmNames.member.1", "web-5xx"}});
  EXPECT_EQ(reply.text("/DescribeAlarmsResponse/DescribeAlarmsResult/MetricAlarms/member/StateValue"),
            "ALARM");
}

TEST(DescribeAlarms, OfOneThatNeverChangedEveryLookTellsTheSameTransition) {
  Alarms world;
  const auto transitions = [&] {
    return world.cloudwatch("DescribeAlarms", {}).texts("//StateTransitionedTimestamp");
  };
  const auto first = transitions();
  EXPECT_EQ(first.size(), 3U);
  world.account.advance_to(world.account.now() + std::chrono::minutes{1});
  EXPECT_EQ(transitions(), first);
}

TEST(DescribeAlarms, ComesPageByPage) {
  Alarms world;
  Texts found;
  std::string token;
  for (int page = 0; page < 3; ++page) {
    FormFields form = {{"MaxRecords", "1"}};
    if (!token.empty()) form.emplace_back("NextToken", token);
    const auto reply = world.cloudwatch("DescribeAlarms", form);
    for (const auto& name : reply.texts("//AlarmName")) found.push_back(name);
    token = reply.text("//NextToken");
  }
  EXPECT_EQ(token, "");
  std::ranges::sort(found);
  EXPECT_EQ(found, (Texts{"deploy-running", "web-5xx", "web-latency"}));
  EXPECT_EQ(world.code({{"NextToken", "x"}}), "InvalidNextToken");
}

TEST(DescribeAlarms, KeepsTheBoundsOfTheApi) {
  Alarms world;
  FormFields names;
  for (int i = 1; i <= 100; ++i) names.emplace_back("AlarmNames.member." + std::to_string(i), "a");
  EXPECT_EQ(world.code(names), "");
  names.emplace_back("AlarmNames.member.101", "a");
  EXPECT_EQ(world.code(names), "InvalidParameterValue");
  EXPECT_EQ(world.code({{"AlarmNames.member.1", "a"}, {"AlarmNamePrefix", "a"}}),
            "InvalidParameterCombination");
  EXPECT_EQ(world.code({{"MaxRecords", "101"}}), "InvalidParameterValue");
  EXPECT_EQ(world.code({{"StateValue", "RED"}}), "InvalidParameterValue");
  EXPECT_EQ(world.code({{"AlarmTypes.member.1", "LogAlarm"}}), "InvalidParameterValue");
}

TEST(DescribeAlarms, IsThrottledAtNineASecond) {
  Alarms world;
  for (int i = 0; i < 9; ++i) EXPECT_EQ(world.code({}), "");
  EXPECT_EQ(world.code({}), "Throttling");
}

}  // namespace
}  // namespace evenkeel::sim
