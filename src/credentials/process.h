// credential_process: a program of the user's that prints credentials as JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "credentials/source.h"
#include "wire/shared_config.h"

namespace evenkeel::credentials {

// A command line as its words, as a POSIX shell would split it, but with no shell: quotes and backslashes
// count, nothing is expanded. Nothing when a quote isn't closed.
std::optional<std::vector<std::string>> split_command(std::string_view line);

struct ProcessLimits {
  Duration time{30'000};
  std::size_t output = std::size_t{64} << 10U;
};

// Runs a program to its end: standard output in the result. Its environment is `variables` and nothing else,
// its standard input is empty; beyond the limits it and its children are killed. Errors show what it wrote
// to standard error, shortened, and never its standard output: `unavailable` when it took too long or this
// process was asked to end, `denied` when it failed, `invalid` when it can't be started.
Result<std::string> run_process(const std::vector<std::string>& command,
                                const std::vector<std::string>& variables, Clock& clock,
                                const ProcessLimits& limits = {});

// The profile's credential_process.
Result<Found> process_credentials(const Sources& sources, const SharedConfig& config,
                                  const std::string& profile);

}  // namespace evenkeel::credentials
