#include "decide/rules/signal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/core.h>
#include <utility>

#include "base/text.h"
#include "decide/remediation/protocol.h"
#include "model/percentage.h"

namespace evenkeel::decide {
namespace {

constexpr double kGradual = 0.9;  // of the limit

Reason reason_for(SignalState state) {
  static constexpr std::array kReasons{Reason::signal_failed,  Reason::signal_stale,
                                       Reason::signal_missing, Reason::signal_ambiguous,
                                       Reason::signal_partial, Reason::signal_failed};
  static_assert(kReasons.size() == kWords<SignalState>.size());
  return kReasons[static_cast<std::size_t>(state)];
}

// A percentage outside 0..100, a sample from the future, something that isn't a number: the agent is wrong,
// not the server.
std::optional<std::string> implausible(const MetricCondition& condition, const Signal& signal, Time now) {
  const bool percent = is_percentage(condition);
  for (const auto& sample : signal.samples) {
    if (!std::isfinite(sample.value)) return "a sample is not a number";
    if (percent && outside_percent(sample.value)) {
      return fmt::format("{} of a metric that counts percent", format_number(sample.value));
    }
    if (sample.at > now + kMaxSpread) return "a sample from the future, " + iso8601(sample.at);
  }
  return std::nullopt;
}

}  // namespace

Judgement judge(const MetricCondition& condition, const Signal& signal, Time now, bool was_above) {
  Judgement judgement;
  if (signal.state != SignalState::fresh || signal.samples.empty()) {
    const auto why = signal.detail.empty() ? std::string("no samples") : signal.detail;
    const auto* key = signal.state == SignalState::stale ? " (max_age)" : "";
    judgement.verdict = {reason_for(signal.state),
                         fmt::format("signal {}: {}{}", name(signal.state), why, key)};
    return judgement;
  }
  if (const auto wrong = implausible(condition, signal, now)) {
    judgement.verdict = {Reason::signal_ambiguous, "signal implausible: " + *wrong};
    return judgement;
  }
  const Sample& newest = signal.samples.back();
  judgement.newest = newest.value;
  judgement.sampled_at = newest.at;
  std::ptrdiff_t agree = 0, of = 0;
  for (const auto& sample : signal.samples) {
    if (sample.at <= newest.at - condition.over) continue;
    ++of;
    if (sample.value > condition.above) ++agree;
  }
  auto& numbers = judgement.verdict.numbers;
  numbers.emplace(Number::limit, condition.above);
  numbers.emplace(Number::value, newest.value);
  const auto rule = [&](Reason reason, std::string text) {
    judgement.above = reason == Reason::start;
    judgement.verdict.reason = reason;
    judgement.verdict.text = std::move(text);
  };
  const bool enough = newest.value > condition.above && agree >= condition.datapoints;
  if (!enough && was_above && newest.value > condition.down_at()) {
    numbers[Number::back_below] = condition.down_at();
    rule(Reason::start,
         fmt::format("{} is still above {}, after it had been above {}", format_number(newest.value),
                     format_number(condition.down_at()), format_number(condition.above)));
  } else if (newest.value <= condition.above) {
    rule(Reason::below_limit,
         format_number(newest.value) + " is not above " + format_number(condition.above));
  } else {
    numbers[Number::datapoints] = static_cast<double>(agree);
    numbers[Number::datapoints_needed] = condition.datapoints;
    if (enough && agree < of) {
      rule(Reason::start,
           fmt::format("{} is above {}, and so are {} of the {} samples in {}", format_number(newest.value),
                       format_number(condition.above), agree, of, format_duration(condition.over)));
    } else if (enough) {
      rule(Reason::start, fmt::format("{} is above {} for {}", format_number(newest.value),
                                      format_number(condition.above), format_duration(condition.over)));
    } else {
      rule(Reason::not_sustained,
           fmt::format("{} now; above {} in {} of the {} samples in {}; datapoints asks for {}",
                       format_number(newest.value), format_number(condition.above), agree, of,
                       format_duration(condition.over), condition.datapoints));
    }
  }
  return judgement;
}

bool can_be_judged(const MetricCondition& condition, const Signal& signal, Time now) {
  return signal.state == SignalState::fresh && !signal.samples.empty() &&
         !implausible(condition, signal, now);
}

bool once_above(const MetricCondition& condition, const Signal& signal, bool above) {
  const auto& samples = signal.samples;
  if (!samples.empty() && samples.back().value <= std::min(condition.above, condition.down_at()))
    return false;
  auto oldest = samples.begin();  // of the window that ends with `sample`
  int agree = 0;
  for (const auto& sample : samples) {
    if (sample.value > condition.above) ++agree;
    for (; oldest->at <= sample.at - condition.over; ++oldest) {
      if (oldest->value > condition.above) --agree;
    }
    if (sample.value > condition.above && agree >= condition.datapoints) {
      above = true;
    } else if (!(sample.value > condition.down_at())) {
      above = false;
    }
  }
  return above;
}

std::optional<Time> jumped_at(const MetricCondition& condition, const Signal& signal, Time since) {
  const auto& samples = signal.samples;
  for (auto sample = samples.rbegin(); sample != samples.rend() && sample->at >= since; ++sample) {
    if (!(sample->value > condition.above)) continue;
    const auto earlier = std::find_if(sample, samples.rend(), [&](const Sample& candidate) {
      return candidate.at <= sample->at - 2 * condition.period;
    });
    if (earlier != samples.rend() && earlier->value < kGradual * condition.above) return sample->at;
  }
  return std::nullopt;
}

Duration lookback(const MetricCondition& condition, Duration since_last_read) {
  return std::min(kMaxLookback,
                  std::max(condition.over, since_last_read) + condition.max_age + 3 * condition.period);
}

}  // namespace evenkeel::decide
