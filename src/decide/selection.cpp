#include "decide/selection.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <iterator>
#include <optional>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "decide/guards/guards.h"
#include "decide/guards/load.h"
#include "decide/remediation/denied.h"
#include "decide/remediation/protocol.h"
#include "decide/rules/escalation.h"
#include "decide/rules/forecast.h"
#include "decide/rules/rules.h"
#include "decide/rules/signal.h"

namespace evenkeel::decide {
namespace {

// A tick that comes a little early must not skip a whole period.
constexpr Duration kEarly = 10s;
// A tick looks more closely at so many candidates at the most.
constexpr std::size_t kSurveys = 8;
// While every start is held back the metrics are read so often, to notice that they can't be read; a fleet
// that is blind to one looks once a period whether it sees again.
constexpr Duration kLook = 1h;

struct Candidate {
  const Member* member = nullptr;
  Demand asked;
  bool zone_is_busy = true;
  bool without_value = true;
  double value = 0;
  Time fails_at = Time::max();  // without a forecast: after those with one
  Time boot{};
};

bool is_read(const FleetView& fleet, std::size_t metric) {
  bool any_member = false;
  for (const auto& [id, member] : fleet.members) {
    if (!is_readable(member)) continue;
    any_member = true;
    if (member.signals[metric] == nullptr) return false;
  }
  return any_member;
}

bool is_read(const FleetView& fleet) {
  for (std::size_t metric = 0; metric < fleet.metrics.size(); ++metric) {
    if (!is_read(fleet, metric)) return false;
  }
  return !fleet.metrics.empty();
}

Duration since_last_read(const FleetView& fleet) {
  return fleet.state.signal_read_at ? fleet.observation.taken_at - *fleet.state.signal_read_at
                                    : Duration::zero();
}

Duration shortest_period(const FleetView& fleet) {
  const auto periods = [](const MetricReading& metric) { return metric.condition.period; };
  return std::ranges::min(fleet.metrics, {}, periods).condition.period;
}

bool is_blind_to_a_metric(const Ability& ability) {
  return std::ranges::any_of(ability.blind_to, [](const BlindTo& one) {
    return one.what == Blindness::metric_absent || one.what == Blindness::metric_unread;
  });
}

bool look_is_due(const FleetView& fleet) {
  if (fleet.policy.retired || fleet.metrics.empty() || fleet.observation.late_by != Duration::zero())
    return false;
  if (!fleet.unreadable.empty()) return false;  // blind already
  const auto readable = [](const auto& entry) { return is_readable(entry.second); };
  if (std::ranges::none_of(fleet.members, readable)) return false;  // there is no member to ask for
  const auto wait = is_blind_to_a_metric(fleet.state.ability) ? shortest_period(fleet) : kLook;
  return !fleet.state.signal_read_at || since_last_read(fleet) >= wait - kEarly;
}

void make_wanted(Verdict& verdict, const Demand& asked) {
  verdict.wanted = true;
  if (!asked.cause.metric.empty()) verdict.numbers.try_emplace(Number::value, asked.cause.value);
  verdict.numbers.try_emplace(Number::priority, asked.priority);
}

// Of a member that a guard holds back: whether something asks for it, as far as that is known.
void note_whether_wanted(const FleetView& fleet, const Member& member, Verdict& no) {
  if (member.open != nullptr || !is_readable(member)) return;
  if (const auto asked = judge_rules(fleet, member); asked.holds) make_wanted(no, asked);
}

// Members that nothing but the rules could hold back.
std::vector<const Member*> free_to_go(const FleetView& fleet, Selection& selection) {
  std::vector<const Member*> candidates;
  for (const auto& [id, member] : fleet.members) {
    auto no = member_guards(fleet, member);
    if (!no) no = capacity_guard(fleet, member);
    if (no) {
      note_whether_wanted(fleet, member, *no);
      selection.members.emplace_hint(selection.members.end(), id, std::move(*no));
    } else {
      candidates.push_back(&member);
    }
  }
  return candidates;
}

Candidate candidate(const FleetView& fleet, const Member& member, Demand asked) {
  Candidate made;
  made.member = &member;
  const auto zone = fleet.zones.find(member.zone);
  made.zone_is_busy = zone == fleet.zones.end() || zone->second.out > 0;
  made.without_value = asked.cause.metric.empty();
  made.value = asked.cause.value;
  made.boot = last_boot(member);
  if (fleet.policy.order == Order::soonest && fleet.policy.reboot_when.given()) {
    const auto& condition = fleet.policy.reboot_when;
    const auto* signal = fleet.signal_of(member, condition);
    if (signal != nullptr && can_be_judged(condition, *signal, fleet.observation.taken_at)) {
      const auto line = trend(signal->samples, condition.period);
      if (line) made.fails_at = reaches(*line, fleet.policy.fails_at).value_or(Time::max());
    }
  }
  asked.verdict.numbers[Number::priority] = asked.priority;
  if (made.fails_at != Time::max()) {
    asked.verdict.text +=
        fmt::format("; it will reach {} at {}", format_number(fleet.policy.fails_at), iso8601(made.fails_at));
  }
  made.asked = std::move(asked);
  return made;
}

void line_up(std::vector<Candidate>& line, Order order) {
  std::ranges::sort(line, [&](const Candidate& a, const Candidate& b) {
    const auto before = std::tuple(-a.asked.priority, a.zone_is_busy);
    const auto after = std::tuple(-b.asked.priority, b.zone_is_busy);
    if (before != after) return before < after;
    if (order == Order::soonest && a.fails_at != b.fails_at) return a.fails_at < b.fails_at;
    if (order == Order::longest_uncycled)
      return std::tie(a.boot, a.member->id) < std::tie(b.boot, b.member->id);
    const double a_value = -a.value, b_value = -b.value;
    return std::tie(a.without_value, a_value, a.member->id) <
           std::tie(b.without_value, b_value, b.member->id);
  });
}

void remember_above(const Member& member, const Demand& asked, Selection& selection) {
  if (!asked.above) return;
  if (*asked.above || member.record->above_since) selection.above.emplace(member.id, *asked.above);
}

// The members that something asks for, in line; the verdict of every other one.
std::vector<Candidate> asked_for(const FleetView& fleet, const std::vector<const Member*>& free,
                                 Selection& selection) {
  std::vector<Candidate> line;
  auto place = selection.members.begin();
  for (const auto* member : free) {
    auto asked = judge_rules(fleet, *member);
    remember_above(*member, asked, selection);
    while (place != selection.members.end() && place->first < member->id) ++place;
    if (!asked.holds && asked.verdict.reason == Reason::signal_not_due) {
      asked.verdict.text =
          fmt::format("the signal was read {} ago; one sample a period of {}",
                      format_duration(since_last_read(fleet)), format_duration(shortest_period(fleet)));
    }
    if (asked.holds && asked.level != level_for(fleet, *member)) {
      Member treated_so = *member;
      treated_so.level = asked.level;
      if (auto no = member_guards(fleet, treated_so)) {
        asked.holds = false;
        asked.verdict = std::move(*no);
      }
    }
    const bool holds = asked.holds;
    place = selection.members.emplace_hint(place, member->id, holds ? Verdict{} : std::move(asked.verdict));
    if (holds) line.push_back(candidate(fleet, *member, std::move(asked)));
  }
  line_up(line, fleet.policy.order);
  return line;
}

const char* order_words(Order order) {
  static constexpr std::array kTold{"the worst first", "the soonest to fail first",
                                    "the longest uncycled first"};
  static_assert(kTold.size() == kWords<Order>.size());
  return kTold[static_cast<std::size_t>(order)];
}

void let_wait(const FleetView& fleet, std::vector<Candidate>& line, std::size_t from, Selection& selection) {
  for (std::size_t i = from; i < line.size(); ++i) {
    auto& verdict = selection.members[line[i].member->id];
    verdict = std::move(line[i].asked.verdict);
    verdict.reason = Reason::next_in_line;
    verdict.wanted = true;
    verdict.text +=
        fmt::format("; number {} of {} in line, {}", i + 1, line.size(), order_words(fleet.policy.order));
    verdict.numbers[Number::place] = static_cast<double>(i + 1);
    verdict.numbers[Number::in_line] = static_cast<double>(line.size());
  }
}

// What the closer look found against it when it was last told.
bool was_refused_by_a_survey(const FleetView& fleet, const Candidate& candidate) {
  const auto reported = fleet.state.last_reported.find(candidate.member->id);
  if (reported == fleet.state.last_reported.end()) return false;
  constexpr std::array kBySurvey{
      Reason::elsewhere_registered, Reason::survey_incomplete, Reason::reboot_denied, Reason::register_denied,
      Reason::deregister_denied,    Reason::scheduled_event,   Reason::mark_denied};
  return std::ranges::any_of(kBySurvey, [&](Reason reason) { return reported->second == name(reason); });
}

// So that none starves when there are more than can be looked at: who was refused goes last, and those take
// turns by the minute.
void take_turns(const FleetView& fleet, std::vector<Candidate>& line) {
  const auto refused = std::ranges::stable_partition(
      line, [&](const Candidate& candidate) { return !was_refused_by_a_survey(fleet, candidate); });
  if (refused.empty()) return;
  const auto minute = std::chrono::floor<std::chrono::minutes>(fleet.observation.taken_at);
  const auto turn = minute.time_since_epoch().count() * static_cast<std::ptrdiff_t>(kSurveys);
  std::ranges::rotate(refused, refused.begin() + turn % std::ssize(refused));
}

// The first in line whose load and survey find nothing against it.
void choose(const FleetView& fleet, std::vector<Candidate> line, Selection& selection) {
  if (line.empty()) return;
  if (auto question = load_question(fleet)) {
    selection.questions.push_back(std::move(*question));
    return let_wait(fleet, line, 0, selection);
  }
  if (line.size() > kSurveys) take_turns(fleet, line);
  const auto load = project_load(fleet);
  std::size_t surveyed = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto* member = line[i].member;
    const auto& asked = line[i].asked;
    auto& verdict = selection.members[member->id];
    if (auto no = load_guard(fleet, load, *member, false)) {
      verdict = std::move(*no);
      make_wanted(verdict, asked);
      continue;
    }
    if (surveyed == kSurveys) {
      const bool refused = was_refused_by_a_survey(fleet, line[i]);
      verdict = {
          Reason::not_surveyed,
          fmt::format("not looked at in this tick: {} others were, and none of them may leave{}", kSurveys,
                      refused ? "; at its last look: " + fleet.state.last_reported.at(member->id) : ""),
          {{Number::surveyed, static_cast<double>(kSurveys)}}};
      make_wanted(verdict, asked);
      continue;
    }
    ++surveyed;
    const auto survey = fleet.observation.surveys.find(member->id);
    if (survey == fleet.observation.surveys.end()) {
      selection.questions.push_back(survey_question(fleet.state, member->id));
      return let_wait(fleet, line, i, selection);
    }
    if (auto no = survey_guard(survey->second, asks_for_events(fleet.policy, asked.cause.rule))) {
      verdict = std::move(*no);
      make_wanted(verdict, asked);
      continue;
    }
    const auto treatment = fleet.policy.treatments[static_cast<std::size_t>(asked.level)].treatment;
    if (auto no = stop_protection_guard(treatment, member->instance)) {
      verdict = std::move(*no);
      make_wanted(verdict, asked);
      continue;
    }
    verdict = asked.verdict;
    selection.chosen = member;
    selection.cause = asked.cause;
    selection.level = asked.level;
    return let_wait(fleet, line, i + 1, selection);
  }
}

// No member may start: one that nothing asks for keeps that as its reason, as far as it is known.
void stand_back(const FleetView& fleet, const std::vector<const Member*>& free, Selection& selection) {
  for (const auto* member : free) {
    auto& verdict = selection.members[member->id];
    verdict = selection.fleet.front();
    verdict.of_fleet = true;
    const bool signal_known =
        !fleet.policy.reboot_when.given() || fleet.signal_of(*member, fleet.policy.reboot_when) != nullptr;
    if (!signal_known) continue;
    auto asked = judge_rules(fleet, *member);
    remember_above(*member, asked, selection);
    if (asked.holds) make_wanted(verdict, asked);
    if (!asked.holds && asked.verdict.reason != Reason::signal_not_due) verdict = std::move(asked.verdict);
  }
}

}  // namespace

std::vector<Question> signal_questions(const FleetView& fleet) {
  std::vector<std::string> ids;
  for (const auto& [id, member] : fleet.members) {
    if (is_readable(member)) ids.push_back(id);
  }
  std::vector<Question> questions;
  for (std::size_t i = 0; i < fleet.metrics.size(); ++i) {
    if (is_read(fleet, i)) continue;
    const auto& metric = fleet.metrics[i];
    // A line through the signal wants all the samples it can get.
    const bool forecast = metric.of_reboot_when && fleet.policy.order == Order::soonest;
    questions.push_back({Question::Kind::signal, ids,
                         forecast ? kMaxLookback : lookback(metric.condition, since_last_read(fleet)),
                         metric.of_reboot_when ? std::nullopt : std::optional(metric.condition)});
  }
  return questions;
}

Selection select(const FleetView& fleet, std::span<const Verdict> off) {
  Selection selection;
  selection.fleet.assign(off.begin(), off.end());
  std::ranges::move(fleet_guards(fleet), std::back_inserter(selection.fleet));
  const auto free = free_to_go(fleet, selection);
  selection.read_whole_fleet = is_read(fleet);
  if (!selection.fleet.empty()) stand_back(fleet, free, selection);
  if (!selection.fleet.empty() || free.empty()) {  // none may leave
    if (!selection.read_whole_fleet && look_is_due(fleet)) selection.questions = signal_questions(fleet);
    return selection;
  }
  if (!fleet.metrics.empty() && !selection.read_whole_fleet) {
    const bool due = !fleet.state.signal_read_at || since_last_read(fleet) >= shortest_period(fleet) - kEarly;
    if (due) {
      selection.questions = signal_questions(fleet);
      return selection;
    }
  }
  choose(fleet, asked_for(fleet, free, selection), selection);
  return selection;
}

bool only_keeps_from_leaving(Reason reason) {
  constexpr std::array kThese{Reason::young,
                              Reason::cooldown,
                              Reason::daily_limit,
                              Reason::late_effect,
                              Reason::remedy_does_not_help,
                              Reason::relapsing,
                              Reason::too_few_healthy,
                              Reason::too_few_healthy_in_zone,
                              Reason::too_many_out_in_zone,
                              Reason::too_much_load,
                              Reason::load_unknown,
                              Reason::standby_at_min_size,
                              Reason::az_rebalance,
                              Reason::stop_protected,
                              Reason::cannot_stop,
                              Reason::would_be_retained,
                              Reason::capacity_units,
                              Reason::grace_period,
                              Reason::slow_start};
  return std::ranges::find(kThese, reason) != kThese.end();
}

bool is_a_known_no(const Verdict& of_rules) {
  return of_rules.reason == Reason::below_limit || of_rules.reason == Reason::not_sustained;
}

std::optional<Verdict> why_not_asked(const FleetView& fleet, const std::string& instance_id,
                                     const Verdict& verdict) {
  const auto member = fleet.members.find(instance_id);
  if (verdict.wanted || !only_keeps_from_leaving(verdict.reason) || member == fleet.members.end() ||
      member->second.instance == nullptr || member->second.open != nullptr)
    return std::nullopt;
  auto asked = judge_rules(fleet, member->second);
  if (asked.holds || !is_a_known_no(asked.verdict)) return std::nullopt;
  return std::move(asked.verdict);
}

}  // namespace evenkeel::decide
