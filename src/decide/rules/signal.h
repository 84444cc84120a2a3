// Judges a member's samples against the policy's condition.
#pragma once

#include <optional>

#include "model/observation.h"
#include "model/plan.h"
#include "model/policy.h"

namespace evenkeel::decide {

// Whether the samples say "above the limit, and for long enough".
struct Judgement {
  bool above = false;            // newest sample above the limit and enough of the window agree
  std::optional<double> newest;  // empty when the signal can't be judged
  Time sampled_at{};
  Verdict verdict;  // why not, when not above
};

// `was_above`: it was above for long enough before and has not come down since, so it stays above until its
// newest sample is not above back_below.
Judgement judge(const MetricCondition& condition, const Signal& signal, Time now, bool was_above = false);

// Whether judge() has a sample to judge.
bool can_be_judged(const MetricCondition& condition, const Signal& signal, Time now);

// Whether it once was above for long enough, in these samples or (`above`) before them, and has not come down
// since.
bool once_above(const MetricCondition& condition, const Signal& signal, bool above = false);

// When the member last jumped over the limit, not before `since`: a sample above it whose predecessor of two
// periods earlier was still below nine tenths of it. A leak that crosses slowly never jumps.
std::optional<Time> jumped_at(const MetricCondition& condition, const Signal& signal,
                              Time since = Time::min());

// How far back samples are wanted.
Duration lookback(const MetricCondition& condition, Duration since_last_read);

}  // namespace evenkeel::decide
