#include "decide/remediation/gate.h"

#include <algorithm>
#include <fmt/core.h>
#include <vector>

#include "base/text.h"
#include "decide/fleet_view.h"
#include "decide/guards/guards.h"
#include "decide/remediation/evidence.h"
#include "decide/remediation/horizon.h"
#include "decide/remediation/phases.h"
#include "decide/remediation/plan_builder.h"
#include "decide/remediation/protocol.h"
#include "decide/remediation/witness.h"
#include "decide/rules/rules.h"

namespace evenkeel::decide {
namespace {

using Then = Refusal::Then;
using Refused = std::optional<Refusal>;

Refusal refuse(Then then, Reason reason, std::string text) { return {then, {reason, std::move(text)}}; }

// Nothing is known against it yet: the draft asks.
Refusal still_to_come() { return {Then::ask, {}}; }

// What this tick is for, and when it is.
Refused in_this_tick(const Remediation& remediation, const PlanBuilder& builder) {
  if (builder.policy.retired) return refuse(Then::put_back, Reason::retired, why_retired(builder.policy));
  if (builder.only_restores) return Refusal{Then::wait, *builder.only_restores};
  const auto late = builder.observation.late_by;
  if (late > Duration::zero()) {
    return refuse(
        Then::wait, Reason::asked_late,
        fmt::format("the time of this tick's event is {} away from now, so this tick only puts servers back",
                    format_duration(late)));
  }
  if (const auto back = remediation.phase_since - builder.now(); back > kMaxSpread) {
    return refuse(Then::wait, Reason::clock_backwards,
                  fmt::format("AWS's clock is {} behind the last step's", format_duration(back)));
  }
  return std::nullopt;
}

Refused of_instance(const Remediation& remediation, const PlanBuilder& builder) {
  const auto found = builder.observation.instances.find(remediation.instance_id);
  if (found == builder.observation.instances.end())
    return refuse(Then::wait, Reason::instance_unknown, "EC2 does not know it, or could not be asked");
  const auto& instance = found->second;
  if (const auto tag = instance.tags.find(kHoldTag); tag != instance.tags.end() && says_hold(tag->second)) {
    return refuse(Then::put_back, Reason::hold_tag,
                  fmt::format("its tag {} says \"{}\"", kHoldTag, printable(tag->second)));
  }
  if (instance.launch_time != remediation.launch_time)
    return refuse(Then::wait, Reason::instance_unknown, "it is not the incarnation that was chosen");
  return std::nullopt;
}

// Where nothing of ours takes it out: the place of the snapshot in which it is no more; empty: none.
std::string left_without_us(const Remediation& remediation, const PlanBuilder& builder) {
  if (took_out(remediation) || builder.now() <= remediation.quiet_until) return {};
  for (const auto& target : remediation.snapshot) {
    const auto* group = find_group(builder.observation, target.target_group_arn);
    if (target.vanished || group == nullptr || !group->registrations) continue;
    const auto* there = find_registration(*group, remediation.instance_id, target.port);
    if (there == nullptr || is_leaving(*there)) return target.target_group_name;
  }
  return {};
}

// The operator or the tool that has taken it aside meanwhile has a reason, and may be at work on it.
Refused by_its_new_owner(const Remediation& remediation, const PlanBuilder& builder) {
  if (in_external_standby(remediation, builder.observation))
    return refuse(Then::external_change, Reason::auto_scaling_state,
                  "an operator or another tool moved it to Standby");
  const auto* enter = latest_intent(remediation, Effect::enter_standby);
  const bool in_standby = enter != nullptr && enter->outcome == OutcomeKind::accepted &&
                          !may_not_show_yet(enter, builder.now()) &&
                          latest_intent(remediation, Effect::exit_standby) == nullptr;
  if (in_standby && lifecycle_of(remediation, builder.observation) == Lifecycle::in_service)
    return refuse(Then::external_change, Reason::auto_scaling_state,
                  "an operator or another tool brought it back from Standby while it was being drained");
  if (const auto place = left_without_us(remediation, builder); !place.empty())
    return refuse(Then::external_change, Reason::not_registered,
                  fmt::format("an operator or another tool deregistered it from {}", printable(place)));
  return std::nullopt;
}

// What its Auto Scaling group is doing with all of its members.
Refused of_scaling(PlanBuilder& builder, bool treats_it) {
  const auto& name = builder.policy.auto_scaling_group;
  if (name.empty()) return std::nullopt;
  const auto& group = builder.observation.auto_scaling_group;
  if (!group || group->name != name) {
    return refuse(Then::wait, Reason::observation_incomplete,
                  fmt::format("Auto Scaling group {} could not be read", printable(name)));
  }
  if (group->being_deleted) {
    return refuse(Then::put_back, Reason::scaling_activity,
                  fmt::format("Auto Scaling group {} is being deleted", printable(name)));
  }
  const bool known = group->instance_refresh && (group->activities || !treats_it);
  if (!known && !builder.observation.scaling_asked) {
    builder.scaling_wanted = true;
    return still_to_come();
  }
  if (!group->instance_refresh) {
    return refuse(
        Then::wait, Reason::instance_refresh,
        fmt::format("whether an instance refresh of {} is under way could not be read", printable(name)));
  }
  if (!group->instance_refresh->empty()) {
    return refuse(
        Then::wait, Reason::instance_refresh,
        fmt::format("an instance refresh of {} is {}", printable(name), printable(*group->instance_refresh)));
  }
  if (!treats_it) return std::nullopt;  // our own move to Standby is such an activity
  if (!group->activities) {
    return refuse(Then::wait, Reason::scaling_activity,
                  fmt::format("which activities of {} are under way could not be read", printable(name)));
  }
  if (!group->activities->empty()) {
    return refuse(Then::wait, Reason::scaling_activity,
                  fmt::format("Auto Scaling group {} has activities under way: {}", printable(name),
                              group->activities->front()));
  }
  return std::nullopt;
}

bool is_replaced(const Step* step) { return step != nullptr && step->treatment == Treatment::replace; }

bool is_drained(const Remediation& remediation, Effect effect, const PlanBuilder& builder) {
  const auto lifecycle = lifecycle_of(remediation, builder.observation);
  const auto* step = step_of(remediation, builder.policy);
  const bool replaced = is_replaced(step);
  // What Auto Scaling is to replace, it drains itself from the groups that it looks after.
  if (replaced &&
      (lifecycle == Lifecycle::none || (lifecycle == Lifecycle::in_service && effect == Effect::terminate))) {
    return builder.observation.auto_scaling_group.has_value() &&
           drained_from_our_places(remediation, builder.observation);
  }
  if (lifecycle != Lifecycle::none && lifecycle != Lifecycle::standby) return false;
  return presence(remediation, builder.observation) == Presence::drained;
}

Refused by_survey(const Remediation& remediation, PlanBuilder& builder) {
  const auto survey = builder.observation.surveys.find(remediation.instance_id);
  if (survey == builder.observation.surveys.end()) {
    builder.surveys_wanted.push_back(remediation.instance_id);
    return still_to_come();
  }
  auto found = survey->second;
  found.may_mark = true;  // it is out, with its tag or without
  const auto no = survey_guard(found, asks_for_events(builder.policy, remediation.cause.rule));
  if (!no) return std::nullopt;
  const bool for_good = no->reason == Reason::reboot_denied && survey->second.may_reboot;
  return Refusal{for_good ? Then::put_back : Then::wait, *no};
}

// A step without attempts is one that today's policy does not have (in_force.h).
Refused by_treatments(const Remediation& remediation, const PlanBuilder& builder) {
  const auto* step = step_of(remediation, builder.policy);
  if (step != nullptr && step->attempts > 0) return std::nullopt;
  return refuse(Then::escalate, Reason::reason_remains, "today's policy does not have this treatment");
}

// What its group must do for it while it is out, or instead of it: asked again, as processes are suspended and resumed,
// and traffic sources attached, at any time.
Refused by_its_group(const Remediation& remediation, Effect effect, const PlanBuilder& builder) {
  const auto& group = builder.observation.auto_scaling_group;
  const auto* member = group ? find_scaling(*group, remediation.instance_id) : nullptr;
  if (member == nullptr) return std::nullopt;
  const bool replaced = effect == Effect::terminate;
  const bool by_standby = effect == Effect::enter_standby;
  auto no = replaced || by_standby ? launch_guard(*group) : std::nullopt;
  if (!no && (replaced || by_standby)) no = registering_guard(*group, replaced);
  if (no) return Refusal{replaced ? Then::wait : Then::put_back, std::move(*no)};
  if (replaced || by_standby || !remediation.auto_scaling_group.empty()) return std::nullopt;
  if (group->elb_health_check && !group->replacement_suspended) {
    return refuse(
        Then::put_back, Reason::auto_scaling_would_replace,
        fmt::format(
            "Auto Scaling group {} now has health check type ELB and may replace a server that is out",
            printable(group->name)));
  }
  return std::nullopt;
}

// Also after an escalation: what the member was chosen for may have been another treatment.
Refused by_what_it_would_do(const Remediation& remediation, const PlanBuilder& builder) {
  const auto* step = step_of(remediation, builder.policy);
  if (step == nullptr) return std::nullopt;
  const auto& seen = builder.observation;
  const auto& instance = seen.instances.at(remediation.instance_id);
  const auto& group = seen.auto_scaling_group;
  const auto* scaling = group ? find_scaling(*group, remediation.instance_id) : nullptr;
  const Applied applied{.treatment = step->treatment,
                        .instance = &instance,
                        .scaling = scaling,
                        .group = group,
                        .in_standby = !remediation.auto_scaling_group.empty()};
  auto no = treatment_guard(applied);
  if (!no) no = stop_protection_guard(step->treatment, &instance);
  if (!no) return std::nullopt;
  const bool unknown = no->reason == Reason::stop_protected && !instance.stop_protected;
  no->text = fmt::format("{} is not possible: {}", name(step->treatment), no->text);
  return Refusal{unknown ? Then::wait : Then::escalate, std::move(*no)};
}

// Asks for what shows how it is.
Refused by_external_change(const Remediation& remediation, PlanBuilder& builder) {
  if (!asked_how_it_is(remediation, builder)) return still_to_come();
  const auto signs = booted_without_us(remediation, builder.policy, builder.observation);
  if (!signs) return std::nullopt;
  return refuse(Then::put_back, Reason::young,
                "it has booted since it was taken out, not by this treatment: " + *signs);
}

// A newer state than this one may have treated it already, or ended its remediation: the tag on it says so.
Refused by_its_mark(const Remediation& remediation, const PlanBuilder& builder) {
  if (!builder.policy.witness_tag) return std::nullopt;
  auto no = contradicted_by_its_mark(remediation, builder.policy.name, builder.observation);
  if (!no) return std::nullopt;
  return Refusal{no->reason == Reason::state_outdated ? Then::put_back : Then::wait, std::move(*no)};
}

Refused by_an_earlier_treatment(const Remediation& remediation, Effect effect, PlanBuilder& builder) {
  const Time until = may_act_until(remediation, builder, treatment_by(effect));
  if (until <= builder.now()) return std::nullopt;
  return refuse(Then::wait, Reason::late_effect,
                fmt::format("{} may still act until {}", words_of_treatment(treatment_intent(remediation)),
                            iso8601(until)));
}

bool is_in_treatment(const Remediation& remediation) {
  switch (remediation.phase) {
    case Phase::commanding:
    case Phase::rebooting:
    case Phase::stopping:
    case Phase::starting:
    case Phase::replacing:
    case Phase::booting:
      return true;
    default:
      return false;
  }
}

// More may be out than keep.out allows by now: it was lowered, or the fleet has shrunk.
Refused by_others_in_treatment(const Remediation& remediation, const PlanBuilder& builder) {
  std::vector<std::string> others;
  for (const auto& other : builder.under_way) {
    if (other.id != remediation.id && is_in_treatment(other)) others.push_back(other.instance_id);
  }
  const int limit = builder.policy.keep.out.at_most(builder.members);
  if (static_cast<int>(others.size()) < limit) return std::nullopt;
  return refuse(Then::wait, Reason::too_many_out,
                fmt::format("{} server{} being treated ({}); keep.out allows {} at once", others.size(),
                            others.size() == 1 ? " is" : "s are", join(others, ", "), limit));
}

// Every target group that the policy names, and every one that it served in: what can't be read may have it. What
// Auto Scaling drains itself as it terminates is known only of a group that was looked up.
Refused by_unknown_places(const Remediation& remediation, Effect effect, const PlanBuilder& builder) {
  const auto& seen = builder.observation;
  std::vector<std::string> parts;
  for (const auto& name : builder.policy.target_groups) {
    if (std::ranges::find(seen.target_groups, name, &TargetGroup::name) == seen.target_groups.end())
      parts.push_back(fmt::format("target group {} was not found", printable(name)));
  }
  for (const auto& group : seen.target_groups) {
    const auto was_in = std::ranges::find(remediation.snapshot, group.arn, &SnapshotTarget::target_group_arn);
    if (!group.registrations && (group.of_fleet || was_in != remediation.snapshot.end()))
      parts.push_back(fmt::format("the targets of {} could not be read", printable(group.name)));
  }
  for (const auto& target : remediation.snapshot) {
    const auto* group = find_group(seen, target.target_group_arn);
    const bool looked_up =
        group != nullptr && (effect != Effect::terminate || !target.by_auto_scaling || group->port != 0);
    auto part = fmt::format("target group {} {}", printable(target.target_group_name),
                            group == nullptr ? "was not found" : "could not be looked up");
    if (!looked_up && std::ranges::find(parts, part) == parts.end()) parts.push_back(std::move(part));
  }
  if (parts.empty()) return std::nullopt;
  return refuse(Then::wait, Reason::observation_incomplete, join(parts, "; "));
}

// The last thing that is read.
Refused by_a_last_look(const Remediation& remediation, PlanBuilder& builder) {
  if (builder.observation.looked_again.contains(remediation.instance_id)) return std::nullopt;
  builder.places_wanted.push_back(remediation.instance_id);
  return still_to_come();
}

Refused not_out_of_service(const Remediation& remediation, Effect effect, PlanBuilder& builder) {
  if (is_replaced(step_of(remediation, builder.policy)) &&
      lifecycle_of(remediation, builder.observation) == Lifecycle::none) {
    const auto state = lifecycle_state_of(remediation.instance_id, builder.observation);
    if (state != LifecycleState::in_service)
      return refuse(Then::wait, Reason::auto_scaling_state,
                    fmt::format("it is not InService in {}: {}", printable(builder.policy.auto_scaling_group),
                                state ? name(*state) : "not seen there"));
  }
  if (!is_drained(remediation, effect, builder)) {
    return refuse(Then::wait, Reason::being_drained, may_serve_in(remediation, builder.observation));
  }
  for (const auto& intent : remediation.intents) {
    if (intent.effect == Effect::deregister && builder.now() - intent.at < kAfterDrain)
      return refuse(Then::wait, Reason::being_drained,
                    fmt::format("its deregistration is less than {} ago", format_duration(kAfterDrain)));
  }
  const auto state = builder.observation.instances.at(remediation.instance_id).state;
  if (state == InstanceState::running) return std::nullopt;
  return refuse(Then::wait, Reason::not_running, fmt::format("the instance is {}", name(state)));
}

}  // namespace

std::string may_serve_in(const Remediation& remediation, const Observation& observation) {
  std::vector<std::string> places;
  for (const auto& group : observation.target_groups) {
    if (!group.registrations) continue;
    for (const auto& there : std::ranges::equal_range(*group.registrations, remediation.instance_id, {},
                                                      &Registration::instance_id)) {
      if (there.state == TargetState::unused && there.reason == TargetReason::not_registered) continue;
      places.push_back(fmt::format("{}:{} ({})", printable(group.name), there.port, name(there.state)));
    }
  }
  const auto& scaling = remediation.auto_scaling_group;
  const auto lifecycle = lifecycle_of(remediation, observation);
  const auto state = lifecycle_state_of(remediation.instance_id, observation);
  if (lifecycle != Lifecycle::none && lifecycle != Lifecycle::standby && state)
    places.push_back(fmt::format("{} ({})", printable(scaling), name(*state)));
  std::vector<std::string> parts;
  if (!places.empty()) parts.push_back("still in " + join(places, ", "));
  for (const auto& target : remediation.snapshot) {
    const auto* group = find_group(observation, target.target_group_arn);
    const auto part = printable(target.target_group_name) + " could not be read";
    const bool unread = !target.vanished && (group == nullptr || !group->registrations);
    if (unread && std::ranges::find(parts, part) == parts.end()) parts.push_back(part);
  }
  if (lifecycle == Lifecycle::absent) parts.push_back(printable(scaling) + " does not list it");
  if (lifecycle == Lifecycle::unknown) parts.push_back(printable(scaling) + " could not be read");
  return join(parts, "; ");
}

std::optional<Refusal> forbids(const Remediation& remediation, const PlanBuilder& builder) {
  if (auto no = in_this_tick(remediation, builder)) return no;
  if (auto no = of_instance(remediation, builder)) return no;
  return by_its_new_owner(remediation, builder);
}

bool apply_refusal(const Refusal& refusal, Remediation& remediation, PlanBuilder& builder) {
  const auto& [then, verdict] = refusal;
  // What keeps it from being taken out says more than where it still is because of that.
  const bool reported = verdict.reason == Reason::being_drained && !remediation.why_untreated.empty();
  if (then == Then::wait && !verdict.text.empty() && !reported) remediation.why_untreated = verdict.text;
  if (then == Then::escalate) {
    if (const auto* step = step_of(remediation, builder.policy)) remediation.attempt = step->attempts;
    escalate_or_put_back(remediation, builder, verdict.text);
    return remediation.phase == Phase::rejoining;
  }
  if (then == Then::external_change) {
    remediation.external_change = verdict.text;
    if (took_out(remediation)) {
      put_back(remediation, builder, verdict.text);
    } else {
      hand_over(remediation, builder, verdict.text);
    }
    return true;
  }
  if (then != Then::put_back) return false;
  if (verdict.reason == Reason::young) remediation.external_change = verdict.text;
  if (verdict.reason == Reason::state_outdated)
    expect_what_a_newer_state_did(remediation, verdict.text, builder);
  put_back(remediation, builder, verdict.text);
  return true;
}

std::expected<Permit, Refusal> may_remove(const Remediation& remediation, Effect effect,
                                          const std::string& target_group_arn, PlanBuilder& builder) {
  if (auto no = forbids(remediation, builder)) return std::unexpected(std::move(*no));
  if (auto no = of_scaling(builder, false)) return std::unexpected(std::move(*no));
  if (auto no = by_its_group(remediation, effect, builder)) return std::unexpected(std::move(*no));
  return Permit{effect, remediation.id, target_group_arn};
}

std::expected<Permit, Refusal> may_treat(const Remediation& remediation, Effect effect,
                                         PlanBuilder& builder) {
  if (auto no = forbids(remediation, builder)) return std::unexpected(std::move(*no));
  if (auto no = by_treatments(remediation, builder)) return std::unexpected(std::move(*no));
  if (auto no = not_out_of_service(remediation, effect, builder)) return std::unexpected(std::move(*no));
  if (auto no = by_unknown_places(remediation, effect, builder)) return std::unexpected(std::move(*no));
  if (effect != Effect::capture) {
    if (auto no = by_others_in_treatment(remediation, builder)) return std::unexpected(std::move(*no));
  }
  if (auto no = of_scaling(builder, true)) return std::unexpected(std::move(*no));
  if (auto no = by_survey(remediation, builder)) return std::unexpected(std::move(*no));
  if (effect != Effect::capture) {
    if (auto no = by_its_group(remediation, effect, builder)) return std::unexpected(std::move(*no));
    if (auto no = by_what_it_would_do(remediation, builder)) return std::unexpected(std::move(*no));
  }
  if (auto no = by_an_earlier_treatment(remediation, effect, builder)) return std::unexpected(std::move(*no));
  if (auto no = by_external_change(remediation, builder)) return std::unexpected(std::move(*no));
  if (auto no = by_its_mark(remediation, builder)) return std::unexpected(std::move(*no));
  if (auto no = by_a_last_look(remediation, builder)) return std::unexpected(std::move(*no));
  return Permit{effect, remediation.id, {}};
}

}  // namespace evenkeel::decide
