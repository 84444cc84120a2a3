// The lives of the servers: running, rebooting, booting, hanging, stopped, gone.
#include <algorithm>
#include <fmt/core.h>

#include "sim/world/world.h"

namespace evenkeel::sim {
namespace {

using Life = Server::Life;

constexpr Duration kGracefulShutdown{10'000};
constexpr Duration kTerminatedShownFor{3'600'000};
constexpr Duration kOneSecond{1'000};

}  // namespace

const char* Account::World::life_name(Life life) {
  return life == Life::stopping_for_reboot ? "shutting down for a reboot" : name(life);
}

int Account::World::registrations(const std::string& instance_id) const {
  int count = 0;
  for (const auto& [arn, group] : account.target_groups) {
    for (const auto& target : group.targets) count += target.instance_id == instance_id;
  }
  return count;
}

std::string Account::World::registered_in(const std::string& instance_id) const {
  for (const auto& [arn, group] : account.target_groups) {
    for (const auto& target : group.targets) {
      if (target.instance_id == instance_id) return arn;
    }
  }
  return "";
}

int Account::World::cut_requests(ServerRun& run, bool ours, const char* why) {
  int cut = 0;
  for (auto& group : groups) {
    for (auto& member : group.members) {
      if (member.server != &run || member.target->in_flight == 0) continue;
      cut += member.target->in_flight;
      drop(run.server->id, group.group->arn, member.target->in_flight, ours, why);
      member.target->ends.fill(0);
      member.target->in_flight = 0;
    }
  }
  return cut;
}

void Account::World::begin_shutdown(ServerRun& run, Actor actor) {
  auto& server = *run.server;
  const bool hanging = server.life == Life::hung || server.life == Life::booting;
  const int registered = registrations(server.id);
  note(FactKind::reboot_effect, server.id, registered_in(server.id), registered, life_name(server.life), 0,
       actor);
  if (actor == Actor::evenkeel) {
    ++counters.reboots;
    ++server.reboots_by_api;
    counters.undrained_reboots += registered > 0;
  }
  cut_requests(run, actor == Actor::evenkeel, "in flight on a server that was rebooted");
  run.down_by_reboot = actor;
  if (server.reboot_migration) end_events(server, "system-reboot");
  server.life = Life::stopping_for_reboot;
  server.life_until = now + (hanging ? account.switches.forced_shutdown : kGracefulShutdown);
  dirty = true;
}

void Account::World::begin_boot(ServerRun& run) {
  auto& server = *run.server;
  server.life = Life::booting;
  if (server.boot_never_ends) {
    server.boot_never_ends = false;
    server.life_until = Time::max();
    note(FactKind::boot_hangs, server.id);
  } else {
    const double jitter = 0.9 + 0.2 * life_random.unit();
    const auto boot = static_cast<Duration::rep>(static_cast<double>(server.boot_time.count()) * jitter);
    server.life_until = now + std::max(Duration{boot}, kOneSecond);
  }
  dirty = true;
}

void Account::World::finish_boot(ServerRun& run) {
  auto& server = *run.server;
  server.life = Life::running;
  server.memory = server.memory_at_boot;
  server.console_at = now;
  server.life_until = Time{};
  server.initializing = false;
  server.impaired_since.reset();
  run.down_by_reboot.reset();
  note(FactKind::boot_done, server.id);
  dirty = true;
}

void Account::World::hang(ServerRun& run) {
  auto& server = *run.server;
  server.life = Life::hung;
  server.life_until = now + account.repair_after;
  if (!server.impaired_since) server.impaired_since = now;
  ++server.crashes;
  ++counters.crashes;
  note(FactKind::crash, server.id, {}, cut_requests(run, false, "in flight on a server that crashed"));
  dirty = true;
}

void Account::World::step_server(ServerRun& run) {
  auto& server = *run.server;
  if (!server.events.empty()) step_events(run);
  for (std::size_t i = 0; i < run.reboots.size();) {
    const auto [due, actor] = run.reboots[i];
    if (due > now) {
      ++i;
      continue;
    }
    run.reboots.erase(run.reboots.begin() + static_cast<std::ptrdiff_t>(i));
    if (server.runs()) {
      begin_shutdown(run, actor);
    } else {
      note(FactKind::reboot_ignored, server.id, {}, 0, life_name(server.life), 0, actor);
    }
  }
  if (server.life == Life::running) {
    if (server.memory >= 100) hang(run);
    return;
  }
  if (server.life_until > now) return;
  if (server.life == Life::stopping_for_reboot || server.life == Life::pending) {
    begin_boot(run);
  } else if (server.life == Life::stopping) {
    server.life = Life::stopped;
    server.life_until = Time::max();
    note(FactKind::stop, server.id, {}, 0, {}, 0, run.down_by_reboot.value_or(Actor::outsider));
    dirty = true;
  } else if (server.life == Life::booting) {
    finish_boot(run);
  } else if (server.life == Life::hung) {
    account.repair(server.id);
  }
}

void Account::World::leave(ServerRun& run, Life life) {
  auto& server = *run.server;
  if (server.life == life || server.life == Life::terminated) return;
  const bool ours = run.down_by_reboot == Actor::evenkeel;
  cut_requests(run, ours, "in flight on a server that was stopped");
  server.life = life;
  server.life_until = life == Life::terminated ? now + kTerminatedShownFor : Time::max();
  run.down_by_reboot.reset();
  note(life == Life::stopped ? FactKind::stop : FactKind::terminate, server.id);
  dirty = true;
}

std::optional<ApiRefusal> Account::reboot(const std::vector<std::string>& instance_ids, Actor actor) {
  auto& world = *world_;
  for (const auto& id : instance_ids) {
    const auto found = servers.find(id);
    const bool unknown = found == servers.end() ||
                         (found->second.life == Life::terminated && found->second.life_until <= world.now);
    if (unknown) {
      return ApiRefusal{400, "InvalidInstanceID.NotFound",
                        fmt::format("The instance ID '{}' does not exist", id)};
    }
    if (!found->second.runs() && found->second.life != Life::terminated) {
      return ApiRefusal{
          400, "IncorrectInstanceState",
          fmt::format("The instance '{}' is not in a state from which it can be rebooted.", id)};
    }
  }
  for (const auto& id : instance_ids) {
    auto& run = world.run_of(id);
    if (run.server->life == Life::terminated) {
      world.note(FactKind::reboot_ignored, id, {}, 0, World::life_name(Life::terminated), 0, actor);
      continue;
    }
    world.note(FactKind::reboot_accepted, id, {}, world.registrations(id), World::life_name(run.server->life),
               0, actor);
    run.reboots.emplace_back(world.now + switches.reboot_queue, actor);
  }
  return std::nullopt;
}

void Account::stop(const std::string& instance_id) {
  if (servers.contains(instance_id)) world_->leave(world_->run_of(instance_id), Life::stopped);
}

void Account::terminate(const std::string& instance_id) {
  if (servers.contains(instance_id)) world_->leave(world_->run_of(instance_id), Life::terminated);
}

void Account::start(const std::string& instance_id) {
  const auto found = servers.find(instance_id);
  if (found == servers.end() || found->second.life != Life::stopped) return;
  auto& run = world_->run_of(instance_id);
  world_->begin_start(run, Actor::outsider, Duration::zero());
  world_->begin_boot(run);
}

void Account::crash(const std::string& instance_id) {
  const auto found = servers.find(instance_id);
  if (found != servers.end() && found->second.life == Life::running)
    world_->hang(world_->run_of(instance_id));
}

void Account::repair(const std::string& instance_id) {
  const auto found = servers.find(instance_id);
  if (found == servers.end() || !found->second.runs()) return;
  auto& run = world_->run_of(instance_id);
  ++world_->counters.repairs;
  world_->note(FactKind::repair, instance_id);
  world_->cut_requests(run, false, "in flight on a server that was restarted");
  run.down_by_reboot.reset();
  world_->begin_boot(run);
}

}  // namespace evenkeel::sim
