// What one decision costs for a very large fleet: 10,000 members, each in two of 1,000 target groups, all
// answers there. Prints the CPU time of a repetition: the median, and the fastest and slowest.
#include <algorithm>
#include <ctime>
#include <fmt/core.h>
#include <functional>
#include <vector>

#include "decide/decide.h"
#include "decide/invariants.h"

namespace {

using namespace evenkeel;

constexpr int kMembers = 10'000, kGroups = 1'000, kRepetitions = 11;
constexpr Time kNow{std::chrono::seconds{1'795'348'800}};

std::string id_of(int member) { return fmt::format("i-{:017x}", member); }

struct LargeFleet {
  FleetPolicy policy;
  Observation observation;
  FleetState state;

  explicit LargeFleet(Duration slow_start) {
    policy.name = state.fleet = "web";
    policy.reboot_when.metric = "Memory % Committed Bytes In Use";
    policy.reboot_when.above = 65;
    policy.reboot_when.datapoints = 3;
    policy.keep.healthy = {.count = 5, .percent = 0};
    observation.taken_at = kNow;
    observation.instances_complete = true;
    state.last_tick_at = kNow - 1min;
    state.members_last_seen = kMembers;
    for (int g = 0; g < kGroups; ++g) add_group(g, slow_start);
    for (int m = 0; m < kMembers; ++m) add_member(m, slow_start);
    for (auto& group : observation.target_groups)
      std::ranges::sort(*group.registrations, {}, &Registration::instance_id);
  }

  void add_group(int number, Duration slow_start) {
    TargetGroup group;
    group.name = fmt::format("group-{:04}", number);
    group.arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/" + group.name + "/1";
    group.has_load_balancer = true;
    group.attributes = TargetGroup::Attributes{.deregistration_delay = 60s, .slow_start = slow_start};
    group.registrations.emplace();
    policy.target_groups.push_back(group.name);
    observation.target_groups.push_back(std::move(group));
  }

  void add_member(int number, Duration slow_start) {
    const std::string id = id_of(number);
    for (const int g : {number % kGroups, (number + 1) % kGroups}) {
      auto& group = observation.target_groups[static_cast<std::size_t>(g)];
      group.registrations->push_back({id, 443, TargetState::healthy, ""});
      if (slow_start > 0s) state.healthy_since[group.arn + "|" + id + ":443"] = kNow - 1h;
    }
    observation.instances[id] = {.id = id,
                                 .state = InstanceState::running,
                                 .launch_time = kNow - 24h,
                                 .availability_zone = number % 2 == 0 ? "eu-west-1a" : "eu-west-1b",
                                 .private_ip = "",
                                 .auto_scaling_group = ""};
    memory(number, 30 + number % 30);
  }

  void memory(int member, double value) {
    Signal signal{SignalState::fresh, {}, ""};
    for (int minute = 11; minute >= 2; --minute) signal.samples.push_back({kNow - minute * 1min, value});
    observation.signals[id_of(member)] = signal;
  }

  void surveyed(int member) {
    Survey survey;
    survey.complete = true;
    survey.may_reboot = survey.may_register = true;
    observation.surveys[id_of(member)] = survey;
  }

  Plan decide() const { return decide::decide(policy, observation, state, "nonce"); }
};

void measure(const char* what, const std::function<bool()>& work) {
  std::vector<double> took;
  bool right = true;
  for (int i = 0; i < kRepetitions; ++i) {
    const std::clock_t began = std::clock();
    right = work() && right;
    took.push_back(1e3 * static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC);
  }
  std::ranges::sort(took);
  fmt::print("{:<44} {:6.1f} ms   ({:.1f}-{:.1f}){}\n", what, took[kRepetitions / 2], took.front(),
             took.back(), right ? "" : "   WRONG: not the plan that was to be measured");
}

void measure_all(const char* title, Duration slow_start) {
  LargeFleet fleet{slow_start};
  fmt::print("{}\n", title);
  measure("  nobody is above the limit", [&] {
    const Plan plan = fleet.decide();
    return plan.questions.empty() && plan.actions.empty() && plan.members.size() == kMembers;
  });
  fleet.memory(1234, 80);
  fleet.surveyed(1234);
  measure("  one is above it and is taken out", [&] {
    const Plan plan = fleet.decide();
    return plan.questions.empty() && plan.actions.size() == 2;
  });
  const Plan plan = fleet.decide();
  measure("  the check of that plan's invariants",
          [&] { return decide::violations(fleet.policy, fleet.observation, fleet.state, plan).empty(); });
}

}  // namespace

int main() {
  fmt::print("a decision for {} members in {} target groups, CPU time\n", kMembers, kGroups);
  measure_all("without slow start", 0s);
  measure_all("every target group with slow start", 30s);
  return 0;
}
