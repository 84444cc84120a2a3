// Every refusal says what would change it: a key of the policy or a command. Where neither would, the table kNoKey says
// why, and the refusal names what is in the way.
#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <sstream>

#include "decide/guards/guards.h"
#include "decide/guards/load.h"
#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

using Source = TrafficSource::Kind;

// What makes a guard refuse member 3 of a fleet of eight.
struct RefusalCase {
  const char* guard;
  void (*make)(FleetForTest& fleet);
};

void several_zones(FleetForTest& fleet, int from) {
  for (int i = from; i <= 8; ++i) fleet.zone(i, "eu-west-1b");
}

void past_of_three(FleetForTest& fleet, Ending ending, Duration ago) {
  PastRemediation past;
  past.id = fmt::format("past-{}", fleet.state.recent.size());
  past.instance_id = id(3);
  past.started_at = fleet.observation.taken_at - ago - 10min;
  past.ended_at = fleet.observation.taken_at - ago;
  past.ending = ending;
  fleet.state.recent.push_back(past);
}

Survey& survey(FleetForTest& fleet) { return fleet.observation.surveys.at(id(3)); }
Instance& instance(FleetForTest& fleet) { return fleet.observation.instances.at(id(3)); }

constexpr auto kFleetCases = std::to_array<RefusalCase>({
    {"paused", [](FleetForTest& f) { f.state.pause = Pause{"deploy", "ann", {}}; }},
    {"former_pause",
     [](FleetForTest& f) { f.observation.former_stops = {{"old", true, "deploy", "ann", {}, {}}}; }},
    {"former_breaker",
     [](FleetForTest& f) { f.observation.former_stops = {{"old", false, "all jumped", "", {}, {}}}; }},
    {"paused",
     [](FleetForTest& f) { f.state.requests = {{OperatorRequest::Kind::pause, "", "deploy", "ann"}}; }},
    {"breaker", [](FleetForTest& f) { f.state.breaker = Breaker{"many", {}}; }},
    {"retired", [](FleetForTest& f) { f.policy.retired = true; }},
    {"retired", [](FleetForTest& f) { f.policy.retired = f.policy.policy_unread = true; }},
    {"tick", [](FleetForTest& f) { f.observation.late_by = 3min; }},
    {"place", [](FleetForTest& f) { f.state.identity = Identity{"aws", "999988887777", "eu-west-1"}; }},
    {"place", [](FleetForTest& f) { f.observation.identity.reset(); }},
    {"overlap", [](FleetForTest& f) { f.observation.groups_of_others[f.group(0).arn] = "shop"; }},
    {"permissions",
     [](FleetForTest& f) {
       f.scaling();
       const Time before = f.observation.taken_at - 1min;
       f.state.denials = {{Effect::enter_standby, "", before, before, "not authorized"}};
     }},
    {"other_fleets", [](FleetForTest& f) { f.observation.other_fleets_unknown = {"the store is busy"}; }},
    {"state", [](FleetForTest& f) { f.state.groups_seen[f.group(0).arn].overlooked = {id(5)}; }},
    {"witness", [](FleetForTest& f) { f.policy.witness_tag = true; }},
    {"witness",
     [](FleetForTest& f) {
       f.policy.witness_tag = true;
       f.observation.marks.emplace()[id(5)] = "web/" + id(5) + "@2026-11-22T11:00:00Z";
     }},
    {"clock", [](FleetForTest& f) { f.state.last_tick_at = f.observation.taken_at + 2min; }},
    {"clock_ahead", [](FleetForTest& f) { f.observation.doubtful_date = f.observation.taken_at + 24h; }},
    {"observation", [](FleetForTest& f) { f.observation.instances_complete = false; }},
    {"observation", [](FleetForTest& f) { f.observation.spread = 1h; }},
    {"members_seen", [](FleetForTest& f) { f.state.members_last_seen = 17; }},
    {"zones",
     [](FleetForTest& f) {
       several_zones(f, 6);
       for (int i = 6; i <= 8; ++i) f.state_of(i, TargetState::unhealthy);
     }},
    {"out", [](FleetForTest& f) { f.state_of(8, TargetState::draining); }},
    {"starts_per_hour",
     [](FleetForTest& f) {
       f.policy.keep.starts_per_hour = 1;
       past_of_three(f, Ending::cured, 10min);
     }},
    {"window",
     [](FleetForTest& f) { f.policy.windows = {{.days = 0x7f, .from = 1h, .to = 2h, .zone = {}}}; }},
    {"window",
     [](FleetForTest& f) {
       using namespace std::chrono;
       f.policy.freezes = {{2026y / November / 22, 2026y / November / 22, {}, "sale"}};
     }},
    {"calendars", [](FleetForTest& f) { f.policy.gates.calendars = {"no-changes"}; }},
    {"calendars",
     [](FleetForTest& f) {
       f.policy.gates.calendars = {"no-changes"};
       f.observation.calendars["no-changes"] = CalendarState::closed;
     }},
    {"alarms", [](FleetForTest& f) { f.policy.gates.alarms = {"deploys"}; }},
    {"alarms",
     [](FleetForTest& f) {
       f.policy.gates.alarms = {"deploys"};
       f.observation.alarms["deploys"] = {{"deploys", AlarmState::alarm}};
     }},
    {"alarms",
     [](FleetForTest& f) {
       f.policy.gates.alarms = {"deploys"};
       f.observation.alarms["deploys"] = {{"deploys", AlarmState::insufficient_data}};
     }},
    {"instance_refresh", [](FleetForTest& f) { f.scaling().instance_refresh.reset(); }},
    {"instance_refresh", [](FleetForTest& f) { f.scaling().instance_refresh = "InProgress"; }},
    {"scaling_activity", [](FleetForTest& f) { f.scaling().being_deleted = true; }},
    {"scaling_activity", [](FleetForTest& f) { f.scaling().activities.reset(); }},
    {"scaling_activity", [](FleetForTest& f) { f.scaling().activities = {"Launching"}; }},
    {"zonal_shift", [](FleetForTest& f) { f.place(0, 7).zonal_shift = true; }},
});

constexpr auto kMemberCases = std::to_array<RefusalCase>({
    {"remediation", [](FleetForTest& f) { f.start_of_three(); }},
    {"remediation",
     [](FleetForTest& f) {
       f.start_of_three();
       f.three().phase = Phase::held;
       f.three().held_because = "not healthy; look at the server";
     }},
    {"other_fleet",
     [](FleetForTest& f) { f.observation.other_fleets[id(3)] = {.fleet = "shop", .open = true}; }},
    {"target_type", [](FleetForTest& f) { f.group(0).type = TargetType::ip; }},
    {"running", [](FleetForTest& f) { instance(f).state = InstanceState::stopping; }},
    {"running", [](FleetForTest& f) { f.observation.instances.erase(id(3)); }},
    {"hold_tag", [](FleetForTest& f) { instance(f).tags[kHoldTag] = "yes"; }},
    {"registered", [](FleetForTest& f) { f.state_of(3, TargetState::initial); }},
    {"registered", [](FleetForTest& f) { f.state_of(3, TargetState::draining); }},
    {"registered", [](FleetForTest& f) { f.state_of(3, TargetState::unused, TargetReason::not_in_use); }},
    {"registered", [](FleetForTest& f) { f.group(0).attributes->slow_start = 5min; }},
    {"registered",
     [](FleetForTest& f) {
       f.observation.other_fleets[id(3)] = {
           .fleet = "shop", .open = true, .target_groups = {f.group(0).arn}};
       f.gone_from(0, 3);
     }},
    {"registered",
     [](FleetForTest& f) {
       f.scaling();
       f.gone(3);
     }},
    {"auto_scaling_group", [](FleetForTest& f) { instance(f).auto_scaling_group = "web-asg"; }},
    {"auto_scaling_state", [](FleetForTest& f) { f.scaling().members[2].lifecycle_state = LifecycleState::standby; }},
    {"auto_scaling_state", [](FleetForTest& f) { f.scaling().members[2].healthy = false; }},
    {"auto_scaling_state",
     [](FleetForTest& f) {
       f.scaling().elb_health_check = true;
       f.policy.leave_by = Leave::deregister;
     }},
    {"auto_scaling_state",
     [](FleetForTest& f) {
       f.scaling().members.clear();
       instance(f).auto_scaling_group = "web-asg";
     }},
    {"traffic_sources", [](FleetForTest& f) { f.scaling().other_traffic_sources = {{Source::other, "lattice"}}; }},
    {"traffic_sources",
     [](FleetForTest& f) {
       f.scaling().other_traffic_sources = {{Source::classic_load_balancer, "Classic Load Balancer web"}};
       f.policy.leave_by = Leave::deregister;
     }},
    {"standby", [](FleetForTest& f) { f.scaling().min = 8; }},
    {"capacity_units", 
     [](FleetForTest& f) {
       f.scaling().in_units = true;
       f.scaling().members[2].weight = 0;
     }},
    {"capacity_units",
     [](FleetForTest& f) {
       f.scaling().in_units = true;
       f.scaling().members[2].weight = 2;
     }},
    {"capacity_units",
     [](FleetForTest& f) {
       f.scaling().in_units = true;
       f.scaling().min = 8;
     }},
    {"launch", [](FleetForTest& f) { f.scaling().launch_suspended = true; }},
    {"registering",
     [](FleetForTest& f) {
       f.scaling().registering_suspended = true;
       f.scaling().other_traffic_sources = {{Source::classic_load_balancer, "Classic Load Balancer web"}};
     }},
    {"registering",
     [](FleetForTest& f) {
       f.scaling().registering_suspended = true;
       f.scaling().target_group_arns = {f.group(0).arn};
       f.policy.treatments = {{.treatment = Treatment::replace, .document = {}}};
     }},
    {"az_rebalance",
     [](FleetForTest& f) {
       f.scaling();
       several_zones(f, 4);
     }},
    {"az_rebalance",
     [](FleetForTest& f) {
       f.scaling();
       f.zone(3, "");
     }},
    {"az_rebalance",
     [](FleetForTest& f) {
       f.scaling();
       f.zone(4, "");
     }},
    {"grace_period",
     [](FleetForTest& f) {
       f.scaling().elb_health_check = true;
       f.group(0).attached = true;
       f.group(0).to_healthy = 5min;
     }},
    {"treatment",
     [](FleetForTest& f) { f.policy.treatments = {{.treatment = Treatment::stop_start, .document = {}}}; }},
    {"treatment",
     [](FleetForTest& f) {
       f.policy.treatments = {{.treatment = Treatment::stop_start, .document = {}}};
       f.policy.leave_by = Leave::deregister;
       f.scaling();
       instance(f).ebs_root = true;
     }},
    {"treatment",
     [](FleetForTest& f) { f.policy.treatments = {{.treatment = Treatment::replace, .document = {}}}; }},
    {"treatment",
     [](FleetForTest& f) {
       f.policy.treatments = {{.treatment = Treatment::replace, .document = {}}};
       f.scaling().retains_terminated = true;
     }},
    {"out_in_zone",
     [](FleetForTest& f) {
       f.policy.keep.out_per_zone = Share{.count = 1, .percent = 0};
       f.state_of(8, TargetState::draining);
     }},
    {"out_in_zone",
     [](FleetForTest& f) {
       f.policy.keep.out_per_zone = Share{.count = 1, .percent = 0};
       f.zone(3, "");
     }},
    {"uptime", [](FleetForTest& f) { instance(f).launch_time = f.observation.taken_at - 1min; }},
    {"late_effect",
     [](FleetForTest& f) { f.state.members[id(3)].effects_until = f.observation.taken_at + 5min; }},
    {"cooldown", [](FleetForTest& f) { past_of_three(f, Ending::cured, 10min); }},
    {"daily_limit",
     [](FleetForTest& f) {
       f.policy.keep.remediations_per_day = 1;
       past_of_three(f, Ending::cured, 2h);
     }},
    {"remedy",
     [](FleetForTest& f) {
       past_of_three(f, Ending::not_cured, 4h);
       past_of_three(f, Ending::not_cured, 2h);
     }},
    {"remedy", [](FleetForTest& f) { f.state.members[id(3)].relapses = {40h, 30h, 20h}; }},
    {"capacity", [](FleetForTest& f) { f.policy.keep.healthy.count = 8; }},
    {"capacity", [](FleetForTest& f) { f.group(0).attributes->fail_open_count = 7; }},
    {"capacity", [](FleetForTest& f) { f.zone(3, ""); }},
    {"capacity",
     [](FleetForTest& f) {
       several_zones(f, 4);
       f.policy.keep.healthy_per_zone = Share{.count = 3, .percent = 0};
     }},
    {"capacity",
     [](FleetForTest& f) {
       f.zone(3, "eu-west-1b");
       f.group(0).zonal = true;
     }},
    {"load", [](FleetForTest& f) { f.policy.keep.load_below = LoadCeiling{.below = 1000}; }},
    {"load",
     [](FleetForTest& f) {
       f.policy.keep.load_below = LoadCeiling{.below = 1000};
       for (auto& group : f.observation.target_groups) {
         auto& load = f.observation.loads[group.arn];
         load.state = SignalState::fresh;
         for (int minute = 61; minute >= 2; --minute)
           load.samples.push_back({f.observation.taken_at - minute * 1min, 9000});
       }
     }},
    {"survey",
     [](FleetForTest& f) {
       survey(f).elsewhere = {{id(3), 80, TargetState::healthy}};
       survey(f).elsewhere_groups = {"blue"};
     }},
    {"survey",
     [](FleetForTest& f) {
       survey(f).elsewhere = {{id(3), 80, TargetState::healthy}};
       survey(f).elsewhere[0].by_address = true;
       survey(f).elsewhere_groups = {"blue"};
     }},
    {"survey", [](FleetForTest& f) { survey(f).classic = {"Classic Load Balancer web"}; }},
    {"survey",
     [](FleetForTest& f) {
       survey(f).complete = false;
       survey(f).detail = "elasticloadbalancing:DescribeTargetHealth is denied";
     }},
    {"survey",
     [](FleetForTest& f) {
       survey(f).events.reset();
       survey(f).detail = "ec2:DescribeInstanceStatus is denied";
     }},
    {"survey", [](FleetForTest& f) { survey(f).events->push_back({"instance-stop", "hardware", {}}); }},
    {"survey", [](FleetForTest& f) { survey(f).may_reboot = false; }},
    {"survey", [](FleetForTest& f) { survey(f).may_deregister = false; }},
    {"survey", [](FleetForTest& f) { survey(f).may_register = false; }},
    {"survey", [](FleetForTest& f) { survey(f).may_mark = false; }},
    {"stop_protection", [](FleetForTest& f) { instance(f).stop_protected = true; }},
    {"stop_protection", [](FleetForTest& f) { instance(f).stop_protected.reset(); }},
});

// The refusals that no key and no command changes: what they name instead, and why.
struct NoKey {
  Reason reason;
  const char* named;
  const char* why;
};
constexpr std::array kNoKey{
    NoKey{Reason::retired, "policy",
          "the policy names no such fleet, or could not be read: it has no key to change"},
    NoKey{Reason::asked_late, "the next one looks again",
          "an event that came late; the next tick has its own"},
    NoKey{Reason::wrong_account, "the next tick asks again", "AWS did not say whose account it is"},
    NoKey{Reason::observation_incomplete, "not known", "the store did not say what other fleets have out"},
    NoKey{Reason::observation_incomplete, "could not", "what AWS did not answer must be read first"},
    NoKey{Reason::observation_incomplete, "apart", "AWS's answers are of different moments"},
    NoKey{Reason::observation_contradicts, "the next tick", "one odd answer is confirmed before it counts"},
    NoKey{Reason::clock_backwards, "clock", "time must pass"},
    NoKey{Reason::clock_ahead, "clock", "a clock that is ahead is confirmed before it counts"},
    NoKey{Reason::zone_failing, "zone", "what fails is a zone of AWS"},
    NoKey{Reason::instance_refresh, "instance refresh", "another tool takes the servers out"},
    NoKey{Reason::scaling_activity, "Auto Scaling group", "Auto Scaling takes the servers out"},
    NoKey{Reason::scaling_activity, "autoscaling:DescribeScalingActivities", "a permission is missing"},
    NoKey{Reason::zonal_shift, "end the zonal shift", "an operator or AWS has shifted the traffic"},
    NoKey{Reason::in_remediation, "it has been", "its own remediation comes first"},
    NoKey{Reason::held, "held: ", "the text says what to do with this server"},
    NoKey{Reason::in_another_fleet, "fleet shop", "the other fleet's remediation comes first"},
    NoKey{Reason::unsupported_target_type, "target group of type instance",
          "the target group is another's to change"},
    NoKey{Reason::not_running, "the instance is", "the server does not run"},
    NoKey{Reason::instance_unknown, "EC2", "the server does not exist, or EC2 could not be asked"},
    NoKey{Reason::hold_tag, "take the tag off", "an operator has set the tag"},
    NoKey{Reason::not_healthy, "initial", "the load balancer decides"},
    NoKey{Reason::being_drained, "an operator or another tool", "it is taken out already"},
    NoKey{Reason::group_without_load_balancer, "no listener", "the load balancer has to be changed"},
    NoKey{Reason::slow_start, "slow start", "an attribute of the target group"},
    NoKey{Reason::not_registered, "registered in none", "an operator has to register it"},
    NoKey{Reason::auto_scaling_state, "Auto Scaling state", "Auto Scaling has it in another state"},
    NoKey{Reason::auto_scaling_state, "does not list it", "tag and group contradict each other"},
    NoKey{Reason::auto_scaling_would_replace, "about to replace it", "Auto Scaling replaces it"},
    NoKey{Reason::elsewhere_registered, "detach that traffic source", "Evenkeel can't take it out there"},
    NoKey{Reason::elsewhere_registered, "deregister it there", "Evenkeel can't take it out there"},
    NoKey{Reason::launch_suspended, "resume it", "a process of the Auto Scaling group"},
    NoKey{Reason::registering_suspended, "resume it", "a process of the Auto Scaling group"},
    NoKey{Reason::az_rebalance, "Availability Zone", "EC2 has to say where the server is"},
    NoKey{Reason::grace_period, "health check grace period", "an attribute of the Auto Scaling group"},
    NoKey{Reason::late_effect, "until 20", "the request that was sent can't be taken back"},
    NoKey{Reason::too_few_healthy, "fail-open threshold", "an attribute of the target group"},
    NoKey{Reason::zone_without_cross_zone, "load_balancing.cross_zone.enabled",
          "an attribute of the target group"},
    NoKey{Reason::survey_incomplete, "is denied", "a permission is missing, or AWS did not answer"},
};

// The keys of a fleet as docs/policy.md has them, those of a section with its name: "keep.out", "leave_by".
std::set<std::string> policy_keys() {
  std::ifstream file(EVENKEEL_SOURCE_DIR "/docs/policy.md");
  std::set<std::string> keys;
  std::string section;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) {
      const auto first = line.find('`'), last = line.find('`', first + 1);
      section = first == std::string::npos ? "?" : line.substr(first + 1, last - first - 1);
    }
    if (!line.starts_with("| `") || section == "?") continue;
    const auto key = line.substr(3, line.find('`', 3) - 3);
    keys.insert(section == "fleets" ? key : section + "." + key);
  }
  for (const auto* no_word_of_its_own : {"name", "region", "order", "keep", "gates", "timing", "evidence"})
    keys.erase(no_word_of_its_own);
  return keys;
}

bool names(const std::string& text, const std::string& word) {
  const auto part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !part(text[at - 1])) && (end == text.size() || !part(text[end]))) return true;
  }
  return false;
}

Ruling refusal(const RefusalCase& one, const FleetForTest& fleet) {
  const FleetView view{fleet.policy, fleet.observation, fleet.state};
  const std::string guard = one.guard;
  for (const auto table : {inner_guards(), outer_guards()}) {
    for (const auto& known : table) {
      if (guard == known.name) return known.judge(view, false);
    }
  }
  const auto& member = view.members.at(id(3));
  for (const auto& known : own_guards()) {
    if (guard == known.name) return known.judge(view, member, false);
  }
  if (guard == "capacity") return capacity_guard(view, member);
  if (guard == "load") return load_guard(view, project_load(view), member, false);
  if (guard == "survey") return survey_guard(fleet.observation.surveys.at(id(3)));
  return stop_protection_guard(Treatment::stop_start, member.instance);
}

std::vector<RefusalCase> all_cases() {
  std::vector<RefusalCase> all{kFleetCases.begin(), kFleetCases.end()};
  all.insert(all.end(), kMemberCases.begin(), kMemberCases.end());
  return all;
}

TEST(Refusals, NameThePolicyKeyOrTheCommandThatWouldChangeThem) {
  const auto keys = policy_keys();
  ASSERT_TRUE(keys.contains("keep.out") && keys.contains("leave_by") && keys.contains("gates.alarms"));
  std::set<const NoKey*> used;
  for (const auto& one : all_cases()) {
    FleetForTest fleet;
    one.make(fleet);
    const auto no = refusal(one, fleet);
    ASSERT_TRUE(no) << one.guard << " did not refuse";
    if (names(no->text, "evenkeel resume") || names(no->text, "evenkeel iam") ||
        names(no->text, "aws ec2 delete-tags"))
      continue;
    if (std::ranges::any_of(keys, [&](const std::string& key) { return names(no->text, key); })) continue;
    const auto exempt = std::ranges::find_if(kNoKey, [&](const NoKey& known) {
      return known.reason == no->reason && no->text.find(known.named) != std::string::npos;
    });
    if (exempt != kNoKey.end()) used.insert(exempt);
    EXPECT_NE(exempt, kNoKey.end()) << one.guard << ": " << name(no->reason) << ": " << no->text;
  }
  for (const auto& known : kNoKey)
    EXPECT_TRUE(used.contains(&known))
        << name(known.reason) << ", " << known.named << ": no refusal needs it";
}

TEST(Refusals, OfEveryGuardAreTried) {
  const auto all = all_cases();
  const auto is_tried = [&](std::string_view guard) {
    return std::ranges::find(all, guard,
                             [](const RefusalCase& one) { return std::string_view(one.guard); }) != all.end();
  };
  for (const auto table : {inner_guards(), outer_guards()}) {
    for (const auto& guard : table) EXPECT_TRUE(is_tried(guard.name)) << guard.name;
  }
  for (const auto& guard : own_guards()) EXPECT_TRUE(is_tried(guard.name)) << guard.name;
}

}  // namespace
}  // namespace evenkeel::decide
