// Commands on their way: delivered to the agent of a server that is up, run there, lost when it goes down.
#include "sim/world/systems_manager.h"

#include <algorithm>
#include <fmt/core.h>

#include "sim/world/world.h"

namespace evenkeel::sim {
namespace {

constexpr Duration kPickedUpAfter{1'000};
constexpr Duration kDelayedAfter{60'000};

bool ended(const CommandInvocation& invocation) { return invocation.ended_at.has_value(); }

void end(CommandInvocation& invocation, Time now, const char* status, const char* details,
         int response_code) {
  invocation.status = status;
  invocation.details = details;
  invocation.response_code = response_code;
  invocation.ended_at = now;
}

// The servers that Systems Manager doesn't take a command for.
bool refuses(const Server& server) { return !server.runs() || server.unmanaged; }

}  // namespace

bool Calendar::open_at(Time time) const {
  const auto next = open_from.upper_bound(time);
  return next == open_from.begin() || std::prev(next)->second;
}

std::optional<Time> Calendar::next_transition(Time time) const {
  const bool now = open_at(time);
  const auto found = std::find_if(open_from.upper_bound(time), open_from.end(),
                                  [&](const auto& entry) { return entry.second != now; });
  return found == open_from.end() ? std::nullopt : std::optional(found->first);
}

void Account::World::finish(CommandInvocation& invocation, const Document& document, Server& server) const {
  invocation.output = document.output;
  if (document.fails) {
    invocation.error = "failed to run commands: exit status 1";
    end(invocation, now, "Failed", "Failed", 1);
  } else {
    if (document.frees_memory) server.memory = server.memory_at_boot;
    end(invocation, now, "Success", "Success", 0);
  }
}

void Account::World::step_invocation(CommandInvocation& invocation) {
  const auto found = account.servers.find(invocation.instance_id);
  const bool up = found != account.servers.end() && reachable(run_of(invocation.instance_id));
  const auto& document = account.documents[invocation.document];
  const Actor actor = invocation.ours ? Actor::evenkeel : Actor::outsider;
  if (!invocation.started_at) {
    if (now >= invocation.deliver_by) return end(invocation, now, "TimedOut", "DeliveryTimedOut", -1);
    if (!up || found->second.unmanaged) {
      if (now - invocation.sent_at >= kDelayedAfter) invocation.status = invocation.details = "Delayed";
      return;
    }
    if (now - invocation.sent_at < kPickedUpAfter) return;
    invocation.started_at = now;
    invocation.status = invocation.details = "InProgress";
    note(FactKind::command, invocation.instance_id, {}, registrations(invocation.instance_id),
         invocation.document, 0, actor);
    return;
  }
  invocation.lost = invocation.lost || !up;
  if (!invocation.lost && now >= *invocation.started_at + document.takes) {
    finish(invocation, document, found->second);
  } else if (now >= *invocation.started_at + document.timeout) {
    end(invocation, now, "TimedOut", "ExecutionTimedOut", -1);
  } else {
    return;
  }
  note(FactKind::command_done, invocation.instance_id, {}, invocation.response_code,
       invocation.document + ": " + invocation.details, 0, actor);
}

void Account::World::step_invocations() {
  for (auto place = open_invocations.begin(); place != open_invocations.end();) {
    auto& invocation = account.invocations[*place];
    step_invocation(invocation);
    place = ended(invocation) ? open_invocations.erase(place) : std::next(place);
  }
}

std::expected<std::string, ApiRefusal> Account::send_command(CommandInvocation command,
                                                             const std::vector<std::string>& instance_ids,
                                                             Duration deliver_within, Actor actor) {
  const auto document = documents.find(command.document);
  if (document == documents.end()) {
    return std::unexpected(ApiRefusal{400, "InvalidDocument", "The specified SSM document doesn't exist."});
  }
  for (const auto& name : document->second.required) {
    if (command.parameters.contains(name)) continue;
    return std::unexpected(ApiRefusal{400, "InvalidParameters", "The parameter " + name + " is required."});
  }
  for (const auto& id : instance_ids) {
    const auto server = servers.find(id);
    if (server != servers.end() && !refuses(server->second)) continue;
    return std::unexpected(
        ApiRefusal{400, "InvalidInstanceId",
                   fmt::format("Instances [[{}]] not in a valid state for account {}", id, account_id)});
  }
  auto& world = *world_;
  const auto hex = world.command_random.hex(32);
  command.command_id = fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                                   hex.substr(16, 4), hex.substr(20));
  command.sent_at = world.now;
  command.deliver_by = world.now + deliver_within;
  command.ours = actor == Actor::evenkeel;
  for (const auto& id : instance_ids) {
    command.instance_id = id;
    world.open_invocations.push_back(invocations.size());
    invocations.push_back(command);
  }
  return command.command_id;
}

}  // namespace evenkeel::sim
