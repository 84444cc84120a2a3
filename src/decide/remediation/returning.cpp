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
std::vector<std::string> forgotten_by_auto_scaling(const Remediation& remediation, const Draft& draft) {
  const auto lifecycle = lifecycle_of(remediation, draft.observation);
  const bool in_service = lifecycle == Lifecycle::in_service || lifecycle == Lifecycle::none;
  if (!in_service || draft.now() < registered_without_auto_scaling_from(remediation, draft.observation))
    return {};
  std::vector<std::string> arns;
  for (const auto& target : remediation.snapshot) {
    if (!target.by_auto_scaling || target.vanished) continue;
    const auto* group = find_group(draft.observation, target.target_group_arn);
    const auto* intent = latest_intent(remediation, Effect::register_, target.target_group_arn);
    const bool asked = settling(intent, draft.now()) && covers_auto_scaling(*intent, remediation);
    if (group != nullptr && group->registrations && !asked && missing(*group, remediation, target.port))
      arns.push_back(target.target_group_arn);
  }
  return arns;
}

// Registers in our groups once, whatever can be read: a restore is never held back. Then again wherever the
// target is seen to be missing, and where Auto Scaling has forgotten it. Registering a target that is there already
// changes nothing.
void register_where_needed(Remediation& remediation, Draft& draft) {
  auto forgotten = forgotten_by_auto_scaling(remediation, draft);
  for (const auto& arn : our_groups(remediation)) {
    const auto* intent = latest_intent(remediation, Effect::register_, arn);
    bool needed = intent == nullptr || intent->outcome != OutcomeKind::accepted;
    const auto* group = find_group(draft.observation, arn);
    if (!needed && !settling(intent, draft.now()) && group != nullptr && group->registrations) {
      needed = std::ranges::any_of(remediation.snapshot, [&](const SnapshotTarget& target) {
        return target.target_group_arn == arn && missing(*group, remediation, target.port);
      });
    }
    const bool instead = std::erase(forgotten, arn) > 0;
    const bool all = instead || (intent != nullptr && intent->all_ports);
    if (needed || instead)
      draft.give_back(Draft::Return::register_, remediation, arn,
                      all ? Draft::Ports::all : Draft::Ports::ours);
  }
  for (const auto& arn : forgotten)
    draft.give_back(Draft::Return::register_, remediation, arn, Draft::Ports::all);
}

// Auto Scaling finds a stopped member that is in service unhealthy, and terminates it.
bool is_seen_stopped(const Remediation& remediation, const Observation& observation) {
  const auto found = observation.instances.find(remediation.instance_id);
  return found != observation.instances.end() &&
         (found->second.state == InstanceState::stopped || found->second.state == InstanceState::stopping);
}

// Out of our Standby. Sent once, whatever can be read; then again as long as it is seen there.
void exit_standby(Remediation& remediation, Draft& draft, Lifecycle lifecycle) {
  if (!may_be_in_our_standby(remediation) || is_seen_stopped(remediation, draft.observation)) return;
  const auto* intent = latest_intent(remediation, Effect::exit_standby);
  const bool blind =
      lifecycle == Lifecycle::unknown && (intent == nullptr || intent->outcome != OutcomeKind::accepted);
  if (blind || (lifecycle == Lifecycle::standby && !settling(intent, draft.now())))
    draft.give_back(Draft::Return::exit_standby, remediation);
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

void give_back(Remediation& remediation, Draft& draft) {
  const auto lifecycle = lifecycle_of(remediation, draft.observation);
  if (lifecycle != Lifecycle::none) exit_standby(remediation, draft, lifecycle);
  register_where_needed(remediation, draft);
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

void hold_not_back(Remediation& remediation, Draft& draft) {
  const auto* exit = latest_intent(remediation, Effect::exit_standby);
  const auto lifecycle = lifecycle_of(remediation, draft.observation);
  if (in_foreign_standby(remediation, draft.observation)) {
    remediation.foreign = "an operator or another tool moved it to Standby while it was out";
    return hold(remediation, draft,
                remediation.foreign + "; it is put back where it was once they bring it back into service");
  }
  const auto stopped = stopped_by_another(remediation, draft.observation);
  if (!stopped.empty() && lifecycle != Lifecycle::none && lifecycle != Lifecycle::in_service) {
    return hold(
        remediation, draft,
        fmt::format(
            "{}, and it is in Standby of {}: start it, or terminate it; once it runs it is brought back "
            "by itself",
            stopped, printable(remediation.auto_scaling_group)));
  }
  if (lifecycle == Lifecycle::standby) {
    return hold(
        remediation, draft,
        fmt::format("it is still in Standby of {} ({}); fix what keeps it there (is the process Launch "
                    "suspended?): it is tried again every tick",
                    printable(remediation.auto_scaling_group),
                    exit == nullptr || exit->detail.empty() ? "not answered" : exit->detail));
  }
  if (lifecycle == Lifecycle::entering) {
    return hold(
        remediation, draft,
        fmt::format(
            "{}: AWS brings back only what has reached Standby; if it was registered from outside while "
            "it was being drained, deregister it there; Evenkeel brings it back once it is in Standby",
            may_serve_in(remediation, draft.observation)));
  }
  if (!stopped.empty()) {
    return hold(
        remediation, draft,
        fmt::format("put back, but {}: start it, or terminate it; it counts as back by itself once it "
                    "is healthy everywhere",
                    stopped));
  }
  const bool forgotten = std::ranges::any_of(remediation.snapshot, [&](const SnapshotTarget& target) {
    const auto* group = find_group(draft.observation, target.target_group_arn);
    return group != nullptr && group->registrations &&
           owed_by_auto_scaling(target, remediation, draft.observation);
  });
  if (const Time from = registered_without_auto_scaling_from(remediation, draft.observation);
      forgotten && lifecycle == Lifecycle::in_service && draft.now() < from) {
    return hold(
        remediation, draft,
        fmt::format(
            "back in service, but not healthy by {} ({}): Auto Scaling group {} has not registered it "
            "(is its process AddToLoadBalancer suspended?); Evenkeel does it from {} on",
            iso8601(remediation.deadline), where_it_is_not_healthy(remediation, draft.observation),
            printable(remediation.auto_scaling_group), iso8601(from)));
  }
  if (const auto refused = refused_registration(remediation); !refused.empty())
    return hold(
        remediation, draft,
        fmt::format("not back by {}: AWS refuses to register it in {}; it is tried again every tick, and "
                    "counts as back by itself once it is healthy everywhere",
                    iso8601(remediation.deadline), refused));
  hold(remediation, draft,
       fmt::format(
           "put back, but not healthy by {} ({}); look at the server; it counts as back by itself once it is "
           "healthy everywhere",
           iso8601(remediation.deadline), where_it_is_not_healthy(remediation, draft.observation)));
}

Duration slow_start(const Remediation& remediation, const Observation& observation) {
  Duration longest{};
  for (const auto& target : remediation.snapshot) {
    const auto* group = find_group(observation, target.target_group_arn);
    if (group != nullptr && group->attributes) longest = std::max(longest, group->attributes->slow_start);
  }
  return longest;
}

void soak(Remediation& remediation, Draft& draft, std::string why) {
  remediation.healthy_since = draft.now();
  remediation.seen_back = true;
  const auto& timing = draft.policy.timing;
  draft.enter(remediation, Phase::soaking,
              timing.soak + slow_start(remediation, draft.observation) + kRequestValidity + timing.rejoin,
              std::move(why));
}

// What was asked for it may still act: until it can't any more, "back" is not proved.
bool quiet(const Remediation& remediation, const Draft& draft) {
  return draft.now() > anything_may_act_until(remediation, draft.observation, draft.policy);
}

// The document of a command that Systems Manager says is running: it acts on the server until it ends. Asked for
// as long as it is not known to have ended.
const Intent* running_document(const Remediation& remediation, Draft& draft) {
  const auto* intent = latest_intent(remediation, Effect::command);
  const bool sent = intent != nullptr && (intent->outcome == OutcomeKind::accepted ||
                                          (intent->outcome == OutcomeKind::unknown && intent->may_land_late));
  if (!sent || !remediation.command_output.empty() || remediation.treatment != Treatment::command)
    return nullptr;
  const auto* result = draft.result_of(remediation, *intent);
  return result != nullptr && result->state == CommandResult::State::running ? intent : nullptr;
}

// A server that is put back while a reboot is on its way waits for that no longer once it has booted.
bool waited_for_reboot_is_over(Remediation& remediation, Draft& draft) {
  const auto* treatment = treatment_intent(remediation);
  if (treatment == nullptr && !remediation.foreign.empty() && asked_how_it_is(remediation, draft)) {
    const auto signs = booted_without_us(remediation, draft.policy, draft.observation);
    if (!signs) return false;
    remediation.effects_until = Time{};
    draft.note(remediation, EventKind::waits, "waits no longer: up again, not by this treatment: " + *signs);
    return true;
  }
  if (treatment == nullptr || treatment->effect != Effect::reboot || !was_seen_to_boot(remediation, draft))
    return false;
  draft.note(remediation, EventKind::waits, "waits no longer: up again: " + remediation.boot_evidence);
  return true;
}

// A treatment that may still act would act on a server that serves: it is not returned before, unless an
// operator says so. The phase's time begins afterwards.
bool waits_for_a_treatment(Remediation& remediation, Draft& draft) {
  if (remediation.without_waiting) return false;
  Time until = treatments_may_act_until(remediation, draft.observation, draft.policy);
  if (const auto* document = running_document(remediation, draft)) {
    until = std::max(until, draft.now() + 1min);
    if (remediation.deadline < document->at + kDocumentsEnd) {
      remediation.deadline = document->at + kDocumentsEnd;
      draft.note(
          remediation, EventKind::waits,
          fmt::format("not returned while its document runs, {} at the most; evenkeel restore {} --now "
                      "does not wait",
                      format_duration(kDocumentsEnd), remediation.instance_id));
    }
    return draft.now() < document->at + kDocumentsEnd;
  }
  if (draft.now() < until && waited_for_reboot_is_over(remediation, draft))
    until = treatments_may_act_until(remediation, draft.observation, draft.policy);
  if (draft.now() >= until) return false;
  const Time deadline = until + draft.policy.timing.rejoin;
  if (remediation.deadline >= deadline) return true;
  remediation.deadline = deadline;
  const auto* treatment = treatment_intent(remediation);
  draft.note(
      remediation, EventKind::waits,
      fmt::format("not returned before {}: {} may still act on it; evenkeel restore {} --now does not wait",
                  iso8601(until), words_of_treatment(treatment), remediation.instance_id));
  return true;
}

// For operators: how an external change has taken it out again after we had put it back; empty: none has.
std::string taken_out_again(const Remediation& remediation, const Draft& draft) {
  if (!remediation.seen_back || !quiet(remediation, draft)) return {};
  if (in_foreign_standby(remediation, draft.observation))
    return "an operator or another tool moved it to Standby after it was back";
  for (const auto& target : remediation.snapshot) {
    if (target.vanished) continue;
    const auto* group = find_group(draft.observation, target.target_group_arn);
    if (group == nullptr || !group->registrations) continue;
    const auto* intent = latest_intent(remediation, Effect::register_, target.target_group_arn);
    if (!settling(intent, draft.now()) && missing(*group, remediation, target.port))
      return fmt::format("an operator or another tool deregistered it from {} after it was back",
                         target.target_group_name);
  }
  return {};
}

// For people: the Classic Load Balancers of its Auto Scaling group in which it is not, after Standby; nothing: that is
// not known (asked for, unless it was). Nothing but Auto Scaling registers it there.
std::optional<std::string> missing_in_classic(const Remediation& remediation, Draft& draft) {
  const auto& group = draft.observation.auto_scaling_group;
  if (remediation.auto_scaling_group.empty() ||
      lifecycle_of(remediation, draft.observation) == Lifecycle::unknown || !group)
    return "";
  std::vector<std::string> balancers;
  for (const auto& source : group->other_traffic_sources) {
    if (source.kind == TrafficSource::Kind::classic_load_balancer) balancers.push_back(source.name);
  }
  if (balancers.empty()) return "";
  const auto& elsewhere = draft.observation.elsewhere;
  if (!draft.observation.surveys.contains(remediation.instance_id)) {
    draft.surveys_wanted.push_back(remediation.instance_id);
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
bool held_back_by_standby(Remediation& remediation, Draft& draft) {
  if (!may_be_in_our_standby(remediation)) return false;
  const auto failed = [&](const Problem& problem) {
    return problem.kind == Problem::Kind::auto_scaling_group &&
           problem.name == remediation.auto_scaling_group;
  };
  if (lifecycle_of(remediation, draft.observation) == Lifecycle::unknown &&
      std::ranges::none_of(draft.observation.problems, failed))
    return false;
  if (remediation.phase != Phase::held && draft.now() >= remediation.deadline)
    hold(remediation, draft,
         fmt::format(
             "healthy in every target group, but whether it is out of Standby of {} could not be read; this "
             "ends by itself once it is seen in service there",
             printable(remediation.auto_scaling_group)));
  return true;
}

// Back, but for what only Auto Scaling could do.
bool held_back_by_classic(Remediation& remediation, Draft& draft) {
  const auto missing = missing_in_classic(remediation, draft);
  if (missing && missing->empty()) return false;
  if (remediation.phase == Phase::held) return true;
  if (!missing) {
    if (draft.now() >= remediation.deadline)
      hold(
          remediation, draft,
          "healthy in every target group, but whether it is registered with the Classic Load Balancers of its Auto "
          "Scaling group could not be read; this ends by itself once it is seen there");
    return true;
  }
  if (draft.now() - *remediation.healthy_since < kRegisteredByAutoScaling) return true;
  hold(remediation, draft,
       fmt::format(
           "healthy in every target group, but not registered with {}, and Auto Scaling group {} has not "
           "done it (is its process AddToLoadBalancer suspended?): register it there by hand; this ends by "
           "itself once it is seen there",
           printable(*missing), printable(remediation.auto_scaling_group)));
  return true;
}

// It comes back only once an operator starts it: no deadline is waited for.
bool is_stopped_by_another(const Remediation& remediation, const Draft& draft) {
  return !stopped_by_another(remediation, draft.observation).empty();
}

void finish(Remediation& remediation, Draft& draft) {
  if (!remediation.treat && remediation.booted_at)  // put back while it was being treated
    return draft.end(
        remediation, Ending::back,
        fmt::format("after its treatment ({}); {}", remediation.boot_evidence, remediation.why_untreated),
        " ");
  if (!remediation.treat) return draft.end(remediation, Ending::not_rebooted, remediation.why_untreated);
  if (!has_signal(remediation, draft.policy))
    return draft.end(remediation, Ending::back, asked_afterwards(remediation, draft.policy, draft.now()),
                     "; ");
  remediation.value_after = value_after_treatment(remediation, draft.policy, draft.observation);
  const auto& cause = remediation.cause;
  if (!remediation.value_after)
    return draft.end(remediation, Ending::back, "no sample says whether it helped", "; ");
  if (const auto judge = draft.policy.timing.judge; judge > Duration::zero())
    return draft.end(remediation, Ending::back,
                     fmt::format("{} before, {} after; judged until {}", format_number(cause.value),
                                 format_number(*remediation.value_after), iso8601(draft.now() + judge)),
                     "; ");
  const bool cured = *remediation.value_after <= down_at(remediation, draft.policy);
  draft.end(remediation, cured ? Ending::cured : Ending::not_cured,
            fmt::format("back; {} before, {} after", format_number(cause.value),
                        format_number(*remediation.value_after)));
}

}  // namespace

// Healthy counts only after our own registration was accepted: an old answer may still show the time before.
void rejoining(Remediation& remediation, Draft& draft) {
  if (given_back(remediation, draft.observation) && healthy_everywhere(remediation, draft.observation)) {
    return soak(remediation, draft, "healthy in every target group again");
  }
  if (stopped_by_us(remediation, draft.observation)) return starting(remediation, draft);
  if (waits_for_a_treatment(remediation, draft)) return;
  const bool theirs = in_foreign_standby(remediation, draft.observation);
  if (theirs || is_stopped_by_another(remediation, draft) || draft.now() >= remediation.deadline)
    hold_not_back(remediation, draft);
  if (!theirs && remediation.open()) give_back(remediation, draft);
}

void soaking(Remediation& remediation, Draft& draft) {
  if (const auto why = taken_out_again(remediation, draft); !why.empty())
    return hand_over(remediation, draft, why);
  if (!healthy_everywhere(remediation, draft.observation) ||
      !back_in_service(remediation, draft.observation)) {
    remediation.healthy_since.reset();
    if (is_stopped_by_another(remediation, draft) || draft.now() >= remediation.deadline)
      hold_not_back(remediation, draft);
    if (!in_foreign_standby(remediation, draft.observation)) give_back(remediation, draft);
    return;
  }
  if (!remediation.healthy_since) remediation.healthy_since = draft.now();
  const auto enough = draft.policy.timing.soak + slow_start(remediation, draft.observation);
  if (draft.now() - *remediation.healthy_since < enough || !quiet(remediation, draft)) return;
  if (remediation.treat && has_signal(remediation, draft.policy) &&
      signal_of(remediation, draft.policy, draft.observation) == nullptr) {
    draft.want_signal(remediation);
    return;
  }
  if (held_back_by_standby(remediation, draft) || held_back_by_classic(remediation, draft)) return;
  finish(remediation, draft);
}

void held(Remediation& remediation, Draft& draft) {
  if (const auto why = taken_out_again(remediation, draft); !why.empty())
    return hand_over(remediation, draft, why);
  if (healthy_everywhere(remediation, draft.observation) && back_in_service(remediation, draft.observation)) {
    const bool unread = lifecycle_of(remediation, draft.observation) == Lifecycle::unknown;
    if (unread && held_back_by_standby(remediation, draft)) return;
    if (held_back_by_classic(remediation, draft)) return;
    remediation.held_because.clear();
    return soak(remediation, draft, "healthy in every target group again, while it was held");
  }
  if (in_foreign_standby(remediation, draft.observation)) return;
  if (remediation.treatment == Treatment::replace && latest_intent(remediation, Effect::terminate) != nullptr)
    return replacing(remediation, draft);
  if (stopped_by_us(remediation, draft.observation) ||
      (latest_intent(remediation, Effect::start) != nullptr && !remediation.booted_at))
    return starting(remediation, draft);
  if (given_back(remediation, draft.observation) || waits_for_a_treatment(remediation, draft)) return;
  give_back(remediation, draft);  // still owed
}

}  // namespace evenkeel::decide
