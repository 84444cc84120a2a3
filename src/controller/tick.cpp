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
// What is kept of a tick's time for recording outcomes, and before that for restores and other acts.
constexpr Duration kToRecord{2'000};
constexpr Duration kToAct{13'000};
// Signal, one survey for each of the first few candidates, and the survey before a reboot: more rounds mean a
// mistake.
constexpr int kRounds = 12;
constexpr std::ptrdiff_t kFleetsInOrder = 10;

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
                    Parts& parts, Observation& observation,
                    observe::Probing probing = observe::Probing::yes) {
  for (int round = 0; round < kRounds; ++round) {
    auto plan = decide::decide(policy, observation, state, nonce);
    if (plan.questions.empty()) return plan;
    for (const auto& question : plan.questions) {
      observe::answer(question, policy, parts.aws, parts.cache, observation, probing);
    }
  }
  return fail(ErrorKind::invalid, "fleet " + policy.name + ": the decision keeps asking; please report this");
}

Event about(const FleetPolicy& policy, Time at, std::string kind, std::string text) {
  return {at, policy.name, "", "", std::move(kind), std::move(text)};
}

// Nobody is taken out, but restores go on: decided as if the fleet were retired, and done only if that is
// sound. `because` stands first among what holds back the fleet.
Result<void> only_restore(const FleetPolicy& policy, const FleetState& state, const std::string& nonce,
                          Parts& parts, TickReport& report, Verdict because) {
  FleetPolicy restoring = policy;
  restoring.retired = true;
  report.plan = TRY(settle(restoring, state, nonce, parts, report.observation));
  const auto still = decide::texts(decide::violations(restoring, report.observation, state, report.plan));
  if (!still.empty()) {
    return fail(ErrorKind::invalid, "fleet " + policy.name + ": no sound plan: " + join(still, "; "));
  }
  std::erase_if(report.plan.actions, [](const Action& action) { return !action.restores; });
  report.plan.fleet.insert(report.plan.fleet.begin(), std::move(because));
  return {};
}

// A plan that breaks an invariant is a mistake of ours.
Result<void> refuse_unsound(const FleetPolicy& policy, const FleetState& state, const std::string& nonce,
                            Parts& parts, TickReport& report) {
  report.violations = decide::texts(decide::violations(policy, report.observation, state, report.plan));
  if (report.violations.empty()) return {};
  Verdict verdict{
      Reason::plan_violates_invariants, "the plan broke an invariant: " + join(report.violations, "; "), {}};
  auto event = about(policy, report.observation.taken_at, "violation", verdict.text);
  TRY_VOID(only_restore(policy, state, nonce, parts, report, std::move(verdict)));
  report.plan.events.push_back(std::move(event));
  return {};
}

// Stores the plan. A store that has no room for one more remediation keeps its last room for restores.
Result<void> store(const FleetPolicy& policy, const FleetState& state, const std::string& nonce, Parts& parts,
                   TickReport& report) {
  const auto written = parts.journal.replace(report.plan.next, report.plan.events);
  if (written || written.error().kind != ErrorKind::rejected) return written;
  TRY_VOID(
      only_restore(policy, state, nonce, parts, report, {Reason::state_full, written.error().message, {}}));
  return parts.journal.replace(report.plan.next, report.plan.events);
}

// Reading is over in time to act, and acting in time to record. Of a short time each has its part.
struct TickTime {
  TickTime(Time start, std::optional<Time> deadline)
      : began(start), over(deadline.value_or(start + kTickWithin)) {
    const Duration whole = std::max(Duration::zero(), over - began);
    act_until = over - std::min(kToRecord, whole / 10);
    read_until = act_until - std::min(kToAct, whole / 3);
    act_until = std::min(act_until, began + kActWithin);
  }

  Time began, over, read_until, act_until;
};

// Restores have a share of AWS's budget to themselves.
wire::Urgency urgency(bool restores) { return restores ? wire::Urgency::restore : wire::Urgency::ordinary; }

Result<Observation> observe_within(const TickTime& time, const FleetPolicy& policy, const FleetState& state,
                                   Parts& parts) {
  parts.aws.set_deadline(time.read_until);
  parts.aws.set_urgency(urgency(!state.open.empty()));
  auto observation = observe::observe(policy, state, parts.aws, parts.cache);
  parts.aws.set_urgency(urgency(false));
  if (observation) observation->late_by = parts.late_by;
  return observation;
}

std::vector<Outcome> act(const std::vector<Action>& actions, const TickTime& time, Parts& parts) {
  std::vector<Outcome> outcomes;
  parts.aws.set_deadline(time.act_until);
  for (const auto& action : actions) {
    parts.aws.set_urgency(urgency(action.restores));
    outcomes.push_back(parts.clock.now() < time.act_until
                           ? act::perform(action, parts.aws)
                           : act::not_sent(action, "the tick took too long; the next one looks again"));
  }
  parts.aws.set_urgency(urgency(false));
  return outcomes;
}

// Writes the outcomes. Another tick may have written meanwhile: outcomes belong to intents by their nonce, so
// they go into whatever state is there now.
Result<void> record_outcomes(const FleetPolicy& policy, Parts& parts, TickReport& report) {
  FleetState state = report.plan.next;
  Error last;
  for (int attempt = 0; attempt < record::kSwapAttempts; ++attempt) {
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
  const TickTime time{parts.clock.now(), parts.deadline};
  report.observation = TRY(observe_within(time, policy, state, parts));
  state.signal_read_at.reset();  // a person who asks pays for the answer
  const auto nonce = parts.random.hex(16);
  report.plan = TRY(settle(policy, state, nonce, parts, report.observation, observe::Probing::no));
  Question unread{Question::Kind::signal, {}, policy.reboot_when.over + policy.reboot_when.max_age};
  for (const auto& [id, verdict] : report.plan.members) {
    if (!report.observation.signals.contains(id)) unread.instance_ids.push_back(id);
  }
  if (policy.reboot_when.given() && !unread.instance_ids.empty()) {
    observe::answer(unread, policy, parts.aws, parts.cache, report.observation);
    report.plan = TRY(settle(policy, state, nonce, parts, report.observation, observe::Probing::no));
  }
  report.violations = decide::texts(decide::violations(policy, report.observation, state, report.plan));
  report.before = std::move(state);
  return report;
}

Result<TickReport> tick(const FleetPolicy& policy, Parts& parts) {
  const TickTime time{parts.clock.now(), parts.deadline};
  TickReport report;
  report.before = TRY(load(policy.name, parts.journal));
  const FleetState& state = report.before;
  const auto nonce = parts.random.hex(16);

  report.observation = TRY(observe_within(time, policy, state, parts));
  report.plan = TRY(settle(policy, state, nonce, parts, report.observation));
  TRY_VOID(refuse_unsound(policy, state, nonce, parts, report));

  if (const auto written = store(policy, state, nonce, parts, report); !written) {
    if (written.error().kind != ErrorKind::conflict) return std::unexpected(written.error());
    report.lost_race = true;
    return report;
  }
  report.events = report.plan.events;
  if (report.plan.actions.empty()) return report;

  report.outcomes = act(report.plan.actions, time, parts);
  TRY_VOID(record_outcomes(policy, parts, report));
  return report;
}

Result<std::vector<FleetPolicy>> fleets_to_tick(const Policy& policy, record::Journal& journal,
                                                std::optional<Time> now) {
  std::vector<FleetPolicy> fleets = policy.fleets;
  const auto has_open = [&](const FleetPolicy& fleet) {
    const auto state = journal.load(fleet.name);
    return !state || (*state && !(*state)->open.empty());
  };
  // Each look is a call where the state is in a table, and one fleet needs no order.
  auto others = std::ranges::subrange(fleets.begin(), fleets.end());
  if (fleets.size() > 1) others = std::ranges::stable_partition(fleets, has_open);
  if (now && std::ssize(others) > kFleetsInOrder) {
    const auto minute = std::chrono::floor<std::chrono::minutes>(*now).time_since_epoch().count();
    std::ranges::rotate(others, others.begin() + minute % std::ssize(others));
  }
  for (const auto& name : TRY(journal.fleets())) {
    if (std::ranges::find(policy.fleets, name, &FleetPolicy::name) != policy.fleets.end()) continue;
    const auto loaded = journal.load(name);
    if (!loaded) {  // its own tick says what is wrong with it, and the others go on
      FleetPolicy unreadable;
      unreadable.name = name;
      unreadable.retired = true;
      fleets.push_back(std::move(unreadable));
      continue;
    }
    const auto& state = *loaded;
    if (!state || state->open.empty() || !state->pinned) continue;
    fleets.insert(fleets.begin(), *state->pinned);
    fleets.front().retired = true;
  }
  return fleets;
}

}  // namespace evenkeel::controller
