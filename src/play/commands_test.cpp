// The commands against a simulated account: one remediation, seen and steered from the command line.
#include <algorithm>

#include "base/text.h"
#include "cli/exit_codes.h"
#include "cli/table.h"
#include "cli/testing/terminal.h"
#include "play/run.h"
#include "play/simulate.h"
#include "sim/api/front.h"
#include "sim/scenario/scenario.h"
#include "sim/world/clock.h"

namespace evenkeel::play {
namespace {

using namespace std::chrono_literals;

constexpr const char* kPolicy =
    "  fleets:\n"
    "    - name: web\n"
    "      region: eu-west-1\n"
    "      target_groups: [tg1]\n"
    "      reboot_when: {metric: Memory % Committed Bytes In Use, above: 65, over: 5m}\n"
    "      keep: {healthy: 2}\n";

const std::string kScenario = std::string(
                                  "# One of four servers is over the limit.\n"
                                  "start 2026-11-22T10:00:00Z\n"
                                  "duration 1h\n"
                                  "tick 1m\n"
                                  "fleet web servers=4 groups=tg1:443 peak=100 deregistration_delay=60s\n"
                                  "memory web-2 80\n"
                                  "promise healthy=2\n"
                                  "policy:\n") +
                              kPolicy + "----\n";

class Commands : public cli::TerminalTest {
 protected:
  Commands() {
    auto parsed = sim::parse_scenario(kScenario, "test.txt");
    EXPECT_TRUE(parsed) << parsed.error().message;
    scenario = *parsed;
    account = sim::build_account(scenario, 1);
    front = std::make_unique<sim::Front>(*account, sim::Faults{}, 1);
    virtual_clock = std::make_unique<sim::VirtualClock>(*account);
    for (const auto& [name, value] : example_environment(account->region)) environment[name] = value;
    write("evenkeel.yaml", kPolicy);
    upper_commands = {add_simulate};
    worst = sim::instance_id_of("web-2");
    // Time for the agents to have published.
    account->advance_to(account->now() + 10min);
  }
  int on_account(const std::vector<std::string>& arguments) {
    return run_on(*front, *virtual_clock, arguments);
  }
  void ticks(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_EQ(on_account({"run"}), cli::kDone) << err.str();
      account->advance_to(account->now() + 1min);
    }
  }
  bool out_has(std::string_view text) const { return out.str().find(text) != std::string::npos; }
  std::int64_t changes() const {
    const auto of = [&](const char* action) {
      const auto found = front->calls().find(std::string("elasticloadbalancing:") + action);
      return found == front->calls().end() ? 0 : found->second;
    };
    return of("DeregisterTargets") + of("RegisterTargets");
  }

  sim::Scenario scenario;
  std::unique_ptr<sim::Account> account;
  std::unique_ptr<sim::Front> front;
  std::unique_ptr<sim::VirtualClock> virtual_clock;
  std::string worst;
};

TEST_F(Commands, HelpListsSimulateBesidesTheCommandLinesOwn) {
  ASSERT_EQ(run({"--help"}), cli::kDone);
  for (const auto* name : {"\n  check", "\n  simulate"}) EXPECT_TRUE(out_has(name)) << out.str();
}

TEST_F(Commands, PlanSaysFirstWhatItWouldDoThenWhyNotForEachMember) {
  ASSERT_EQ(on_account({"plan"}), cli::kDone) << err.str();
  const auto text = out.str();
  const auto would = text.find("web: would");
  const auto action = text.find("deregister " + worst + " from tg1:443");
  const auto table = text.find("MEMBER");
  EXPECT_LT(would, action) << text;
  EXPECT_LT(action, table);
  for (const auto& [id, server] : account->servers) EXPECT_NE(text.find(id, table), std::string::npos) << id;
  EXPECT_EQ(changes(), 0);
  EXPECT_FALSE(std::filesystem::exists(path("evenkeel.db")));
}

TEST_F(Commands, PlanAsJsonHoldsVerdictsWithNumbers) {
  ASSERT_EQ(on_account({"plan", "--json"}), cli::kDone) << err.str();
  const auto shown = json();
  EXPECT_EQ(shown["state_found"], false);
  const auto& fleet = shown["fleets"][0];
  EXPECT_EQ(fleet["actions"][0]["effect"], "deregister");
  EXPECT_EQ(fleet["actions"][0]["instance_id"], worst);
  ASSERT_EQ(fleet["members"].size(), 4U);
  const auto member =
      std::ranges::find_if(fleet["members"], [&](const auto& one) { return one["instance_id"] == worst; });
  EXPECT_EQ((*member)["reason"], "start");
  EXPECT_GT((*member)["numbers"]["value"], 65);
}

TEST_F(Commands, RunStartsOneRemediationAndStatusExplainAndHistoryTellOfIt) {
  ticks(1);
  EXPECT_EQ(changes(), 2) << "it took one out, and asked before whether it may register";
  ASSERT_EQ(on_account({"status"}), cli::kDone) << err.str();
  EXPECT_TRUE(out_has(worst) && out_has("draining")) << out.str();
  ASSERT_EQ(on_account({"explain", worst, "--json"}), cli::kDone) << err.str();
  EXPECT_EQ(json()["fleets"][0]["verdict"]["reason"], "in_remediation");
  EXPECT_EQ(json()["fleets"][0]["open"][0]["phase"], "draining");
  ASSERT_EQ(on_account({"explain", worst}), cli::kDone) << err.str();
  EXPECT_TRUE(out_has("in_remediation") && out_has("\nHistory\n")) << out.str();
  ASSERT_EQ(on_account({"history", "--instance", worst, "--json"}), cli::kDone);
  EXPECT_GE(json()["events"].size(), 1U);
  ASSERT_EQ(on_account({"history", "--limit", "1", "--json"}), cli::kDone);
  EXPECT_EQ(json()["events"].size(), 1U);
  EXPECT_EQ(changes(), 2);
}

TEST_F(Commands, RunStaysUntilTheWholeRemediationIsOver) {
  const Time until = account->now() + 45min;
  stop_when = [&] { return account->now() >= until; };
  ASSERT_EQ(on_account({"run", "--every", "1m", "--json"}), cli::kDone) << err.str();
  stop_when = nullptr;
  for (const auto& line : split(trim(out.str()), '\n')) EXPECT_TRUE(nlohmann::json::accept(line)) << line;
  ASSERT_EQ(on_account({"status", "--json"}), cli::kDone);
  EXPECT_TRUE(json()["fleets"][0]["open"].empty());
  EXPECT_EQ(json()["fleets"][0]["recent"][0]["ending"], "cured");
  EXPECT_EQ(account->counters().reboots, 1);
}

TEST_F(Commands, ATargetGroupThatDoesNotExistEndsWith2FromTheFirstTick) {
  write("evenkeel.yaml", std::string(kPolicy).replace(std::string(kPolicy).find("[tg1]"), 5, "[tg1, tg9]"));
  EXPECT_EQ(on_account({"plan"}), cli::kUsage) << out.str();
  EXPECT_TRUE(out_has("could not act if it had to: target group tg9 does not exist")) << out.str();
  EXPECT_EQ(on_account({"run"}), cli::kUsage);
  EXPECT_NE(err.str().find("web: blind for 0s, could not act if it had to: target group tg9"),
            std::string::npos)
      << err.str();
  EXPECT_EQ(on_account({"status"}), cli::kNeedsPerson);
  EXPECT_TRUE(out_has("blind since 2026-11-22T10:1") && out_has("tg9 does not exist")) << out.str();
  EXPECT_EQ(on_account({"status", "--json"}), cli::kNeedsPerson);
  const auto ability = json()["fleets"][0]["ability"];
  EXPECT_EQ(ability["kind"], "blind");
  EXPECT_EQ(ability["blind_to"][0]["what"], "target_group_absent");
  EXPECT_EQ(ability["blind_to"][0]["absent_name"], true);
  EXPECT_EQ(changes(), 0);
  write("evenkeel.yaml", kPolicy);
  EXPECT_EQ(on_account({"run"}), cli::kDone) << err.str();
}

TEST_F(Commands, AWrongNameDoesNotEndAProcessThatStays) {
  write("evenkeel.yaml", std::string(kPolicy).replace(std::string(kPolicy).find("[tg1]"), 5, "[tg1, tg9]"));
  const Time until = account->now() + 5min;
  stop_when = [&] { return account->now() >= until; };
  EXPECT_EQ(on_account({"run", "--every", "1m"}), cli::kDone) << err.str();
  EXPECT_GE(account->now(), until);
  EXPECT_EQ(on_account({"run", "--every", "1m", "--fleet", "wbe"}), cli::kUsage) << "this one does";
}

TEST_F(Commands, WhatIsDeniedEndsWith3FromTheFirstTick) {
  sim::Fault denied;
  denied.kind = sim::FaultKind::denied;
  denied.action = "cloudwatch.GetMetricData";
  denied.rate = 1;
  sim::Faults faults;
  faults.list = {denied};
  front = std::make_unique<sim::Front>(*account, faults, 1);
  EXPECT_EQ(on_account({"plan"}), cli::kAws) << out.str();
  EXPECT_EQ(on_account({"run"}), cli::kAws) << err.str();
  write("evenkeel.yaml",
        std::string(kPolicy) + "      windows: [{from: \"22:00\", to: \"23:00\", time_zone: UTC}]\n");
  EXPECT_EQ(on_account({"run"}), cli::kAws) << "also while it has to wait: " << err.str();
}

TEST_F(Commands, AProcessThatIsStoppedWithAServerOutSaysSoAndEndsWith1) {
  const Time until = account->now() + 3min;
  stop_when = [&] { return account->now() >= until; };
  EXPECT_EQ(on_account({"run", "--every", "1m"}), cli::kNeedsPerson);
  EXPECT_NE(err.str().find("stopped with 1 server out of service: " + worst + " of web ("), std::string::npos)
      << err.str();
  EXPECT_NE(err.str().find("nothing puts it back until a tick runs again"), std::string::npos);
}

TEST_F(Commands, StatusAgreesWithItselfRightAfterAStart) {
  ticks(1);
  ASSERT_EQ(on_account({"status"}), cli::kDone);
  EXPECT_TRUE(out_has("3 of 4 serve, 1 out") && out_has("draining")) << out.str();
  EXPECT_TRUE(out_has("no more servers may leave now")) << out.str();
}

TEST_F(Commands, PlanSaysWhatItDidNotAsk) {
  ASSERT_EQ(on_account({"plan"}), cli::kDone);
  EXPECT_TRUE(
      out_has("not tried here, only by a tick before it starts: whether AWS would allow to put it back"))
      << out.str();
  ASSERT_EQ(on_account({"plan", "--json"}), cli::kDone);
  EXPECT_EQ(json()["fleets"][0]["not_asked"].size(), 1U);
}

TEST_F(Commands, RunSaysInOneLineWhyNothingIsDone) {
  write("evenkeel.yaml",
        std::string(kPolicy).replace(std::string(kPolicy).find("above: 65"), 9, "above: 95"));
  ASSERT_EQ(on_account({"run"}), cli::kDone) << err.str();
  EXPECT_TRUE(out_has("web: nothing to do: highest is " + worst + " at ")) << out.str();
  EXPECT_TRUE(out_has("(limit 95 %)"));
  EXPECT_EQ(std::ranges::count(out.str(), '\n'), 1);
}

TEST_F(Commands, APausedFleetStartsNothingAndSaysWhy) {
  ASSERT_EQ(on_account({"pause", "web", "--reason", "big release"}), cli::kDone) << err.str();
  ASSERT_EQ(on_account({"run"}), cli::kDone) << err.str();
  EXPECT_TRUE(out_has("big release")) << out.str();
  EXPECT_EQ(changes(), 0);
}

TEST_F(Commands, RestorePutsAMemberBackWithoutAReboot) {
  ticks(1);
  ASSERT_EQ(on_account({"restore", worst, "--json"}), cli::kDone) << err.str();
  EXPECT_EQ(json()["fleet"], "web");
  EXPECT_EQ(json()["did"].size(), 1U);
  ASSERT_EQ(on_account({"status", "--json"}), cli::kDone);
  EXPECT_FALSE(json()["fleets"][0]["wishes"][0]["now"]);
  ASSERT_EQ(on_account({"restore", worst, "--now"}), cli::kDone) << err.str();
  EXPECT_TRUE(out_has("a reboot that is queued may take it down while it serves")) << out.str();
  ASSERT_EQ(on_account({"status", "--json"}), cli::kDone);
  EXPECT_TRUE(json()["fleets"][0]["wishes"][1]["now"]);
  ticks(20);
  ASSERT_EQ(on_account({"status", "--json"}), cli::kDone);
  EXPECT_EQ(json()["fleets"][0]["recent"][0]["ending"], "not_rebooted");
  EXPECT_EQ(account->counters().reboots, 0);
}

TEST_F(Commands, AFleetThatLeftThePolicyIsRestoredWhateverFleetIsNamed) {
  ticks(1);
  auto other = std::string(kPolicy);
  other.replace(other.find("name: web"), 9, "name: api");
  other.replace(other.find("above: 65"), 9, "above: 95");
  write("evenkeel.yaml", other);
  for (int i = 0; i < 15; ++i) {
    on_account({"run", "--fleet", "api"});
    account->advance_to(account->now() + std::chrono::minutes{1});
  }
  ASSERT_EQ(on_account({"status", "--fleet", "web", "--json"}), cli::kDone) << err.str();
  EXPECT_TRUE(json()["fleets"][0]["open"].empty()) << out.str();
  EXPECT_EQ(account->counters().reboots, 0);
}

TEST_F(Commands, ExplainOfAnUnknownInstanceIsRefused) {
  EXPECT_EQ(on_account({"explain", "i-00000000000000000"}), cli::kUsage);
  EXPECT_NE(err.str().find("evenkeel plan"), std::string::npos);
}

TEST_F(Commands, SimulateAsJsonHoldsBothRunsUnderTheAgreedKeys) {
  write("story.txt", kScenario);
  ASSERT_EQ(run({"simulate", path("story.txt"), "--seed", "3", "--json"}), cli::kDone) << err.str();
  const auto shown = json();
  for (const char* key : {"requests_total", "requests_dropped", "dropped_by_our_doing", "crashes",
                          "min_healthy", "reboots", "undrained_reboots", "double_reboots", "forgotten",
                          "guard_violations", "ticks", "api_calls", "wall_seconds"}) {
    EXPECT_TRUE(shown[key].is_number()) << key;
    EXPECT_TRUE(shown["without"][key].is_number()) << key;
  }
  EXPECT_EQ(shown["seed"], 3);
  EXPECT_EQ(shown["ticks"], 60);
  EXPECT_EQ(shown["reboots"], 1);
  EXPECT_EQ(shown["without"]["reboots"], 0);
  EXPECT_EQ(shown["remediations"]["cured"], 1);
  EXPECT_EQ(shown["requests_total"], shown["without"]["requests_total"]);
}

TEST_F(Commands, TheSameSeedTellsTheSameStory) {
  write("story.txt", kScenario);
  ASSERT_EQ(run({"simulate", path("story.txt"), "--narrative"}), cli::kDone) << err.str();
  const auto first = out.str();
  EXPECT_NE(first.find("web-2"), std::string::npos);
  EXPECT_EQ(first.find(worst), std::string::npos) << first;
  ASSERT_EQ(run({"simulate", path("story.txt"), "--narrative"}), cli::kDone);
  EXPECT_EQ(out.str(), first);
}

TEST_F(Commands, SimulateInTextStaysWithinAHundredColumnsAndHasNoEscapesInAFile) {
  write("story.txt", kScenario);
  ASSERT_EQ(run({"simulate", path("story.txt")}), cli::kDone) << err.str();
  EXPECT_TRUE(out_has("Without Evenkeel") && out_has("requests dropped") && out_has("evenkeel plan"));
  EXPECT_FALSE(out_has("\x1b"));
  for (const auto& line : split(out.str(), '\n')) {
    // The name of the test's folder is long.
    if (line.find(folder.string()) == std::string::npos) {
      EXPECT_LE(cli::display_width(line), 100) << line;
    }
  }
}

TEST_F(Commands, AScenarioThatIsBrokenNamesItsPlace) {
  write("story.txt", "start yesterday\n");
  EXPECT_EQ(run({"simulate", path("story.txt")}), cli::kUsage);
  EXPECT_NE(err.str().find("story.txt:1:"), std::string::npos) << err.str();
}

TEST_F(Commands, ListenRefusesAnAddressThatIsNone) {
  write("story.txt", kScenario);
  EXPECT_EQ(run({"simulate", path("story.txt"), "--listen", "here:there"}), cli::kUsage);
  EXPECT_EQ(run({"simulate", path("story.txt"), "--time-scale", "2"}), cli::kCommandLine);
  EXPECT_EQ(run({"simulate", path("story.txt"), "--json", "--narrative"}), cli::kCommandLine);
}

TEST_F(Commands, APolicyThatBrokeHoldsBackNoRestore) {
  ticks(1);
  ASSERT_EQ(account->visible_targets(account->target_groups.begin()->first).size(), 4U);
  write("evenkeel.yaml", "fleets: [{name: web}]");
  EXPECT_EQ(on_account({"run"}), cli::kUsage);
  EXPECT_NE(err.str().find("put back all the same"), std::string::npos) << err.str();
  EXPECT_TRUE(out_has("putting it back: the policy could not be read\n")) << out.str();
  EXPECT_FALSE(out_has("left the policy")) << out.str();
  for (int minute = 0; minute < 10; ++minute) {
    account->advance_to(account->now() + 1min);
    on_account({"run"});
  }
  EXPECT_EQ(account->counters().reboots, 0);
  ASSERT_EQ(on_account({"status"}), cli::kDone);
  EXPECT_EQ(out.str().find("draining"), std::string::npos) << out.str();
  // Once no server is out it only says what is wrong.
  EXPECT_EQ(on_account({"run"}), cli::kUsage);
  EXPECT_EQ(err.str().find("put back all the same"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::play
