#include "play/listen.h"

#include <atomic>
#include <charconv>
#include <fmt/core.h>
#include <fstream>
#include <optional>

#include "base/text.h"
#include "cli/options.h"
#include "play/run.h"
#include "sim/api/serve.h"

namespace evenkeel::play {
namespace {

// "HOST:PORT", ":PORT" or "PORT".
std::optional<sim::ServeOptions> parse_address(std::string_view text) {
  sim::ServeOptions options;
  const auto colon = text.rfind(':');
  const auto port = colon == std::string_view::npos ? text : text.substr(colon + 1);
  const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), options.port);
  if (failure != std::errc{} || end != port.data() + port.size() || options.port < 0 || options.port > 65535)
    return std::nullopt;
  if (colon != std::string_view::npos && colon > 0) options.host = text.substr(0, colon);
  return options;
}

// "25ms", or what durations look like elsewhere; at most ten seconds.
std::optional<Duration> parse_latency(std::string_view text) {
  std::optional<Duration> latency = parse_duration(text);
  if (text.ends_with("ms")) {
    text.remove_suffix(2);
    Duration::rep count = -1;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (failure == std::errc{} && end == text.data() + text.size()) latency = Duration{count};
  }
  return latency && *latency >= Duration{0} && *latency <= Duration{10'000} ? latency : std::nullopt;
}

void introduce(const sim::Scenario& scenario, const std::string& region, const sim::ServeOptions& serving,
               const ListenOptions& options, int port, cli::Context& context) {
  const auto url = fmt::format("http://{}:{}", serving.host, port);
  auto& out = context.out;
  out << "listening on " << url << "\n" << std::flush;
  out << fmt::format("\n{} in virtual time, from {}, {} seconds a second. In another terminal:\n",
                     printable(scenario.file), iso8601(scenario.start), format_number(serving.time_scale))
      << "  export AWS_ENDPOINT_URL=" << url << "\n";
  for (const auto& [name, value] : example_environment(region))
    out << fmt::format("  export {}={}\n", name, value);
  out << fmt::format("  export AWS_DEFAULT_REGION={}\n", region);
  if (options.write_policy.empty()) {
    out << "Add --write-policy FILE to have the scenario's policy for it.\n";
  } else {
    out << fmt::format("  evenkeel plan --policy {0}\n  evenkeel run --policy {0} --every 10s\n",
                       printable(options.write_policy));
  }
  out << "SIGTERM or Ctrl-C ends it.\n" << std::flush;
}

}  // namespace

int listen(const sim::Scenario& scenario, std::uint64_t seed, const ListenOptions& options,
           cli::Context& context) {
  auto serving = parse_address(options.address);
  if (!serving) {
    return cli::fail_with(
        context, cli::kUsage,
        fmt::format("--listen {}: give HOST:PORT, such as 127.0.0.1:8080", printable(options.address)));
  }
  serving->time_scale = options.time_scale;
  if (!options.latency.empty()) {
    const auto latency = parse_latency(options.latency);
    if (!latency) {
      return cli::fail_with(context, cli::kUsage,
                            fmt::format("--latency {}: give a duration of at most 10s, such as 25ms",
                                        printable(options.latency)));
    }
    serving->latency = *latency;
  }
  if (!options.write_policy.empty()) {
    std::ofstream file(options.write_policy);
    file << scenario.policy;
    file.close();
    if (!file) {
      return cli::fail_with(context, cli::kUsage,
                            fmt::format("--write-policy {}: it can't be written; is its folder there?",
                                        printable(options.write_policy)));
    }
  }
  const auto account = sim::build_account(scenario, seed);
  sim::Front front{*account, scenario.faults, seed};
  const std::atomic<bool> stop{false};
  const auto served = sim::serve(
      front, *account, context.clock, *serving,
      [&](int port) { introduce(scenario, account->region, *serving, options, port, context); }, stop);
  if (!served) return cli::fail_with(context, cli::kUsage, served.error().message);
  return cli::kDone;
}

}  // namespace evenkeel::play
