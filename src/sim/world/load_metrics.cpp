// The load as AWS itself publishes it: the load balancer's RequestCount and EC2's CPUUtilization. Facts:
// docs.aws.amazon.com "CloudWatch metrics for your Application Load Balancer" (dimensions; no requests, no
// sample) and "List the available CloudWatch metrics for your instances" (one minute with detailed
// monitoring, else five).
#include <algorithm>
#include <set>

#include "base/text.h"
#include "sim/world/world.h"

namespace evenkeel::sim {
namespace {

using std::chrono::floor;
using std::chrono::minutes;
using std::chrono::seconds;
using Dimensions = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kRequests = "RequestCount";

// What stands behind the first colons of an ARN, as the dimensions have it:
// "targetgroup/web/0123456789abcdef", "app/web/50dc6c495c0c9188".
std::string dimension_of(const std::string& arn) {
  auto name = arn.substr(arn.rfind(':') + 1);
  constexpr std::string_view kLoadBalancer = "loadbalancer/";
  return name.starts_with(kLoadBalancer) ? name.substr(kLoadBalancer.size()) : name;
}

bool is_series(const Series& series, const char* metric, const Dimensions& dimensions) {
  return series.metric == metric && series.dimensions == dimensions;
}

}  // namespace

Series& Account::World::load_series(const char* metric, const Dimensions& dimensions) {
  std::string key = metric;
  for (const auto& [name, value] : dimensions) key += '\n' + value;
  auto& all = account.series;
  auto& place = load_places[key];
  if (place >= all.size() || !is_series(all[place], metric, dimensions)) {
    const auto found = std::ranges::find_if(
        all, [&](const Series& series) { return is_series(series, metric, dimensions); });
    place = static_cast<std::size_t>(found - all.begin());
    if (found == all.end()) {
      const bool requests = metric == std::string_view(kRequests);
      all.push_back({requests ? "AWS/ApplicationELB" : "AWS/EC2", metric, dimensions, {}, requests});
    }
  }
  return all[place];
}

void Account::World::publish_load() {
  const Time minute = floor<minutes>(second);
  if (second - minute != seconds{59}) return;
  if (account.switches.load_metrics) {
    publish_requests(minute);
    publish_cpu(minute);
  }
}

// With cross-zone load balancing, as an Application Load Balancer has it, each zone's nodes see an even
// share, wherever the targets are.
void Account::World::publish_requests(Time minute) {
  std::map<std::string, std::int64_t> by_load_balancer;
  for (auto& run : groups) {
    const auto count = std::exchange(*run.requests, 0);
    if (count == 0 || run.group->load_balancer_arns.empty() || run.group->classic) continue;
    const auto load_balancer = dimension_of(run.group->load_balancer_arns.front());
    const auto group = dimension_of(run.group->arn);
    by_load_balancer[load_balancer] += count;
    put(load_series(kRequests, {{"LoadBalancer", load_balancer}, {"TargetGroup", group}}), minute,
        static_cast<double>(count));
    std::set<std::string> zones;
    for (const auto& member : run.members) {
      if (member.server != nullptr) zones.insert(account.region + member.server->server->zone);
    }
    auto left = static_cast<std::int64_t>(zones.size());
    auto rest = count;
    for (const auto& zone : zones) {
      const auto share = rest / left--;
      rest -= share;
      if (share == 0) continue;
      put(load_series(kRequests,
                      {{"AvailabilityZone", zone}, {"LoadBalancer", load_balancer}, {"TargetGroup", group}}),
          minute, static_cast<double>(share));
    }
  }
  for (const auto& [load_balancer, count] : by_load_balancer) {
    put(load_series(kRequests, {{"LoadBalancer", load_balancer}}), minute, static_cast<double>(count));
  }
}

void Account::World::publish_cpu(Time minute) {
  constexpr minutes kBasic{5};
  const bool fifth = (minute + minutes{1}).time_since_epoch() % kBasic == minutes{0};
  for (auto* run : live) {
    const auto& server = *run->server;
    if (!server.detailed_monitoring && !fifth) continue;
    const auto served = static_cast<double>(std::exchange(run->served, 0));
    if (!server.runs()) continue;
    const minutes period = server.detailed_monitoring ? minutes{1} : kBasic;
    const double most = server.capacity * static_cast<double>(seconds{period}.count());
    put(load_series("CPUUtilization", {{"InstanceId", server.id}}), minute + minutes{1} - period,
        most > 0 ? std::min(100.0, 100 * served / most) : 0.0);
  }
}

}  // namespace evenkeel::sim
