#include "decide/rules/rules.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "decide/rules/served.h"
#include "model/alarm_name.h"

namespace evenkeel::decide {
namespace {

// The words cost more than the judgement, so they are made only when they will be read.
template <typename Describe>
ConditionResult condition_result(Holds holds, Reason reason, bool explain, Describe&& words) {
  ConditionResult made;
  made.holds = holds;
  made.verdict.reason = reason;
  if (explain) words(made.verdict);
  return made;
}

template <typename Describe>
ConditionResult yes(bool explain, Describe&& words) {
  return condition_result(Holds::yes, Reason::start, explain, words);
}
template <typename Describe>
ConditionResult no(bool explain, Describe&& words) {
  return condition_result(Holds::no, Reason::below_limit, explain, words);
}

double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

// What was asked for has a signal, though it be a failed one.
ConditionResult unread() {
  return {Holds::unknown, {Reason::signal_not_due, "the metric was not read in this tick"}};
}

ConditionResult of_judgement(Judgement judgement, const MetricCondition& condition) {
  ConditionResult made;
  made.holds = judgement.above ? Holds::yes : judgement.newest ? Holds::no : Holds::unknown;
  made.verdict = std::move(judgement.verdict);
  if (judgement.newest) {
    made.identity = "metric " + printable(condition.metric);
    made.metric = &condition;
    made.value = *judgement.newest;
    made.sampled_at = judgement.sampled_at;
  }
  return made;
}

ConditionResult metric(const FleetView& fleet, const Member& member, const MetricCondition& condition,
                       bool explain) {
  const auto* signal = fleet.signal_of(member, condition);
  if (signal == nullptr) return unread();
  const bool low = signal->state == SignalState::fresh && !signal->samples.empty() &&
                   signal->samples.back().value <= std::min(condition.above, condition.down_at());
  if (low && !explain) return {};  // the usual case, without a word
  return of_judgement(judge(condition, *signal, fleet.observation.taken_at, once_above(condition, *signal)),
                      condition);
}

// `what` has lasted since then; it holds once it has lasted for so long. `identity`: what is told from the next
// by that time.
ConditionResult lasting(const FleetView& fleet, Time since, Duration wanted, const char* what,
                        const char* identity, bool explain) {
  const Duration lasted = fleet.observation.taken_at - since;
  const auto tell_how_long = [&](Verdict& verdict) {
    verdict.text = fmt::format("{} for {}; the rule asks for {}", what, format_duration(lasted),
                               format_duration(wanted));
    verdict.numbers = {{Number::lasted_seconds, seconds(lasted)}, {Number::limit_seconds, seconds(wanted)}};
    if (lasted < wanted) verdict.until = since + wanted;
  };
  if (lasted < wanted) return no(explain, tell_how_long);
  auto made = yes(explain, tell_how_long);
  made.identity = fmt::format("{} {}", identity, iso8601(since));
  return made;
}

ConditionResult tag(const Member& member, const std::string& name, bool explain) {
  const auto found = member.instance->tags.find(name);
  if (found == member.instance->tags.end() || !says_yes(found->second)) {
    return no(explain,
              [&](Verdict& v) { v.text = fmt::format("its tag {} asks for nothing", printable(name)); });
  }
  const auto& value = found->second;
  const auto identity = tag_identity(name, value);
  const bool served =
      value == member.record->served_tag ||
      std::ranges::find(member.record->served, identity, &Served::reason) != member.record->served.end();
  const bool elsewhere = member.other != nullptr && member.other->served.contains(identity);
  if (served || elsewhere) {
    return condition_result(Holds::no, Reason::already_served, explain, [&](Verdict& v) {
      v.text = fmt::format("its tag {} says \"{}\", which has been served{}; another value asks again",
                           printable(name), printable(value),
                           served ? "" : " in fleet " + printable(member.other->fleet));
    });
  }
  auto made = yes(explain, [&](Verdict& v) {
    v.text = fmt::format("its tag {} says \"{}\"", printable(name), printable(value));
  });
  made.tag = value;
  made.identity = identity;
  return made;
}

ConditionResult status_unknown(bool explain) {
  return condition_result(Holds::unknown, Reason::observation_incomplete, explain, [](Verdict& v) {
    v.text = "its EC2 status could not be read; see that ec2:DescribeInstanceStatus is allowed";
  });
}

// Of several events the first that is to be served now.
ConditionResult scheduled_event(const FleetView& fleet, const Member& member, const std::string& code,
                                bool explain) {
  if (!member.instance->status) return status_unknown(explain);
  const ScheduledEvent* chosen = nullptr;
  bool served_now = false;
  for (const auto& event : member.instance->status->events) {
    if (!code.empty() && event.code != code) continue;
    served_now =
        !reason_status(fleet, member, {.identity = identity_of(event), .rule = nullptr, .event = &event}).no;
    if (served_now || chosen == nullptr) chosen = &event;
    if (served_now) break;
  }
  if (chosen == nullptr) {
    return no(explain, [&](Verdict& v) {
      v.text = code.empty() ? "EC2 has scheduled nothing for it" : "EC2 has scheduled no " + code + " for it";
    });
  }
  auto made = yes(explain, [&](Verdict& v) { v.text = describe(*chosen); });
  made.event = chosen;
  made.identity = identity_of(*chosen);
  return made;
}

ConditionResult status_check(const FleetView& fleet, const Member& member, Duration wanted, bool explain) {
  const auto& status = member.instance->status;
  if (!status || status->check == StatusCheck::unknown || status->check == StatusCheck::insufficient_data) {
    return status_unknown(explain);
  }
  if (status->check != StatusCheck::impaired) {
    return no(explain,
              [&](Verdict& v) { v.text = fmt::format("its status check is {}", name(status->check)); });
  }
  const Time since = status->impaired_since.value_or(fleet.observation.taken_at);
  return lasting(fleet, since, wanted, "its status check has been impaired", "status check impaired since",
                 explain);
}

ConditionResult target_unhealthy(const FleetView& fleet, const Member& member, Duration wanted,
                                 bool explain) {
  const bool now = std::ranges::any_of(
      member.places, [](const Target& place) { return place.registration->state == TargetState::unhealthy; });
  if (!now) {
    return no(explain, [](Verdict& v) { v.text = "it is unhealthy in no target group of the fleet"; });
  }
  const Time since = member.record->unhealthy_since.value_or(fleet.observation.taken_at);
  return lasting(fleet, since, wanted, "it has been unhealthy in a target group", "unhealthy since", explain);
}

ConditionResult alarm(const FleetView& fleet, const Member& member, const std::string& name, bool explain) {
  const auto filled = alarm_of(name, member.id);
  const auto found = fleet.observation.alarms.find(filled);
  if (found == fleet.observation.alarms.end() || found->second.empty()) {
    return condition_result(Holds::unknown, Reason::alarm_unreadable, explain, [&](Verdict& v) {
      v.text = fmt::format(
          "there is no state of the alarm {}: see that it exists in this region and that "
          "cloudwatch:DescribeAlarms is allowed",
          printable(filled));
    });
  }
  const auto firing = std::ranges::find(found->second, AlarmState::alarm, &Alarm::state);
  if (firing != found->second.end()) {
    auto made = yes(explain, [&](Verdict& v) { v.text = "in ALARM: " + printable(firing->name); });
    made.identity = "alarm " + printable(firing->name);
    if (firing->changed_at) made.identity += " " + iso8601(*firing->changed_at);
    return made;
  }
  return no(explain, [&](Verdict& v) {
    v.text =
        fmt::format("the alarm {} is {}", printable(filled), evenkeel::name(found->second.front().state));
  });
}

// Several verdicts as one: the texts joined, the first number of a name.
void join_into(Verdict& all, Verdict one) {
  all.text += (all.text.empty() ? "" : " and ") + one.text;
  all.numbers.merge(one.numbers);
}

Cause cause_of(const ConditionResult& asks, const std::string& rule) {
  Cause cause;
  if (asks.metric != nullptr) {
    cause.metric = asks.metric->metric;
    cause.value = asks.value;
    cause.above = asks.metric->above;
    cause.sampled_at = asks.sampled_at;
  }
  cause.rule = rule;
  cause.text = asks.verdict.text;
  cause.tag = asks.tag;
  cause.identity = asks.identity;
  return cause;
}

// What was served before, and by what, may stand against it.
void take_standing(const FleetView& fleet, const Member& member, const Asking& asking, bool explain,
                   ConditionResult& found) {
  auto [level, against] = reason_status(fleet, member, asking);
  found.level = level;
  if (!against) return;
  found.holds = Holds::no;
  if (explain) against->text = found.verdict.text + (found.verdict.text.empty() ? "" : "; ") + against->text;
  found.verdict = std::move(*against);
}

}  // namespace

const Rule* find_rule(const FleetPolicy& policy, const std::string& name) {
  const auto found = std::ranges::find(policy.also_when, name, &Rule::name);
  return found == policy.also_when.end() ? nullptr : &*found;
}

bool has_kind(const Rule& rule, Condition::Kind kind) {
  return std::ranges::find(rule.all, kind, &Condition::kind) != rule.all.end();
}

bool asks_for(const FleetPolicy& policy, Condition::Kind kind) {
  return std::ranges::any_of(policy.also_when, [&](const Rule& rule) { return has_kind(rule, kind); });
}

std::string tag_identity(const std::string& name, const std::string& value) {
  return fmt::format("{}{}={}", kTagIdentity, printable(name), printable(value));
}

bool says_hold(const std::string& tag_value) { return lower(trim(tag_value)) != "no"; }

bool says_yes(const std::string& tag_value) {
  const auto word = lower(trim(tag_value));
  return !word.empty() && word != "no";
}

Time last_boot(const Member& member) {
  const Time launched = member.instance->launch_time;
  return std::max(launched, member.record->booted_at.value_or(launched));
}

ConditionResult judge_reboot_when(const FleetView& fleet, const Member& member) {
  const auto& condition = fleet.policy.reboot_when;
  const auto* signal = fleet.signal_of(member, condition);
  if (signal == nullptr) return unread();
  // The record knows only of ticks in which the member could have gone; the samples know of the others.
  const bool was = condition.back_below && signal->state == SignalState::fresh &&
                   once_above(condition, *signal, member.record->above_since.has_value());
  return of_judgement(judge(condition, *signal, fleet.observation.taken_at, was), condition);
}

ConditionResult judge_condition(const FleetView& fleet, const Member& member, const Condition& condition,
                                bool explain) {
  if (member.instance == nullptr) {
    return condition_result(Holds::unknown, Reason::instance_unknown, explain, [](Verdict& v) {
      v.text = "EC2 does not know this instance, or could not be asked";
    });
  }
  switch (condition.kind) {
    case Condition::Kind::metric:
      return metric(fleet, member, condition.metric, explain);
    case Condition::Kind::uptime:
      return lasting(fleet, last_boot(member), condition.longer_than, "up", "boot", explain);
    case Condition::Kind::age:
      return lasting(fleet, member.instance->launch_time, condition.longer_than, "launched", "launch",
                     explain);
    case Condition::Kind::tag:
      return tag(member, condition.name, explain);
    case Condition::Kind::scheduled_event:
      return scheduled_event(fleet, member, condition.name, explain);
    case Condition::Kind::status_check:
      return status_check(fleet, member, condition.longer_than, explain);
    case Condition::Kind::target_unhealthy:
      return target_unhealthy(fleet, member, condition.longer_than, explain);
    case Condition::Kind::alarm:
      break;
  }
  return alarm(fleet, member, condition.name, explain);
}

namespace {

// A boot or a launch ends a time by definition, and a tag is served by whatever came of it.
bool shows_help(const Condition& condition) {
  return condition.kind != Condition::Kind::uptime && condition.kind != Condition::Kind::age &&
         condition.kind != Condition::Kind::tag;
}

}  // namespace

ConditionResult judge_conditions(const FleetView& fleet, const Member& member, const Rule& rule, bool explain,
                                 ConditionScope parts) {
  const bool some = parts == ConditionScope::that_show_help && std::ranges::any_of(rule.all, shows_help);
  ConditionResult together;
  together.holds = Holds::yes;
  together.verdict.reason = Reason::start;
  std::optional<ConditionResult> unknown;
  std::string tag_identity;
  for (const auto& condition : rule.all) {
    if (some && !shows_help(condition)) continue;
    auto one = judge_condition(fleet, member, condition, explain);
    if (one.holds == Holds::no) return one;
    if (one.holds == Holds::unknown) {
      if (!unknown) unknown = std::move(one);
      continue;
    }
    if (together.metric == nullptr) {
      together.metric = one.metric;
      together.value = one.value;
      together.sampled_at = one.sampled_at;
    }
    if (together.event == nullptr) together.event = one.event;
    if (together.tag.empty() && !one.tag.empty()) {
      together.tag = std::move(one.tag);
      tag_identity = one.identity;
    }
    together.identity += (together.identity.empty() ? "" : " and ") + one.identity;
    if (explain) join_into(together.verdict, std::move(one.verdict));
  }
  if (!tag_identity.empty()) together.identity = std::move(tag_identity);
  if (together.event != nullptr) together.identity = identity_of(*together.event);
  return unknown ? std::move(*unknown) : together;
}

ConditionResult judge_rule(const FleetView& fleet, const Member& member, const Rule& rule, bool explain) {
  auto found = judge_conditions(fleet, member, rule, explain);
  if (found.holds == Holds::yes)
    take_standing(fleet, member, {found.identity, &rule, found.event}, explain, found);
  return found;
}

namespace {

// Which of two rules that don't ask is shown: what needs an operator, then what is unknown, then what was served.
int worth_explaining(const ConditionResult& found) {
  if (found.verdict.reason == Reason::reason_remains) return 3;
  if (found.holds == Holds::unknown) return 2;
  return found.verdict.reason == Reason::already_served || found.verdict.reason == Reason::next_in_line ? 1
                                                                                                        : 0;
}

}  // namespace

Demand judge_rules(const FleetView& fleet, const Member& member) {
  Demand asked;
  const Rule* best = nullptr;
  const Rule* told = nullptr;
  int worth = 0;
  std::optional<ConditionResult> reboot;
  if (fleet.policy.reboot_when.given()) {
    reboot = judge_reboot_when(fleet, member);
    if (reboot->holds != Holds::unknown) asked.above = reboot->holds == Holds::yes;
    if (reboot->holds == Holds::yes)
      take_standing(fleet, member, {reboot->identity, nullptr, nullptr}, true, *reboot);
    asked.holds = reboot->holds == Holds::yes;
  }
  for (const auto& rule : fleet.policy.also_when) {
    if (asked.holds && rule.priority <= asked.priority) continue;
    const auto found = judge_rule(fleet, member, rule, false);
    if (worth_explaining(found) > worth) {
      worth = worth_explaining(found);
      told = &rule;
    }
    if (found.holds != Holds::yes) continue;
    asked.holds = true;
    asked.priority = rule.priority;
    best = &rule;
  }
  if (best != nullptr) {
    auto asks = judge_rule(fleet, member, *best, true);
    asked.cause = cause_of(asks, best->name);
    asked.level = asks.level;
    asks.verdict.text = best->name + ": " + asks.verdict.text;
    asked.verdict = std::move(asks.verdict);
    return asked;
  }
  if (reboot) {
    if (asked.holds) asked.cause = cause_of(*reboot, "");
    asked.level = reboot->level;
    asked.verdict = std::move(reboot->verdict);
  }
  if (asked.holds) return asked;
  // Nothing asks: what stands against a rule or is unknown is said, or why the first rule doesn't ask.
  if (told == nullptr && !reboot && !fleet.policy.also_when.empty()) told = &fleet.policy.also_when.front();
  if (told == nullptr) return asked;
  auto why = judge_rule(fleet, member, *told, true).verdict;
  why.text = told->name + ": " + why.text;
  if (!reboot) {
    asked.verdict = std::move(why);
  } else if (why.reason == Reason::reason_remains && asked.verdict.reason == Reason::below_limit) {
    why.text += "; " + asked.verdict.text;
    why.numbers.merge(asked.verdict.numbers);
    asked.verdict = std::move(why);
  } else {
    asked.verdict.text += "; " + why.text;
  }
  return asked;
}

}  // namespace evenkeel::decide
