#include "check/check.h"

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <sstream>

#include "base/distance.h"
#include "check/nearest.h"
#include "check/testing/fleet.h"

namespace evenkeel::check {
namespace {

using enum Severity;

std::vector<std::string> rules_of(const std::vector<Finding>& findings) {
  std::vector<std::string> rules;
  for (const auto& finding : findings) rules.push_back(finding.rule);
  return rules;
}

std::string all_said(const std::vector<Finding>& findings) {
  std::string text;
  for (const auto& finding : findings) text += finding.rule + ": " + finding.text + "\n";
  return text;
}

TEST(Check, SaysOfAHealthyFleetOnlyWhatItCosts) {
  const Healthy fleet;
  const auto findings = check(fleet.policy, fleet.facts);
  EXPECT_EQ(rules_of(findings), std::vector<std::string>{"cost"}) << all_said(findings);
}

struct Fine {
  const char* what;
  std::function<void(Healthy&)> change;
};

class StaysSilent : public ::testing::TestWithParam<Fine> {};

TEST_P(StaysSilent, ShortOfTheTrouble) {
  Healthy fleet;
  GetParam().change(fleet);
  auto findings = check(fleet.policy, fleet.facts);
  // Said of every fleet that leaves by Standby.
  std::erase_if(findings, [](const Finding& finding) { return finding.rule == "rights_not_proved"; });
  EXPECT_EQ(rules_of(findings), std::vector<std::string>{"cost"}) << all_said(findings);
}

const std::vector<Fine> kFine = {
    {"ExactlyEnoughServers", [](Healthy& fleet) { fleet.policy.keep.healthy.count = 7; }},
    {"ExactlyEnoughHealthy",
     [](Healthy& fleet) {
       for (int i = 1; i <= 2; ++i) fleet.registration(i).state = TargetState::unhealthy;
     }},
    {"FailOpenJustBelowKeep", [](Healthy& fleet) { fleet.tg1().seen.attributes->fail_open_count = 4; }},
    {"EveryPlaceOfOutCanBeUsed", [](Healthy& fleet) { fleet.policy.keep.out.count = 3; }},
    {"OneMemberOnSeveralPorts",
     [](Healthy& fleet) {
       auto again = fleet.registration(1);
       again.port = 8443;
       fleet.tg1().seen.registrations->push_back(again);
     }},
    {"AutoScalingThatChecksByEc2", [](Healthy& fleet) { fleet.in_auto_scaling_group(); }},
    {"AutoScalingThatReplacesNobody",
     [](Healthy& fleet) {
       auto& group = fleet.in_auto_scaling_group();
       group.elb_health_check = group.replacement_suspended = true;
     }},
    {"StandbyUnderElbChecksWithTime",
     [](Healthy& fleet) {
       auto& group = fleet.in_auto_scaling_group();
       group.elb_health_check = true;
       group.grace = 15min;
     }},
    {"StandbyWithOneToSpare", [](Healthy& fleet) { fleet.in_auto_scaling_group().min = 7; }},
    {"UnevenZonesThatNobodyRebalances",
     [](Healthy& fleet) {
       auto& group = fleet.in_auto_scaling_group();
       fleet.instance(1).availability_zone = "eu-west-1b";
       group.az_rebalance_suspended = true;
     }},
    {"OneLeftInEveryZone", [](Healthy& fleet) { fleet.policy.keep.healthy_per_zone = Share{3, 0}; }},
    {"AWindowEveryNight",
     [](Healthy& fleet) { fleet.policy.windows = {{.from = 22h, .to = 5h, .zone = {}}}; }},
    {"GatesThatAreOpen",
     [](Healthy& fleet) {
       fleet.policy.gates = {.alarms = {"deploy"}, .insufficient_data_blocks = true, .calendars = {"feast"}};
       fleet.facts.seen.alarms["deploy"] = {{"deploy", AlarmState::ok}};
       fleet.facts.seen.calendars["feast"] = CalendarState::open;
     }},
    {"AStricterRuleThatGoesFirst",
     [](Healthy& fleet) {
       fleet.policy.also_when = {
           {"uptime", 0, {{.kind = Condition::Kind::uptime, .metric = {}, .longer_than = 24h, .name = ""}}},
           {"old", 5, {{.kind = Condition::Kind::uptime, .metric = {}, .longer_than = 48h, .name = ""}}}};
     }},
    {"SomebodyElsesServerElsewhere", [](Healthy& fleet) { fleet.register_elsewhere("i-9", "blue"); }},
    {"LastInZoneWhereZonesHelpEachOther",
     [](Healthy& fleet) {
       fleet.instance(1).availability_zone = "eu-west-1c";
       for (auto& group : fleet.facts.groups) group.traffic->zones.emplace_back("eu-west-1c");
     }},
    {"OneRuleOfTwoWithWeightZero",
     [](Healthy& fleet) {
       fleet.tg1().traffic->forwards = 2;
       fleet.tg1().traffic->highest_weight = 100;
     }},
    {"OneServerMayJump",
     [](Healthy& fleet) {
       fleet.facts.seen.signals[Healthy::id(1)] =
           fleet.signal(1min, [](int i) { return i < 4 ? 80.0 : 40.0; });
     }},
};

std::string test_name(const ::testing::TestParamInfo<Fine>& info) { return info.param.what; }
INSTANTIATE_TEST_SUITE_P(Fleets, StaysSilent, ::testing::ValuesIn(kFine), test_name);

TEST(Check, JudgesNothingThatWasNotRead) {
  Healthy fleet;
  fleet.facts.seen = {};
  fleet.facts.series.clear();
  fleet.facts.highest.reset();
  fleet.facts.metrics = unread();
  for (auto& group : fleet.facts.groups) {
    group.seen.attributes.reset();
    group.seen.registrations.reset();
    group.traffic = unread();
  }
  const auto findings = check(fleet.policy, fleet.facts);
  EXPECT_TRUE(findings.empty()) << all_said(findings);
}

TEST(Check, PutsTheWorstFirst) {
  Healthy fleet;
  fleet.policy.keep.healthy.count = 8;
  fleet.policy.timing.drain_slack = 1min;
  std::vector<Severity> severities;
  for (const auto& finding : check(fleet.policy, fleet.facts)) severities.push_back(finding.severity);
  EXPECT_TRUE(std::ranges::is_sorted(severities));
  EXPECT_EQ(severities.front(), would_not_work);
  EXPECT_EQ(severities.back(), note);
}

TEST(CheckTogether, FindsMembersThatTwoFleetsShare) {
  Healthy one, other, apart;
  other.policy.name = "api";
  apart.facts.groups.clear();
  const std::vector<Examined> fleets = {
      {one.policy, one.facts}, {other.policy, other.facts}, {apart.policy, apart.facts}};
  const auto findings = check_together(fleets);
  ASSERT_EQ(findings[0].size(), 1U);
  EXPECT_EQ(findings[0][0].rule, "shared_members");
  EXPECT_EQ(findings[0][0].severity, would_not_work);
  EXPECT_NE(findings[0][0].text.find("8 of 8 members belong to fleet api as well"), std::string::npos);
  EXPECT_EQ(findings[1].size(), 1U);
  EXPECT_TRUE(findings[2].empty());
}

TEST(MissingStatements, JoinsActionsOnTheSameResourcesAndNarrowsThoseThatCanBe) {
  Healthy fleet;
  EXPECT_TRUE(missing_statements(fleet.policy, fleet.facts).empty());
  for (const char* action :
       {"elasticloadbalancing:DescribeTargetHealth", "elasticloadbalancing:RegisterTargets",
        "elasticloadbalancing:DeregisterTargets", "ec2:RebootInstances", "elasticloadbalancing:DescribeRules",
        "autoscaling:DescribeAutoScalingGroups"})
    fleet.facts.denied[action] = "no";
  const auto statements = missing_statements(fleet.policy, fleet.facts);
  ASSERT_EQ(statements.size(), 3U);
  EXPECT_EQ(statements[0].actions, std::vector<std::string>{"elasticloadbalancing:DescribeTargetHealth"});
  EXPECT_EQ(statements[0].resources, std::vector<std::string>{"*"});
  EXPECT_EQ(statements[1].actions, (std::vector<std::string>{"elasticloadbalancing:DeregisterTargets",
                                                             "elasticloadbalancing:RegisterTargets"}));
  EXPECT_EQ(statements[1].resources,
            (std::vector<std::string>{fleet.facts.groups[0].is.arn, fleet.facts.groups[1].is.arn}));
  EXPECT_EQ(statements[2].resources, std::vector<std::string>{"arn:aws:ec2:eu-west-1:*:instance/*"});
}

TEST(Nearest, IgnoresCaseAndPrefersFewerChanges) {
  EXPECT_EQ(edit_distance("tg1", "TG1"), 0U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(nearest("tg1-8", {"blue", "tg1", "tg1-80"}, 2), (std::vector<std::string>{"tg1-80", "tg1"}));
}

TEST(Documents, ExplainEveryFindingAndNoOther) {
  std::ifstream file(EVENKEEL_SOURCE_DIR "/docs/check.md");
  std::stringstream text;
  text << file.rdbuf();
  std::set<std::string> explained;
  for (std::string line; std::getline(text, line);) {
    if (!line.starts_with("| `")) continue;
    explained.insert(line.substr(3, line.find('`', 3) - 3));
  }
  const auto names = rule_names();
  EXPECT_EQ(explained, std::set<std::string>(names.begin(), names.end()));
  EXPECT_EQ(names.size(), explained.size()) << "a rule's word stands twice";
}

TEST(MissingStatements, NameTheGroupTheDocumentsAndTheCalendars) {
  Healthy fleet;
  fleet.policy.auto_scaling_group = "web-asg";
  fleet.policy.treatments.front().treatment = Treatment::command;
  fleet.policy.treatments.front().document.name = "restart-pool";
  fleet.policy.gates.calendars = {"web-freeze"};
  for (const char* action : {"autoscaling:EnterStandby", "autoscaling:ExitStandby", "ssm:SendCommand",
                             "ssm:GetCalendarState", "ec2:StopInstances"})
    fleet.facts.denied[action] = "no";
  std::map<std::string, std::vector<std::string>> resources;
  for (const auto& one : missing_statements(fleet.policy, fleet.facts))
    for (const auto& action : one.actions) resources[action] = one.resources;
  EXPECT_EQ(resources.size(), 4U);  // nothing is stopped
  const std::string here = ":" + fleet.facts.region + ":*:";
  const std::string aws = "arn:" + fleet.facts.partition + ":";
  EXPECT_EQ(resources["autoscaling:ExitStandby"],
            std::vector{aws + "autoscaling" + here + "autoScalingGroup:*:autoScalingGroupName/web-asg"});
  EXPECT_EQ(resources["ssm:SendCommand"],
            (std::vector{aws + "ssm" + here + "document/restart-pool", aws + "ec2" + here + "instance/*"}));
  EXPECT_EQ(resources["ssm:GetCalendarState"], std::vector{aws + "ssm" + here + "document/web-freeze"});
}

}  // namespace
}  // namespace evenkeel::check
