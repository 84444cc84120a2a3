// CloudWatch: what the agents on the servers publish, and what can be seen of it (docs/aws.md, CloudWatch).
#include <algorithm>

#include "sim/world/world.h"

namespace evenkeel::sim {
namespace {

using std::chrono::floor;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kKept{10'800'000};
constexpr const char* kNamespace = "CWAgent";
constexpr const char* kMetric = "Memory % Committed Bytes In Use";

using Dimensions = std::vector<std::pair<std::string, std::string>>;

Dimensions dimensions_of(const Server& server, std::size_t which) {
  if (which == 1) return {{"InstanceId", server.id}, {"objectname", "Memory"}};
  Dimensions all;
  if (!server.auto_scaling_group.empty()) all.emplace_back("AutoScalingGroupName", server.auto_scaling_group);
  all.emplace_back("ImageId", server.image_id);
  all.emplace_back("InstanceId", server.id);
  all.emplace_back("InstanceType", server.type);
  all.emplace_back("objectname", "Memory");
  return all;
}

bool is(const Series& series, const Dimensions& dimensions) {
  return series.metric_namespace == kNamespace && series.metric == kMetric && series.dimensions == dimensions;
}

Series& find_or_add(std::vector<Series>& all, const Dimensions& dimensions) {
  const auto found = std::ranges::find_if(all, [&](const Series& series) { return is(series, dimensions); });
  return found != all.end() ? *found : all.emplace_back(Series{kNamespace, kMetric, dimensions, {}, false});
}

}  // namespace

Series& Account::World::series_of(ServerRun& run, std::size_t which) {
  const auto dimensions = dimensions_of(*run.server, which);
  auto& all = account.series;
  auto& place = run.series[which];
  if (place >= all.size() || !is(all[place], dimensions)) {
    place = static_cast<std::size_t>(&find_or_add(all, dimensions) - all.data());
  }
  return all[place];
}

void Account::World::put(Series& into, Time period, double value) {
  into.samples[period] = value;
  while (into.samples.begin()->first < period - kKept) into.samples.erase(into.samples.begin());
}

void Account::World::publish() {
  const Time minute = floor<minutes>(second);
  const auto second_of_minute = static_cast<int>((second - minute) / seconds{1});
  for (auto* run : live) {
    if (run->metric_second != second_of_minute || !run->up() || run->server->agent_silent) continue;
    auto& memory = run->server->memory;
    memory = std::max(0.0, memory + 0.2 * (life_random.unit() - 0.5));
    const double shown = std::min(memory, 100.0);
    put(series_of(*run, 0), minute, shown);
    if (account.switches.second_series) put(series_of(*run, 1), minute, shown);
  }
  if (second_of_minute == 59 && account.switches.decoy_series) publish_minute_aggregates();
}

void Account::World::publish_minute_aggregates() {
  double sum = 0;
  int count = 0;
  for (const auto* run : live) {
    if (!run->up() || run->server->agent_silent) continue;
    sum += run->server->memory;
    ++count;
  }
  if (count == 0) return;
  const Time minute = floor<minutes>(second);
  const double mean = std::min(sum / count, 100.0);
  put(find_or_add(account.series, {}), minute, mean);
  put(find_or_add(account.series, {{"InstanceId", "${aws:InstanceId}"}, {"objectname", "Memory"}}), minute,
      mean);
}

std::map<Time, double> Account::visible_samples(const Series& shown, Time from, Time until) const {
  const Time newest = world_->now - switches.metric_lag - minutes{1};
  const auto first = shown.samples.lower_bound(from);
  const auto last = shown.samples.lower_bound(std::min(until, newest + Duration{1}));
  return newest < from || until <= from ? std::map<Time, double>{} : std::map<Time, double>(first, last);
}

}  // namespace evenkeel::sim
