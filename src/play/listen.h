// `simulate --listen`: the scenario's account over HTTP, for any AWS client.
#pragma once

#include <cstdint>
#include <string>

#include "cli/context.h"
#include "sim/scenario/scenario.h"

namespace evenkeel::play {

struct ListenOptions {
  std::string address;       // "127.0.0.1:8080"; port 0: any free one
  double time_scale = 1;     // virtual seconds a second
  std::string latency;       // "25ms": what every AWS call takes at least; empty: nothing
  std::string write_policy;  // a file for the scenario's policy; empty: none
};

// Serves until context.stopped(). The first line on standard output is "listening on http://HOST:PORT"; then
// how to reach it. Returns the exit code.
int listen(const sim::Scenario& scenario, std::uint64_t seed, const ListenOptions& options,
           cli::Context& context);

}  // namespace evenkeel::play
