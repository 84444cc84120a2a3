// What may be remembered from one tick to the next within a process: facts that change rarely and cost calls
// to read. Losing it costs calls, never correctness; a member is never taken out on a remembered attribute
// alone (decide asks for a survey first, and observe reads the attributes afresh with it).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aws/cloudwatch.h"
#include "aws/dated.h"
#include "aws/elbv2.h"
#include "base/clock.h"
#include "model/observation.h"

namespace evenkeel::observe {

inline constexpr Duration kCacheFor{300'000};

// The series of one metric.
struct KnownSeries {
  std::vector<aws::cloudwatch::Metric> listed;
  // By instance id: of several series the only one that had samples, up to the newest period. Held as long as
  // the list: another one may have begun since.
  std::map<std::string, aws::cloudwatch::Metric> chosen = {};
};

// What a target group's attributes say, and those of its load balancer.
struct KnownAttributes {
  TargetGroup::Attributes attributes;
  std::optional<bool> zonal;  // TargetGroup::zonal
};

struct Cache {
  template <class T>
  struct Entry {
    Time read_at{};  // AWS's time
    T value;
    bool fresh(Time now) const { return now >= read_at && now - read_at < kCacheFor; }
  };
  std::map<std::string, Entry<KnownAttributes>> attributes;  // by target group arn
  std::map<std::string, Entry<KnownSeries>> series;          // by "namespace|metric"
  // All target groups of the region, where the caller has just read them: for one look.
  std::optional<aws::Dated<std::vector<aws::elbv2::TargetGroup>>> target_groups = std::nullopt;
};

}  // namespace evenkeel::observe
