#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "record/sqlite_journal.h"

namespace evenkeel::cli {

std::shared_ptr<Options> default_options(const wire::Environment& environment) {
  auto options = std::make_shared<Options>();
  options->policy = wire::lookup(environment, "EVENKEEL_POLICY").value_or("evenkeel.yaml");
  options->state = wire::lookup(environment, "EVENKEEL_STATE").value_or("evenkeel.db");
  return options;
}

void add_policy(CLI::App& command, Options& options) {
  command.add_option("--policy", options.policy, "the policy file (EVENKEEL_POLICY)")
      ->option_text("FILE")
      ->capture_default_str();
}

void add_state(CLI::App& command, Options& options) {
  command.add_option("--state", options.state, "what is remembered: PATH or sqlite:PATH (EVENKEEL_STATE)")
      ->option_text("PATH")
      ->capture_default_str();
}

void add_fleet(CLI::App& command, Options& options) {
  command.add_option("--fleet", options.fleets, "only this fleet; may be given several times")
      ->option_text("NAME");
}

void add_json(CLI::App& command, Options& options) {
  command.add_flag("--json", options.json, "for programs: JSON on standard output");
}

void add_aws(CLI::App& command, Options& options) {
  command
      .add_option("--profile", options.aws.profile,
                  "the profile in ~/.aws to use, instead of the environment's keys")
      ->option_text("NAME");
  command.add_option("--region", options.aws.region, "the region of all fleets, whatever the policy says")
      ->option_text("NAME");
}

Result<std::string> state_file(const std::string& address) {
  std::string path = address;
  if (path.starts_with("sqlite:")) path.erase(0, 7);
  if (path.find("://") != std::string::npos) {
    return fail(
        ErrorKind::invalid,
        fmt::format("--state {}: not in this version, which keeps its state in SQLite; give a path or "
                    "sqlite:PATH",
                    printable(address)));
  }
  if (path.empty() || path == ":memory:") {
    return fail(ErrorKind::invalid,
                fmt::format("--state {}: the state must outlive the process, or members that were taken out "
                            "would be forgotten; give the path of a file",
                            printable(address)));
  }
  return path;
}

Result<std::unique_ptr<record::Journal>> open_state(const std::string& address) {
  return record::open_sqlite(TRY(state_file(address)));
}

Result<std::unique_ptr<record::Journal>> open_state_to_read(const std::string& address) {
  return record::open_sqlite_read_only(TRY(state_file(address)));
}

Result<std::vector<FleetPolicy>> chosen_fleets(std::vector<FleetPolicy> fleets,
                                               const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const auto& fleet : fleets) known.push_back(fleet.name);
  for (const auto& name : names) {
    if (std::ranges::find(known, name) == known.end()) {
      return fail(ErrorKind::invalid, fmt::format("--fleet {}: there is no such fleet; there is {}",
                                                  printable(name), join(known, ", ")));
    }
  }
  if (!names.empty()) {
    std::erase_if(fleets, [&](const FleetPolicy& fleet) {
      return std::ranges::find(names, fleet.name) == names.end();
    });
  }
  return fleets;
}

int fail_with(Context& context, ExitCode code, std::string_view message) {
  context.err << "evenkeel: " << message << (message.ends_with('\n') ? "" : "\n") << std::flush;
  return code;
}

ExitCode exit_code_of(const Error& error) {
  if (error.code == record::kStoreCode && error.kind != ErrorKind::conflict) return kState;
  switch (error.kind) {
    case ErrorKind::corrupt:
      return kState;
    case ErrorKind::conflict:
      return kLostRace;
    case ErrorKind::invalid:
    case ErrorKind::not_found:
    case ErrorKind::denied:
    case ErrorKind::throttled:
    case ErrorKind::unavailable:
    case ErrorKind::maybe_happened:
    case ErrorKind::rejected:
      return kAws;
  }
  return kAws;
}

std::string author(const wire::Environment& environment) {
  auto name = wire::lookup(environment, "USER");
  if (!name) name = wire::lookup(environment, "LOGNAME");
  return name ? printable(*name, 64) : "unknown";
}

std::string with_unit(double value, const std::string& metric) {
  return format_number(value) + (metric.find('%') != std::string::npos ? " %" : "");
}

}  // namespace evenkeel::cli
