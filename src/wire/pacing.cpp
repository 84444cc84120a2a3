#include "wire/pacing.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace evenkeel::wire {
namespace {

// In requests. Ordinary calls leave `reserve` in the bucket.
struct BucketSize {
  std::string name;
  double capacity;
  double per_second;
  double reserve;
};

// Three quarters of what AWS allows the whole account, and of that a third for restores alone.
BucketSize share_of(std::string name, double capacity, double per_second) {
  return {std::move(name), capacity * 0.75, per_second * 0.75, capacity * 0.25};
}

// A dry run draws from the bucket of what it asks about.
bool reads(const Call& call) { return call.action.starts_with("Describe") || call.action.starts_with("Get"); }

// A call draws from each of these at once.
std::vector<BucketSize> buckets_of(const Call& call) {
  const std::string one = full_name(call);
  switch (call.service) {
    case Service::elastic_load_balancing:
    case Service::elastic_load_balancing_v2:
      return {share_of("elb", 40, 10),
              call.mutates ? share_of("elb targets", 20, 4) : share_of("elb describe", 40, 10)};
    case Service::ec2:
      if (call.action == "StartInstances") return {share_of(one, 5, 2)};
      return {reads(call) ? share_of(one, 100, 20) : share_of(one, 50, 5)};
    case Service::cloudwatch:
      if (call.action == "DescribeAlarms") return {share_of(one, 9, 9)};
      return {call.action == "ListMetrics" ? share_of(one, 25, 25) : share_of(one, 50, 50)};
    case Service::dynamodb:  // the table's own limits, thousands a second, are far above ours
      return {share_of(one, 200, 200)};
    case Service::ssm:
      return {call.action == "GetParameter" ? share_of(one, 40, 40) : share_of(one, 20, 5)};
    case Service::auto_scaling:
      return {reads(call) ? share_of(one, 20, 5) : share_of(one, 10, 2)};
    case Service::sns:
    case Service::sts:
      return {share_of(one, 20, 5)};
  }
  return {};
}

}  // namespace

Duration Pacing::take(const Call& call, Urgency urgency, Time now) {
  const auto sizes = buckets_of(call);
  Duration wait{0};
  for (const auto& size : sizes) {
    const auto [at, is_new] = buckets_.try_emplace(size.name, Bucket{size.capacity, now});
    Bucket& bucket = at->second;
    const double seconds = std::max(0.0, std::chrono::duration<double>(now - bucket.filled_at).count());
    bucket.level = std::min(size.capacity, bucket.level + seconds * size.per_second);
    bucket.filled_at = now;
    const double missing = 1 + (urgency == Urgency::restore ? 0 : size.reserve) - bucket.level;
    if (missing <= 0) continue;
    wait = std::max(wait, Duration{static_cast<Duration::rep>(std::ceil(missing / size.per_second * 1000))});
  }
  if (wait > Duration::zero()) return wait;
  for (const auto& size : sizes) buckets_[size.name].level -= 1;
  return wait;
}

void Pacing::throttled(const Call& call, Time now) {
  for (const auto& size : buckets_of(call)) {
    auto& bucket = buckets_[size.name];
    bucket = {std::min(bucket.level, 0.0), now};
  }
}

}  // namespace evenkeel::wire
