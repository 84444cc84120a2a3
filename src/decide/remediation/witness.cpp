#include "decide/remediation/witness.h"

#include <algorithm>
#include <cctype>
#include <fmt/core.h>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "decide/fleet_view.h"
#include "decide/remediation/evidence.h"
#include "decide/remediation/phases.h"
#include "decide/remediation/plan_builder.h"
#include "decide/remediation/protocol.h"

namespace evenkeel::decide {
namespace {

constexpr std::size_t kLongestValue = 256;  // of a tag of EC2, in characters
constexpr std::size_t kLeftMarks = 100;     // the state is one document
constexpr int kMarkTries = 10;              // to take one off: a quarter of an hour, one a tick
constexpr int kMarkStays = kMarkTries + 1;  // that it could not be was told
constexpr int kMarksAtOnce = 4;             // taken off in one tick
constexpr std::size_t kMarksShown = 3;      // of those marked, in a text

// What every AWS service lets a tag's value consist of, where it is not a letter or digit.
constexpr std::string_view kInTags = " +-=._:/@";

constexpr std::string_view kNumber = " mark:";

std::string in_tag(std::string text) {
  for (char& c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && kInTags.find(c) == std::string_view::npos)
      c = '_';
  }
  return text;
}

bool is_of(const std::string& value, const std::string& fleet, const std::string& remediation_id) {
  const auto whole = in_tag(fleet + "/" + remediation_id);
  return value == whole || value.starts_with(whole + " ");
}

// Whether the tag is this fleet's, and not another instance's, copied with its image or launch template.
bool is_own(const std::string& value, const std::string& fleet, const std::string& instance_id) {
  return value.starts_with(in_tag(fleet + "/" + instance_id + "@"));
}

// What the value says of which mark it is: "2-5f0c1a9b". Empty: nothing.
std::string stamp_in(const std::string& value, const std::string& fleet, const std::string& remediation_id) {
  const auto before = in_tag(fleet + "/" + remediation_id) + std::string(kNumber);
  if (!value.starts_with(before)) return {};
  return value.substr(before.size(), value.find(' ', before.size()) - before.size());
}

std::string stamp(const std::vector<std::string>& marks, std::size_t number) {
  return in_tag(fmt::format("{}-{}", number, marks[number - 1]));
}

// Whether this state asked for the tag: another one may have, in the same second.
bool wrote(const Remediation& remediation, const std::string& value, const std::string& fleet) {
  const auto found = stamp_in(value, fleet, remediation.id);
  for (std::size_t number = 1; number <= remediation.marks.size(); ++number)
    if (found == stamp(remediation.marks, number)) return true;
  return false;
}

}  // namespace

bool is_mark_of(const std::string& value, const std::string& instance_id) {
  return value.find("/" + instance_id + "@") != std::string::npos;
}

bool is_known_mark(const FleetState& state, const std::string& value) {
  const auto is = [&](const std::string& id) { return is_of(value, state.fleet, id); };
  const auto is_open = [&](const Remediation& one) { return is(one.id) && wrote(one, value, state.fleet); };
  return std::ranges::any_of(state.open, is_open) ||
         std::ranges::any_of(state.recent, is, &PastRemediation::id) ||
         std::ranges::any_of(state.left_marks, is, &LeftMark::remediation_id);
}

namespace {

// A tag of the mark's remediation, as the account shows it; nullptr: none, or not read.
const std::string* seen(const LeftMark& mark, const std::string& fleet, const Observation& observation) {
  if (!observation.marks) return nullptr;
  const auto found = observation.marks->find(mark.instance_id);
  if (found == observation.marks->end() || !is_of(found->second, fleet, mark.remediation_id)) return nullptr;
  return &found->second;
}

// Of another fleet of the same store: where its state is a copy or a new one, so is this fleet's.
bool is_unknown_to_others(const std::string& value, const std::string& instance_id,
                          const Observation& observation) {
  return std::ranges::any_of(observation.remediations_of_others, [&](const auto& other) {
    const auto& [fleet, known] = other;
    return is_own(value, fleet, instance_id) &&
           std::ranges::none_of(known, [&](const std::string& id) { return is_of(value, fleet, id); });
  });
}

// A tag whose remediation has ended, and of which nothing else is remembered.
void adopt_ended(FleetState& next, const Observation& observation) {
  if (!observation.marks) return;
  for (const auto& [instance, value] : *observation.marks) {
    const auto is = [&](const std::string& id) { return is_of(value, next.fleet, id); };
    const auto ended = std::ranges::find_if(next.recent, is, &PastRemediation::id);
    if (ended == next.recent.end() || ended->instance_id != instance ||
        std::ranges::any_of(next.left_marks, is, &LeftMark::remediation_id))
      continue;
    next.left_marks.push_back({instance, ended->id, value, ended->ended_at});
  }
}

std::string command_to_untag(const std::string& instance_id) {
  return fmt::format("aws ec2 delete-tags --resources {} --tags Key={}", instance_id, kWitnessTag);
}

// Whether it has to be tried (again) now. Where nothing shows whether it is there, it is tried until it is accepted.
bool is_due(const LeftMark& mark, bool shows, const Observation& observation) {
  if (mark.tries >= kMarkTries) return false;
  const bool accepted = mark.tries > 0 && mark.removal.outcome == OutcomeKind::accepted;
  if (!observation.marks) return !accepted;
  if (accepted && observation.taken_at - mark.removal.at < kVisibleAfter) return false;
  return shows;
}

void report_what_stays(LeftMark& mark, const FleetState& next, const Observation& observation,
                       PlanBuilder& builder) {
  mark.tries = kMarkStays;
  builder.events.push_back(
      {.at = observation.taken_at,
       .fleet = next.fleet,
       .instance_id = mark.instance_id,
       .remediation_id = mark.remediation_id,
       .kind = EventKind::tag,
       .text = fmt::format(
           "its tag {} could not be taken off in {} attempts{}; it is in service all the same. By "
           "hand: {}",
           kWitnessTag, kMarkTries, mark.removal.detail.empty() ? "" : ": " + mark.removal.detail,
           command_to_untag(mark.instance_id))});
}

// A mark that could still arrive, or not show yet, is remembered for a time.
bool is_over(const LeftMark& mark, bool shows, const Observation& observation) {
  if (shows) return false;
  const bool long_ago = observation.taken_at - mark.since >= kRequestValidity + kVisibleAfter;
  if (observation.marks) return long_ago;
  return mark.tries >= kMarkStays ||
         (long_ago && mark.tries > 0 && mark.removal.outcome == OutcomeKind::accepted);
}

}  // namespace

std::string mark_value(const std::string& fleet, const Remediation& remediation) {
  std::string value = fmt::format("{}/{}", fleet, remediation.id);
  if (!remediation.marks.empty())
    value += std::string(kNumber) + stamp(remediation.marks, remediation.marks.size());
  std::vector<std::string> places;
  if (!remediation.auto_scaling_group.empty()) places.push_back("standby:" + remediation.auto_scaling_group);
  for (const auto& target : remediation.snapshot)
    places.push_back(fmt::format("{}:{}", target.target_group_name, target.port));
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto more = fmt::format(" +{}", places.size() - i);
    const bool last = i + 1 == places.size();
    if (value.size() + 1 + places[i].size() + (last ? 0 : more.size()) > kLongestValue) {
      value += more;
      break;
    }
    value += " " + places[i];
  }
  return in_tag(value.substr(0, kLongestValue));
}

bool is_marked(const Remediation& remediation, const std::string& decision_nonce) {
  const auto* mark = latest_intent(remediation, Effect::mark);
  if (mark == nullptr) return false;
  return mark->outcome == OutcomeKind::accepted || mark->nonce.starts_with(decision_nonce + "-");
}

std::optional<Verdict> contradicted_by_its_mark(const Remediation& remediation, const std::string& fleet,
                                                const Observation& observation) {
  const auto* mark = latest_intent(remediation, Effect::mark);
  const auto found = observation.instances.find(remediation.instance_id);
  if (mark == nullptr || found == observation.instances.end()) return std::nullopt;  // it left unmarked
  const auto tag = found->second.tags.find(kWitnessTag);
  if (tag == found->second.tags.end()) {
    if (observation.taken_at - mark->at < kVisibleAfter)
      return Verdict{Reason::instance_unknown, fmt::format("its tag {} does not show yet", kWitnessTag)};
    return Verdict{
        Reason::state_outdated,
        fmt::format("its tag {} is gone: a newer state than this one, or an operator, has ended its "
                    "remediation",
                    kWitnessTag)};
  }
  const auto& value = tag->second;
  if (!is_of(value, fleet, remediation.id)) {
    return Verdict{Reason::state_outdated, fmt::format("its tag {} is of something else: \"{}\"", kWitnessTag,
                                                       printable(value, kLongestValue))};
  }
  if (wrote(remediation, value, fleet)) return std::nullopt;
  return Verdict{Reason::state_outdated,
                 fmt::format("its tag {} was written by another state than this one, which has taken it on: "
                             "\"{}\"",
                             kWitnessTag, printable(value, kLongestValue))};
}

void expect_what_a_newer_state_did(Remediation& remediation, const std::string& why,
                                   const PlanBuilder& builder) {
  const auto found = builder.observation.instances.find(remediation.instance_id);
  if (found == builder.observation.instances.end()) return;
  const auto tag = found->second.tags.find(kWitnessTag);
  if (tag == found->second.tags.end() || !is_own(tag->second, builder.policy.name, remediation.instance_id))
    return;  // taken off, or written by another tool: no treatment of any state of ours
  remediation.external_change = why;
  const auto horizon = std::max(kRequestValidity + kRebootQueue, kRebootUnseen);
  remediation.effects_until = std::max(remediation.effects_until, builder.now() + horizon);
}

std::string mark_refused(const Remediation& remediation) {
  const auto* mark = latest_intent(remediation, Effect::mark);
  if (mark == nullptr || mark->outcome != OutcomeKind::refused) return {};
  return fmt::format(
      "AWS refused the tag {}, without which witness_tag lets none leave: {}; allow ec2:CreateTags "
      "(evenkeel iam prints the statement)",
      kWitnessTag, mark->detail);
}

void leave_mark(FleetState& state, const Remediation& ended, Time now) {
  const auto* mark = latest_intent(ended, Effect::mark);
  if (mark == nullptr) return;
  if (mark->outcome == OutcomeKind::refused && !mark->may_land_late) return;
  state.left_marks.push_back({ended.instance_id, ended.id, mark_value(state.fleet, ended), now});
  if (state.left_marks.size() > kLeftMarks) state.left_marks.erase(state.left_marks.begin());
}

void take_marks_off(FleetState& next, const Observation& observation, PlanBuilder& builder) {
  adopt_ended(next, observation);
  int asked = 0;
  for (auto& mark : next.left_marks) {
    if (mark.tries == kMarkTries && mark.removal.outcome != OutcomeKind::accepted)
      report_what_stays(mark, next, observation, builder);
    const auto* shown = seen(mark, next.fleet, observation);
    if (asked == kMarksAtOnce || !is_due(mark, shown != nullptr, observation)) continue;
    if (shown != nullptr) mark.value = *shown;  // of several marks, the one that arrived last
    builder.unmark(mark);
    ++asked;
  }
  std::erase_if(next.left_marks, [&](const LeftMark& mark) {
    return is_over(mark, seen(mark, next.fleet, observation) != nullptr, observation);
  });
}

std::optional<Verdict> marked_and_unknown(const FleetView& fleet, bool) {
  const auto& policy = fleet.policy;
  if (!policy.witness_tag) return std::nullopt;
  if (!fleet.observation.marks) {
    const auto& problems = fleet.observation.problems;
    const auto why = std::ranges::find(problems, Problem::Kind::marks, &Problem::kind);
    return Verdict{Reason::observation_incomplete,
                   fmt::format("which servers carry the tag {} (witness_tag) could not be read{}",
                               kWitnessTag, why == problems.end() ? "" : ": " + printable(why->text))};
  }
  std::vector<std::string> texts;
  int count = 0;
  for (const auto& [instance, value] : *fleet.observation.marks) {
    const bool unknown = is_own(value, fleet.state.fleet, instance)
                             ? !is_known_mark(fleet.state, value)
                             : is_unknown_to_others(value, instance, fleet.observation);
    if (!unknown) continue;
    if (++count <= static_cast<int>(kMarksShown))
      texts.push_back(fmt::format("{} (\"{}\")", instance, printable(value, kLongestValue)));
  }
  if (count == 0) return std::nullopt;
  const auto more =
      count > static_cast<int>(kMarksShown) ? fmt::format(" and {} more", count - kMarksShown) : "";
  return Verdict{
      Reason::state_outdated,
      fmt::format(
          "{} server{} marked as out by a remediation that this state has no record of: {}{}. Use the state that "
          "has it (--state); if it is lost, put each server back where its tag says, then: aws ec2 delete-tags "
          "--resources INSTANCE --tags Key={}",
          count, count == 1 ? " is" : "s are", join(texts, ", "), more, kWitnessTag),
      {{Number::marked, static_cast<double>(count)}}};
}

}  // namespace evenkeel::decide
