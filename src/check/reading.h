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
    facts.allowed.insert(action);
    saw(answer->date);
    return std::move(answer->value);
  }
  // Asked for only to see whether it is allowed: that what was asked about does not exist says so as well.
  template <class T>
  void ask(const Result<aws::Dated<T>>& answer, const std::string& action) {
    const bool told =
        answer || answer.error().kind == ErrorKind::not_found || answer.error().kind == ErrorKind::rejected;
    if (told) {
      facts.allowed.insert(action);
    } else {
      lost(action, answer.error());
    }
  }
};

// AWS says that these credentials may not do this, as opposed to: it doesn't take these credentials, or they
// may not be had (AssumeRole).
bool is_missing_permission(const Error& error, const std::string& action);

// Reads one metric that need not exist: whether we may is all that it tells.
void try_metric_data(Reading& reading);
void read_metrics(Reading& reading);
// What a tick may need and nothing above has asked for. Last.
void try_the_rest(Reading& reading);
// Alarms, calendars and the metrics of rules and of keep.load_below. After the members.
void read_gates(Reading& reading);

}  // namespace evenkeel::check
