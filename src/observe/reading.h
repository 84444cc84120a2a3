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
struct Reading {
  Reading(const FleetPolicy& fleet, const FleetState& known, wire::Caller& aws, Cache& remembered)
      : policy(fleet), state(known), caller(aws), cache(remembered) {}
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  const FleetPolicy& policy;
  const FleetState& state;
  wire::Caller& caller;
  Cache& cache;
  Observation observation{};
  bool groups_known = false;  // AWS said which target groups the fleet's are
  std::optional<Error> first_error{};

  void problem(Problem::Kind what, std::string name, const Error& error) {
    observation.problems.push_back({what, std::move(name), error.message});
    if (!first_error) first_error = error;
  }

  // The answer's value, its Date taken into account; else nullptr, and a problem says why.
  template <class T>
  T* take_in(Problem::Kind what, std::string name, Result<aws::Dated<T>>& answer) {
    if (!answer) {
      problem(what, std::move(name), answer.error());
      return nullptr;
    }
    Stamp{observation}.saw(answer->date);
    return &answer->value;
  }
};

}  // namespace evenkeel::observe
