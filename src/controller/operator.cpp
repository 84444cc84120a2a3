// What operators ask for: pause, resume, restore.
#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "controller/tick.h"
#include "decide/guards/expected.h"
#include "model/identity.h"

namespace evenkeel::controller {
namespace {

constexpr std::size_t kMostRequests = 20;

std::vector<std::string> what_would_end(FleetState state) {
  std::vector<std::string> ended;
  if (state.pause) {
    const auto& [reason, author, since, until] = *state.pause;
    const bool over = until && *until <= state.last_tick_at;
    ended.push_back(fmt::format("the pause of {}{}: {}", author,
                                over ? ", which was over since " + iso8601(*until) : "", reason));
  }
  for (const auto& request : state.requests) {
    if (request.kind == OperatorRequest::Kind::resume && !request.here) ended.clear();
    if (request.kind == OperatorRequest::Kind::pause)
      ended.push_back(fmt::format("the pause of {}: {}", request.author, request.reason));
  }
  if (state.breaker) ended.push_back("the breaker: " + state.breaker->reason);
  if (!state.denials.empty())
    ended.emplace_back("the wait after AWS's refusals: the next start tries it again");
  if (const auto missing = decide::accept_missing(state); !missing.empty())
    ended.push_back("the wait for servers that left their target groups: " + join(missing, ", "));
  return ended;
}

std::vector<std::string> what_it_leaves(const FleetState& state) {
  const auto known = remembered_identity(state);
  return {fmt::format("{} belonged to {}; the next tick takes the account and region that it finds",
                      state.fleet, known ? describe(*known) : "no place that is known")};
}

std::vector<std::string> what_comes_of(const OperatorRequest& request, const FleetState& state) {
  if (request.kind != OperatorRequest::Kind::resume) return {};
  return request.here ? what_it_leaves(state) : what_would_end(state);
}

Result<std::vector<std::string>> add_request(const std::string& fleet, const OperatorRequest& request,
                                             FleetState& state) {
  if (request.kind == OperatorRequest::Kind::restore &&
      std::ranges::find(state.open, request.instance_id, &Remediation::instance_id) == state.open.end()) {
    return fail(ErrorKind::not_found,
                fmt::format("fleet {}: nothing is open for {}", fleet, printable(request.instance_id)));
  }
  if (state.requests.size() >= kMostRequests) {
    return fail(ErrorKind::rejected,
                fmt::format("fleet {}: {} wishes wait for a tick to date them; does anything tick?", fleet,
                            state.requests.size()),
                record::kStoreCode);
  }
  auto ends = what_comes_of(request, state);
  state.requests.push_back(request);
  return ends;
}

}  // namespace

Result<std::vector<std::string>> record_request(const std::string& fleet, const OperatorRequest& request,
                                                Parts& parts) {
  Error last;
  for (int attempt = 0; attempt < record::kSwapAttempts; ++attempt) {
    FleetState state = TRY(parts.journal.load(fleet)).value_or(FleetState{});
    state.fleet = fleet;
    ++state.revision;
    state.written_by = parts.random.hex(16);
    auto ends = TRY(add_request(fleet, request, state));
    const auto written = parts.journal.replace(state, {});
    if (written) return ends;
    last = written.error();
    if (last.kind != ErrorKind::conflict) break;
  }
  return std::unexpected(last);
}

}  // namespace evenkeel::controller
