// Requests: how many come, where they go, which are served, which are dropped and whose doing that is.
#include <algorithm>
#include <cmath>

#include "sim/world/world.h"

namespace evenkeel::sim {
namespace {

constexpr double kNight = 0.4;  // the least share of the peak

// One hump of the day, around `hour` and `width` hours wide, across midnight as well.
double hump(double hour_of_day, double hour, double width) {
  double away = std::abs(hour_of_day - hour);
  away = std::min(away, 24 - away);
  return std::exp(-away * away / (2 * width * width));
}

double curve(double hour_of_day) {
  return kNight + (1 - kNight) * std::max(hump(hour_of_day, 10.5, 3.2), 0.9 * hump(hour_of_day, 19, 2.8));
}

double average_of_day() {
  double sum = 0;
  for (int minute = 0; minute < 1440; ++minute) sum += curve(minute / 60.0);
  return sum / 1440;
}

}  // namespace

double Account::day_curve(Time time) {
  const auto since_midnight = time - std::chrono::floor<std::chrono::days>(time);
  return curve(static_cast<double>(since_midnight.count()) / 3'600'000.0);
}

double Account::day_average() {
  static const double average = average_of_day();
  return average;
}

int Account::World::arrivals(double mean) {
  if (mean < 20) {
    int count = 0;
    for (double left = traffic_random.unit(), least = std::exp(-mean); left > least; ++count) {
      left *= traffic_random.unit();
    }
    return count;
  }
  // Four sixteen-bit uniform numbers: near enough to a normal one, for a single draw.
  const auto bits = traffic_random.next();
  double sum = 0;
  for (unsigned shift = 0; shift < 64; shift += 16) sum += static_cast<double>((bits >> shift) & 0xffffU);
  const double normal = (sum / 65536.0 - 2) * std::sqrt(3.0);
  return std::max(0, static_cast<int>(std::lround(mean + std::sqrt(mean) * normal)));
}

void Account::World::traffic() {
  const auto slot = static_cast<std::size_t>(second.time_since_epoch() / std::chrono::seconds{1}) % 32;
  for (auto& run : groups) {
    for (auto& member : run.members) {
      member.target->in_flight -= member.target->ends[slot];
      member.target->ends[slot] = 0;
    }
  }
  if (account.peak_requests_per_second <= 0) return;
  const double requests = account.peak_requests_per_second * day_curve(second);
  capacity_out_left = static_cast<int>(capacity_out);
  for (auto* run : live) run->arrived = 0;
  for (auto& run : groups) {
    if (run.group->load_balancer_arns.empty() || run.group->traffic_share <= 0) continue;
    const int count = arrivals(requests * run.group->traffic_share);
    arrive(run, count, traffic_random.unit());
  }
  for (auto& run : groups) {
    for (auto& route : run.routes) {
      if (route.target->arrived > 0) serve(run, route);
    }
  }
}

// Systematic sampling: each target's share rounded so that the sum is exact, with a random phase for
// fairness.
void Account::World::arrive(GroupRun& run, int requests, double phase) {
  if (run.ramping) weigh(run);
  counters.requests += requests;
  double weights = 0;
  bool in_service = false;
  for (const auto& route : run.routes) {
    weights += route.weight;
    in_service = in_service || route.registration->state != "draining";
  }
  if (!in_service) {
    for (auto& route : run.routes) route.target->arrived = 0;
    want_of_capacity({}, run.group->arn, requests, "no target to route to");
    return;
  }
  *run.requests += requests;
  double position = phase;
  for (auto& route : run.routes) {
    const double next = position + requests * route.weight / weights;
    const bool last = &route == &run.routes.back();
    const int count = static_cast<int>(last ? std::floor(phase + requests) : std::floor(next)) -
                      static_cast<int>(std::floor(position));
    position = next;
    route.target->arrived = count;
    route.server->arrived += count;
  }
}

void Account::World::serve(const GroupRun& run, Route& route) {
  auto& target = *route.target;
  auto& server = *route.server;
  const int arrived = std::exchange(target.arrived, 0);
  const auto& id = route.registration->instance_id;
  const auto& arn = run.group->arn;
  if (!reachable(server)) {
    const char* why = server.up() ? "routed to a zone that is down" : "routed to a server that doesn't run";
    const bool ours = server.down_by_reboot == Actor::evenkeel;
    if (run.failing_open && !ours) return want_of_capacity(id, arn, arrived, why);
    return drop(id, arn, arrived, ours, why);
  }
  int served = arrived;
  if (server.arrived > server.server->capacity) {
    served = static_cast<int>(arrived * server.server->capacity / server.arrived);
    want_of_capacity(id, arn, arrived - served, "over the server's capacity");
  }
  server.server->memory += server.server->leak_per_million_requests * served / 1e6;
  server.served += served;
  const auto slot = static_cast<std::size_t>(second.time_since_epoch() / std::chrono::seconds{1});
  for (std::size_t i = 0; i < kRequestClasses.size(); ++i) {
    target.carry[i] += kRequestClasses[i].share * served;
    const int count = static_cast<int>(target.carry[i]);
    target.carry[i] -= count;
    target.ends[(slot + static_cast<std::size_t>(kRequestClasses[i].seconds)) % 32] += count;
    target.in_flight += count;
  }
}

void Account::World::drop(const std::string& instance_id, const std::string& arn, int requests, bool ours,
                          const char* why) {
  if (requests <= 0) return;
  counters.dropped += requests;
  if (ours) counters.dropped_by_our_doing += requests;
  note_drop(instance_id, arn, requests, ours, why);
}

void Account::World::want_of_capacity(const std::string& instance_id, const std::string& arn, int requests,
                                      const char* why) {
  const int ours = std::min(requests, capacity_out_left);
  capacity_out_left -= ours;
  drop(instance_id, arn, ours, true, why);
  drop(instance_id, arn, requests - ours, false, why);
}

}  // namespace evenkeel::sim
