#include "sim/api/throttle.h"

#include <algorithm>

namespace evenkeel::sim {
namespace {

struct Limit {
  std::string bucket;
  double capacity, refill_per_second;
};

std::vector<Limit> limits(ApiService service, const std::string& action, bool bare) {
  const bool reads =
      action.starts_with("Describe") || action.starts_with("Get") || action.starts_with("List");
  if (service == ApiService::sts) return {{"sts", 600, 600}};
  if (service == ApiService::sns)
    return {action == "Publish" ? Limit{action, 300, 300} : Limit{action, 30, 30}};
  if (service == ApiService::ssm) return {reads ? Limit{"ssm reads", 40, 40} : Limit{"ssm writes", 3, 3}};
  if (service == ApiService::dynamodb)
    return {action == "PutItem" ? Limit{"dynamodb writes", 1000, 1000} : Limit{"dynamodb reads", 3000, 3000}};
  if (service == ApiService::auto_scaling) return {{"autoscaling", 40, 10}};
  if (service == ApiService::cloudwatch && action == "ListMetrics") return {{action, 25, 25}};
  if (service == ApiService::cloudwatch && action == "GetMetricStatistics") return {{action, 400, 400}};
  if (service == ApiService::cloudwatch && action == "DescribeAlarms") return {{action, 9, 9}};
  if (service == ApiService::cloudwatch) return {{action, 50, 50}};
  if (service == ApiService::elb) return {{"elb classic", 40, 10}};
  if (service == ApiService::elbv2 && reads) return {{"elb", 40, 10}};
  if (service == ApiService::elbv2) return {{"elb", 40, 10}, {"elb targets", 20, 4}};
  if (!reads) return {{action, 50, 5}};
  if (bare) return {{action + " bare", 50, 10}};
  return {{action, 100, 20}};
}

}  // namespace

bool Throttle::admit(ApiService service, const std::string& action, bool bare, Time now) {
  const std::vector<Limit> all = limits(service, action, bare);
  for (const Limit& limit : all) {
    Bucket& bucket = buckets_.try_emplace(limit.bucket, Bucket{limit.capacity, now}).first->second;
    const double seconds = std::chrono::duration<double>(now - bucket.filled_at).count();
    bucket = {std::min(limit.capacity, bucket.tokens + seconds * limit.refill_per_second), now};
  }
  if (std::ranges::any_of(all, [&](const Limit& limit) { return buckets_[limit.bucket].tokens < 1; }))
    return false;
  for (const Limit& limit : all) buckets_[limit.bucket].tokens -= 1;
  return true;
}

}  // namespace evenkeel::sim
