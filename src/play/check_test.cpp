// `evenkeel check` on the simulated account: the whole command line, signing and XML included.
#include <fmt/core.h>
#include <fstream>

#include "aws/permissions.h"
#include "cli/exit_codes.h"
#include "cli/testing/terminal.h"
#include "play/run.h"
#include "record/sqlite_journal.h"
#include "sim/api/front.h"
#include "sim/scenario/scenario.h"
#include "sim/world/clock.h"

namespace evenkeel::play {
namespace {

void deny(sim::Faults& faults, const char* action, sim::FaultKind kind = sim::FaultKind::denied) {
  sim::Fault fault;
  fault.kind = kind;
  fault.action = action;
  fault.rate = 1;
  faults.list.push_back(fault);
}

class CheckOnAnAccount : public cli::TerminalTest {
 protected:
  // Two hours old, so that the metric has samples.
  void build(const std::string& fleet, const sim::Faults& faults = {}) {
    const auto scenario = sim::parse_scenario(
        fmt::format("start 2026-11-22T00:00:00Z\nduration 4h\nfleet web {}\npromise healthy=1\n"
                    "policy:\n  fleets: []\n----\n",
                    fleet),
        "test.txt");
    ASSERT_TRUE(scenario) << scenario.error().message;
    account = sim::build_account(*scenario, 1);
    account->advance_to(account->now() + std::chrono::hours{2});
    front = std::make_unique<sim::Front>(*account, faults, 1);
    virtual_clock = std::make_unique<sim::VirtualClock>(*account);
    for (const auto& [name, value] : example_environment(account->region)) environment[name] = value;
  }
  void policy(const std::string& groups, const std::string& metric, int healthy) {
    write("evenkeel.yaml",
          fmt::format("fleets:\n  - name: web\n    target_groups: [{}]\n"
                      "    reboot_when: {{metric: {}, above: 65}}\n    keep: {{healthy: {}}}\n",
                      groups, metric, healthy));
  }
  int check(std::vector<std::string> more = {}) {
    more.insert(more.begin(), "check");
    return run_on(*front, *virtual_clock, more);
  }
  bool printed(const std::string& text) const { return out.str().find(text) != std::string::npos; }
  std::vector<std::string> rules() const {
    std::vector<std::string> found;
    const auto told = json();
    for (const auto& finding : told["fleets"][0]["findings"]) found.push_back(finding["rule"]);
    return found;
  }

  static constexpr const char* kTwoGroups =
      "servers=6 groups=tg1:443,tg1-80:80 zones=a,b memory=50..60 memory_at_boot=30 capacity=120 peak=300";
  static constexpr const char* kMetric = "Memory % Committed Bytes In Use";
  std::unique_ptr<sim::Account> account;
  std::unique_ptr<sim::Front> front;
  std::unique_ptr<sim::VirtualClock> virtual_clock;
};

TEST_F(CheckOnAnAccount, FindsNothingWrongWithAGoodFleetAndTouchesNothing) {
  build(kTwoGroups);
  policy("tg1, tg1-80", kMetric, 4);
  EXPECT_EQ(check(), cli::kDone) << out.str() << err.str();
  EXPECT_TRUE(printed("web in eu-west-1: tg1, tg1-80\n"));
  EXPECT_TRUE(printed("at most $2.59 a month"));
  EXPECT_TRUE(out.str().ends_with("\nweb: would work\n")) << out.str();
  EXPECT_EQ(err.str(), "");
  EXPECT_FALSE(std::filesystem::exists(path("evenkeel.db")));
  for (const auto& fact : account->facts()) {
    EXPECT_NE(fact.kind, sim::FactKind::reboot_accepted);
    EXPECT_NE(fact.kind, sim::FactKind::registration);
    EXPECT_FALSE(fact.kind == sim::FactKind::deregistration && account->servers.contains(fact.instance_id))
        << fact.instance_id;
  }
  EXPECT_LE(front->calls().at("elasticloadbalancing:DescribeTargetGroups"), 1);
}

TEST_F(CheckOnAnAccount, TellsInJsonWhatItTellsInWords) {
  build(kTwoGroups);
  policy("tg1, tg1-80", kMetric, 6);
  EXPECT_EQ(check({"--json"}), cli::kWouldNotWork);
  const auto told = json();
  const auto& fleet = told["fleets"][0];
  EXPECT_EQ(fleet["fleet"], "web");
  EXPECT_EQ(fleet["region"], "eu-west-1");
  EXPECT_EQ(fleet["verdict"], "would_not_work");
  EXPECT_TRUE(fleet["missing_permissions"].is_null());
  const auto& finding = fleet["findings"][0];
  EXPECT_EQ(finding["severity"], "would_not_work");
  EXPECT_EQ(finding["rule"], "fleet_too_small");
  EXPECT_EQ(finding["target_group"], "tg1");
  EXPECT_TRUE(finding["members"].empty());
  EXPECT_EQ(finding["numbers"]["required"], 6);
  EXPECT_FALSE(finding["text"].get<std::string>().empty());
  EXPECT_FALSE(finding["remedy"].get<std::string>().empty());
  const auto& last = fleet["findings"].back();
  EXPECT_EQ(last["severity"], "note");
  EXPECT_TRUE(last["target_group"].is_null());
}

TEST_F(CheckOnAnAccount, FindsTheGroupThatThePolicyForgetsAndTheMetricThatWasMeant) {
  build(kTwoGroups);
  policy("tg1", "Memory % Commited Bytes In Use", 4);
  EXPECT_EQ(check(), cli::kWouldNotWork);
  EXPECT_TRUE(printed("6 of 6 members are registered in tg1-80 as well")) << out.str();
  EXPECT_TRUE(printed("fix: add tg1-80 to target_groups"));
  EXPECT_TRUE(printed("the nearest that exist: Memory % Committed Bytes In Use {")) << out.str();
  EXPECT_TRUE(printed("\nweb: would not work: 2 problems\n"));
}

TEST_F(CheckOnAnAccount, PlanSaysOnceThatNoMemberHasTheMetricAndWhatWasMeant) {
  build(kTwoGroups);
  policy("tg1, tg1-80", "Memory % Commited Bytes In Use", 3);
  EXPECT_EQ(run_on(*front, *virtual_clock, {"plan"}), cli::kUsage) << err.str();
  const auto count = [&](std::string_view part) {
    int found = 0;
    for (auto at = out.str().find(part); at != std::string::npos; at = out.str().find(part, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("none of 6 members has a series of Memory % Commited Bytes In Use"), 1) << out.str();
  EXPECT_EQ(count("nearest to Memory % Commited Bytes In Use: Memory % Committed Bytes In Use {"), 1);
  EXPECT_EQ(count("does the agent run"), 0) << out.str();
  EXPECT_EQ(count("signal_missing"), 1) << out.str();
  EXPECT_TRUE(printed("6 members")) << out.str();
  EXPECT_EQ(run_on(*front, *virtual_clock, {"plan", "--json"}), cli::kUsage);
  const auto fleet = json()["fleets"][0];
  EXPECT_EQ(fleet["members"].size(), 6U);
  EXPECT_EQ(fleet["nearest_metrics"].size(), 1U);
  policy("tg1, tg1-80", kMetric, 3);
  EXPECT_EQ(run_on(*front, *virtual_clock, {"plan", "--json"}), cli::kDone);
  EXPECT_TRUE(json()["fleets"][0]["nearest_metrics"].empty());
  EXPECT_TRUE(json()["fleets"][0]["missing_places"].empty());
}

TEST_F(CheckOnAnAccount, PlanNamesAMemberThatWasLeftInOneOfTwoGroups) {
  build(kTwoGroups);
  policy("tg1, tg1-80", kMetric, 3);
  const auto id = sim::instance_id_of("web-3");
  ASSERT_FALSE(account->deregister_target(sim::target_group_arn_of("tg1-80"), id, 80, sim::Actor::outsider));
  account->advance_to(account->now() + std::chrono::minutes{10});
  EXPECT_EQ(run_on(*front, *virtual_clock, {"plan"}), cli::kDone) << err.str();
  EXPECT_TRUE(
      printed("1 of 6 members is not registered in tg1-80, only in another group of the fleet: " + id))
      << out.str();
}

// Over every need of aws/permissions.h: what `evenkeel iam` allows to a tick, `check` tries, or says that it can't be tried.
class EveryRight : public CheckOnAnAccount {
 protected:
  void rich_policy() {
    write("evenkeel.yaml",
          "fleets:\n  - name: web\n    auto_scaling_group: web-asg\n    witness_tag: yes\n"
          "    reboot_when: {metric: Memory % Committed Bytes In Use, above: 65}\n    keep: {healthy: 3}\n"
          "    gates: {alarms: [busy], calendars: [freeze]}\n"
          "    treatments: [{command: recycle}, reboot, stop_start, replace]\n");
  }
  void build_rich(const sim::Faults& faults = {}) {
    build(
        "servers=6 groups=tg1:443 zones=a memory=50..60 memory_at_boot=30 capacity=120 peak=300\n"
        "asg web-asg fleet=web attach=tg1 min=2 max=12\ndocument recycle\nalarm busy ok\ncalendar freeze open",
        faults);
    rich_policy();
  }
  std::string state_of(std::string_view action) {
    check({"--json"});
    const auto told = json();
    for (const auto& right : told["fleets"][0]["rights"])
      if (right["action"] == action) return right["state"];
    return "absent";
  }
};

TEST_F(EveryRight, IsTriedOrSaidToBeUnproved) {
  build_rich();
  for (const auto& needed : aws::kNeededPermissions) {
    const auto state = state_of(needed.action);
    EXPECT_EQ(state, needed.proof == aws::Proof::none ? "unproved" : "allowed") << needed.action << err.str();
  }
}

TEST_F(EveryRight, IsMissedWhereItIsDenied) {
  for (const auto& needed : aws::kNeededPermissions) {
    std::string fault(needed.action);
    fault[fault.find(':')] = '.';
    if (fault == "elasticloadbalancing.DescribeTargetGroups") continue;  // without it nothing else is known
    if (fault == "elasticloadbalancing.DescribeLoadBalancerAttributes")
      continue;  // the simulated account has none
    sim::Faults faults;
    deny(faults, fault.c_str());
    build_rich(faults);
    EXPECT_EQ(state_of(needed.action), needed.proof == aws::Proof::none ? "unproved" : "denied")
        << needed.action;
  }
}

TEST_F(CheckOnAnAccount, CountsWhatATickWasRefused) {
  build(kTwoGroups);
  policy("tg1, tg1-80", kMetric, 4);
  FleetState state;
  state.fleet = "web";
  state.revision = 1;
  state.denials = {{Effect::reboot, "", account->now(), account->now(), "ec2:RebootInstances: HTTP 403"}};
  ASSERT_TRUE(record::open_sqlite(path("evenkeel.db")).value()->replace(state, {}));
  EXPECT_EQ(check(), cli::kWouldNotWork);
  EXPECT_TRUE(printed("refused_before")) << out.str();
  EXPECT_TRUE(printed("ec2:RebootInstances: HTTP 403"));
}

TEST_F(CheckOnAnAccount, SaysThatTheStateCouldNotBeRead) {
  build(kTwoGroups);
  policy("tg1, tg1-80", kMetric, 4);
  std::ofstream(path("evenkeel.db")) << "no database";
  EXPECT_EQ(check(), cli::kNeedsPerson);
  EXPECT_TRUE(printed("could_not_look")) << out.str();
  EXPECT_TRUE(printed("not known which servers are out")) << out.str();
}

TEST_F(CheckOnAnAccount, PrintsOneStatementForAllMissingPermissions) {
  sim::Faults faults;
  for (const char* action : {"elasticloadbalancing.RegisterTargets", "elasticloadbalancing.DeregisterTargets",
                             "ec2.RebootInstances", "cloudwatch.GetMetricData"})
    deny(faults, action);
  build(kTwoGroups, faults);
  policy("tg1, tg1-80", kMetric, 4);
  EXPECT_EQ(check({"--json"}), cli::kWouldNotWork);
  auto found = std::vector<std::string>(4, "permission_missing");
  found.emplace_back("without_witness");
  EXPECT_EQ(rules(), found) << out.str();
  const auto document = json()["fleets"][0]["missing_permissions"];
  EXPECT_EQ(document["Version"], "2012-10-17");
  ASSERT_EQ(document["Statement"].size(), 3U);
  EXPECT_EQ(document["Statement"][0]["Action"].size(), 2U);
  EXPECT_EQ(document["Statement"][0]["Resource"].size(), 2U);
  EXPECT_EQ(document["Statement"][2]["Action"][0], "cloudwatch:GetMetricData");
  EXPECT_EQ(check(), cli::kWouldNotWork);
  EXPECT_TRUE(printed("The IAM statement to add:\n\n  {\n")) << out.str();
  EXPECT_TRUE(printed("RegisterTargets is not allowed in tg1, tg1-80"));
}

TEST_F(CheckOnAnAccount, WhatOnlyItAsksForMayBeDenied) {
  sim::Faults faults;
  deny(faults, "elasticloadbalancing.DescribeListeners");
  build(kTwoGroups, faults);
  policy("tg1, tg1-80", kMetric, 4);
  EXPECT_EQ(check({"--json"}), cli::kDone) << out.str();
  EXPECT_EQ(rules(), (std::vector<std::string>{"without_witness", "could_not_look", "cost"}));
}

TEST_F(CheckOnAnAccount, SaysThatTheRegionIsWrongWhenNothingIsThere) {
  build(kTwoGroups);
  policy("tg9", kMetric, 4);
  EXPECT_EQ(check(), cli::kWouldNotWork);
  EXPECT_TRUE(printed("there is no target group tg9 in eu-west-1")) << out.str();
  EXPECT_TRUE(printed("the region has tg1, tg1-80 (2 in all)")) << out.str();
}

TEST_F(CheckOnAnAccount, AnUnreachableAwsIsExitCodeThree) {
  build(kTwoGroups);
  policy("tg1", kMetric, 4);
  EXPECT_EQ(run({"check"}), cli::kAws);
  EXPECT_TRUE(err.str().starts_with("evenkeel: web: ")) << err.str();
  EXPECT_EQ(run({"check", "--json"}), cli::kAws);
  EXPECT_EQ(json()["fleets"][0]["verdict"], "unknown");
  EXPECT_EQ(json()["fleets"][0]["error"]["kind"], "unavailable");
}

TEST_F(EveryRight, AnAutoScalingGroupThatCanNotBeReadIsExitCodeThree) {
  sim::Faults faults;
  deny(faults, "autoscaling.DescribeAutoScalingGroups", sim::FaultKind::server_error);
  build_rich(faults);
  EXPECT_EQ(check(), cli::kAws) << out.str();
}

TEST_F(CheckOnAnAccount, ABrokenPolicyIsExitCodeTwo) {
  build(kTwoGroups);
  write("evenkeel.yaml", "fleets:\n  - name: web\n");
  EXPECT_EQ(check(), cli::kUsage);
  EXPECT_TRUE(err.str().find("evenkeel.yaml:2:") != std::string::npos) << err.str();
  EXPECT_TRUE(front->calls().empty());
}

}  // namespace
}  // namespace evenkeel::play
