// Internal to reading: what the parts of a read share.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "aws/dated.h"
#include "check/facts.h"
#include "check/read.h"
#include "observe/stamp.h"

namespace evenkeel::check {

struct FactsBuilder {
  const FleetPolicy& policy;
  wire::Caller& caller;
  const ReadProgress& progress;
  Facts facts = {};
  std::optional<Error> first_error = std::nullopt;  // that is no missing permission
  std::set<std::string> said = {};                  // the errors that the facts have

  void say(std::string_view what) const {
    if (progress) progress(what);
  }
  // Remembers of every call whether it is allowed, or why that stays unknown. An answer about what does not exist
  // tells neither.
  void look_on(const wire::Call& call, const wire::Reply& reply);
  // The value, its Date taken into account.
  template <class T>
  Read<T> keep(Result<aws::Dated<T>> answer) {
    if (!answer) return std::unexpected(std::move(answer).error());
    observe::Stamp{facts.seen}.saw(answer->date);
    return std::move(answer->value);
  }
};

// The metric of reboot_when, those of rules and that of keep.load_below. After the members.
void read_metrics(FactsBuilder& builder);
// What a tick may need and nothing above has asked for. Last.
void try_the_rest(FactsBuilder& builder);

}  // namespace evenkeel::check
