// Target groups: registration, health checks, draining, and where requests are routed
// (docs/aws.md, Elastic Load Balancing).
#include <algorithm>
#include <fmt/core.h>

#include "sim/api/parameters.h"
#include "sim/world/world.h"

namespace evenkeel::sim {
namespace {

using Life = Server::Life;
using std::chrono::seconds;

constexpr Duration kGoneStillAnswers{600'000};  // a terminated target, to a query that names it
constexpr double kLateShare = 0.03;             // of a healthy target's requests, while they trickle
constexpr double kSlowStartLeast = 0.05;
constexpr std::size_t kMostTargets = 1000;  // ELBv2's quota for one group

constexpr const char* kRegistering = "Elb.RegistrationInProgress";
constexpr const char* kFirstChecks = "Elb.InitialHealthChecking";
constexpr const char* kDraining = "Target.DeregistrationInProgress";
constexpr const char* kNotInUse = "Target.NotInUse";
constexpr const char* kStopped = "Target.InvalidState";
constexpr const char* kTimeout = "Target.Timeout";
constexpr const char* kFailed = "Target.FailedHealthChecks";

const char* description_of(std::string_view reason) {
  if (reason == kRegistering) return "Target registration is in progress";
  if (reason == kFirstChecks) return "Initial health checks in progress";
  if (reason == kDraining) return "Target deregistration is in progress";
  if (reason == kNotInUse) return "Target group is not configured to receive traffic from the load balancer";
  if (reason == kStopped) return "Target is in the stopped state";
  if (reason == kTimeout) return "Request timed out";
  if (reason == kFailed) return "Health checks failed";
  return "";
}

int count_healthy(const TargetGroup& group) {
  return static_cast<int>(std::ranges::count(group.targets, "healthy", &RegisteredTarget::state));
}

RegisteredTarget* find_target(TargetGroup& group, const std::string& id, int port) {
  const auto found = std::ranges::find_if(group.targets, [&](const RegisteredTarget& target) {
    return target.id() == id && target.port == port && !target.instance_gone;
  });
  return found == group.targets.end() ? nullptr : &*found;
}

bool in_slow_start(const RegisteredTarget& target, Time now) {
  return target.slow_start_until && *target.slow_start_until > now;
}

ApiRefusal target_group_not_found() {
  return {400, "TargetGroupNotFound", "One or more target groups not found"};
}

}  // namespace

void Account::World::enlist(RegisteredTarget& target) {
  target.state = "initial";
  target.reason = kRegistering;
  target.description = description_of(kRegistering);
  target.since = target.registered_at = now;
  target.passes = target.failures = 0;
  target.ever_healthy = false;
  target.slow_start_until.reset();
  target.next_check = now + seconds{2 + static_cast<int>(life_random.below(4))};
}

void Account::World::set_state(const TargetGroup& group, RegisteredTarget& target, const char* state,
                               const char* reason) {
  target.state = state;
  target.reason = reason;
  target.description = description_of(reason);
  target.since = now;
  target.passes = target.failures = 0;
  target.slow_start_until.reset();
  dirty = true;
  const bool healthy = target.state == "healthy";
  if (healthy || target.state == "unhealthy") {
    note(healthy ? FactKind::healthy : FactKind::unhealthy, target.instance_id, group.arn, 0, reason,
         target.port);
  }
}

void Account::World::step_targets(GroupRun& run) {
  for (std::size_t i = 0; i < run.members.size();) {
    if (!step_target(run, i)) {
      ++i;
      continue;
    }
    const auto place = static_cast<std::ptrdiff_t>(i);
    const auto& target = run.group->targets[i];
    target_runs[run.group->arn].erase({target.id(), target.port});
    run.group->targets.erase(run.group->targets.begin() + place);
    run.members.erase(run.members.begin() + place);
    dirty = true;
  }
}

bool Account::World::step_target(GroupRun& run, std::size_t index) {
  auto& target = run.group->targets[index];
  const auto* server = run.members[index].server;
  const bool exists = server != nullptr && server->server != nullptr;
  if (target.instance_gone) return now - target.since >= kGoneStillAnswers;
  if (exists && server->server->life == Life::terminated) {
    set_state(*run.group, target, "draining", kDraining);
    target.instance_gone = true;
    return false;
  }
  if (target.state == "draining") return step_draining(run, index);

  const bool stopped = !exists || server->server->life == Life::stopped;
  if (run.group->load_balancer_arns.empty() || stopped) {
    const char* why = stopped ? kStopped : kNotInUse;
    if (target.reason != why) set_state(*run.group, target, "unused", why);
    return false;
  }
  if (target.state == "unused") {
    set_state(*run.group, target, "initial", kFirstChecks);
    target.next_check = now + seconds{1};
  } else if (target.reason == kRegistering && now >= target.next_check) {
    set_state(*run.group, target, "initial", kFirstChecks);
    const auto interval = std::max<std::int64_t>(1, run.group->check_interval / seconds{1});
    target.next_check = now + seconds{life_random.below(static_cast<std::uint64_t>(interval))};
  }
  if (target.reason != kRegistering && now >= target.next_check) check_health(run, index);
  return false;
}

bool Account::World::step_draining(GroupRun& run, std::size_t index) {
  const auto& target = run.group->targets[index];
  auto& requests = *run.members[index].target;
  const bool idle = account.switches.idle_target_drains_early && requests.in_flight == 0 &&
                    now - target.since >= account.switches.late_requests;
  if (now - target.since < run.deregistration_delay && !idle) return false;
  if (requests.in_flight > 0) {
    drop(target.instance_id, run.group->arn, requests.in_flight, requests.drained_by == Actor::evenkeel,
         "in flight at the end of the deregistration delay");
  }
  note(FactKind::drained, target.instance_id, run.group->arn, requests.in_flight, {}, target.port,
       requests.drained_by);
  return true;
}

void Account::World::check_health(GroupRun& run, std::size_t index) {
  auto& group = *run.group;
  auto& target = group.targets[index];
  auto& server = *run.members[index].server;
  target.next_check = now + group.check_interval;
  if (!reachable(server)) {
    target.passes = 0;
    ++target.failures;
    const bool silent = server.up() || server.server->life == Life::hung;
    if (target.state != "unhealthy" && target.failures >= group.unhealthy_threshold) {
      set_state(group, target, "unhealthy", silent ? kTimeout : kFailed);
    }
    return;
  }
  target.failures = 0;
  ++target.passes;
  const int needed = target.state == "initial" ? 1 : group.healthy_threshold;
  if (target.state == "healthy" || target.passes < needed) return;
  const bool company = std::ranges::any_of(group.targets, [&](const RegisteredTarget& other) {
    return &other != &target && other.state == "healthy" && !in_slow_start(other, now);
  });
  set_state(group, target, "healthy", "");
  target.ever_healthy = true;
  if (company && run.slow_start > Duration::zero()) target.slow_start_until = now + run.slow_start;
  server.taken.erase({group.arn, target.port});
}

void Account::World::route(GroupRun& run) const {
  auto& group = *run.group;
  run.routes.clear();
  run.healthy = count_healthy(group);
  const auto registered = std::ranges::count_if(group.targets, [](const RegisteredTarget& target) {
    return target.state == "healthy" || target.state == "unhealthy" || target.state == "initial";
  });
  run.failing_open = run.healthy < run.fail_open_count ||
                     100 * run.healthy < run.fail_open_percent * static_cast<int>(registered);
  for (std::size_t i = 0; i < run.members.size(); ++i) {
    auto& target = group.targets[i];
    const auto& member = run.members[i];
    if (member.server == nullptr || target.instance_gone || target.state == "unused") continue;
    const bool late = target.state == "draining" && member.target->late_requests;
    const bool in = target.state == "healthy" || (run.failing_open && target.state != "draining");
    if (in || late) run.routes.push_back({member.target, member.server, &target, 1});
  }
  const auto shifted = [&](const Route& each) {
    return account.shifted_zones.contains(each.server->server->zone);
  };
  if (!account.shifted_zones.empty() && std::ranges::any_of(run.routes, [&](const Route& each) {
        return !shifted(each) && each.registration->state != "draining";
      })) {
    std::erase_if(run.routes, shifted);
  }
  weigh(run);
}

void Account::World::weigh(GroupRun& run) const {
  run.ramping = false;
  for (auto& route : run.routes) {
    const auto& target = *route.registration;
    if (target.state == "draining") {
      const bool trickles = now - target.since < account.switches.late_requests;
      route.weight = trickles ? kLateShare : 0;
      run.ramping = run.ramping || trickles;
    } else if (in_slow_start(target, now)) {
      const double left = static_cast<double>((*target.slow_start_until - now).count());
      route.weight = std::max(kSlowStartLeast, 1 - left / static_cast<double>(run.slow_start.count()));
      run.ramping = true;
    } else {
      route.weight = 1;
    }
  }
}

std::optional<ApiRefusal> Account::register_target(const std::string& arn, const std::string& id,
                                                   std::optional<int> port, Actor actor) {
  auto* group = find_group(arn);
  if (group == nullptr) return target_group_not_found();
  const auto* server = target_server(*group, id);
  const bool by_address = group->target_type == "ip";
  if (server == nullptr && by_address)
    return ApiRefusal{400, "ValidationError", fmt::format("The IP address '{}' is not valid", id)};
  if (server == nullptr)
    return ApiRefusal{400, "InvalidTarget", fmt::format("Instance ID '{}' is not valid", id)};
  if (!server->runs() && !by_address) {
    return ApiRefusal{
        400, "InvalidTarget",
        fmt::format("The following targets are not in a running state and cannot be registered: "
                    "'{}'",
                    id)};
  }
  const int place = port.value_or(group->port);
  auto* target = find_target(*group, id, place);
  if (target != nullptr && target->state != "draining") return std::nullopt;
  if (target == nullptr && group->targets.size() >= kMostTargets) {
    return ApiRefusal{400, "TooManyTargets", "You've reached the limit on the number of targets"};
  }
  world_->note(FactKind::registration, server->id, arn, 0, target == nullptr ? "" : target->state, place,
               actor);
  if (target == nullptr) {
    target = &group->targets.emplace_back();
    target->instance_id = server->id;
    if (by_address) target->address = id;
    target->port = place;
  }
  world_->enlist(*target);
  world_->unsynced = true;
  return std::nullopt;
}

std::optional<ApiRefusal> Account::deregister_target(const std::string& arn, const std::string& id,
                                                     std::optional<int> port, Actor actor) {
  auto* group = find_group(arn);
  if (group == nullptr) return target_group_not_found();
  const int place = port.value_or(group->port);
  auto* target = find_target(*group, id, place);
  const std::string before = target == nullptr ? "" : target->state;
  const std::string instance_id = target == nullptr ? id : target->instance_id;
  if (target == nullptr || before == "draining") {
    world_->note(FactKind::deregistration, instance_id, arn, count_healthy(*group), before, place, actor);
    return std::nullopt;
  }
  auto& requests = world_->target_runs[arn][{id, place}];
  requests.late_requests = before == "healthy";
  requests.drained_by = actor;
  world_->set_state(*group, *target, "draining", kDraining);
  world_->note(FactKind::deregistration, instance_id, arn, count_healthy(*group), before, place, actor);
  if (auto* scaling = group_of(instance_id);
      scaling != nullptr && place == group->port && contains(scaling->attached(), arn)) {
    auto& member = *scaling->find(instance_id);
    member.deregistered_by_outsider =
        member.deregistered_by_outsider || member.lifecycle_state == "InService";
  }
  if (actor == Actor::evenkeel && servers.contains(instance_id)) {
    world_->run_of(instance_id).taken.emplace(arn, place);
  }
  if (before == "unused") {
    group->targets.erase(group->targets.begin() + (target - group->targets.data()));
    world_->note(FactKind::drained, instance_id, arn, 0, {}, place, actor);
  }
  world_->unsynced = true;
  return std::nullopt;
}

void Account::delete_target_group(const std::string& arn) {
  if (target_groups.erase(arn) == 0) return;
  world_->target_runs.erase(arn);
  for (auto& [id, run] : world_->server_runs) {
    std::erase_if(run.taken, [&](const PlaceKey& place) { return place.first == arn; });
  }
  for (auto& [name, group] : auto_scaling_groups) std::erase(group.target_group_arns, arn);
  world_->note(FactKind::group_deleted, {}, arn);
  world_->groups.clear();
  world_->unsynced = true;
}

}  // namespace evenkeel::sim
