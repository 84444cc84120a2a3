// Internal to reading: what the parts of a read share.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "check/facts.h"
#include "check/read.h"

namespace evenkeel::check {

struct Reading {
  const FleetPolicy& policy;
  wire::Caller& caller;
  const Progress& progress;
  Facts facts = {};
  std::optional<Error> first_error = std::nullopt;

  void say(std::string_view what) const {
    if (progress) progress(what);
  }
  void saw(Time date) {
    if (facts.taken_at == Time{} || date < facts.taken_at) facts.taken_at = date;
  }
  // Remembers why something stays unknown: a missing permission, or anything else.
  void lost(const std::string& action, const Error& error);
  // Where something was asked for only to see whether it is allowed.
  void lost_only_if_denied(const std::string& action, const Error& error);
  // The value with its date seen; or the error, remembered under the IAM action.
  template <class T>
  Read<T> keep(Result<aws::Dated<T>> answer, const std::string& action) {
    if (!answer) {
      lost(action, answer.error());
      return std::unexpected(std::move(answer).error());
    }
    saw(answer->date);
    return std::move(answer->value);
  }
};

// AWS says that these credentials may not do this, as opposed to: it doesn't take these credentials, or they
// may not be had (AssumeRole).
bool is_missing_permission(const Error& error, const std::string& action);

void read_metrics(Reading& reading);
// Alarms, calendars and the metrics of rules and of keep.load_below. After the members.
void read_gates(Reading& reading);

}  // namespace evenkeel::check
