// One read of the world under way. For observe/ alone.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "aws/dated.h"
#include "base/error.h"
#include "base/result.h"
#include "model/fleet_state.h"
#include "model/observation.h"
#include "model/policy.h"
#include "observe/cache.h"
#include "observe/stamp.h"
#include "wire/caller.h"

namespace evenkeel::observe {

// What it is for, what it has found, and the first reason why there may be nothing.
struct ObservationBuilder {
  ObservationBuilder(const FleetPolicy& fleet, const FleetState& known, wire::Caller& aws, Cache& remembered)
      : policy(fleet), state(known), caller(aws), cache(remembered) {}
  ObservationBuilder(const ObservationBuilder&) = delete;
  ObservationBuilder& operator=(const ObservationBuilder&) = delete;

  const FleetPolicy& policy;
  const FleetState& state;
  wire::Caller& caller;
  Cache& cache;
  Observation observation{};
  bool groups_known = false;  // AWS said which target groups the fleet's are
  std::optional<Error> first_error{};

  // As observe::take_in(); and remembers the first error.
  template <class T>
  T* take_in(Problem::Kind what, std::string name, Result<aws::Dated<T>>& answer) {
    if (!answer && !first_error) first_error = answer.error();
    return observe::take_in(observation, what, std::move(name), answer);
  }
};

}  // namespace evenkeel::observe
