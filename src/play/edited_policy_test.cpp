// An operator edits the policy while a server is out: every documented key, once while it drains, once while it is
// treated and once on its way back. Whatever the policy says from then on, the server comes back exactly as it was, it
// is treated once at the most, and the reasons that are told are true.
#include <algorithm>
#include <cstdlib>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "cli/testing/terminal.h"
#include "play/run.h"
#include "play/testing/documented_keys.h"
#include "play/testing/reasons.h"
#include "policy/policy_file.h"

namespace evenkeel::play {
namespace {

// web-2 leaks, or an operator asks for it by a tag. Auto Scaling looks after tg1; tg2 is ours.
constexpr const char* kEditedWorld = R"(start 2026-11-22T10:00:00Z
duration 100m
tick 1m
fleet web servers=6 groups=tg1:443,tg2:80 capacity=120 peak=100 deregistration_delay=60s zones=a,b memory=20..30
group tg9:9000 attached=no
asg web-asg fleet=web min=2 max=24 attach=tg1
document recycle takes=90s fails=no heals=yes output="done"
document snapshot takes=20s fails=no heals=no output="done"
alarm service-ill ok
alarm deploy-web ok
calendar changes open
role keel external_id=ours
promise healthy=3 out=1 reboots=1
)";

// Each line ends with the key that it sets.
constexpr const char* kEditedPolicy = R"(  fleets:
    - name: web #name
      region: eu-west-1 #region
      role_arn: arn:aws:iam::123456789012:role/keel #role_arn
      external_id: ours #external_id
      target_groups: [tg1, tg2] #target_groups
      auto_scaling_group: web-asg #auto_scaling_group
      leave_by: standby #leave_by
      witness_tag: yes #witness_tag
      reboot_when: #reboot_when
        metric: Memory % Committed Bytes In Use #reboot_when.metric
        namespace: CWAgent #reboot_when.namespace
        statistic: Average #reboot_when.statistic
        above: 70 #reboot_when.above
        back_below: 65 #reboot_when.back_below
        period: 1m #reboot_when.period
        over: 5m #reboot_when.over
        datapoints: 3 #reboot_when.datapoints
        max_age: 5m #reboot_when.max_age
      also_when: #also_when
        - tag: "evenkeel:remediate" #also_when.[].tag
        - uptime: 90d #also_when.[].uptime
        - age: 91d #also_when.[].age
        - scheduled_event: system-reboot #also_when.[].scheduled_event
        - status_check_impaired: 50m #also_when.[].status_check_impaired
        - unhealthy: 51m #also_when.[].unhealthy
        - alarm: service-ill #also_when.[].alarm
        - name: hot #also_when.[].name
          priority: 1 #also_when.[].priority
          metric: CPUUtilization #also_when.[].metric
          namespace: AWS/EC2 #also_when.[].namespace
          statistic: Average #also_when.[].statistic
          above: 99 #also_when.[].above
          back_below: 98 #also_when.[].back_below
          period: 5m #also_when.[].period
          over: 15m #also_when.[].over
          datapoints: 2 #also_when.[].datapoints
          max_age: 15m #also_when.[].max_age
        - name: both #
          all: #also_when.[].all
            - tag: "evenkeel:other" #also_when.[].all.[].tag
            - uptime: 92d #also_when.[].all.[].uptime
            - age: 93d #also_when.[].all.[].age
            - scheduled_event: instance-reboot #also_when.[].all.[].scheduled_event
            - status_check_impaired: 52m #also_when.[].all.[].status_check_impaired
            - unhealthy: 53m #also_when.[].all.[].unhealthy
            - alarm: service-ill #also_when.[].all.[].alarm
            - metric: CPUUtilization #also_when.[].all.[].metric
              namespace: AWS/EC2 #also_when.[].all.[].namespace
              statistic: Average #also_when.[].all.[].statistic
              above: 97 #also_when.[].all.[].above
              back_below: 96 #also_when.[].all.[].back_below
              period: 5m #also_when.[].all.[].period
              over: 20m #also_when.[].all.[].over
              datapoints: 2 #also_when.[].all.[].datapoints
              max_age: 20m #also_when.[].all.[].max_age
      order: soonest #order
      fails_at: 99 #fails_at
      keep: #keep
        healthy: 3 #keep.healthy
        healthy_per_zone: 1 #keep.healthy_per_zone
        out: 1 #keep.out
        out_per_zone: 1 #keep.out_per_zone
        load_below: #keep.load_below
          per: target_group #keep.load_below.per
          namespace: AWS/ApplicationELB #keep.load_below.namespace
          metric: RequestCount #keep.load_below.metric
          statistic: Sum #keep.load_below.statistic
          below: 100000 #keep.load_below.below
          period: 1m #keep.load_below.period
          past: 10m #keep.load_below.past
        starts_per_hour: 4 #keep.starts_per_hour
        cooldown: 20m #keep.cooldown
        remediations_per_day: 4 #keep.remediations_per_day
        min_uptime: 15m #keep.min_uptime
        crossing_percent: 50 #keep.crossing_percent
      windows: #windows
        - days: [mon-sun] #windows.[].days
          from: "00:00" #windows.[].from
          to: "24:00" #windows.[].to
          time_zone: Europe/Berlin #windows.[].time_zone
      freezes: #freezes
        - from: 2026-12-20 #freezes.[].from
          to: 2027-01-02 #freezes.[].to
          time_zone: Europe/Berlin #freezes.[].time_zone
          reason: Christmas #freezes.[].reason
      gates: #gates
        alarms: [deploy-web] #gates.alarms
        insufficient_data: passes #gates.insufficient_data
        calendars: [changes] #gates.calendars
      treatments: #treatments
        - command: recycle #treatments.[].command
          parameters: {mode: soft} #treatments.[].parameters
          within: 5m #treatments.[].within
          attempts: 1 #treatments.[].attempts
        - treatment: reboot #treatments.[].treatment
      evidence: #evidence
        document: snapshot #evidence.document
        parameters: {mode: soft} #evidence.parameters
        within: 2m #evidence.within
        required: no #evidence.required
      timing: #timing
        drain_slack: 5m #timing.drain_slack
        boot: 10m #timing.boot
        stop: 10m #timing.stop
        rejoin: 10m #timing.rejoin
        soak: 5m #timing.soak
        settle: 5m #timing.settle
        judge: 10m #timing.judge
)";

// nullptr: the line is taken out, with what belongs to it.
using KeyChange = std::pair<std::string, const char*>;

struct KeyEdit {
  std::vector<KeyChange> changes;  // the first one names the key
  bool locks_out = false;          // AWS refuses everything until it is taken back, half an hour later
};

constexpr const char* kTakenOut = nullptr;

const std::vector<KeyEdit>& key_edits() {
  static const std::vector<KeyEdit> kEdits = {
      {{{"name", "web2"}}},
      {{{"region", "eu-central-1"}}, true},
      {{{"region", kTakenOut}}},
      {{{"role_arn", "arn:aws:iam::123456789012:role/other"}}, true},
      {{{"role_arn", kTakenOut}, {"external_id", kTakenOut}}},
      {{{"external_id", "theirs"}}, true},
      {{{"target_groups", "[tg1]"}}},
      {{{"target_groups", "[tg2]"}}},
      {{{"target_groups", "[tg1, tg9]"}}},
      {{{"target_groups", "[tg9]"}}},
      {{{"target_groups", "[not-there]"}}},
      {{{"target_groups", kTakenOut}}},
      {{{"auto_scaling_group", "other-asg"}}},
      {{{"auto_scaling_group", kTakenOut}, {"leave_by", kTakenOut}}},
      {{{"leave_by", "deregister"}}},
      {{{"witness_tag", "no"}}},
      {{{"reboot_when", kTakenOut}, {"order", kTakenOut}, {"fails_at", kTakenOut}}},
      {{{"reboot_when.metric", "mem_used_percent"}}},
      {{{"reboot_when.namespace", "Other"}}},
      {{{"reboot_when.statistic", "Maximum"}}},
      {{{"reboot_when.above", "95"}}},
      {{{"reboot_when.above", "66"}}},
      {{{"reboot_when.back_below", "40"}}},
      {{{"reboot_when.back_below", kTakenOut}}},
      {{{"reboot_when.period", "5m"}, {"reboot_when.datapoints", "1"}, {"reboot_when.max_age", "10m"}}},
      {{{"reboot_when.over", "20m"}}},
      {{{"reboot_when.datapoints", "5"}}},
      {{{"reboot_when.max_age", "20m"}}},
      {{{"also_when", kTakenOut}}},
      {{{"also_when.[].tag", "evenkeel:else"}}},
      {{{"also_when.[].tag", kTakenOut}}},
      {{{"also_when.[].uptime", "80d"}}},
      {{{"also_when.[].age", "80d"}}},
      {{{"also_when.[].scheduled_event", "any"}}},
      {{{"also_when.[].status_check_impaired", "10m"}}},
      {{{"also_when.[].unhealthy", "40m"}}},
      {{{"also_when.[].alarm", "deploy-web"}}},
      {{{"also_when.[].name", "hotter"}}},
      {{{"also_when.[].priority", "-7"}}},
      {{{"also_when.[].metric", "NetworkIn"}}},
      {{{"also_when.[].namespace", "CWAgent"}}},
      {{{"also_when.[].statistic", "Maximum"}}},
      {{{"also_when.[].above", "98.5"}}},
      {{{"also_when.[].back_below", "50"}}},
      {{{"also_when.[].period", "1m"}}},
      {{{"also_when.[].over", "30m"}}},
      {{{"also_when.[].datapoints", "3"}}},
      {{{"also_when.[].max_age", "30m"}}},
      {{{"also_when.[].all", "[{uptime: 94d}, {age: 95d}]"}}},
      {{{"also_when.[].all.[].tag", "evenkeel:else"}}},
      {{{"also_when.[].all.[].uptime", "80d"}}},
      {{{"also_when.[].all.[].age", "80d"}}},
      {{{"also_when.[].all.[].scheduled_event", "any"}}},
      {{{"also_when.[].all.[].status_check_impaired", "10m"}}},
      {{{"also_when.[].all.[].unhealthy", "40m"}}},
      {{{"also_when.[].all.[].alarm", "deploy-web"}}},
      {{{"also_when.[].all.[].metric", "NetworkIn"}}},
      {{{"also_when.[].all.[].namespace", "CWAgent"}}},
      {{{"also_when.[].all.[].statistic", "Maximum"}}},
      {{{"also_when.[].all.[].above", "98.5"}}},
      {{{"also_when.[].all.[].back_below", "50"}}},
      {{{"also_when.[].all.[].period", "1m"}}},
      {{{"also_when.[].all.[].over", "30m"}}},
      {{{"also_when.[].all.[].datapoints", "3"}}},
      {{{"also_when.[].all.[].max_age", "30m"}}},
      {{{"order", "worst"}, {"fails_at", kTakenOut}}},
      {{{"order", "longest_uncycled"}, {"fails_at", kTakenOut}}},
      {{{"fails_at", "80"}}},
      {{{"keep", "{healthy: 1}"}}},
      {{{"keep.healthy", "6"}}},
      {{{"keep.healthy", "100"}}},
      {{{"keep.healthy", "90%"}}},
      {{{"keep.healthy_per_zone", "0"}}},
      {{{"keep.healthy_per_zone", "3"}}},
      {{{"keep.out", "3"}}},
      {{{"keep.out", "10%"}}},
      {{{"keep.out_per_zone", kTakenOut}}},
      {{{"keep.load_below", kTakenOut}}},
      {{{"keep.load_below.per", "instance"},
        {"keep.load_below.namespace", "AWS/EC2"},
        {"keep.load_below.metric", "CPUUtilization"},
        {"keep.load_below.statistic", "Average"}}},
      {{{"keep.load_below.namespace", "AWS/NetworkELB"}}},
      {{{"keep.load_below.metric", "RequestCountPerTarget"}}},
      {{{"keep.load_below.statistic", "Maximum"}}},
      {{{"keep.load_below.below", "1"}}},
      {{{"keep.load_below.period", "5m"}}},
      {{{"keep.load_below.past", "1d"}}},
      {{{"keep.starts_per_hour", "1"}}},
      {{{"keep.cooldown", "7d"}}},
      {{{"keep.remediations_per_day", "1"}}},
      {{{"keep.min_uptime", "0s"}}},
      {{{"keep.min_uptime", "7d"}}},
      {{{"keep.crossing_percent", "1"}}},
      {{{"windows", kTakenOut}}},
      {{{"windows.[].days", "[mon]"}}},
      {{{"windows.[].from", "\"23:00\""}}},
      {{{"windows.[].to", "\"01:00\""}}},
      {{{"windows.[].time_zone", "America/New_York"}}},
      {{{"freezes", kTakenOut}}},
      {{{"freezes.[].from", "2026-11-20"}}},
      {{{"freezes.[].to", "2027-02-02"}}},
      {{{"freezes.[].time_zone", "UTC"}}},
      {{{"freezes.[].reason", "Holidays"}}},
      {{{"gates", kTakenOut}}},
      {{{"gates.alarms", "[not-there]"}}},
      {{{"gates.insufficient_data", "blocks"}}},
      {{{"gates.calendars", "[not-there]"}}},
      {{{"treatments", "[stop_start]"}}},
      {{{"treatments", "[replace]"}, {"keep.cooldown", "7d"}}},
      {{{"treatments", "[none]"}}},
      {{{"treatments", kTakenOut}}},
      {{{"treatments.[].treatment", "stop_start"}}},
      {{{"treatments.[].command", "snapshot"}}},
      {{{"treatments.[].parameters", "{mode: hard}"}}},
      {{{"treatments.[].within", "30s"}}},
      {{{"treatments.[].attempts", "3"}}},
      {{{"evidence", kTakenOut}}},
      {{{"evidence.document", "recycle"}}},
      {{{"evidence.parameters", "{mode: hard}"}}},
      {{{"evidence.within", "30s"}}},
      {{{"evidence.required", "yes"}}},
      {{{"timing", kTakenOut}}},
      {{{"timing.drain_slack", "1m"}}},
      {{{"timing.boot", "5m"}}},
      {{{"timing.stop", "5m"}}},
      {{{"timing.rejoin", "1m"}}},
      {{{"timing.soak", "0s"}}},
      {{{"timing.soak", "20m"}}},
      {{{"timing.settle", "10m"}}},
      {{{"timing.judge", "0s"}}},
  };
  return kEdits;
}

std::size_t key_indent(const std::string& line) { return line.find_first_not_of(' '); }

// What belongs to a line: those after it that are indented deeper than its key.
std::size_t section_end(const std::vector<std::string>& lines, std::size_t at) {
  const bool item = lines[at].substr(key_indent(lines[at])).starts_with("- ");
  const bool leaf = lines[at].find(": #") == std::string::npos;
  if (leaf && !item) return at + 1;
  auto end = at + 1;
  while (end < lines.size() && !lines[end].empty() && key_indent(lines[end]) > key_indent(lines[at])) ++end;
  return end;
}

// The policy with these changes; without the marks.
std::string with_changes(const std::vector<KeyChange>& changes) {
  auto lines = split(kEditedPolicy, '\n');
  for (const auto& [key, value] : changes) {
    const auto at = std::ranges::find_if(lines, [&](const auto& line) { return line.ends_with(" #" + key); });
    EXPECT_NE(at, lines.end()) << key << " is not in the policy of this test";
    if (at == lines.end()) continue;
    const auto first = static_cast<std::size_t>(at - lines.begin());
    const bool section = at->find(": #") != std::string::npos;
    const auto end = value == nullptr || section ? section_end(lines, first) : first + 1;
    const auto begin = at->substr(0, at->find(": ") + 2);
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(first) + 1,
                lines.begin() + static_cast<std::ptrdiff_t>(end));
    if (value == nullptr) {
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(first));
    } else {
      lines[first] = begin + value + " #" + key;
    }
  }
  std::string text;
  for (auto& line : lines) text += line.substr(0, line.find(" #")) + "\n";
  return text;
}

// Where each server is: its places with their health, its state in the Auto Scaling group; and the group's sizes.
std::string where_everything_is(const sim::Account& account) {
  std::vector<std::string> all;
  for (const auto& [arn, group] : account.target_groups) {
    for (const auto& target : group.targets)
      all.push_back(fmt::format("{} {}:{} {}", account.servers.at(target.instance_id).name, group.name,
                                target.port, target.state));
  }
  for (const auto& [name, group] : account.auto_scaling_groups) {
    all.push_back(
        fmt::format("{} wants {} of {} to {}", name, group.desired, group.min_size, group.max_size));
    for (const auto& member : group.members)
      all.push_back(
          fmt::format("{} {}", account.servers.at(member.instance_id).name, member.lifecycle_state));
  }
  std::ranges::sort(all);
  return join(all, "\n");
}

// By us, of one server.
int own_treatments(const std::string& server, const sim::Account& account) {
  return static_cast<int>(std::ranges::count_if(account.facts(), [&](const sim::Fact& fact) {
    const auto found = account.servers.find(fact.instance_id);
    if (fact.actor != sim::Actor::evenkeel || found == account.servers.end() || found->second.name != server)
      return false;
    return fact.kind == sim::FactKind::reboot_effect || fact.kind == sim::FactKind::stop_accepted ||
           fact.kind == sim::FactKind::scale_in ||
           (fact.kind == sim::FactKind::command && fact.detail == "recycle");
  }));
}

struct EditMoment {
  Phase phase;
  const char* cause;  // a line of the world
  bool by_command;    // the first treatment
};

const std::vector<EditMoment>& edit_moments() {
  static const std::vector<EditMoment> kMoments = {
      {Phase::draining, "memory web-2 85", false},
      {Phase::booting, "memory web-2 85", false},
      {Phase::commanding, "at 1m tag web-2 evenkeel:remediate now", true},
      {Phase::rejoining, "at 1m tag web-2 evenkeel:remediate now", false},
      {Phase::soaking, "memory web-2 85", true},
  };
  return kMoments;
}

// Where a reboot is the first treatment there is no command.
std::string with_first_treatment(std::string policy, bool by_command) {
  const auto command = policy.find("        - command:");
  const auto reboot = policy.find("        - treatment:");
  if (!by_command && command != std::string::npos && reboot != std::string::npos)
    policy.erase(command, reboot - command);
  return policy;
}

std::string edited_text(const KeyEdit& edit, const EditMoment& moment) {
  return with_first_treatment(with_changes(edit.changes), moment.by_command);
}

// Whether there is anything of it in the policy of that moment.
bool edits_something(const KeyEdit& edit, const EditMoment& moment) {
  return edited_text(edit, moment) != edited_text({}, moment);
}

// One edit at one moment; what went wrong.
std::vector<std::string> play_edit(const KeyEdit& edit, const EditMoment& moment) {
  const auto text = edited_text({}, moment), after = edited_text(edit, moment);
  const auto scenario =
      sim::parse_scenario(fmt::format("{}{}\npolicy:\n{}", kEditedWorld, moment.cause, text), "edited.txt");
  if (!scenario) return {"the test's mistake: " + scenario.error().message};
  const auto original = policy::parse(text, "policy"), edited = policy::parse(after, "edited policy");
  if (!original) return {"the test's mistake: " + original.error().message};
  if (!edited) return {"the test's mistake: " + edited.error().message};
  cli::ScenarioContext quiet;
  std::optional<Time> due;
  std::string before, at_the_end;
  int treatments = 0;
  bool still_out = false;
  std::set<std::string> told;
  ReasonOracle oracle(*scenario);
  const auto watch = [&](const FleetPolicy& fleet, const Result<controller::TickReport>& report,
                         const sim::Account& account) {
    if (before.empty()) before = where_everything_is(account);
    at_the_end = where_everything_is(account);
    treatments = own_treatments("web-2", account);
    if (!edit.locks_out) oracle.look(fleet, report, account);
    if (!report) return;
    still_out = !report->plan.next.open.empty();
    for (const auto& event : report->events) {
      if (event.kind == EventKind::done || event.kind == EventKind::held) told.insert(event.text);
    }
    for (const auto& one : report->plan.next.open)
      if (one.phase == moment.phase && !due) due = account.now();
  };
  const auto policy_at = [&](Time now) -> std::optional<Policy> {
    if (!due) return std::nullopt;
    return edit.locks_out && now > *due + 30min ? *original : *edited;
  };
  const auto run = run_with(*scenario, 1, quiet.context, {}, watch, policy_at);
  if (!run) return {"the test's mistake: " + run.error().message};
  std::vector<std::string> wrong;
  if (!due) return {fmt::format("it was never {}", name(moment.phase))};
  if (still_out) wrong.emplace_back("something is still open");
  if (treatments > 1) wrong.push_back(fmt::format("web-2 was treated {} times", treatments));
  if (at_the_end != before)
    wrong.push_back(fmt::format("not as it was:\n{}\ninstead of\n{}", at_the_end, before));
  const auto& findings = oracle.findings();
  wrong.insert(wrong.end(), findings.begin(), findings.end());
  if (!edit.locks_out) wrong.insert(wrong.end(), run->problems.begin(), run->problems.end());
  wrong.insert(wrong.end(), run->judgement.findings.begin(), run->judgement.findings.end());
  if (!wrong.empty())
    wrong.push_back("told: " + join(std::vector<std::string>(told.begin(), told.end()), "; "));
  return wrong;
}

// In parts, so that cores share them.
constexpr std::size_t kEditParts = 10;

class EditedPolicy : public ::testing::TestWithParam<std::size_t> {};

// Each edit at one moment, in turn; EVENKEEL_EDITED=all: at every moment.
TEST_P(EditedPolicy, BringsTheServerBackAsItWasWhicheverKeyIsEdited) {
  const char* asked = std::getenv("EVENKEEL_EDITED");
  const bool all = asked != nullptr && std::string_view(asked) == "all";
  for (std::size_t i = GetParam(); i < key_edits().size(); i += kEditParts) {
    const auto& edit = key_edits()[i];
    const auto* value = edit.changes.front().second;
    for (std::size_t turn = 0; turn < edit_moments().size(); ++turn) {
      const auto& moment = edit_moments()[(i / kEditParts + turn) % edit_moments().size()];
      if (!edits_something(edit, moment)) continue;
      const auto wrong = play_edit(edit, moment);
      EXPECT_TRUE(wrong.empty()) << edit.changes.front().first << " "
                                 << (value == nullptr ? "taken out" : value) << " while "
                                 << name(moment.phase) << ": " << join(wrong, "\n    ");
      if (!all) break;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, EditedPolicy, ::testing::Range<std::size_t>(0, kEditParts));

TEST(EditedKeys, AreAllTheDocumentedOnes) {
  std::set<std::string> edited;
  for (const auto& edit : key_edits()) {
    const auto& key = edit.changes.front().first;
    if (std::ranges::any_of(edit_moments(), [&](const auto& one) { return edits_something(edit, one); }))
      edited.insert(key);
  }
  const auto documented = documented_keys();
  for (const auto& key : documented) EXPECT_TRUE(edited.contains(key)) << key << " is never edited";
  for (const auto& key : edited) EXPECT_TRUE(documented.contains(key)) << key << " is not documented";
  std::cout << fmt::format("{} of {} keys edited, in {} ways\n", edited.size(), documented.size(),
                           key_edits().size());
}

}  // namespace
}  // namespace evenkeel::play
