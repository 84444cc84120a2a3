#include "controller/tick.h"

#include <algorithm>

#include "act/act.h"
#include "base/text.h"
#include "decide/absorb.h"
#include "decide/decide.h"
#include "decide/invariants.h"
#include "observe/observe.h"

namespace evenkeel::controller {
namespace {

// A tick that has gone on for longer sends nothing any more: what it saw is too old, and its signatures soon
// are.
constexpr Duration kActWithin{45'000};
// Signal, one survey for each of the first few candidates, and the survey before a reboot: more rounds mean a
// mistake.
constexpr int kRounds = 12;
constexpr int kSwaps = 5;

FleetState fresh_state(const std::string& fleet) {
  FleetState state;
  state.fleet = fleet;
  return state;
}

Result<FleetState> load(const std::string& fleet, record::Journal& journal) {
  auto stored = TRY(journal.load(fleet));
  return stored ? std::move(*stored) : fresh_state(fleet);
}

// Decides, answers what the decision still needs to know, and decides again.
Result<Plan> settle(const FleetPolicy& policy, const FleetState& state, const std::string& nonce,
                    Parts& parts, Observation& observation) {
  for (int round = 0; round < kRounds; ++round) {
    auto plan = decide::decide(policy, observation, state, nonce);
    if (plan.questions.empty()) return plan;
    for (const auto& question : plan.questions) {
      observe::answer(question, policy, parts.aws, parts.cache, observation);
    }
  }
  return fail(ErrorKind::invalid, "fleet " + policy.name + ": the decision keeps asking; please report this");
}

Event about(const FleetPolicy& policy, Time at, std::string kind, std::string text) {
  return {at, policy.name, "", "", std::move(kind), std::move(text)};
}

// A plan that breaks an invariant is a mistake of ours. Nobody is taken out by it, but restores go on: what
// is left is decided as if the fleet were retired, and done only if that is sound.
Result<void> refuse_unsound(const FleetPolicy& policy, const FleetState& state, const std::string& nonce,
                            Parts& parts, TickReport& report) {
  report.violations = decide::violations(policy, report.observation, state, report.plan);
  if (report.violations.empty()) return {};
  FleetPolicy restoring = policy;
  restoring.retired = true;
  report.plan = TRY(settle(restoring, state, nonce, parts, report.observation));
  const auto still = decide::violations(restoring, report.observation, state, report.plan);
  if (!still.empty()) {
    return fail(ErrorKind::invalid, "fleet " + policy.name + ": no sound plan: " + join(still, "; "));
  }
  std::erase_if(report.plan.actions, [](const Action& action) { return !action.restores; });
  Verdict verdict{
      Reason::plan_violates_invariants, "the plan broke an invariant: " + join(report.violations, "; "), {}};
  report.plan.events.push_back(about(policy, report.observation.taken_at, "violation", verdict.text));
  report.plan.fleet.insert(report.plan.fleet.begin(), std::move(verdict));
  return {};
}

std::vector<Outcome> act(const std::vector<Action>& actions, Time began, Parts& parts) {
  std::vector<Outcome> outcomes;
  for (const auto& action : actions) {
    const bool in_time = parts.clock.now() - began < kActWithin;
    outcomes.push_back(in_time ? act::perform(action, parts.aws)
                               : act::not_sent(action, "the tick took too long; the next one looks again"));
  }
  return outcomes;
}

// Writes the outcomes. Another tick may have written meanwhile: outcomes belong to intents by their nonce, so
// they go into whatever state is there now.
Result<void> record_outcomes(const FleetPolicy& policy, Parts& parts, TickReport& report) {
  FleetState state = report.plan.next;
  Error last;
  for (int attempt = 0; attempt < kSwaps; ++attempt) {
    auto absorbed = decide::absorb(policy, state, report.outcomes, report.observation.taken_at);
    const auto written = parts.journal.replace(absorbed.next, absorbed.events);
    if (written) {
      report.plan.next = std::move(absorbed.next);
      report.events.insert(report.events.end(), absorbed.events.begin(), absorbed.events.end());
      return {};
    }
    last = written.error();
    if (last.kind != ErrorKind::conflict) break;
    state = TRY(load(policy.name, parts.journal));
  }
  return std::unexpected(last);
}

}  // namespace

Result<TickReport> dry_tick(const FleetPolicy& policy, Parts& parts) {
  auto state = TRY(load(policy.name, parts.journal));
  TickReport report;
  report.observation = TRY(observe::observe(policy, state, parts.aws, parts.cache));
  state.signal_read_at.reset();  // a person who asks pays for the answer
  const auto nonce = parts.random.hex(16);
  report.plan = TRY(settle(policy, state, nonce, parts, report.observation));
  Question unread{Question::Kind::signal, {}, policy.reboot_when.over + policy.reboot_when.max_age};
  for (const auto& [id, verdict] : report.plan.members) {
    if (!report.observation.signals.contains(id)) unread.instance_ids.push_back(id);
  }
  if (!unread.instance_ids.empty()) {
    observe::answer(unread, policy, parts.aws, parts.cache, report.observation);
    report.plan = TRY(settle(policy, state, nonce, parts, report.observation));
  }
  report.violations = decide::violations(policy, report.observation, state, report.plan);
  return report;
}

Result<TickReport> tick(const FleetPolicy& policy, Parts& parts) {
  const Time began = parts.clock.now();
  const auto state = TRY(load(policy.name, parts.journal));
  const auto nonce = parts.random.hex(16);

  TickReport report;
  report.observation = TRY(observe::observe(policy, state, parts.aws, parts.cache));
  report.plan = TRY(settle(policy, state, nonce, parts, report.observation));
  TRY_VOID(refuse_unsound(policy, state, nonce, parts, report));

  if (const auto written = parts.journal.replace(report.plan.next, report.plan.events); !written) {
    if (written.error().kind != ErrorKind::conflict) return std::unexpected(written.error());
    report.lost_race = true;
    return report;
  }
  report.events = report.plan.events;
  if (report.plan.actions.empty()) return report;

  report.outcomes = act(report.plan.actions, began, parts);
  TRY_VOID(record_outcomes(policy, parts, report));
  return report;
}

Result<std::vector<FleetPolicy>> fleets_to_tick(const Policy& policy, record::Journal& journal) {
  std::vector<FleetPolicy> fleets = policy.fleets;
  for (const auto& name : TRY(journal.fleets())) {
    if (std::ranges::find(policy.fleets, name, &FleetPolicy::name) != policy.fleets.end()) continue;
    const auto state = TRY(journal.load(name));
    if (!state || state->open.empty() || !state->pinned) continue;
    fleets.push_back(*state->pinned);
    fleets.back().retired = true;
  }
  return fleets;
}

}  // namespace evenkeel::controller
