// What one decision costs for a very large fleet: 10,000 members, each in two of 1,000 target groups, all
// answers there. Prints the CPU time of a repetition: the median, and the fastest and slowest.
#include <algorithm>
#include <ctime>
#include <fmt/core.h>
#include <functional>
#include <vector>

#include "decide/invariants/invariants.h"
#include "decide/testing/decide.h"

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
    group.of_fleet = true;
    group.attributes = TargetGroup::Attributes{.deregistration_delay = 60s, .slow_start = slow_start};
    group.registrations.emplace();
    policy.target_groups.push_back(group.name);
    observation.target_groups.push_back(std::move(group));
  }

  void add_member(int number, Duration slow_start) {
    const std::string id = id_of(number);
    for (const int g : {number % kGroups, (number + 1) % kGroups}) {
      auto& group = observation.target_groups[static_cast<std::size_t>(g)];
      group.registrations->push_back({id, 443, TargetState::healthy, TargetReason::none});
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
    survey.events.emplace();
    observation.surveys[id_of(member)] = survey;
  }

  Plan decide() const { return decide::decide(policy, observation, state, "nonce"); }
};

Condition condition(Condition::Kind kind, Duration longer_than, const std::string& name) {
  return {.kind = kind, .metric = {}, .longer_than = longer_than, .name = name};
}

// Everything that a policy can ask for at once, and every signal read for three hours: a rule of each kind, a
// second metric, guards per zone, gates, a ceiling of the load, the order of who fails soonest, an Auto
// Scaling group, and a past of every tenth member.
struct EverythingOn : LargeFleet {
  using Kind = Condition::Kind;

  EverythingOn() : LargeFleet(30s) {
    policy.order = Order::soonest;
    policy.reboot_when.back_below = 60;
    policy.keep.healthy_per_zone = Share{.count = 1, .percent = 0};
    policy.keep.out = {.count = 0, .percent = 10};
    policy.keep.out_per_zone = Share{.count = 0, .percent = 10};
    policy.keep.load_below = LoadCeiling{.below = 1000};
    policy.windows = {Window{.days = 0x7f, .from = 0h, .to = 24h, .zone = {}}};
    policy.gates.alarms = {"deploy"};
    policy.gates.calendars = {"open"};
    observation.alarms["deploy"] = {{"deploy", AlarmState::ok}};
    observation.calendars["open"] = CalendarState::open;
    add_rules();
    for (auto& group : observation.target_groups) {
      observation.loads[group.arn] = signal(60, [](int i) { return 1000 + i; });
    }
    add_auto_scaling();
    auto& hot = observation.other_signals[metric_key(policy.also_when.back().all[0].metric)];
    for (int m = 0; m < kMembers; ++m) add_signals(m, hot);
    observation.statuses_complete = true;
  }

  void add_rules() {
    Condition hot;
    hot.metric.metric_namespace = "AWS/EC2";
    hot.metric.metric = "CPUUtilization";
    hot.metric.above = 90;
    hot.metric.datapoints = 3;
    policy.also_when = {
        Rule{"asked", 100, {condition(Kind::tag, {}, kRemediateTag)}},
        Rule{"up", 1, {condition(Kind::uptime, 336h, "")}},
        Rule{"old", 1, {condition(Kind::age, 720h, "")}},
        Rule{"event", 50, {condition(Kind::scheduled_event, {}, "instance-reboot")}},
        Rule{"impaired", 10, {condition(Kind::status_check, 10min, "")}},
        Rule{"unhealthy", 10, {condition(Kind::target_unhealthy, 15min, "")}},
        Rule{"oom", 20, {condition(Kind::alarm, {}, "oom-{instance_id}")}},
        Rule{"hot-and-old", 0, {hot, condition(Kind::uptime, 24h, "")}},
    };
  }

  void add_auto_scaling() {
    policy.auto_scaling_group = "web-asg";
    auto& scaling = observation.auto_scaling_group.emplace();
    scaling.name = "web-asg";
    scaling.desired = kMembers;
    scaling.instance_refresh = "";
    scaling.activities.emplace();
    for (const auto& [id, instance] : observation.instances)
      scaling.members.push_back({id, LifecycleState::in_service, true});
  }

  template <typename Value>
  static Signal signal(int minutes, Value&& value) {
    Signal made{SignalState::fresh, {}, ""};
    for (int i = 0; i < minutes; ++i)
      made.samples.push_back({kNow - (minutes + 1 - i) * 1min, static_cast<double>(value(i))});
    return made;
  }

  void add_signals(int member, std::map<std::string, Signal>& hot) {
    const auto id = id_of(member);
    // A tenth is above the limit, and leaks.
    const bool leaks = member % 10 == 0;
    const double base = leaks ? 66 : 30 + member % 30, rises = leaks ? 0.05 : 0;
    observation.signals[id] = signal(180, [&](int i) { return base + rises * i + i % 3 * 0.1; });
    hot[id] = signal(13, [&](int) { return member % 90; });
    auto& instance = observation.instances.at(id);
    instance.ebs_root = true;
    instance.auto_scaling_group = "web-asg";
    instance.tags["evenkeel:note"] = "x";
    instance.status = InstanceStatus{StatusCheck::ok, {}, {}};
    observation.alarms["oom-" + id] = {{"oom-" + id, AlarmState::ok}};
    if (member % 10 == 0) state.members[id].booted_at = kNow - 20h;
  }
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
  measure("  no server is above the limit", [&] {
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

void measure_everything() {
  EverythingOn fleet;
  fmt::print("with every kind of rule, zones, gates, load, forecasts of 1,000 candidates, Auto Scaling\n");
  auto plan = fleet.decide();
  for (int member = 0; member < kMembers; ++member) fleet.surveyed(member);
  measure("  all signals on, one is taken out", [&] {
    plan = fleet.decide();
    return plan.questions.empty() && plan.next.open.size() == 1;
  });
  measure("  the check of that plan's invariants",
          [&] { return decide::violations(fleet.policy, fleet.observation, fleet.state, plan).empty(); });
}

}  // namespace

int main() {
  fmt::print("a decision for {} members in {} target groups, CPU time\n", kMembers, kGroups);
  measure_all("without slow start", 0s);
  measure_all("every target group with slow start", 30s);
  measure_everything();
  return 0;
}
