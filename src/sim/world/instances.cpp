// Instances as EC2 sees them: stopped, started, impaired, and due for maintenance (docs/aws.md, EC2).
#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "sim/world/world.h"

namespace evenkeel::sim {
namespace {

using Life = Server::Life;

constexpr Duration kStopping{30'000};
constexpr Duration kPending{10'000};
constexpr Duration kEventLasts{7'200'000};
constexpr Duration kEventShownFor{604'800'000};

ApiRefusal no_such_instance(const std::string& id) {
  return {400, "InvalidInstanceID.NotFound", fmt::format("The instance ID '{}' does not exist", id)};
}

ApiRefusal wrong_state(const std::string& id, const char* done) {
  return {400, "IncorrectInstanceState",
          fmt::format("The instance '{}' is not in a state from which it can be {}.", id, done)};
}

const Server* find_server(const Account& account, const std::string& id) {
  const auto found = account.servers.find(id);
  const bool gone = found != account.servers.end() && found->second.life == Life::terminated &&
                    found->second.life_until <= account.now();
  return found == account.servers.end() || gone ? nullptr : &found->second;
}

const char* event_description(const std::string& code) {
  static constexpr std::array<std::pair<const char*, const char*>, 5> kTexts = {{
      {"instance-reboot", "The instance is scheduled for a reboot"},
      {"system-reboot", "The instance's host is scheduled for a reboot"},
      {"system-maintenance", "The instance's host is scheduled for maintenance"},
      {"instance-retirement", "The instance is running on degraded hardware"},
      {"instance-stop", "The instance is scheduled to be stopped"},
  }};
  const auto found = std::ranges::find_if(kTexts, [&](const auto& each) { return each.first == code; });
  return found == kTexts.end() ? "The instance has a scheduled event" : found->second;
}

}  // namespace

bool Account::World::reachable(const ServerRun& run) const {
  return run.up() && !account.zones_out.contains(run.server->zone);
}

void Account::World::begin_stop(ServerRun& run, Actor actor) {
  auto& server = *run.server;
  const bool hanging = server.life == Life::hung || server.life == Life::booting;
  const int registered = registrations(server.id);
  note(FactKind::stop_accepted, server.id, registered_in(server.id), registered, life_name(server.life), 0,
       actor);
  if (actor == Actor::evenkeel) {
    ++counters.stops;
    counters.undrained_reboots += registered > 0;
  }
  cut_requests(run, actor == Actor::evenkeel, "in flight on a server that was stopped");
  run.down_by_reboot = actor;
  server.life = Life::stopping;
  server.life_until = now + (hanging ? account.switches.forced_shutdown : kStopping);
  dirty = true;
}

void Account::World::begin_start(ServerRun& run, Actor actor, Duration pending) {
  auto& server = *run.server;
  note(FactKind::start, server.id, {}, 0, {}, 0, actor);
  server.launched_at = now;
  server.initializing = true;
  server.system_impaired_since.reset();
  end_events(server, "");
  server.life = Life::pending;
  server.life_until = now + pending;
  dirty = true;
}

void Account::World::end_events(Server& server, std::string_view code) {
  for (auto& event : server.events) {
    if (!event.ended && (code.empty() || event.code == code)) event.ended = now;
  }
}

void Account::World::step_events(ServerRun& run) {
  auto& server = *run.server;
  std::vector<std::string> due;
  for (auto& event : server.events) {
    if (!event.ended && event.not_before <= now) {
      event.ended = now;
      due.push_back(event.code);
    }
    if (event.ended && !event.over() && now - *event.ended >= account.switches.event_lag)
      event.description = "[Completed] " + event.description;
  }
  std::erase_if(server.events, [&](const ScheduledEvent& event) {
    return event.over() && now - *event.ended >= kEventShownFor;
  });
  for (const auto& code : due) {
    note(FactKind::event, server.id, {}, 0, code);
    if (code != "system-maintenance") happen(run, code);
  }
}

// What AWS does to an instance whose event nothing has ended.
void Account::World::happen(ServerRun& run, const std::string& code) {
  const auto& server = *run.server;
  if (auto* group = account.group_of(server.id); group != nullptr && !group->suspended("HealthCheck")) {
    auto& member = *group->find(server.id);
    if (member.lifecycle_state == "InService") member.health_status = "Unhealthy";
  }
  if (code.ends_with("-reboot")) {
    if (server.runs()) run.reboots.emplace_back(now, Actor::outsider);
  } else if (server.instance_store) {
    account.terminate(server.id);
  } else {
    account.stop(server.id);
  }
}

std::optional<ApiRefusal> Account::stop_instances(const std::vector<std::string>& ids, Actor actor) {
  for (const auto& id : ids) {
    const auto* server = find_server(*this, id);
    if (server == nullptr) return no_such_instance(id);
    if (server->life == Life::pending || server->life == Life::terminated) return wrong_state(id, "stopped");
    if (server->instance_store)
      return ApiRefusal{400, "UnsupportedOperation",
                        fmt::format("The instance '{}' does not have an 'ebs' root device type and cannot be "
                                    "stopped.",
                                    id)};
    if (server->stop_protected)
      return ApiRefusal{
          400, "OperationNotPermitted",
          fmt::format("The instance '{}' may not be stopped. Modify its 'disableApiStop' instance "
                      "attribute and try again.",
                      id)};
  }
  for (const auto& id : ids) {
    auto& run = world_->run_of(id);
    if (run.server->runs()) world_->begin_stop(run, actor);
  }
  return std::nullopt;
}

std::optional<ApiRefusal> Account::start_instances(const std::vector<std::string>& ids, Actor actor) {
  bool any = false;
  for (const auto& id : ids) {
    const auto* server = find_server(*this, id);
    if (server == nullptr) return no_such_instance(id);
    if (server->life == Life::stopping || server->life == Life::terminated) return wrong_state(id, "started");
    any = any || server->life == Life::stopped;
  }
  if (any && switches.no_capacity)
    return ApiRefusal{
        500, "InsufficientInstanceCapacity",
        "We currently do not have sufficient capacity in the Availability Zone you requested. Our "
        "system will be working on provisioning additional capacity."};
  for (const auto& id : ids) {
    auto& run = world_->run_of(id);
    if (run.server->life == Life::stopped) world_->begin_start(run, actor, kPending);
  }
  return std::nullopt;
}

void Account::schedule_event(const std::string& instance_id, const std::string& code, Duration in) {
  const auto found = servers.find(instance_id);
  if (found == servers.end()) return;
  const Time at = now() + in;
  found->second.events.push_back({"instance-event-0" + world_->life_random.hex(16), code,
                                  event_description(code), at, at + kEventLasts});
}

void Account::cancel_event(const std::string& instance_id) {
  const auto found = servers.find(instance_id);
  if (found == servers.end()) return;
  for (auto& event : found->second.events) {
    if (event.ended) continue;
    event.ended = now();
    event.description = "[Canceled] " + event.description;
  }
}

void Account::impair(const std::string& instance_id, bool system) {
  const auto found = servers.find(instance_id);
  if (found == servers.end()) return;
  auto& since = system ? found->second.system_impaired_since : found->second.impaired_since;
  if (!since) since = now();
}

void Account::unimpair(const std::string& instance_id) {
  const auto found = servers.find(instance_id);
  if (found == servers.end()) return;
  found->second.impaired_since.reset();
  found->second.system_impaired_since.reset();
}

void Account::set_tag(const std::string& instance_id, const std::string& key, const std::string& value) {
  const auto found = servers.find(instance_id);
  if (found != servers.end()) found->second.tags[key] = value;
}

void Account::remove_tag(const std::string& instance_id, const std::string& key) {
  const auto found = servers.find(instance_id);
  if (found != servers.end()) found->second.tags.erase(key);
}

}  // namespace evenkeel::sim
