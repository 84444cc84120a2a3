#include "play/killable.h"

#include <algorithm>
#include <array>

namespace evenkeel::play {
namespace {

// Questions that look like changes: a dry run, and one about an instance that no account has.
bool only_asks(const wire::Request& request) {
  return request.body.find("DryRun=true") != std::string::npos ||
         request.body.find("i-00000000000000000") != std::string::npos;
}

bool changes_the_world(const wire::Request& request) {
  constexpr std::array<std::string_view, 8> kChanging = {
      "Action=DeregisterTargets", "Action=RegisterTargets",
      "Action=RebootInstances",   "Action=StopInstances",
      "Action=StartInstances",    "Action=EnterStandby",
      "Action=ExitStandby",       "Action=TerminateInstanceInAutoScalingGroup"};
  if (only_asks(request)) return false;
  const bool sends_command = std::ranges::any_of(
      request.headers, [](const auto& header) { return header.second.ends_with(".SendCommand"); });
  return sends_command || std::ranges::any_of(kChanging, [&](std::string_view action) {
           return request.body.find(action) != std::string::npos;
         });
}

std::unexpected<Error> killed() { return fail(ErrorKind::unavailable, "the process was killed"); }

}  // namespace

std::vector<Result<wire::Response>> KillableTransport::exchange(std::span<const wire::Request> requests) {
  if (kill_.armed && std::ranges::any_of(requests, changes_the_world)) kill_.dead = true;
  if (!kill_.dead) return network_.exchange(requests);
  return {requests.size(), Result<wire::Response>(killed())};
}

Result<std::optional<FleetState>> KillableJournal::load(const std::string& fleet) {
  if (kill_.dead) return killed();
  return journal_.load(fleet);
}

Result<void> KillableJournal::replace(const FleetState& next, std::span<const Event> events) {
  if (kill_.dead) return killed();
  return journal_.replace(next, events);
}

Result<std::vector<Event>> KillableJournal::history(const std::string& fleet, const std::string& instance_id,
                                                    int limit) {
  if (kill_.dead) return killed();
  return journal_.history(fleet, instance_id, limit);
}

Result<std::vector<std::string>> KillableJournal::fleets() {
  if (kill_.dead) return killed();
  return journal_.fleets();
}

}  // namespace evenkeel::play
