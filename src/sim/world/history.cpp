// The account's memory: facts, counters, and the past that stale reads show.
#include <algorithm>

#include "sim/world/world.h"

namespace evenkeel::sim {
namespace {

using std::chrono::floor;
using std::chrono::minutes;

constexpr std::size_t kMostFactsWithDrops = 100'000;
constexpr std::size_t kMostFacts = 1'000'000;
constexpr Duration kWarmUp{300'000};

}  // namespace

void Account::World::note(FactKind kind, const std::string& instance_id, const std::string& arn,
                          std::int64_t count, std::string detail, int port, Actor actor) {
  if (facts.size() >= kMostFacts) return;
  facts.push_back({now, kind, instance_id, arn, count, std::move(detail), port, actor});
}

void Account::World::note_drop(const std::string& instance_id, const std::string& arn, int requests,
                               bool ours, const char* why) {
  const Time minute = floor<minutes>(now);
  if (minute != drop_minute) drops_this_minute.clear();
  drop_minute = minute;
  const Actor actor = ours ? Actor::evenkeel : Actor::outsider;
  for (const auto place : drops_this_minute) {
    auto& fact = facts[place];
    if (fact.actor == actor && fact.instance_id == instance_id && fact.target_group == arn &&
        fact.detail == why) {
      fact.count += requests;
      return;
    }
  }
  if (facts.size() >= kMostFactsWithDrops) return;
  drops_this_minute.push_back(facts.size());
  note(FactKind::drop, instance_id, arn, requests, why, 0, actor);
}

void Account::World::count_healthy_members() {
  for (auto* run : live) run->places = run->healthy_places = 0;
  for (const auto& run : groups) {
    if (run.group->load_balancer_arns.empty()) continue;
    for (std::size_t i = 0; i < run.members.size(); ++i) {
      auto* server = run.members[i].server;
      if (server == nullptr || run.group->targets[i].instance_gone) continue;
      ++server->places;
      server->healthy_places += run.group->targets[i].state == "healthy";
    }
  }
  int members = 0, healthy = 0;
  for (const auto* run : live) {
    members += run->places > 0;
    healthy += run->places > 0 && run->places == run->healthy_places;
  }
  if (!warm) {
    warm = (members > 0 && healthy == members) || now - started >= kWarmUp;
    counters.min_healthy = healthy;
  }
  counters.min_healthy = std::min(counters.min_healthy, healthy);
}

void Account::World::remember() {
  const auto lag = account.switches.describe_lag;
  if (lag <= Duration::zero()) {
    pasts.clear();
    return;
  }
  Past past{now, account.servers, {}};
  for (const auto& [arn, group] : account.target_groups) past.targets[arn] = group.targets;
  pasts.push_back(std::move(past));
  while (pasts.size() > 1 && pasts[1].at <= now - lag) pasts.pop_front();
}

const Account::World::Past* Account::World::past() const {
  if (account.switches.describe_lag <= Duration::zero() || pasts.empty()) return nullptr;
  const auto later = std::ranges::find_if(
      pasts, [&](const Past& past) { return past.at > now - account.switches.describe_lag; });
  return later == pasts.begin() ? &pasts.front() : &*std::prev(later);
}

std::map<std::string, Server> Account::visible_servers() const {
  const auto* past = world_->past();
  auto shown = past != nullptr ? past->servers : servers;
  std::erase_if(shown, [&](const auto& entry) {
    return entry.second.life == Server::Life::terminated && entry.second.life_until <= world_->now;
  });
  return shown;
}

std::vector<RegisteredTarget> Account::visible_targets(const std::string& arn, bool asked_by_id) const {
  std::vector<RegisteredTarget> shown;
  if (const auto* past = world_->past()) {
    const auto found = past->targets.find(arn);
    if (found != past->targets.end()) shown = found->second;
  } else if (const auto found = target_groups.find(arn); found != target_groups.end()) {
    shown = found->second.targets;
  }
  if (!asked_by_id) std::erase_if(shown, &RegisteredTarget::instance_gone);
  return shown;
}

}  // namespace evenkeel::sim
