#include "controller/tick.h"

#include <algorithm>
#include <exception>
#include <fmt/core.h>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "controller/other_fleets.h"
#include "controller/send.h"
#include "controller/without_a_store.h"
#include "decide/clock.h"
#include "decide/invariants/invariants.h"
#include "decide/remediation/apply_outcomes.h"
#include "decide/remediation/open.h"
#include "decide/requests.h"
#include "decide/start.h"
#include "observe/observe.h"

namespace evenkeel::controller {
namespace {

// A question is never asked twice, so these are more than enough: the metrics, the load, a survey for each
// of the candidates that are looked at; for who is out the commands, the survey, the last look.
constexpr int kRounds = 16;

FleetState fresh_state(const std::string& fleet) {
  FleetState state;
  state.fleet = fleet;
  return state;
}

Result<FleetState> load(const std::string& fleet, record::Journal& journal) {
  auto stored = TRY(journal.load(fleet));
  return stored ? std::move(*stored) : fresh_state(fleet);
}

Event about(const FleetPolicy& policy, Time at, EventKind kind, std::string text) {
  return {at, policy.name, "", "", kind, std::move(text)};
}

Plan as_plan(const decide::OpenStep& step) {
  Plan plan;
  plan.next = step.next;
  plan.actions = step.actions;
  return plan;
}

// One tick of one fleet: what its two halves share.
struct OneTick {
  const FleetPolicy& policy;
  Parts& parts;
  TickTime time;
  TickReport& report;
  observe::Probing probing = observe::Probing::yes;
  std::optional<Time> looked_at = std::nullopt;  // when the last look at places began
  std::vector<Verdict> starts_are_off = {};      // what the restore half means for starts

  Observation& observation() { return report.observation; }

  // What stands before the plan: whose time counts, and what operators asked for. Part of the state from then
  // on.
  void apply_what_came_before() {
    auto& before = report.before;
    before.failing.reset();
    if (!policy.retired) before.left_policy_at.reset();
    report.applied_requests = decide::reckon_clock(report.before, report.observation);
    std::ranges::move(decide::apply_requests(report.before, report.observation.taken_at),
                      std::back_inserter(report.applied_requests));
  }

  Result<void> observe() {
    parts.aws.set_deadline(time.read_until);
    parts.aws.set_urgency(urgency(!report.before.open.empty()));
    auto seen = observe::observe(policy, report.before, parts.aws, parts.cache);
    parts.aws.set_urgency(urgency(false));
    report.observation = TRY(std::move(seen));
    report.observation.late_by = parts.late_by;
    if (parts.others != nullptr) parts.others->add_others(policy.name, report.observation);
    apply_what_came_before();
    return {};
  }

  void answer(const std::vector<Question>& questions) {
    for (const auto& question : questions) {
      if (question.kind == Question::Kind::places) looked_at = parts.clock.now();
      observe::answer(question, policy, parts.aws, parts.cache, observation(), probing);
    }
  }

  // What stays unanswered is unknown, and who needs it waits.
  decide::OpenStep decide_open(const FleetState& state, const std::string& nonce,
                               const std::optional<Verdict>& only_restores) {
    auto step = decide::advance_open(policy, observation(), state, nonce, only_restores);
    for (int round = 0; round < kRounds && !step.questions.empty(); ++round) {
      answer(step.questions);
      step = decide::advance_open(policy, observation(), state, nonce, only_restores);
    }
    step.events.insert(step.events.begin(), report.applied_requests.begin(), report.applied_requests.end());
    return step;
  }

  // Never an error: what could not be decided is a reason.
  Plan decide_start_half(const decide::OpenStep& step, std::span<const Verdict> off) {
    return or_none_starts(step, [&] { return decide_start(step, off); });
  }

  // A mistake of ours on the way to a start ends no tick and takes no restore with it: none starts, and an operator is
  // told.
  template <class Deciding>
  Plan or_none_starts(const decide::OpenStep& step, Deciding deciding) {
    try {
      return deciding();
    } catch (const std::exception& mistake) {
      const auto words = fmt::format(
          "a mistake in evenkeel itself ({}): restores went on; please report this", mistake.what());
      report.violations.push_back(words);
      auto plan = as_plan(step);
      plan.fleet = {Verdict{Reason::start_not_decided, words}};
      plan.events = step.events;
      plan.events.push_back(about(policy, observation().taken_at, EventKind::violation, words));
      return plan;
    }
  }

  Plan decide_start(const decide::OpenStep& step, std::span<const Verdict> off) {
    for (int round = 0; round < kRounds; ++round) {
      auto plan = decide::choose_start(policy, observation(), step, off);
      if (plan.questions.empty()) return plan;
      answer(plan.questions);
    }
    const Verdict endless{Reason::start_not_decided, "the decision keeps asking; please report this"};
    return decide::choose_start(policy, observation(), step, {&endless, 1});
  }
};

// A step that breaks an invariant is a mistake of ours. Then only restores are decided; a member whose part
// is unsound even so stays as it was, and the others are served.
void keep_it_sound(OneTick& tick, const std::string& nonce, decide::OpenStep& step) {
  const auto& before = tick.report.before;
  const auto found = decide::violations(tick.policy, tick.observation(), before, as_plan(step));
  if (found.empty()) return;
  tick.report.violations = decide::texts(found);
  const Verdict why{Reason::plan_violates_invariants,
                    "the plan broke an invariant: " + join(tick.report.violations, "; ")};
  tick.starts_are_off.push_back(why);
  step = tick.decide_open(before, nonce, why);
  for (const auto& violation : decide::violations(tick.policy, tick.observation(), before, as_plan(step)))
    decide::keep_as_it_was(step, before, violation.remediation_id);
  std::erase_if(step.actions, [](const Action& action) { return !action.restores; });
  step.events.push_back(about(tick.policy, tick.observation().taken_at, EventKind::violation, why.text));
}

// Writes the outcomes. Another tick may have written meanwhile: outcomes belong to intents by their nonce, so
// they go into whatever state is there now. The state after them.
Result<FleetState> record_outcomes(OneTick& tick, FleetState state, std::span<const Outcome> outcomes) {
  Error last;
  for (int attempt = 0; attempt < record::kSwapAttempts; ++attempt) {
    auto applied = decide::apply_outcomes(tick.policy, state, outcomes, tick.observation().taken_at);
    const auto written = tick.parts.journal.replace(applied.next, applied.events);
    if (written) {
      auto& events = tick.report.events;
      events.insert(events.end(), applied.events.begin(), applied.events.end());
      return std::move(applied.next);
    }
    last = written.error();
    if (last.kind != ErrorKind::conflict) break;
    state = TRY(load(tick.policy.name, tick.parts.journal));
  }
  return std::unexpected(last);
}

// Sends what has just been made durable, and writes down what came of it.
Result<FleetState> carry_out(OneTick& tick, FleetState state, std::span<const Action> actions) {
  const auto outcomes = send(actions, tick.looked_at, tick.time, tick.parts);
  auto& report = tick.report;
  report.outcomes.insert(report.outcomes.end(), outcomes.begin(), outcomes.end());
  report.carried_out.insert(report.carried_out.end(), actions.begin(), actions.end());
  return record_outcomes(tick, std::move(state), outcomes);
}

Result<void> store(OneTick& tick, const FleetState& next, std::span<const Event> events) {
  TRY_VOID(tick.parts.journal.replace(next, events));
  auto& written = tick.report.events;
  written.insert(written.end(), events.begin(), events.end());
  return {};
}

// The restore half, to its end: decided, recorded, sent, recorded. What remains to be written goes with the
// start half. A store that has no room for one more treatment keeps its last room for restores.
Result<decide::OpenStep> restore_half(OneTick& tick) {
  const auto nonce = tick.parts.random.hex(16);
  const auto& before = tick.report.before;
  auto step = tick.decide_open(before, nonce, std::nullopt);
  keep_it_sound(tick, nonce, step);
  if (step.actions.empty()) return step;

  auto written = store(tick, step.next, step.events);
  if (!written && written.error().kind == ErrorKind::rejected) {
    const Verdict full{Reason::state_full, written.error().message};
    tick.starts_are_off.push_back(full);
    step = tick.decide_open(before, nonce, full);
    keep_it_sound(tick, nonce, step);
    if (step.actions.empty()) return step;
    written = store(tick, step.next, step.events);
  }
  if (!written && written.error().kind != ErrorKind::conflict) {
    return std::unexpected(
        restore_without_a_store(written.error(), before, as_plan(step), tick.time.act_until, tick.parts));
  }
  TRY_VOID(std::move(written));
  auto after = TRY(carry_out(tick, std::move(step.next), step.actions));
  return decide::unchanged(after, tick.parts.random.hex(16));
}

// Reads what only a start needs, and decides whether one more leaves.
Plan plan_sound_start(OneTick& tick, const FleetState& before, const decide::OpenStep& step) {
  auto& off = tick.starts_are_off;
  if (tick.parts.clock.now() >= tick.time.read_until) {
    off.push_back({Reason::start_not_decided, "no time was left in this tick to look at what a start needs"});
  } else {
    tick.parts.aws.set_deadline(tick.time.read_until);
    observe::observe_for_start(tick.policy, before, tick.parts.aws, tick.parts.cache, tick.observation());
  }
  auto plan = tick.decide_start(step, off);
  const auto found = decide::violations(tick.policy, tick.observation(), before, plan);
  if (found.empty()) return plan;
  for (const auto& text : decide::texts(found)) tick.report.violations.push_back(text);
  off.insert(off.begin(), Verdict{Reason::plan_violates_invariants,
                                  "the plan broke an invariant: " + join(decide::texts(found), "; ")});
  plan = tick.decide_start(step, off);
  plan.events.push_back(
      about(tick.policy, tick.observation().taken_at, EventKind::violation, off.front().text));
  return plan;
}

Plan plan_start(OneTick& tick, const FleetState& before, const decide::OpenStep& step) {
  return tick.or_none_starts(step, [&] { return plan_sound_start(tick, before, step); });
}

// The start half. Whatever it comes to, the tick has its report: what went wrong is a reason in it.
void start_half(OneTick& tick, decide::OpenStep step) {
  auto& report = tick.report;
  FleetState acted;  // what the restore half left, where it has written
  if (!report.outcomes.empty()) {
    acted = step.next;
    --acted.revision;
  }
  const auto& before = report.outcomes.empty() ? report.before : acted;
  report.plan = plan_start(tick, before, step);
  auto written = store(tick, report.plan.next, report.plan.events);
  if (!written && written.error().kind == ErrorKind::rejected) {
    tick.starts_are_off.insert(tick.starts_are_off.begin(),
                               Verdict{Reason::state_full, written.error().message});
    report.plan = tick.decide_start_half(step, tick.starts_are_off);
    written = store(tick, report.plan.next, report.plan.events);
  }
  bool sent = false;
  if (written && !report.plan.actions.empty()) {
    sent = true;
    auto after = carry_out(tick, report.plan.next, report.plan.actions);
    if (after) report.plan.next = std::move(*after);
    if (!after) written = std::unexpected(std::move(after).error());
  }
  if (written) return;
  report.lost_race = written.error().kind == ErrorKind::conflict && report.outcomes.empty();
  if (written.error().kind != ErrorKind::conflict) report.not_recorded = written.error();
  Verdict not_recorded{Reason::start_not_decided, "not recorded: " + written.error().message};
  if (sent) {
    report.plan.fleet.insert(report.plan.fleet.begin(), std::move(not_recorded));
  } else {  // nothing of the plan has come about, least of all its start
    tick.starts_are_off.insert(tick.starts_are_off.begin(), std::move(not_recorded));
    report.plan = tick.decide_start_half(step, tick.starts_are_off);
  }
}

}  // namespace

Result<TickReport> dry_tick(const FleetPolicy& policy, Parts& parts) {
  TickReport report;
  report.before = TRY(load(policy.name, parts.journal));
  OneTick tick{policy, parts, {parts.clock.now(), parts.deadline}, report, observe::Probing::no};
  TRY_VOID(tick.observe());
  auto state = report.before;
  state.signal_read_at.reset();  // an operator who asks pays for the answer
  const auto step = tick.decide_open(state, parts.random.hex(16), std::nullopt);
  observe::observe_for_start(policy, state, parts.aws, parts.cache, report.observation);
  report.plan = tick.decide_start_half(step, tick.starts_are_off);
  Question unread{Question::Kind::signal, {}, policy.reboot_when.over + policy.reboot_when.max_age};
  for (const auto& [id, verdict] : report.plan.members) {
    if (!report.observation.signals.contains(id)) unread.instance_ids.push_back(id);
  }
  if (policy.reboot_when.given() && !unread.instance_ids.empty()) {
    tick.answer({unread});
    report.plan = tick.decide_start_half(step, tick.starts_are_off);
  }
  std::ranges::move(decide::texts(decide::violations(policy, report.observation, state, report.plan)),
                    std::back_inserter(report.violations));
  return report;
}

Result<TickReport> tick(const FleetPolicy& policy, Parts& parts) {
  TickReport report;
  const TickTime time{parts.clock.now(), parts.deadline};
  report.before = TRY(load(policy.name, parts.journal));
  OneTick tick{policy, parts, time, report};
  TRY_VOID(tick.observe());
  auto step = restore_half(tick);
  if (!step && step.error().kind == ErrorKind::conflict && report.outcomes.empty()) {
    report.lost_race = true;
    return report;
  }
  start_half(tick, TRY(std::move(step)));
  return report;
}

}  // namespace evenkeel::controller
