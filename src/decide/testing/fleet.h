// A small fleet for tests: what it looks like, and what a tick makes of it.
#pragma once

#include <algorithm>
#include <fmt/core.h>
#include <string>
#include <vector>

#include "base/text.h"
#include "decide/invariants/invariants.h"
#include "decide/remediation/apply_outcomes.h"
#include "decide/testing/decide.h"
#include "model/observation.h"
#include "model/plan.h"

namespace evenkeel::decide {

inline std::string id(int number) { return fmt::format("i-{:017x}", number); }

// `members` instances, each healthy in tg1 (443) and tg1-80 (80), at 40 % memory, up for a day; everything
// asked for is answered. Tests change what they are about.
struct FleetForTest {
  FleetPolicy policy;
  Observation observation;
  FleetState state;

  explicit FleetForTest(int members = 8) {
    policy.name = "web";
    policy.target_groups = {"tg1", "tg1-80"};
    policy.reboot_when.metric = "Memory % Committed Bytes In Use";
    policy.reboot_when.above = 65;
    policy.reboot_when.datapoints = 3;
    policy.keep.healthy = {.count = 5, .percent = 0};
    observation.taken_at = *parse_iso8601("2026-11-22T12:00:00Z");
    observation.instances_complete = true;
    observation.identity = Identity{"aws", "123456789012", "eu-west-1"};
    for (const auto& [name, port] : {std::pair{"tg1", 443}, {"tg1-80", 80}}) {
      TargetGroup group;
      group.arn =
          std::string("arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/") + name + "/1";
      group.name = name;
      group.has_load_balancer = true;
      group.of_fleet = true;
      group.zonal = false;
      group.attributes = TargetGroup::Attributes{.deregistration_delay = 60s};
      group.registrations.emplace();
      for (int i = 1; i <= members; ++i)
        group.registrations->push_back({id(i), port, TargetState::healthy, TargetReason::none});
      observation.target_groups.push_back(std::move(group));
    }
    for (int i = 1; i <= members; ++i) {
      observation.instances[id(i)] = {.id = id(i),
                                      .state = InstanceState::running,
                                      .launch_time = observation.taken_at - 24h,
                                      .availability_zone = "eu-west-1a",
                                      .private_ip = "",
                                      .auto_scaling_group = "",
                                      .stop_protected = false};
      memory(i, 40);
      observation.consoles[id(i)] = std::nullopt;
      observation.surveys[id(i)] = {.complete = true,
                                    .elsewhere = {},
                                    .elsewhere_groups = {},
                                    .may_reboot = true,
                                    .may_register = true,
                                    .events = std::vector<ScheduledEvent>{},
                                    .detail = ""};
      observation.looked_again.insert(id(i));
    }
    state.fleet = "web";
    state.identity = observation.identity;
    state.last_tick_at = observation.taken_at - 1min;
    state.members_last_seen = members;
  }

  TargetGroup& group(int index) { return observation.target_groups.at(static_cast<std::size_t>(index)); }

  Registration& place(int group_index, int member) {
    auto& list = *group(group_index).registrations;
    return *std::ranges::find(list, id(member), &Registration::instance_id);
  }

  // Ten minutes at that level, the newest sample a minute and a half ago.
  void memory(int member, double value) {
    Signal signal;
    signal.state = SignalState::fresh;
    for (int minute = 11; minute >= 2; --minute) {
      signal.samples.push_back({observation.taken_at - minute * 1min + 30s, value});
    }
    observation.signals[id(member)] = signal;
  }

  void state_of(int member, TargetState seen, TargetReason reason = TargetReason::none) {
    for (int g = 0; g < 2; ++g) {
      place(g, member).state = seen;
      place(g, member).reason = reason;
    }
  }

  void gone_from(int group_index, int member) {
    std::erase_if(*group(group_index).registrations,
                  [&](const Registration& r) { return r.instance_id == id(member); });
  }

  void gone(int member) {
    gone_from(0, member);
    gone_from(1, member);
  }

  void registered(int member, TargetState seen) {
    gone(member);
    for (int g = 0; g < 2; ++g) {
      group(g).registrations->push_back({id(member), g == 0 ? 443 : 80, seen, TargetReason::none});
      std::ranges::sort(*group(g).registrations, {},
                        [](const Registration& r) { return std::tie(r.instance_id, r.port); });
    }
  }

  // Every member is in the Auto Scaling group "web-asg", nothing under way there, one more than its minimum.
  AutoScalingGroup& scaling() {
    policy.auto_scaling_group = "web-asg";
    if (!observation.auto_scaling_group) {
      auto& made = observation.auto_scaling_group.emplace();
      made.name = "web-asg";
      made.desired = made.max = static_cast<int>(observation.instances.size());
      made.min = made.desired - 1;
      made.instance_refresh = "";
      made.activities.emplace();
      for (const auto& [member, instance] : observation.instances)
        made.members.push_back({member, LifecycleState::in_service, true});
    }
    return *observation.auto_scaling_group;
  }

  void zone(int member, const std::string& name) {
    observation.instances.at(id(member)).availability_zone = name;
  }

  void pass(Duration time) {
    observation.taken_at += time;
    for (auto& [member, signal] : observation.signals) {
      for (auto& sample : signal.samples) sample.at += time;
    }
  }

  int ticks = 0;
  Plan decide() const { return decide::decide(policy, observation, state, fmt::format("tick{}", ticks)); }

  // Decides, checks the invariants, and goes on from the next state with `outcome` for every action.
  Plan tick(OutcomeKind outcome = OutcomeKind::accepted) {
    ++ticks;
    auto plan = decide();
    broken = texts(violations(policy, observation, state, plan));
    state = plan.next;
    std::vector<Outcome> outcomes;
    for (const auto& action : plan.actions) {
      outcomes.push_back({action.remediation_id, action.nonce, outcome, outcome == OutcomeKind::unknown, ""});
    }
    if (!outcomes.empty() && outcome != OutcomeKind::unknown) {
      state = apply_outcomes(policy, state, outcomes, observation.taken_at).next;
    }
    return plan;
  }

  std::vector<std::string> broken;  // by the last tick's plan

  // Member 3 chosen and its deregistration accepted.
  Plan start_of_three() {
    memory(3, 80);
    return tick();
  }
  // … drained, past the quiet half minute.
  void drained_three() {
    start_of_three();
    gone(3);
    pass(2min);
  }
  // … rebooted, the answer being `outcome`.
  Plan reboot_of_three(OutcomeKind outcome = OutcomeKind::accepted) {
    drained_three();
    return tick(outcome);
  }

  Remediation& three() { return state.open.at(0); }
};

inline std::vector<Effect> effects(const Plan& plan) {
  std::vector<Effect> list;
  for (const auto& action : plan.actions) list.push_back(action.effect);
  return list;
}

}  // namespace evenkeel::decide
