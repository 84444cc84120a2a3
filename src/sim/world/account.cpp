#include "sim/world/account.h"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>

#include "sim/world/world.h"

namespace evenkeel::sim {
namespace {

using std::chrono::floor;
using std::chrono::seconds;

int number_in(const std::map<std::string, std::string>& attributes, const std::string& key, int otherwise) {
  const auto found = attributes.find(key);
  if (found == attributes.end()) return otherwise;
  int value = otherwise;
  const auto& text = found->second;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void read_group_attributes(GroupRun& run) {
  const auto& attributes = run.group->attributes;
  static const std::string delay = "deregistration_delay.timeout_seconds";
  static const std::string slow_start = "slow_start.duration_seconds";
  static const std::string least = "target_group_health.unhealthy_state_routing.minimum_healthy_targets.";
  run.deregistration_delay = seconds{number_in(attributes, delay, 300)};
  run.slow_start = seconds{number_in(attributes, slow_start, 0)};
  run.fail_open_count = number_in(attributes, least + "count", 1);
  run.fail_open_percent = number_in(attributes, least + "percentage", 0);
}

}  // namespace

Account::World::World(Account& owner, Time start, std::uint64_t seed)
    : account(owner),
      traffic_random(seed),
      life_random(seed ^ 0x5bd1e995a3c7f00dU),
      command_random(seed ^ 0x636f6d6d616e6473U),
      started(start),
      now(start),
      second(floor<seconds>(start)) {}

void Account::World::run_scheduled() {
  while (!scheduled.empty() && scheduled.begin()->first <= now) {
    const auto event = std::move(scheduled.begin()->second);
    scheduled.erase(scheduled.begin());
    event(account);
    unsynced = true;
  }
}

ServerRun& Account::World::run_of(const std::string& instance_id) {
  auto& run = server_runs[instance_id];
  if (run.server == nullptr) {
    const auto found = account.servers.find(instance_id);
    if (found != account.servers.end()) run.server = &found->second;
    run.metric_second = static_cast<int>(life_random.below(60));
  }
  return run;
}

void Account::World::resync() {
  unsynced = false;
  dirty = true;
  live.clear();
  for (auto& [id, server] : account.servers) {
    auto& run = run_of(id);
    run.server = &server;
    live.push_back(&run);
  }
  groups.clear();
  for (auto& [arn, group] : account.target_groups) {
    GroupRun run;
    run.group = &group;
    run.requests = &requests_of[arn];
    read_group_attributes(run);
    auto& known = target_runs[arn];
    for (auto& target : group.targets) {
      if (target.state.empty()) enlist(target);
      const bool exists = account.servers.contains(target.instance_id);
      run.members.push_back(
          {&known[{target.id(), target.port}], exists ? &server_runs[target.instance_id] : nullptr});
    }
    groups.push_back(std::move(run));
  }
}

void Account::World::refresh() {
  dirty = false;
  for (auto& run : groups) route(run);
  capacity_out = 0;
  for (const auto* run : live) {
    const bool ours_down = run->down_by_reboot == Actor::evenkeel;
    const bool would_serve = !account.zones_out.contains(run->server->zone);
    if (would_serve && (ours_down || (run->up() && !run->taken.empty())))
      capacity_out += run->server->capacity;
  }
  count_healthy_members();
}

void Account::World::step(Time time) {
  second = now = time;
  run_scheduled();
  for (auto* run : live) step_server(*run);
  if (!open_invocations.empty()) step_invocations();
  if (unsynced) resync();
  for (auto& run : groups) step_targets(run);
  step_auto_scaling();
  if (unsynced) resync();
  if (dirty) {
    refresh();
    remember();
  }
  traffic();
  publish();
  publish_load();
}

Account::Account(Time start, std::uint64_t seed) : world_(std::make_unique<World>(*this, start, seed)) {
  for (const char* name : {"AWS-RunShellScript", "AWS-RunPowerShellScript"}) {
    documents[name].required = {"commands"};
  }
}
Account::~Account() = default;

void Account::advance_to(Time time) {
  auto& world = *world_;
  if (time <= world.now) return;
  world.unsynced = world.unsynced || world.second + seconds{1} <= time;
  while (world.second + seconds{1} <= time) {
    if (world.unsynced) world.resync();
    world.step(world.second + seconds{1});
  }
  world.now = time;
}

Time Account::now() const { return world_->now; }

Time Account::started() const { return world_->started; }
const std::vector<Fact>& Account::facts() const { return world_->facts; }
const Counters& Account::counters() const { return world_->counters; }

void Account::schedule(Time time, std::function<void(Account&)> event) {
  world_->scheduled.emplace(time, std::move(event));
}

TargetGroup* Account::find_group(const std::string& arn) {
  const auto found = target_groups.find(arn);
  return found == target_groups.end() ? nullptr : &found->second;
}

std::string Account::add_server(Server server) {
  world_->unsynced = true;
  if (server.id.empty()) server.id = "i-0" + world_->life_random.hex(16);
  if (server.name.empty()) server.name = server.id;
  server.tags.try_emplace("Name", server.name);
  if (!server.auto_scaling_group.empty()) {
    server.tags.try_emplace("aws:autoscaling:groupName", server.auto_scaling_group);
  }
  if (server.private_ip.empty()) {
    const auto number = servers.size() + 4;
    server.private_ip = fmt::format("10.0.{}.{}", number / 250, number % 250);
  }
  const int number = static_cast<int>(servers.size()) + 4;
  for (int i = 0;
       i < server.interfaces && server.addresses.size() < static_cast<std::size_t>(server.interfaces); ++i) {
    auto& interface = server.addresses.emplace_back();
    for (int j = 0; j < server.addresses_each; ++j) {
      const int place = i * server.addresses_each + j;
      interface.push_back(place == 0 ? server.private_ip
                                     : fmt::format("10.{}.{}.{}", place, number / 250, number % 250));
    }
  }
  if (server.launched_at == Time{}) server.launched_at = world_->now - std::chrono::hours{1};
  if (!server.console_at && server.life == Server::Life::running) {
    server.console_at = server.launched_at + server.boot_time;
  }
  const auto id = server.id;
  servers[id] = std::move(server);
  return id;
}

const Server* Account::target_server(const TargetGroup& group, const std::string& id) const {
  if (group.target_type != "ip") {
    const auto found = servers.find(id);
    return found == servers.end() ? nullptr : &found->second;
  }
  for (const auto& [instance_id, server] : servers) {
    if (server.life == Server::Life::terminated) continue;
    for (const auto& interface : server.addresses) {
      if (std::ranges::find(interface, id) != interface.end()) return &server;
    }
  }
  return nullptr;
}

std::string Account::add_target_group(TargetGroup group) {
  world_->unsynced = true;
  if (group.classic) group.arn = classic_arn_of(group.name);
  if (group.arn.empty()) {
    group.arn = fmt::format("arn:aws:elasticloadbalancing:{}:{}:targetgroup/{}/{}", region, account_id,
                            group.name, world_->life_random.hex(16));
  }
  const auto arn = group.arn;
  target_groups[arn] = std::move(group);
  return arn;
}

}  // namespace evenkeel::sim
