#include "decide/selection.h"

#include <algorithm>
#include <fmt/core.h>
#include <iterator>
#include <ranges>

#include "base/text.h"
#include "decide/guards.h"
#include "decide/signal.h"

namespace evenkeel::decide {
namespace {

// A tick that comes a little early must not skip a whole period.
constexpr Duration kEarly = 10s;

struct Candidate {
  const Member* member;
  Judgement judgement;
};

std::vector<std::string> readable_members(const FleetView& fleet) {
  std::vector<std::string> ids;
  for (const auto& [id, member] : fleet.members) {
    if (!member.places.empty() && member.instance != nullptr &&
        member.instance->state == InstanceState::running) {
      ids.push_back(id);
    }
  }
  return ids;
}

Duration since_last_read(const FleetView& fleet) {
  return fleet.state.signal_read_at ? fleet.observation.taken_at - *fleet.state.signal_read_at
                                    : Duration::zero();
}

// Members that nothing but the signal could hold back.
std::vector<const Member*> free_to_go(const FleetView& fleet, Selection& selection) {
  std::vector<const Member*> candidates;
  for (const auto& [id, member] : fleet.members) {
    auto no = member_guards(fleet, member);
    if (!no) no = capacity_guard(fleet, member);
    if (no) {
      selection.members.emplace_hint(selection.members.end(), id, std::move(*no));
    } else {
      candidates.push_back(&member);
    }
  }
  return candidates;
}

// Worst first; ties break by id.
std::vector<Candidate> above_limit(const FleetView& fleet, const std::vector<const Member*>& free,
                                   Selection& selection) {
  std::vector<Candidate> above;
  const auto& signals = fleet.observation.signals;
  auto signal = signals.begin();  // both are sorted by id, so one walk finds all
  auto place = selection.members.begin();
  const auto say = [&](const std::string& id, Verdict verdict) {
    place = std::next(selection.members.emplace_hint(place, id, std::move(verdict)));
  };
  for (const auto* member : free) {
    while (signal != signals.end() && signal->first < member->id) ++signal;
    while (place != selection.members.end() && place->first < member->id) ++place;
    if (signal == signals.end() || signal->first != member->id) {
      say(member->id, {Reason::signal_failed, "its signal was not answered", {}});
      continue;
    }
    auto judgement = judge(fleet.policy.reboot_when, signal->second, fleet.observation.taken_at);
    if (judgement.above) {
      say(member->id, judgement.verdict);
      above.push_back({member, std::move(judgement)});
    } else {
      say(member->id, std::move(judgement.verdict));
    }
  }
  std::ranges::stable_sort(above, [](const Candidate& a, const Candidate& b) {
    return *a.judgement.newest > *b.judgement.newest;
  });
  return above;
}

// The first whose closer look finds nothing against it.
void choose(const FleetView& fleet, const std::vector<Candidate>& above, Selection& selection) {
  for (const auto& [member, judgement] : above) {
    auto& verdict = selection.members[member->id];
    if (selection.chosen != nullptr) {
      verdict = {Reason::next_in_line, judgement.verdict.text + "; one at a time, the worst first",
                 judgement.verdict.numbers};
      continue;
    }
    const auto survey = fleet.observation.surveys.find(member->id);
    if (survey == fleet.observation.surveys.end()) {
      selection.questions.push_back({Question::Kind::survey, {member->id}, {}});
      return;
    }
    if (auto no = survey_guard(survey->second)) {
      verdict = std::move(*no);
      continue;
    }
    selection.chosen = member;
    selection.cause = {fleet.policy.reboot_when.metric, *judgement.newest, fleet.policy.reboot_when.above,
                       judgement.sampled_at};
  }
}

}  // namespace

Selection select(const FleetView& fleet) {
  Selection selection;
  selection.fleet = fleet_guards(fleet);
  const auto free = free_to_go(fleet, selection);
  const auto& signals = fleet.observation.signals;
  const auto readable = readable_members(fleet);
  selection.read_whole_fleet =
      !readable.empty() && std::ranges::includes(std::views::keys(signals), readable);

  if (!selection.fleet.empty() || free.empty()) {
    for (const auto* member : free) {
      const auto signal = signals.find(member->id);
      selection.members[member->id] = selection.fleet.front();
      if (signal == signals.end()) continue;
      const auto judgement = judge(fleet.policy.reboot_when, signal->second, fleet.observation.taken_at);
      if (!judgement.above) selection.members[member->id] = judgement.verdict;
    }
    return selection;
  }

  const auto& condition = fleet.policy.reboot_when;
  if (!selection.read_whole_fleet) {
    const auto since = since_last_read(fleet);
    if (fleet.state.signal_read_at && since < condition.period - kEarly) {
      for (const auto* member : free) {
        selection.members[member->id] = {
            Reason::signal_not_due,
            fmt::format("the signal was read {} ago; one sample a period of {}", format_duration(since),
                        format_duration(condition.period)),
            {}};
      }
      return selection;
    }
    selection.questions.push_back({Question::Kind::signal, readable, lookback(condition, since)});
    return selection;
  }
  choose(fleet, above_limit(fleet, free, selection), selection);
  return selection;
}

}  // namespace evenkeel::decide
