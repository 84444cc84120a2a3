// Sets a scenario's world up and schedules what happens to it.
#include <algorithm>
#include <cmath>
#include <fmt/core.h>
#include <numeric>

#include "base/text.h"
#include "sim/scenario.h"
#include "sim/scenario_words.h"

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

// Points of memory per million requests, so that a server with its even share of the fleet's requests at the
// day's average goes from memory_at_boot to 100 % in `seconds`.
double leak_of(const FleetSpec& fleet, double seconds) {
  const double requests = fleet.peak * Account::day_average() / fleet.servers * seconds;
  return requests > 0 ? (100 - fleet.memory_at_boot) / requests * 1e6 : 0;
}

double draw(Random& random, Range range) { return range.low + (range.high - range.low) * random.unit(); }

RegisteredTarget serving(const std::string& instance_id, int port, Time since) {
  RegisteredTarget target;
  target.instance_id = instance_id;
  target.port = port;
  target.state = "healthy";
  target.since = target.registered_at = since;
  target.ever_healthy = true;
  return target;
}

void add_group(Account& account, const GroupSpec& spec, const FleetSpec& fleet, double peak) {
  TargetGroup group;
  group.name = spec.name;
  group.arn = target_group_arn_of(spec.name);
  group.port = spec.port;
  group.protocol = spec.port == 443 || spec.port == 8443 ? "HTTPS" : "HTTP";
  if (spec.attached) {
    group.load_balancer_arns = {fmt::format("{}loadbalancer/app/{}/50dc6c495c0c9188", kArn, fleet.name)};
  }
  group.attributes = fleet.attributes;
  group.check_interval = fleet.check_interval;
  group.healthy_threshold = fleet.healthy_threshold;
  group.unhealthy_threshold = fleet.unhealthy_threshold;
  group.traffic_share = peak > 0 ? spec.share / peak : 0;
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
    server.capacity = fleet.capacity;
    server.memory_at_boot = fleet.memory_at_boot;
    server.memory = fleet.memory.low + (fleet.memory.high - fleet.memory.low) * (turn + 0.5) / fleet.servers;
    const double life = draw(random, fleet.dies_after);
    if (life > 0) server.leak_per_million_requests = leak_of(fleet, life);
    server.boot_time = Duration{std::llround(1000 * draw(random, fleet.boot))};
    server.launched_at = account.now() - std::chrono::hours{24};
    const auto id = account.add_server(std::move(server));
    for (const auto& group : fleet.groups) {
      account.find_group(target_group_arn_of(group.name))
          ->targets.push_back(serving(id, group.port, account.now() - kServingFor));
    }
  }
}

void add_auto_scaling(Account& account, AutoScalingGroup group, const FleetSpec& fleet) {
  for (const auto& target_group : fleet.groups) {
    group.target_group_arns.push_back(target_group_arn_of(target_group.name));
  }
  for (int i = 1; i <= fleet.servers; ++i) {
    auto& server = account.servers.at(instance_id_of(fmt::format("{}-{}", fleet.name, i)));
    server.auto_scaling_group = group.name;
    server.tags["aws:autoscaling:groupName"] = group.name;
    group.members.push_back({server.id});
  }
  account.auto_scaling_groups[group.name] = std::move(group);
}

const FleetSpec& fleet_of(const Scenario& scenario, const std::string& server_name) {
  const auto name = server_name.substr(0, server_name.rfind('-'));
  const auto found = std::ranges::find(scenario.fleets, name, &FleetSpec::name);
  return found == scenario.fleets.end() ? scenario.fleets.front() : *found;
}

void happen_in_group(Account& account, const WorldEvent& event) {
  const auto& words = event.words;
  const auto parts = split(words[0] == "register" || words[0] == "deregister" ? words[2] : words[1], ':');
  const auto arn = target_group_arn_of(parts[0]);
  std::optional<int> port;
  if (parts.size() > 1) port = port_of(Word{parts[1], 0, {}}).value_or(0);
  auto* group = account.find_group(arn);
  if (group == nullptr) return;
  if (words[0] == "delete-group") {
    account.delete_target_group(arn);
  } else if (words[0] == "attribute") {
    group->attributes[words[2]] = words[3];
  } else if (words[0] == "deregister") {
    account.deregister_target(arn, instance_id_of(words[1]), port, Hand::outsider);
  } else if (event.at_start) {
    group->targets.push_back(
        serving(instance_id_of(words[1]), port.value_or(group->port), account.now() - kServingFor));
  } else {
    account.register_target(arn, instance_id_of(words[1]), port, Hand::outsider);
  }
}

void happen_to_server(Account& account, const Scenario& scenario, const std::vector<std::string>& words,
                      Server& server) {
  const auto& what = words[0];
  if (what == "memory") server.memory = number_of(Word{words[2], 0, {}}, 0, 100).value_or(0);
  if (what == "leak") {
    const double seconds = static_cast<double>(parse_duration(words[2])->count()) / 1000;
    server.leak_per_million_requests = leak_of(fleet_of(scenario, server.name), seconds);
  }
  if (what == "silence" || what == "speak") server.agent_silent = what == "silence";
  if (what == "hang-next-boot") server.boot_never_ends = true;
  if (what == "stop") account.stop(server.id);
  if (what == "start-server") account.start(server.id);
  if (what == "terminate") account.terminate(server.id);
  if (what == "crash") account.crash(server.id);
  if (what == "repair") account.repair(server.id);
}

void happen(Account& account, const Scenario& scenario, const WorldEvent& event) {
  const auto& words = event.words;
  if (words[0] == "set") {
    set_switch(account.switches, words[1], words[2]);
  } else if (words[0] == "register" || words[0] == "deregister" || words[0] == "delete-group" ||
             words[0] == "attribute") {
    happen_in_group(account, event);
  } else if (words[1] == "all") {
    for (auto& [id, server] : account.servers) happen_to_server(account, scenario, words, server);
  } else if (const auto found = account.servers.find(instance_id_of(words[1]));
             found != account.servers.end()) {
    happen_to_server(account, scenario, words, found->second);
  }
}

}  // namespace

std::string instance_id_of(std::string_view server_name) {
  return "i-0" + SeededRandom(hash(server_name)).hex(16);
}

std::string target_group_arn_of(std::string_view group_name) {
  return fmt::format("{}targetgroup/{}/{}", kArn, group_name, SeededRandom(hash(group_name)).hex(16));
}

std::unique_ptr<Account> build_account(const Scenario& scenario, std::uint64_t seed) {
  auto account = std::make_unique<Account>(scenario.start, seed);
  SeededRandom random(seed ^ 0x7f4a7c15d1342543U);
  account->switches = scenario.switches;
  account->repair_after = scenario.repair_after;
  for (const auto& [name, role] : scenario.roles) account->roles[name] = role;
  for (const auto& fleet : scenario.fleets) account->peak_requests_per_second += fleet.peak;
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
  const auto shared = std::make_shared<const Scenario>(scenario);
  for (const auto& event : shared->events) {
    if (event.at_start) {
      happen(*account, *shared, event);
    } else {
      account->schedule(scenario.start + event.at,
                        [shared, &event](Account& world) { happen(world, *shared, event); });
    }
  }
  return account;
}

}  // namespace evenkeel::sim
