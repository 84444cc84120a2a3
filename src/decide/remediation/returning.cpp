// The way back: out of Standby, registered, healthy everywhere, and staying so.
#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "decide/remediation/evidence.h"
#include "decide/remediation/gate.h"
#include "decide/remediation/horizon.h"
#include "decide/remediation/phases.h"
#include "decide/remediation/protocol.h"
#include "decide/rules/served.h"

namespace evenkeel::decide {
namespace {

// After it is in service, Auto Scaling has so long to register it before we do.
constexpr Duration kRegisteredByAutoScaling = 5min;

bool missing(const TargetGroup& group, const Remediation& remediation, int port) {
  const auto* there = find_registration(group, remediation.instance_id, port);
  return there == nullptr || is_leaving(*there);
}

// Whether a registration also asks for the place that Auto Scaling looks after: where we have ports of our own in the
// group it may name those alone.
bool covers_auto_scaling(const Intent& intent, const Remediation& remediation) {
  const auto ours = our_groups(remediation);
  return intent.all_ports || std::ranges::find(ours, intent.target_group_arn) == ours.end();
}

// From when we register it where Auto Scaling has not: at once where it is known that Auto Scaling will not. It does not
// make up for what it left out while the process was suspended, either.
Time registered_without_auto_scaling_from(const Remediation& remediation, const Observation& observation) {
  const auto* exit = latest_intent(remediation, Effect::exit_standby);
  const Time since = exit == nullptr ? remediation.phase_since : exit->at;
  const auto& group = observation.auto_scaling_group;
  const bool suspended =
      group && group->name == remediation.auto_scaling_group && group->registering_suspended;
  return suspended ? since : since + kRegisteredByAutoScaling;
}

// Where it is in service and Auto Scaling has not registered it by now: the groups in which we do it instead.
std::vector<std::string> forgotten_by_auto_scaling(const Remediation& remediation,
                                                   const PlanBuilder& builder) {
  const auto lifecycle = lifecycle_of(remediation, builder.observation);
  const bool in_service = lifecycle == Lifecycle::in_service || lifecycle == Lifecycle::none;
  if (!in_service || builder.now() < registered_without_auto_scaling_from(remediation, builder.observation))
    return {};
  std::vector<std::string> arns;
  for (const auto& target : remediation.snapshot) {
    if (!target.by_auto_scaling || target.vanished) continue;
    const auto* group = find_group(builder.observation, target.target_group_arn);
    const auto* intent = latest_intent(remediation, Effect::register_, target.target_group_arn);
    const bool asked = may_not_show_yet(intent, builder.now()) && covers_auto_scaling(*intent, remediation);
    if (group != nullptr && group->registrations && !asked && missing(*group, remediation, target.port))
      arns.push_back(target.target_group_arn);
  }
  return arns;
}

// Registers in our groups once, whatever can be read: a restore is never held back. Then again wherever the
// target is seen to be missing, and where Auto Scaling has forgotten it. Registering a target that is there already
// changes nothing.
void register_where_needed(Remediation& remediation, PlanBuilder& builder) {
  auto forgotten = forgotten_by_auto_scaling(remediation, builder);
  for (const auto& arn : our_groups(remediation)) {
    const auto* intent = latest_intent(remediation, Effect::register_, arn);
    bool needed = intent == nullptr || intent->outcome != OutcomeKind::accepted;
    const auto* group = find_group(builder.observation, arn);
    if (!needed && !may_not_show_yet(intent, builder.now()) && group != nullptr && group->registrations) {
      needed = std::ranges::any_of(remediation.snapshot, [&](const SnapshotTarget& target) {
        return target.target_group_arn == arn && missing(*group, remediation, target.port);
      });
    }
    const bool instead = std::erase(forgotten, arn) > 0;
    const bool all = instead || (intent != nullptr && intent->all_ports);
    if (needed || instead)
      builder.give_back(PlanBuilder::Return::register_, remediation, arn,
                        all ? PlanBuilder::Ports::all : PlanBuilder::Ports::ours);
  }
  for (const auto& arn : forgotten)
    builder.give_back(PlanBuilder::Return::register_, remediation, arn, PlanBuilder::Ports::all);
}

// Auto Scaling finds a stopped member that is in service unhealthy, and terminates it.
bool is_seen_stopped(const Remediation& remediation, const Observation& observation) {
  const auto found = observation.instances.find(remediation.instance_id);
  return found != observation.instances.end() &&
         (found->second.state == InstanceState::stopped || found->second.state == InstanceState::stopping);
}

// Out of our Standby. Sent once, whatever can be read; then again as long as it is seen there.
void exit_standby(Remediation& remediation, PlanBuilder& builder, Lifecycle lifecycle) {
  if (!may_be_in_our_standby(remediation) || is_seen_stopped(remediation, builder.observation)) return;
  const auto* intent = latest_intent(remediation, Effect::exit_standby);
  const bool blind =
      lifecycle == Lifecycle::unknown && (intent == nullptr || intent->outcome != OutcomeKind::accepted);
  if (blind || (lifecycle == Lifecycle::standby && !may_not_show_yet(intent, builder.now())))
    builder.give_back(PlanBuilder::Return::exit_standby, remediation);
}

bool registered_by_us(const Remediation& remediation) {
  return std::ranges::all_of(our_groups(remediation), [&](const std::string& arn) {
    const auto* intent = latest_intent(remediation, Effect::register_, arn);
    return intent != nullptr && intent->outcome == OutcomeKind::accepted;
  });
}

// Auto Scaling is to register it there, has not, and we have not done it instead.
bool owed_by_auto_scaling(const SnapshotTarget& target, const Remediation& remediation,
                          const Observation& observation) {
  if (!target.by_auto_scaling || target.vanished) return false;
  const auto* intent = latest_intent(remediation, Effect::register_, target.target_group_arn);
  if (intent != nullptr && intent->outcome == OutcomeKind::accepted &&
      covers_auto_scaling(*intent, remediation))
    return false;
  const auto* group = find_group(observation, target.target_group_arn);
  return group == nullptr || !group->registrations || missing(*group, remediation, target.port);
}

// Everything that we owe it has been asked for, and Auto Scaling has it in service and has registered it.
bool given_back(const Remediation& remediation, const Observation& observation) {
  const bool owed = std::ranges::any_of(remediation.snapshot, [&](const SnapshotTarget& target) {
    return owed_by_auto_scaling(target, remediation, observation);
  });
  return registered_by_us(remediation) && !owed && back_in_service(remediation, observation);
}

void give_back(Remediation& remediation, PlanBuilder& builder) {
  const auto lifecycle = lifecycle_of(remediation, builder.observation);
  if (lifecycle != Lifecycle::none) exit_standby(remediation, builder, lifecycle);
  register_where_needed(remediation, builder);
}

std::string where_it_is_not_healthy(const Remediation& remediation, const Observation& observation) {
  std::vector<std::string> places;
  for (const auto& target : remediation.snapshot) {
    if (target.vanished) continue;
    const auto* there = registration_at(target, remediation.instance_id, observation);
    if (there != nullptr && there->state == TargetState::healthy) continue;
    const auto* group = find_group(observation, target.target_group_arn);
    const bool unread = group == nullptr || !group->registrations;
    places.push_back(fmt::format("{} port {}: {}", target.target_group_name, target.port,
                                 unread             ? "could not be read"
                                 : there == nullptr ? "not registered"
                                                    : name(there->state)));
  }
  if (std::ranges::all_of(remediation.snapshot, &SnapshotTarget::vanished))
    places.emplace_back("every target group it served in is gone");
  if (!back_in_service(remediation, observation)) {
    const auto state = lifecycle_state_of(remediation.instance_id, observation);
    places.push_back(fmt::format("{}: {}", printable(remediation.auto_scaling_group),
                                 state ? name(*state) : "could not be read"));
  }
  return places.empty() ? "healthy everywhere, but AWS has not accepted every registration"
                        : join(places, ", ");
}

// In which groups AWS refused the last registration, with its words; empty: in none.
std::string refused_registration(const Remediation& remediation) {
  std::vector<std::string> names;
  std::string detail;
  for (const auto& target : remediation.snapshot) {
    const auto* intent = latest_intent(remediation, Effect::register_, target.target_group_arn);
    if (target.vanished || intent == nullptr || intent->outcome != OutcomeKind::refused) continue;
    if (std::ranges::find(names, target.target_group_name) == names.end())
      names.push_back(target.target_group_name);
    detail = intent->detail;
  }
  return names.empty() ? "" : join(names, ", ") + ": " + detail;
}

void hold_not_back(Remediation& remediation, PlanBuilder& builder) {
  const auto* exit = latest_intent(remediation, Effect::exit_standby);
  const auto lifecycle = lifecycle_of(remediation, builder.observation);
  if (in_external_standby(remediation, builder.observation)) {
    remediation.external_change = "an operator or another tool moved it to Standby while it was out";
    return hold(
        remediation, builder,
        remediation.external_change + "; it is put back where it was once they bring it back into service");
  }
  const auto stopped = stopped_by_another(remediation, builder.observation);
  if (!stopped.empty() && lifecycle != Lifecycle::none && lifecycle != Lifecycle::in_service) {
    return hold(
        remediation, builder,
        fmt::format(
            "{}, and it is in Standby of {}: start it, or terminate it; once it runs it is brought back "
            "by itself",
            stopped, printable(remediation.auto_scaling_group)));
  }
  if (lifecycle == Lifecycle::standby) {
    return hold(
        remediation, builder,
        fmt::format("it is still in Standby of {} ({}); fix what keeps it there (is the process Launch "
                    "suspended?): it is tried again every tick",
                    printable(remediation.auto_scaling_group),
                    exit == nullptr || exit->detail.empty() ? "not answered" : exit->detail));
  }
  if (lifecycle == Lifecycle::entering) {
    return hold(
        remediation, builder,
        fmt::format(
            "{}: AWS brings back only what has reached Standby; if it was registered from outside while "
            "it was being drained, deregister it there; Evenkeel brings it back once it is in Standby",
            may_serve_in(remediation, builder.observation)));
  }
  if (!stopped.empty()) {
    return hold(
        remediation, builder,
        fmt::format("put back, but {}: start it, or terminate it; it counts as back by itself once it "
                    "is healthy everywhere",
                    stopped));
  }
  const bool forgotten = std::ranges::any_of(remediation.snapshot, [&](const SnapshotTarget& target) {
    const auto* group = find_group(builder.observation, target.target_group_arn);
    return group != nullptr && group->registrations &&
           owed_by_auto_scaling(target, remediation, builder.observation);
  });
  if (const Time from = registered_without_auto_scaling_from(remediation, builder.observation);
      forgotten && lifecycle == Lifecycle::in_service && builder.now() < from) {
    return hold(
        remediation, builder,
        fmt::format(
            "back in service, but not healthy by {} ({}): Auto Scaling group {} has not registered it "
            "(is its process AddToLoadBalancer suspended?); Evenkeel does it from {} on",
            iso8601(remediation.deadline), where_it_is_not_healthy(remediation, builder.observation),
            printable(remediation.auto_scaling_group), iso8601(from)));
  }
  if (const auto refused = refused_registration(remediation); !refused.empty())
    return hold(
        remediation, builder,
        fmt::format("not back by {}: AWS refuses to register it in {}; it is tried again every tick, and "
                    "counts as back by itself once it is healthy everywhere",
                    iso8601(remediation.deadline), refused));
  hold(remediation, builder,
       fmt::format(
           "put back, but not healthy by {} ({}); look at the server; it counts as back by itself once it is "
           "healthy everywhere",
           iso8601(remediation.deadline), where_it_is_not_healthy(remediation, builder.observation)));
}

Duration slow_start(const Remediation& remediation, const Observation& observation) {
  Duration longest{};
  for (const auto& target : remediation.snapshot) {
    const auto* group = find_group(observation, target.target_group_arn);
    if (group != nullptr && group->attributes) longest = std::max(longest, group->attributes->slow_start);
  }
  return longest;
}

void soak(Remediation& remediation, PlanBuilder& builder, std::string why) {
  remediation.healthy_since = builder.now();
  remediation.seen_back = true;
  const auto& timing = builder.policy.timing;
  builder.enter(remediation, Phase::soaking,
                timing.soak + slow_start(remediation, builder.observation) + kRequestValidity + timing.rejoin,
                std::move(why));
}

// What was asked for it may still act: until it can't any more, "back" is not proved.
bool quiet(const Remediation& remediation, const PlanBuilder& builder) {
  return builder.now() > anything_may_act_until(remediation, builder.observation, builder.policy);
}

// The document of a command that Systems Manager says is running: it acts on the server until it ends. Asked for
// as long as it is not known to have ended.
const Intent* running_document(const Remediation& remediation, PlanBuilder& builder) {
  const auto* intent = latest_intent(remediation, Effect::command);
  const bool sent = intent != nullptr && (intent->outcome == OutcomeKind::accepted ||
                                          (intent->outcome == OutcomeKind::unknown && intent->may_land_late));
  if (!sent || !remediation.command_output.empty() || remediation.treatment != Treatment::command)
    return nullptr;
  const auto* result = builder.result_of(remediation, *intent);
  return result != nullptr && result->state == CommandResult::State::running ? intent : nullptr;
}

// A server that is put back while a reboot is on its way waits for that no longer once it has booted.
bool waited_for_reboot_is_over(Remediation& remediation, PlanBuilder& builder) {
  const auto* treatment = treatment_intent(remediation);
  if (treatment == nullptr && !remediation.external_change.empty() && asked_how_it_is(remediation, builder)) {
    const auto signs = booted_without_us(remediation, builder.policy, builder.observation);
    if (!signs) return false;
    remediation.effects_until = Time{};
    builder.note(remediation, EventKind::waits,
                 "waits no longer: up again, not by this treatment: " + *signs);
    return true;
  }
  if (treatment == nullptr || treatment->effect != Effect::reboot || !was_seen_to_boot(remediation, builder))
    return false;
  builder.note(remediation, EventKind::waits, "waits no longer: up again: " + remediation.boot_evidence);
  return true;
}

// A treatment that may still act would act on a server that serves: it is not returned before, unless an
// operator says so. The phase's time begins afterwards.
bool waits_for_a_treatment(Remediation& remediation, PlanBuilder& builder) {
  if (remediation.without_waiting) return false;
  Time until = treatments_may_act_until(remediation, builder.observation, builder.policy);
  if (const auto* document = running_document(remediation, builder)) {
    until = std::max(until, builder.now() + 1min);
    if (remediation.deadline < document->at + kDocumentsEnd) {
      remediation.deadline = document->at + kDocumentsEnd;
      builder.note(
          remediation, EventKind::waits,
          fmt::format("not returned while its document runs, {} at the most; evenkeel restore {} --now "
                      "does not wait",
                      format_duration(kDocumentsEnd), remediation.instance_id));
    }
    return builder.now() < document->at + kDocumentsEnd;
  }
  if (builder.now() < until && waited_for_reboot_is_over(remediation, builder))
    until = treatments_may_act_until(remediation, builder.observation, builder.policy);
  if (builder.now() >= until) return false;
  const Time deadline = until + builder.policy.timing.rejoin;
  if (remediation.deadline >= deadline) return true;
  remediation.deadline = deadline;
  const auto* treatment = treatment_intent(remediation);
  builder.note(
      remediation, EventKind::waits,
      fmt::format("not returned before {}: {} may still act on it; evenkeel restore {} --now does not wait",
                  iso8601(until), words_of_treatment(treatment), remediation.instance_id));
  return true;
}

// For operators: how an external change has taken it out again after we had put it back; empty: none has.
std::string taken_out_again(const Remediation& remediation, const PlanBuilder& builder) {
  if (!remediation.seen_back || !quiet(remediation, builder)) return {};
  if (in_external_standby(remediation, builder.observation))
    return "an operator or another tool moved it to Standby after it was back";
  for (const auto& target : remediation.snapshot) {
    if (target.vanished) continue;
    const auto* group = find_group(builder.observation, target.target_group_arn);
    if (group == nullptr || !group->registrations) continue;
    const auto* intent = latest_intent(remediation, Effect::register_, target.target_group_arn);
    if (!may_not_show_yet(intent, builder.now()) && missing(*group, remediation, target.port))
      return fmt::format("an operator or another tool deregistered it from {} after it was back",
                         target.target_group_name);
  }
  return {};
}

// For people: the Classic Load Balancers of its Auto Scaling group in which it is not, after Standby; nothing: that is
// not known (asked for, unless it was). Nothing but Auto Scaling registers it there.
std::optional<std::string> missing_in_classic(const Remediation& remediation, PlanBuilder& builder) {
  const auto& group = builder.observation.auto_scaling_group;
  if (remediation.auto_scaling_group.empty() ||
      lifecycle_of(remediation, builder.observation) == Lifecycle::unknown || !group)
    return "";
  std::vector<std::string> balancers;
  for (const auto& source : group->other_traffic_sources) {
    if (source.kind == TrafficSource::Kind::classic_load_balancer) balancers.push_back(source.name);
  }
  if (balancers.empty()) return "";
  const auto& elsewhere = builder.observation.elsewhere;
  if (!builder.observation.surveys.contains(remediation.instance_id)) {
    builder.surveys_wanted.push_back(remediation.instance_id);
    return std::nullopt;
  }
  if (!elsewhere || !elsewhere->classic) return std::nullopt;
  std::erase_if(balancers, [&](const std::string& name) {
    const auto lists = elsewhere->classic->find(name);
    return lists != elsewhere->classic->end() && lists->second.contains(remediation.instance_id);
  });
  return join(balancers, ", ");
}

// Its Auto Scaling group can't be read, so nothing shows that it has left our Standby. Where no policy names the group
// any more it is not read at all: that AWS accepted to bring it back has to do.
bool held_back_by_standby(Remediation& remediation, PlanBuilder& builder) {
  if (!may_be_in_our_standby(remediation)) return false;
  const auto failed = [&](const Problem& problem) {
    return problem.kind == Problem::Kind::auto_scaling_group &&
           problem.name == remediation.auto_scaling_group;
  };
  if (lifecycle_of(remediation, builder.observation) == Lifecycle::unknown &&
      std::ranges::none_of(builder.observation.problems, failed))
    return false;
  if (remediation.phase != Phase::held && builder.now() >= remediation.deadline)
    hold(remediation, builder,
         fmt::format(
             "healthy in every target group, but whether it is out of Standby of {} could not be read; this "
             "ends by itself once it is seen in service there",
             printable(remediation.auto_scaling_group)));
  return true;
}

// Back, but for what only Auto Scaling could do.
bool held_back_by_classic(Remediation& remediation, PlanBuilder& builder) {
  const auto missing = missing_in_classic(remediation, builder);
  if (missing && missing->empty()) return false;
  if (remediation.phase == Phase::held) return true;
  if (!missing) {
    if (builder.now() >= remediation.deadline)
      hold(
          remediation, builder,
          "healthy in every target group, but whether it is registered with the Classic Load Balancers of its Auto "
          "Scaling group could not be read; this ends by itself once it is seen there");
    return true;
  }
  if (builder.now() - *remediation.healthy_since < kRegisteredByAutoScaling) return true;
  hold(remediation, builder,
       fmt::format(
           "healthy in every target group, but not registered with {}, and Auto Scaling group {} has not "
           "done it (is its process AddToLoadBalancer suspended?): register it there by hand; this ends by "
           "itself once it is seen there",
           printable(*missing), printable(remediation.auto_scaling_group)));
  return true;
}

// It comes back only once an operator starts it: no deadline is waited for.
bool is_stopped_by_another(const Remediation& remediation, const PlanBuilder& builder) {
  return !stopped_by_another(remediation, builder.observation).empty();
}

void finish(Remediation& remediation, PlanBuilder& builder) {
  if (!remediation.treat && remediation.booted_at)  // put back while it was being treated
    return builder.end(
        remediation, Ending::back,
        fmt::format("after its treatment ({}); {}", remediation.boot_evidence, remediation.why_untreated),
        " ");
  if (!remediation.treat) return builder.end(remediation, Ending::untreated, remediation.why_untreated);
  if (!has_signal(remediation, builder.policy))
    return builder.end(remediation, Ending::back,
                       asked_afterwards(remediation, builder.policy, builder.now()), "; ");
  remediation.value_after = value_after_treatment(remediation, builder.policy, builder.observation);
  const auto& cause = remediation.cause;
  if (!remediation.value_after)
    return builder.end(remediation, Ending::back, "no sample says whether it helped", "; ");
  if (const auto judge = builder.policy.timing.judge; judge > Duration::zero())
    return builder.end(remediation, Ending::back,
                       fmt::format("{} before, {} after; judged until {}", format_number(cause.value),
                                   format_number(*remediation.value_after), iso8601(builder.now() + judge)),
                       "; ");
  const bool cured = *remediation.value_after <= down_at(remediation, builder.policy);
  builder.end(remediation, cured ? Ending::cured : Ending::not_cured,
              fmt::format("back; {} before, {} after", format_number(cause.value),
                          format_number(*remediation.value_after)));
}

}  // namespace

// Healthy counts only after our own registration was accepted: an old answer may still show the time before.
void rejoining(Remediation& remediation, PlanBuilder& builder) {
  if (given_back(remediation, builder.observation) && healthy_everywhere(remediation, builder.observation)) {
    return soak(remediation, builder, "healthy in every target group again");
  }
  if (stopped_by_us(remediation, builder.observation)) return starting(remediation, builder);
  if (waits_for_a_treatment(remediation, builder)) return;
  const bool theirs = in_external_standby(remediation, builder.observation);
  if (theirs || is_stopped_by_another(remediation, builder) || builder.now() >= remediation.deadline)
    hold_not_back(remediation, builder);
  if (!theirs && remediation.open()) give_back(remediation, builder);
}

void soaking(Remediation& remediation, PlanBuilder& builder) {
  if (const auto why = taken_out_again(remediation, builder); !why.empty())
    return hand_over(remediation, builder, why);
  if (!healthy_everywhere(remediation, builder.observation) ||
      !back_in_service(remediation, builder.observation)) {
    remediation.healthy_since.reset();
    if (is_stopped_by_another(remediation, builder) || builder.now() >= remediation.deadline)
      hold_not_back(remediation, builder);
    if (!in_external_standby(remediation, builder.observation)) give_back(remediation, builder);
    return;
  }
  if (!remediation.healthy_since) remediation.healthy_since = builder.now();
  const auto enough = builder.policy.timing.soak + slow_start(remediation, builder.observation);
  if (builder.now() - *remediation.healthy_since < enough || !quiet(remediation, builder)) return;
  if (remediation.treat && has_signal(remediation, builder.policy) &&
      signal_of(remediation, builder.policy, builder.observation) == nullptr) {
    builder.want_signal(remediation);
    return;
  }
  if (held_back_by_standby(remediation, builder) || held_back_by_classic(remediation, builder)) return;
  finish(remediation, builder);
}

void held(Remediation& remediation, PlanBuilder& builder) {
  if (const auto why = taken_out_again(remediation, builder); !why.empty())
    return hand_over(remediation, builder, why);
  if (healthy_everywhere(remediation, builder.observation) &&
      back_in_service(remediation, builder.observation)) {
    const bool unread = lifecycle_of(remediation, builder.observation) == Lifecycle::unknown;
    if (unread && held_back_by_standby(remediation, builder)) return;
    if (held_back_by_classic(remediation, builder)) return;
    remediation.held_because.clear();
    return soak(remediation, builder, "healthy in every target group again, while it was held");
  }
  if (in_external_standby(remediation, builder.observation)) return;
  if (remediation.treatment == Treatment::replace && latest_intent(remediation, Effect::terminate) != nullptr)
    return replacing(remediation, builder);
  if (stopped_by_us(remediation, builder.observation) ||
      (latest_intent(remediation, Effect::start) != nullptr && !remediation.booted_at))
    return starting(remediation, builder);
  if (given_back(remediation, builder.observation) || waits_for_a_treatment(remediation, builder)) return;
  give_back(remediation, builder);  // still owed
}

}  // namespace evenkeel::decide
