// Sets a scenario's world up and schedules what happens to it.
#include "sim/scenario/stage.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>
#include <memory>
#include <numeric>

#include "sim/scenario/events.h"

namespace evenkeel::sim {
namespace {

constexpr const char* kArn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:";
constexpr Duration kServingFor{3'600'000};  // before the start

// FNV-1a: names to ids that are the same in every run.
std::uint64_t hash(std::string_view name) {
  std::uint64_t value = 0xcbf29ce484222325U;
  for (const char c : name) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return value;
}

double draw(Random& random, Range range) { return range.low + (range.high - range.low) * random.unit(); }

void add_group(Account& account, const GroupSpec& spec, const FleetSpec& fleet, double peak) {
  TargetGroup group;
  group.name = spec.name;
  group.classic = spec.classic;
  group.target_type = spec.type;
  group.arn = target_group_arn_of(spec.name);
  group.port = spec.port;
  group.protocol = spec.port == 443 || spec.port == 8443 ? "HTTPS" : "HTTP";
  if (spec.attached) {
    group.load_balancer_arns = {fmt::format("{}loadbalancer/app/{}/50dc6c495c0c9188", kArn, fleet.name)};
  }
  if (spec.classic) group.load_balancer_arns = {classic_arn_of(spec.name)};
  group.attributes = fleet.attributes;
  group.check_interval = fleet.check_interval;
  group.healthy_threshold = fleet.healthy_threshold;
  group.unhealthy_threshold = fleet.unhealthy_threshold;
  group.traffic_share = peak > 0 ? (spec.share * fleet.peak + spec.peak) / peak : 0;
  account.add_target_group(std::move(group));
}

void add_fleet(Account& account, const FleetSpec& fleet, Random& random, double peak) {
  for (const auto& group : fleet.groups) add_group(account, group, fleet, peak);
  std::vector<int> turns(static_cast<std::size_t>(fleet.servers));
  std::iota(turns.begin(), turns.end(), 0);
  for (std::size_t i = turns.size(); i > 1; --i) std::swap(turns[i - 1], turns[random.below(i)]);
  for (int i = 0; i < fleet.servers; ++i) {
    const auto turn = turns[static_cast<std::size_t>(i)];
    Server server;
    server.name = fmt::format("{}-{}", fleet.name, i + 1);
    server.id = instance_id_of(server.name);
    server.zone = fleet.zones[static_cast<std::size_t>(i) % fleet.zones.size()];
    server.interfaces = fleet.interfaces;
    server.addresses_each = fleet.addresses_each;
    server.type = fleet.types[static_cast<std::size_t>(i) % fleet.types.size()];
    server.capacity = fleet.capacity;
    server.memory_at_boot = fleet.memory_at_boot;
    server.memory = fleet.memory.low + (fleet.memory.high - fleet.memory.low) * (turn + 0.5) / fleet.servers;
    const double life = draw(random, fleet.dies_after);
    if (life > 0) server.leak_per_million_requests = leak_of(fleet, life);
    server.detailed_monitoring = fleet.detailed_monitoring;
    server.reboot_migration = fleet.reboot_migration;
    server.boot_time = Duration{std::llround(1000 * draw(random, fleet.boot))};
    server.launched_at = account.now() - std::chrono::hours{24};
    const auto id = account.add_server(std::move(server));
    for (const auto& group : fleet.groups) {
      account.find_group(target_group_arn_of(group.name))
          ->targets.push_back(target_that_serves(id, group.port, account.now()));
    }
  }
}

void add_auto_scaling(Account& account, AutoScalingGroup group, const FleetSpec& fleet) {
  for (int i = 1; i <= fleet.servers; ++i) {
    auto& server = account.servers.at(instance_id_of(fmt::format("{}-{}", fleet.name, i)));
    server.auto_scaling_group = group.name;
    server.tags["aws:autoscaling:groupName"] = group.name;
    group.members.push_back({server.id});
    group.members.back().weight = group.weight_of(server.type);
  }
  account.auto_scaling_groups[group.name] = std::move(group);
}

}  // namespace

double leak_of(const FleetSpec& fleet, double seconds) {
  const double requests = fleet.peak * Account::day_average() / fleet.servers * seconds;
  return requests > 0 ? (100 - fleet.memory_at_boot) / requests * 1e6 : 0;
}

const FleetSpec& fleet_of(const Scenario& scenario, const std::string& server_name) {
  const auto name = server_name.substr(0, server_name.rfind('-'));
  const auto found = std::ranges::find(scenario.fleets, name, &FleetSpec::name);
  return found == scenario.fleets.end() ? scenario.fleets.front() : *found;
}

RegisteredTarget target_that_serves(const std::string& instance_id, int port, Time now) {
  RegisteredTarget target;
  target.instance_id = instance_id;
  target.port = port;
  target.state = "healthy";
  target.since = target.registered_at = now - kServingFor;
  target.ever_healthy = true;
  return target;
}

std::string instance_id_of(std::string_view server_name) {
  return "i-0" + SeededRandom(hash(server_name)).hex(16);
}

std::string target_group_arn_of(std::string_view group_name) {
  return fmt::format("{}targetgroup/{}/{}", kArn, group_name, SeededRandom(hash(group_name)).hex(16));
}

std::string lattice_arn_of(std::string_view group_name) {
  return "arn:aws:vpc-lattice:eu-west-1:123456789012:targetgroup/tg-0" +
         SeededRandom(hash(group_name)).hex(16);
}

std::unique_ptr<Account> build_account(const Scenario& scenario, std::uint64_t seed) {
  auto account = std::make_unique<Account>(scenario.start, seed);
  SeededRandom random(seed ^ 0x7f4a7c15d1342543U);
  account->switches = scenario.switches;
  account->repair_after = scenario.repair_after;
  for (const auto& [name, role] : scenario.roles) account->roles[name] = role;
  for (const auto& [name, document] : scenario.documents) account->documents[name] = document;
  for (const auto& fleet : scenario.fleets) account->peak_requests_per_second += fleet.peak;
  for (const auto& group : scenario.groups) account->peak_requests_per_second += group.peak;
  for (const auto& fleet : scenario.fleets) {
    add_fleet(*account, fleet, random, account->peak_requests_per_second);
  }
  for (const auto& group : scenario.groups) {
    add_group(*account, group, scenario.fleets.front(), account->peak_requests_per_second);
  }
  for (const auto& group : scenario.auto_scaling_groups) {
    const auto& name = scenario.fleet_of_asg.at(group.name);
    add_auto_scaling(*account, group, *std::ranges::find(scenario.fleets, name, &FleetSpec::name));
  }
  schedule_events(*account, std::make_shared<const Scenario>(scenario));
  return account;
}

}  // namespace evenkeel::sim
