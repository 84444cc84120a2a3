// The members' metrics, read from CloudWatch.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aws/cloudwatch.h"
#include "model/observation.h"
#include "model/plan.h"
#include "model/policy.h"
#include "observe/cache.h"
#include "wire/caller.h"

namespace evenkeel::observe {

// Whose series it is: its InstanceId, or nullptr.
const std::string* instance_id(const aws::cloudwatch::Metric& metric);

// The series of one member as one, by time: where a newer one goes on after another has ended, it counts. Empty:
// they contradict each other where they cover the same time. Two say the same, to a hundredth, at a moment of
// which both have a sample; in between, a sample of one lies between those of the other around it. Each is
// sorted by time.
std::optional<std::vector<aws::cloudwatch::Sample>> merge(
    std::span<const std::span<const aws::cloudwatch::Sample>> series);

// Reads a question's metric of the members that it names, into `signals`, or into `other_signals` where the
// question has a condition of its own. Every one of them has an entry afterwards.
void read_signals(const Question& question, const MetricCondition& reboot_when, wire::Caller& caller,
                  Cache& cache, Observation& observation);

// The same as values. The series are discovered (ListMetrics): whatever dimensions come along, a member's
// series is one whose InstanceId is its id. Several series of one member are merged; where they contradict
// each other the signal is ambiguous.
using Signals = std::map<std::string, Signal>;
Signals signals_of_members(std::span<const std::string> ids, const MetricCondition& condition,
                           Duration lookback, wire::Caller& caller, Cache& cache, Observation& observation);

// Series to read, by whose they are.
using SeriesByOwner = std::map<std::string, std::vector<aws::cloudwatch::Metric>>;

struct FoundSignal {
  Signal signal;
  // The only one that has samples, where it has them up to the newest period.
  std::optional<aws::cloudwatch::Metric> only;
};

// Reads all series at once and makes one signal of each owner's. Where that fails every owner's has `failed`.
// The period under way is left out: it isn't final.
std::map<std::string, FoundSignal> read_series(const SeriesByOwner& owners, const MetricCondition& condition,
                                               Duration lookback, wire::Caller& caller,
                                               Observation& observation);

}  // namespace evenkeel::observe
