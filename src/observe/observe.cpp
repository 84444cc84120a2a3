#include "observe/observe.h"

#include "aws/ec2.h"
#include "observe/attributes.h"
#include "observe/auto_scaling.h"
#include "observe/commands.h"
#include "observe/gates.h"
#include "observe/instances.h"
#include "observe/loads.h"
#include "observe/observation_builder.h"
#include "observe/place.h"
#include "observe/signals.h"
#include "observe/target_groups.h"

namespace evenkeel::observe {
namespace {

void read_console(const std::string& id, wire::Caller& caller, Observation& observation) {
  const auto posted = aws::ec2::console_output_time(caller, id);
  const auto* at = take_in(observation, Problem::Kind::console, id, posted);
  observation.consoles[id] = at == nullptr ? std::nullopt : *at;
}

// Wherever they are in the region: who is out of every target group is in no other list.
void read_marks(ObservationBuilder& builder) {
  if (!builder.policy.witness_tag) return;
  auto answer = aws::ec2::describe_instances_with_tag(builder.caller, kWitnessTag);
  const auto* marked = builder.take_in(Problem::Kind::marks, kWitnessTag, answer);
  if (marked == nullptr) return;
  auto& marks = builder.observation.marks.emplace();
  for (const auto& instance : *marked) {
    const auto tag = instance.tags.find(kWitnessTag);
    if (instance.state != "terminated" && tag != instance.tags.end()) marks.emplace(instance.id, tag->second);
  }
}

}  // namespace

Result<Observation> observe(const FleetPolicy& policy, const FleetState& state, wire::Caller& caller,
                            Cache& cache) {
  ObservationBuilder builder{policy, state, caller, cache};
  TRY_VOID(expect_place(builder));
  builder.observation.local_at = caller.local_time();
  read_auto_scaling(builder);
  read_groups(builder);
  TRY_VOID(read_place(builder));
  read_registrations(builder);
  read_instances(builder);
  name_targets(builder.observation);
  if (builder.observation.taken_at == Time{}) {
    if (builder.first_error) return std::unexpected(*builder.first_error);
    return fail(ErrorKind::invalid, "fleet " + policy.name + ": no answer of AWS told the time");
  }
  read_attributes(caller, cache, Freshness::cached, builder.observation);
  return std::move(builder.observation);
}

void observe_for_start(const FleetPolicy& policy, const FleetState& state, wire::Caller& caller, Cache& cache,
                       Observation& observation) {
  ObservationBuilder builder{policy, state, caller, cache};
  builder.observation = std::move(observation);
  read_statuses(builder);
  read_alarms(builder);
  read_calendars(builder);
  read_marks(builder);
  observation = std::move(builder.observation);
  const bool paused = state.pause && is_in_force(*state.pause, observation.taken_at);
  if (!policy.retired && !paused && !state.breaker) read_scaling_under_way(caller, observation);
}

void answer(const Question& question, const FleetPolicy& policy, wire::Caller& caller, Cache& cache,
            Observation& observation, Probing probing) {
  switch (question.kind) {
    case Question::Kind::signal:
      return read_signals(question, policy.reboot_when, caller, cache, observation);
    case Question::Kind::load:
      if (policy.keep.load_below) read_loads(question, *policy.keep.load_below, caller, cache, observation);
      return;
    case Question::Kind::survey:
      for (const auto& id : question.instance_ids)
        survey(id, policy, probing, question.way_out, caller, cache, observation);
      return;
    case Question::Kind::console:
      for (const auto& id : question.instance_ids) read_console(id, caller, observation);
      return;
    case Question::Kind::command:
      return read_command(question, caller, observation);
    case Question::Kind::scaling:
      return read_scaling_under_way(caller, observation);
    case Question::Kind::places:
      look_at_classic_again(question.instance_ids, policy, caller, observation);
      read_registrations_again(caller, observation);
      observation.looked_again.insert(question.instance_ids.begin(), question.instance_ids.end());
      return;
  }
}

}  // namespace evenkeel::observe
