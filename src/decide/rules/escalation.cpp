#include "decide/rules/escalation.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"

namespace evenkeel::decide {
namespace {

int last_level(const FleetView& fleet) { return static_cast<int>(fleet.policy.treatments.size()) - 1; }

// The policy may have become shorter since it was written down.
int known_level(const FleetView& fleet, const Member& member) {
  return std::clamp(member.record->level, 0, last_level(fleet));
}

const Step& step(const FleetView& fleet, int level) {
  return fleet.policy.treatments[static_cast<std::size_t>(level)];
}

std::optional<Verdict> did_not_help(const FleetView& fleet, const Member& member) {
  const auto treatment = step(fleet, known_level(fleet, member)).treatment;
  int judged = 0, failed = 0;
  for (const auto* past : member.past) {
    const auto known = helped(*past);
    if (!known || past->treatment < treatment) continue;
    if (!*known) ++failed;
    if (++judged == 3) break;
  }
  if (failed < 2) return std::nullopt;
  return Verdict{
      Reason::remedy_does_not_help,
      fmt::format("{} of its last {} remediations did not help, and `treatments` has nothing stronger: look "
                  "at the server",
                  failed, judged),
      {{Number::in_vain, failed}, {Number::of, judged}}};
}

// More traffic makes all servers relapse sooner: that is no reason to give up on one of them. Two others that
// relapsed at all are enough to tell.
bool like_the_others(const FleetView& fleet, const Member& member, Duration relapse) {
  std::vector<Duration> others;
  for (const auto& [id, record] : fleet.state.members) {
    if (id != member.id && !record.relapses.empty()) others.push_back(record.relapses.back());
  }
  if (others.size() < 2) return false;
  const auto middle = others.begin() + static_cast<std::ptrdiff_t>(others.size() / 2);
  std::ranges::nth_element(others, middle);
  return 2 * relapse >= *middle;
}

std::optional<Verdict> sooner_and_sooner(const FleetView& fleet, const Member& member) {
  const auto& relapses = member.record->relapses;
  if (relapses.size() < 3) return std::nullopt;
  const auto last = relapses.end() - 3;
  const auto shorter = [](Duration now, Duration before) { return 4 * now <= 3 * before; };
  if (!shorter(last[1], last[0]) || !shorter(last[2], last[1])) return std::nullopt;
  if (like_the_others(fleet, member, last[2])) return std::nullopt;
  const auto seconds = [](Duration time) { return std::chrono::duration<double>(time).count(); };
  return Verdict{
      Reason::relapsing,
      fmt::format("it relapses sooner and sooner (after {}, then {}, then {}), and `treatments` has nothing "
                  "stronger: look at the server",
                  format_duration(last[0]), format_duration(last[1]), format_duration(last[2])),
      {{Number::first_seconds, seconds(last[0])},
       {Number::second_seconds, seconds(last[1])},
       {Number::third_seconds, seconds(last[2])}}};
}

}  // namespace

std::optional<bool> helped(const PastRemediation& past) {
  if (past.gone) return past.gone;
  if (past.ending == Ending::cured) return true;
  if (past.ending == Ending::not_cured) return false;
  return std::nullopt;
}

std::optional<Verdict> level_is_spent(const FleetView& fleet, const Member& member) {
  if (auto no = did_not_help(fleet, member)) return no;
  return sooner_and_sooner(fleet, member);
}

int level_for(const FleetView& fleet, const Member& member) {
  if (member.level) return std::clamp(*member.level, 0, last_level(fleet));
  const int level = known_level(fleet, member);
  return level < last_level(fleet) && level_is_spent(fleet, member) ? level + 1 : level;
}

std::optional<Verdict> levels_are_spent(const FleetView& fleet, const Member& member) {
  if (known_level(fleet, member) < last_level(fleet)) return std::nullopt;
  return level_is_spent(fleet, member);
}

}  // namespace evenkeel::decide
