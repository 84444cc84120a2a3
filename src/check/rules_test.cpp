// Every rule fires where it should. That none fires on a healthy fleet, and where each just doesn't, is in
// check_test.cpp.
#include <gtest/gtest.h>

#include "check/testing/fleet.h"
#include "observe/auto_scaling.h"
#include "observe/words.h"

namespace evenkeel::check {
namespace {

using Spoil = std::function<void(Healthy&)>;
using enum Severity;

struct FindingCase {
  const char* rule;
  const char* when;
  Severity severity;
  const char* says;  // in the text
  const char* fix;   // in the remedy
  Spoil spoil;
};

void deny(Healthy& fleet, const char* action) {
  fleet.facts.denied[action] = "no identity-based policy allows";
}

void drain(Healthy& fleet, int number) { fleet.registration(number).state = TargetState::draining; }

// `numbers` of the fleet only, from the first.
void keep_only(Healthy& fleet, int numbers) {
  for (int i = numbers + 1; i <= 8; ++i) {
    fleet.facts.seen.instances.erase(Healthy::id(i));
    fleet.facts.series.erase(Healthy::id(i));
    fleet.facts.seen.signals.erase(Healthy::id(i));
  }
  for (auto& group : fleet.facts.groups)
    std::erase_if(*group.seen.registrations, [&](const Registration& one) {
      return !fleet.facts.seen.instances.contains(one.instance_id);
    });
}

const std::vector<FindingCase> kPermissions = {
    {"permission_missing", "Registering", would_not_work, "RegisterTargets is not allowed in tg1;",
     "IAM statement",
     [](Healthy& fleet) {
       fleet.facts.refused_in["elasticloadbalancing:RegisterTargets"] = {"tg1"};
       deny(fleet, "elasticloadbalancing:RegisterTargets");
     }},
    {"permission_missing", "Reading", would_not_work, "to read the metric. AWS says: no identity",
     "what arn:aws:iam::1:role/r may do",
     [](Healthy& fleet) {
       fleet.policy.role_arn = "arn:aws:iam::1:role/r";
       deny(fleet, "cloudwatch:GetMetricData");
     }},
    {"permission_missing", "ConsoleOutput", warning, "to prove that a server has booted", "IAM statement",
     [](Healthy& fleet) { deny(fleet, "ec2:GetConsoleOutput"); }},
    {"permission_missing", "Stopping", would_not_work, "to stop a server", "the tag that your own statement",
     [](Healthy& fleet) {
       fleet.policy.treatments.push_back({.treatment = Treatment::stop_start, .attempts = 1, .document = {}});
       deny(fleet, "ec2:StopInstances");
     }},
    {"permission_missing", "Standby", would_not_work, "back into its Auto Scaling group's service",
     "IAM statement",
     [](Healthy& fleet) {
       fleet.policy.auto_scaling_group = "web-asg";
       deny(fleet, "autoscaling:ExitStandby");
     }},
    {"could_not_look", "OnlyCheckAsks", note, "DescribeRules is not allowed", "nothing",
     [](Healthy& fleet) { deny(fleet, "elasticloadbalancing:DescribeRules"); }},
    {"could_not_look", "ThereIsNoGroupToAskFor", note, "DescribeAutoScalingGroups", "nothing",
     [](Healthy& fleet) { deny(fleet, "autoscaling:DescribeAutoScalingGroups"); }},
    {"could_not_look", "Throttled", warning, "cloudwatch:ListMetrics: Throttling", "again",
     [](Healthy& fleet) {
       fleet.facts.failed["cloudwatch:ListMetrics"] = "cloudwatch:ListMetrics: Throttling";
     }},
    {"could_not_look", "NobodyRuns", note, "no member is running", "when one is",
     [](Healthy& fleet) { fleet.facts.asked_about.clear(); }},
    {"could_not_look", "PartialData", warning, "incomplete data for 1 of 8 members", "again",
     [](Healthy& fleet) { fleet.facts.seen.signals[Healthy::id(3)].state = SignalState::partial; }},
};

const std::vector<FindingCase> kGroups = {
    {"target_group_not_found", "Mistyped", would_not_work, "no target group tg1-8 in eu-west-1",
     "the region has tg1-80, tg1",
     [](Healthy& fleet) {
       fleet.policy.target_groups[1] = "tg1-8";
       fleet.facts.groups.pop_back();
     }},
    {"target_group_not_found", "WrongRegion", would_not_work, "no target group tg1",
     "no target groups at all",
     [](Healthy& fleet) {
       fleet.facts.existing_groups->clear();
       fleet.facts.groups.clear();
     }},
    {"target_group_type", "Addresses", would_not_work, "of type ip", "type instance",
     [](Healthy& fleet) { fleet.tg1().is.target_type = "ip"; }},
    {"target_group_type", "Function", would_not_work, "a function is not a server", "type instance",
     [](Healthy& fleet) { fleet.tg1().is.target_type = "lambda"; }},
    {"target_group_empty", "OneOfTwo", warning, "nothing is registered", "register the servers",
     [](Healthy& fleet) { fleet.tg1().seen.registrations->clear(); }},
    {"target_group_empty", "All", would_not_work, "there is nothing to look after", "register the servers",
     [](Healthy& fleet) {
       for (auto& group : fleet.facts.groups) group.seen.registrations->clear();
     }},
    {"no_load_balancer", "Detached", would_not_work, "leaves 8 members alone", "listener",
     [](Healthy& fleet) { fleet.tg1().is.load_balancer_arns.clear(); }},
    {"no_traffic", "InNoRule", warning, "no listener or rule there names it", "weight",
     [](Healthy& fleet) { fleet.tg1().traffic->forwards = fleet.tg1().traffic->highest_weight = 0; }},
    {"no_traffic", "WeightZero", warning, "gives it weight 0", "blue/green",
     [](Healthy& fleet) { fleet.tg1().traffic->highest_weight = 0; }},
    {"zone_not_enabled", "SomeMembers", warning, "in eu-west-1b, where web is not enabled",
     "it has eu-west-1a", [](Healthy& fleet) { fleet.tg1().traffic->zones = {"eu-west-1a"}; }},
};

const std::vector<FindingCase> kMembers = {
    {"fleet_too_small", "NobodyCouldEverLeave", would_not_work, "8 members, and 8 must be left healthy",
     "at most 7, or add 1 server", [](Healthy& fleet) { fleet.policy.keep.healthy.count = 8; }},
    {"fleet_too_small", "AShareIsRoundedUp", would_not_work, "keep.healthy is 90%, of 8 that is 8",
     "add 1 server", [](Healthy& fleet) { fleet.policy.keep.healthy = {0, 90}; }},
    {"fleet_too_small", "OneServer", would_not_work, "it has 1 member", "one server can't be taken out",
     [](Healthy& fleet) {
       fleet.policy.keep.healthy.count = 1;
       keep_only(fleet, 1);
     }},
    {"fleet_too_small", "OnlyNow", warning, "5 of its 8 members are healthy now", "evenkeel plan",
     [](Healthy& fleet) {
       for (int i = 1; i <= 3; ++i) fleet.registration(i).state = TargetState::unhealthy;
     }},
    {"fleet_too_small", "TheDesiredSizeCounts", would_not_work, "of 12 that is 9", "add",
     [](Healthy& fleet) {
       fleet.in_auto_scaling_group().desired = 12;
       fleet.policy.keep.healthy = {0, 75};
     }},
    {"fail_open", "AboveKeep", note, "leaves 6 healthy there, although keep.healthy asks for 5",
     "set keep.healthy to 6", [](Healthy& fleet) { fleet.tg1().seen.attributes->fail_open_count = 5; }},
    {"fail_open", "AlwaysOpen", would_not_work, "with 8 no server could ever leave",
     "minimum_healthy_targets", [](Healthy& fleet) { fleet.tg1().seen.attributes->fail_open_percent = 100; }},
    {"out_unreachable", "TooMany", note, "keep.out is 4, but keep.healthy lets only 3", "set keep.out to 3",
     [](Healthy& fleet) { fleet.policy.keep.out.count = 4; }},
    {"member_not_running", "Stopped", warning, "1 of 8 members is registered, but not running (stopped)",
     "start i-", [](Healthy& fleet) { fleet.instance(2).state = InstanceState::stopped; }},
    {"member_not_running", "Unknown", warning, "unknown to EC2", "deregister",
     [](Healthy& fleet) { fleet.facts.seen.instances.erase(Healthy::id(2)); }},
    {"elsewhere_registered", "Some", warning, "1 of 8 members is registered in blue as well", "add blue",
     [](Healthy& fleet) { fleet.register_elsewhere(Healthy::id(4), "blue"); }},
    {"elsewhere_registered", "ByAddress", warning, "in blue by address, where Evenkeel can't take them out",
     "deregister them there", [](Healthy& fleet) { fleet.register_elsewhere(Healthy::id(4), "blue", true); }},
    {"elsewhere_registered", "All", would_not_work, "8 of 8 members are registered in blue", "add blue",
     [](Healthy& fleet) {
       for (int i = 1; i <= 8; ++i) fleet.register_elsewhere(Healthy::id(i), "blue");
     }},
    {"out_already", "Draining", warning, "opens the breaker", "evenkeel resume web",
     [](Healthy& fleet) { drain(fleet, 1); }},
    {"out_already", "InServiceButRegisteredNowhere", warning, "not registered at all", "put them back",
     [](Healthy& fleet) {
       fleet.in_auto_scaling_group().members.push_back({"i-9", LifecycleState::in_service});
     }},
    {"last_in_zone", "NetworkLoadBalancer", warning, "last of tg1 that serves in zone eu-west-1c",
     "cross-zone",
     [](Healthy& fleet) {
       fleet.tg1().seen.zonal = true;
       fleet.tg1().traffic->zones.emplace_back("eu-west-1c");
       fleet.instance(1).availability_zone = "eu-west-1c";
     }},
    {"one_zone", "AllInOne", note, "all 8 members are in eu-west-1a", "two zones",
     [](Healthy& fleet) {
       for (int i = 1; i <= 8; ++i) fleet.instance(i).availability_zone = "eu-west-1a";
     }},
};

const std::vector<FindingCase> kScaling = {
    {"auto_scaling_group_not_found", "Mistyped", would_not_work, "no Auto Scaling group web-asgg", "correct",
     [](Healthy& fleet) {
       fleet.policy.auto_scaling_group = "web-asgg";
       fleet.facts.seen.absent_names = {"web-asgg"};
     }},
    {"auto_scaling_group_not_named", "All", would_not_work,
     "8 of 8 members belong to Auto Scaling group web-asg", "write auto_scaling_group: web-asg",
     [](Healthy& fleet) {
       fleet.in_auto_scaling_group();
       fleet.policy.auto_scaling_group.clear();
     }},
    {"auto_scaling_group_not_named", "AnotherOne", warning,
     "1 of 8 members belongs to Auto Scaling group blue", "a fleet of their own",
     [](Healthy& fleet) {
       fleet.in_auto_scaling_group();
       fleet.instance(3).auto_scaling_group = "blue";
     }},
    {"auto_scaling_would_replace", "ChecksByElb", would_not_work, "has health check type ELB",
     "leave_by: standby",
     [](Healthy& fleet) {
       fleet.in_auto_scaling_group().elb_health_check = true;
       fleet.policy.leave_by = Leave::deregister;
     }},
    {"auto_scaling_would_replace", "OneProcessIsNotEnough", would_not_work, "may replace a member",
     "suspend-processes",
     [](Healthy& fleet) {
       aws::autoscaling::Group group;
       group.health_check_type = "ELB";
       group.suspended_processes = {"ReplaceUnhealthy"};
       const auto seen = observe::seen_group(group);
       auto& own = fleet.in_auto_scaling_group();
       own.elb_health_check = seen.elb_health_check;
       own.replacement_suspended = seen.replacement_suspended;
       fleet.policy.leave_by = Leave::deregister;
     }},
    {"auto_scaling_state", "Pending", warning, "Pending:Wait in Auto Scaling group web-asg", "wait",
     [](Healthy& fleet) {
       fleet.in_auto_scaling_group().members[0].lifecycle_state = LifecycleState::pending_wait;
     }},
};

using enum Condition::Kind;

Condition when(Condition::Kind kind, Duration longer_than = {}, const char* name = "") {
  return {.kind = kind, .metric = {}, .longer_than = longer_than, .name = name};
}

const std::vector<FindingCase> kStandby = {
    {"auto_scaling_without_target_groups", "None", would_not_work,
     "none are attached to Auto Scaling group web-asg", "write target_groups",
     [](Healthy& fleet) {
       fleet.in_auto_scaling_group().target_group_arns.clear();
       fleet.policy.target_groups.clear();
     }},
    {"without_witness", "LeavesByDeregistration", note, "only Evenkeel's state knows which server is out",
     "witness_tag: yes",
     [](Healthy& fleet) {
       fleet.policy.witness_tag = false;
       fleet.in_auto_scaling_group();
       fleet.policy.leave_by = Leave::deregister;
     }},
    {"standby_at_min_size", "Always", would_not_work, "web-asg is 8, and its minimum 8", "at most 7",
     [](Healthy& fleet) { fleet.in_auto_scaling_group().min = 8; }},
    {"standby_at_min_size", "OneIsInStandby", warning, "1 member of Auto Scaling group web-asg is in Standby",
     "at most 7",
     [](Healthy& fleet) {
       auto& group = fleet.in_auto_scaling_group();
       group.min = group.desired = 7;
       group.members[0].lifecycle_state = LifecycleState::standby;
     }},
    {"launch_suspended", "Suspended", would_not_work, "Launch of Auto Scaling group web-asg is suspended",
     "resume-processes", [](Healthy& fleet) { fleet.in_auto_scaling_group().launch_suspended = true; }},
    {"registering_suspended", "NothingRegistersIt", would_not_work,
     "AddToLoadBalancer of Auto Scaling group web-asg is suspended", "resume-processes",
     [](Healthy& fleet) {
       auto& group = fleet.in_auto_scaling_group();
       group.registering_suspended = true;
       group.other_traffic_sources = {observe::classic_source("old")};
     }},
    {"grace_period", "ShorterThanTheChecks", would_not_work, "the health checks need up to 4m30s",
     "grace period",
     [](Healthy& fleet) {
       auto& group = fleet.in_auto_scaling_group();
       group.elb_health_check = true;
       group.grace = 60s;
     }},
    {"grace_period", "ShorterThanRejoin", note, "timing.rejoin would wait for 15m", "900 seconds",
     [](Healthy& fleet) { fleet.in_auto_scaling_group().elb_health_check = true; }},
    {"zone_rebalancing", "UnevenZones", warning,
     "would leave 3 in service in eu-west-1b, against 5 in eu-west-1a", "AZRebalance",
     [](Healthy& fleet) {
       fleet.add("i-9", "eu-west-1a", 40);
       fleet.in_auto_scaling_group().desired = 9;
     }},
    {"capacity_units", "Weights", would_not_work, "2 of the 16 units", "leave_by: deregister",
     [](Healthy& fleet) {
       auto& group = fleet.in_auto_scaling_group();
       group.in_units = true;
       group.desired = 16;
       for (auto& one : group.members) one.weight = 2;
     }},
    {"traffic_source", "ClassicByDeregistration", would_not_work, "Classic Load Balancer old", "detach",
     [](Healthy& fleet) {
       fleet.in_auto_scaling_group().other_traffic_sources = {observe::classic_source("old")};
       fleet.policy.leave_by = Leave::deregister;
     }},
    {"traffic_source", "Lattice", would_not_work, "vpc-lattice svc", "detach",
     [](Healthy& fleet) {
       fleet.in_auto_scaling_group().other_traffic_sources = {
           {TrafficSource::Kind::other, "vpc-lattice svc"}};
     }},
    {"auto_scaling_would_replace", "StoppedOutsideStandby", would_not_work, "stopped outside Standby",
     "leave_by: standby",
     [](Healthy& fleet) {
       fleet.in_auto_scaling_group();
       fleet.policy.leave_by = Leave::deregister;
       fleet.policy.treatments.push_back({.treatment = Treatment::stop_start, .attempts = 1, .document = {}});
     }},
    {"would_be_retained", "LifecyclePolicy", would_not_work, "Terminating:Retained", "lifecycle policy",
     [](Healthy& fleet) {
       fleet.in_auto_scaling_group().retains_terminated = true;
       fleet.policy.treatments.front().treatment = Treatment::replace;
     }},
    {"stop_protected", "One", warning, "stop protection is on", "no-disable-api-stop",
     [](Healthy& fleet) {
       fleet.policy.treatments.push_back({.treatment = Treatment::stop_start, .attempts = 1, .document = {}});
       fleet.instance(3).stop_protected = true;
     }},
    {"missing_place", "OneOfTwoGroups", warning, "1 of 8 members is not registered in it",
     "register them here",
     [](Healthy& fleet) {
       fleet.tg1().seen.registrations->erase(fleet.tg1().seen.registrations->begin() + 2);
     }},
};

const std::vector<FindingCase> kCalendar = {
    {"window_never_opens", "AllFrozen", would_not_work, "more than a year", "windows and freezes",
     [](Healthy& fleet) {
       using namespace std::chrono;
       fleet.policy.freezes = {
           {.first = 2026y / 1 / 1, .last = 2029y / 1 / 1, .zone = {}, .reason = "a long one"}};
     }},
    {"window_short", "TenMinutes", note, "is open for 10m, and one remediation takes about 18m", "keep.out",
     [](Healthy& fleet) { fleet.policy.windows = {{.from = 22h, .to = 22h + 10min, .zone = {}}}; }},
    {"slow_round", "AWindowOfAnHour", warning, "remediations fit into a day", "keep.out",
     [](Healthy& fleet) { fleet.policy.windows = {{.from = 22h, .to = 23h, .zone = {}}}; }},
};

const std::vector<FindingCase> kGates = {
    {"gate_alarm", "NoSuchAlarm", would_not_work, "there is no alarm deploy in eu-west-1", "gates.alarms",
     [](Healthy& fleet) {
       fleet.policy.gates.alarms = {"deploy"};
       fleet.facts.seen.alarms["deploy"] = {};
     }},
    {"gate_alarm", "NoSuchPrefix", would_not_work,
     "no alarm's name in eu-west-1 begins as gates.alarms says: web-*; no member may leave", "gates.alarms",
     [](Healthy& fleet) {
       fleet.policy.gates.alarms = {"web-*"};
       fleet.facts.seen.alarms["web-*"] = {};
     }},
    {"gate_alarm", "WithoutData", warning, "deploy is in INSUFFICIENT_DATA", "insufficient_data: passes",
     [](Healthy& fleet) {
       fleet.policy.gates.alarms = {"deploy"};
       fleet.facts.seen.alarms["deploy"] = {{"deploy", AlarmState::insufficient_data}};
     }},
    {"gate_alarm", "Firing", note, "deploy is in ALARM now", "nothing",
     [](Healthy& fleet) {
       fleet.policy.gates.alarms = {"deploy"};
       fleet.facts.seen.alarms["deploy"] = {{"deploy", AlarmState::alarm}};
     }},
    {"gate_calendar", "NoSuchCalendar", would_not_work, "no Change Calendar feast", "ChangeCalendar",
     [](Healthy& fleet) {
       fleet.facts.seen.calendars["feast"] = CalendarState::unknown;
       fleet.facts.seen.absent_names = {"feast"};
     }},
    {"gate_calendar", "Closed", note, "feast is CLOSED now", "nothing",
     [](Healthy& fleet) { fleet.facts.seen.calendars["feast"] = CalendarState::closed; }},
    {"load_without_metric", "OneGroupOfTwo", warning, "no series of it for tg1-80", "namespace and per",
     [](Healthy& fleet) {
       fleet.policy.keep.load_below = LoadCeiling{.below = 100};
       fleet.facts.other_metrics.emplace(
           "AWS/ApplicationELB|RequestCount",
           std::vector<aws::cloudwatch::Metric>{
               {"AWS/ApplicationELB", "RequestCount", {{"TargetGroup", "targetgroup/tg1/1"}}}});
     }},
    {"load_without_metric", "NoMember", would_not_work, "and 5 more", "namespace and per",
     [](Healthy& fleet) {
       fleet.policy.keep.load_below = LoadCeiling{.per = LoadCeiling::Per::instance, .below = 100};
       fleet.facts.other_metrics.emplace("AWS/ApplicationELB|RequestCount",
                                         std::vector<aws::cloudwatch::Metric>{});
     }},
    {"zone_too_small", "BothZones", would_not_work, "eu-west-1a (4 of 4), eu-west-1b (4 of 4)",
     "leave it out", [](Healthy& fleet) { fleet.policy.keep.healthy_per_zone = Share{4, 0}; }},
    {"out_per_zone_unreachable", "MoreThanOut", note, "keep.out_per_zone is 2, but keep.out lets only 1",
     "to 1 or less", [](Healthy& fleet) { fleet.policy.keep.out_per_zone = Share{2, 0}; }},
};

const std::vector<FindingCase> kTreatments = {
    {"cannot_stop", "OneOnInstanceStore", warning,
     "1 of 8 members would be left alone (i-00000000000000002): its root device is not known to be on EBS",
     "stop_start",
     [](Healthy& fleet) {
       fleet.policy.treatments = {Step{.treatment = Treatment::stop_start, .attempts = 1, .document = {}}};
       fleet.instance(2).ebs_root = false;
     }},
    {"stop_loses", "InTheLadder", note, "automatic public IPv4 address", "Elastic",
     [](Healthy& fleet) {
       fleet.policy.treatments.push_back({.treatment = Treatment::stop_start, .attempts = 1, .document = {}});
     }},
    {"cannot_replace", "OneOutside", warning, "it is not in the policy's auto_scaling_group",
     "a fleet of their own",
     [](Healthy& fleet) {
       fleet.policy.treatments = {Step{.treatment = Treatment::replace, .attempts = 1, .document = {}}};
       fleet.in_auto_scaling_group().members.pop_back();
     }},
    {"rule_never_holds", "NoSuchAlarm", warning,
     "the rule oom can never hold: there is no alarm oom-{instance_id}", "take it out",
     [](Healthy& fleet) {
       fleet.policy.also_when = {{"oom", 0, {when(alarm, {}, "oom-{instance_id}")}}};
       for (int i = 1; i <= 8; ++i) fleet.facts.seen.alarms["oom-" + Healthy::id(i)] = {};
     }},
    {"rule_never_holds", "TheOnlyOneWithoutSeries", would_not_work, "no series of CPUUtilization in AWS/EC2",
     "take it out",
     [](Healthy& fleet) {
       fleet.policy.reboot_when = {};
       auto condition = when(metric);
       condition.metric.metric_namespace = "AWS/EC2";
       condition.metric.metric = "CPUUtilization";
       fleet.policy.also_when = {{"hot", 0, {condition}}};
       fleet.facts.other_metrics.emplace("AWS/EC2|CPUUtilization", std::vector<aws::cloudwatch::Metric>{});
     }},
    {"reason_without_treatment", "ARebootEndsNoRetirement", would_not_work,
     "the rule retired starts nothing for instance-retirement: no treatment in `treatments` ends that",
     "add stop_start or replace",
     [](Healthy& fleet) {
       fleet.policy.reboot_when = {};
       auto condition = when(Condition::Kind::scheduled_event);
       condition.name = "instance-retirement";
       fleet.policy.also_when = {{"retired", 0, {condition}}};
     }},
    {"reason_without_treatment", "OneOfAnyEventsEndsWhereARebootMigrates", warning,
     "nothing for instance-reboot, system-maintenance, instance-retirement, instance-stop: no treatment",
     "add stop_start or replace",
     [](Healthy& fleet) {
       fleet.instance(2).reboot_migrates = true;
       fleet.policy.also_when = {{"any", 0, {when(Condition::Kind::scheduled_event)}}};
     }},
    {"reason_without_treatment", "ARebootMakesNothingYounger", warning,
     "the rule old starts nothing for what", "add stop_start or replace",
     [](Healthy& fleet) { fleet.policy.also_when = {{"old", 0, {when(Condition::Kind::age, 720h)}}}; }},
    {"rules_overlap", "ALongerUptime", note, "the rule old adds nothing: whenever it holds, uptime does",
     "take it out",
     [](Healthy& fleet) {
       fleet.policy.also_when = {{"uptime", 0, {when(uptime, 336h)}}, {"old", 0, {when(uptime, 720h)}}};
     }},
    {"rules_overlap", "UptimeIsAlsoAge", note, "the rule both adds nothing: whenever it holds, age does",
     "take it out",
     [](Healthy& fleet) {
       fleet.policy.also_when = {{"age", 1, {when(age, 24h)}},
                                 {"both", 0, {when(uptime, 48h), when(tag, {}, "evenkeel:remediate")}}};
     }},
};

class RuleFires : public ::testing::TestWithParam<FindingCase> {};

TEST_P(RuleFires, WithItsSeverityItsNumbersAndARemedy) {
  const auto& expected = GetParam();
  Healthy fleet;
  expected.spoil(fleet);
  std::vector<Finding> found;
  for (auto& finding : check(fleet.policy, fleet.facts))
    if (finding.rule == expected.rule) found.push_back(std::move(finding));
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(name(found.front().severity), std::string(name(expected.severity)));
  EXPECT_NE(found.front().text.find(expected.says), std::string::npos) << found.front().text;
  EXPECT_NE(found.front().remedy.find(expected.fix), std::string::npos) << found.front().remedy;
}

std::string rule_test_name(const ::testing::TestParamInfo<FindingCase>& info) {
  std::string text = std::string(info.param.rule) + "_" + info.param.when;
  std::erase_if(text, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_'; });
  return text;
}

INSTANTIATE_TEST_SUITE_P(Permissions, RuleFires, ::testing::ValuesIn(kPermissions), rule_test_name);
INSTANTIATE_TEST_SUITE_P(Groups, RuleFires, ::testing::ValuesIn(kGroups), rule_test_name);
INSTANTIATE_TEST_SUITE_P(Members, RuleFires, ::testing::ValuesIn(kMembers), rule_test_name);
INSTANTIATE_TEST_SUITE_P(Scaling, RuleFires, ::testing::ValuesIn(kScaling), rule_test_name);
INSTANTIATE_TEST_SUITE_P(Standby, RuleFires, ::testing::ValuesIn(kStandby), rule_test_name);
INSTANTIATE_TEST_SUITE_P(Calendar, RuleFires, ::testing::ValuesIn(kCalendar), rule_test_name);
INSTANTIATE_TEST_SUITE_P(Gates, RuleFires, ::testing::ValuesIn(kGates), rule_test_name);
INSTANTIATE_TEST_SUITE_P(Treatments, RuleFires, ::testing::ValuesIn(kTreatments), rule_test_name);

}  // namespace
}  // namespace evenkeel::check
