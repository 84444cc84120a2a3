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

std::vector<Result<wire::Response>> MortalTransport::exchange(std::span<const wire::Request> requests) {
  if (fate_.doomed && std::ranges::any_of(requests, changes_the_world)) fate_.dead = true;
  if (!fate_.dead) return network_.exchange(requests);
  return {requests.size(), Result<wire::Response>(killed())};
}

Result<std::optional<FleetState>> MortalJournal::load(const std::string& fleet) {
  if (fate_.dead) return killed();
  return journal_.load(fleet);
}

Result<void> MortalJournal::replace(const FleetState& next, std::span<const Event> events) {
  if (fate_.dead) return killed();
  return journal_.replace(next, events);
}

Result<std::vector<Event>> MortalJournal::history(const std::string& fleet, const std::string& instance_id,
                                                  int limit) {
  if (fate_.dead) return killed();
  return journal_.history(fleet, instance_id, limit);
}

Result<std::vector<std::string>> MortalJournal::fleets() {
  if (fate_.dead) return killed();
  return journal_.fleets();
}

}  // namespace evenkeel::play
