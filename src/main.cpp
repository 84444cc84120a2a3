// Picks the entry point: AWS Lambda where its Runtime API is there, else the command line.
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "cli/exit_codes.h"
#include "cli/run_cli.h"
#include "lambda/serve.h"
#include "play/simulate.h"
#include "wire/curl.h"

namespace {

std::optional<std::string> variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::vector<std::string> variables() {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) all.emplace_back(*entry);
  return all;
}

// A second signal, whichever of the two, ends the process at once.
void stop(int) {
  evenkeel::SystemClock::interrupt();
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
}

int columns() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) return size.ws_col;
  const auto text = variable("COLUMNS").value_or("");
  int given = 0;
  std::from_chars(text.data(), text.data() + text.size(), given);
  return given >= 40 && given <= 1000 ? given : 100;
}

// AWS_CA_BUNDLE, else the file that the function's package brings along, else the system's.
std::optional<std::string> ca_file() {
  if (auto named = evenkeel::wire::lookup(variable, "AWS_CA_BUNDLE")) return named;
  const auto root = evenkeel::wire::lookup(variable, "LAMBDA_TASK_ROOT");
  const auto packed = root.value_or("") + "/ca.pem";
  return root && access(packed.c_str(), R_OK) == 0 ? std::optional(packed) : std::nullopt;
}

// The tz database beside the program, as packages for bare roots bring it along; without it, or where TZDIR
// says otherwise, the system's. Before there is a second thread.
void find_time_zones(const char* program) {
  if (evenkeel::wire::lookup(variable, "TZDIR")) return;
  const auto root = evenkeel::wire::lookup(variable, "LAMBDA_TASK_ROOT");
  const std::string path = root ? *root + "/" : program;
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return;
  const auto packed = path.substr(0, slash) + "/zoneinfo";
  if (access((packed + "/Etc/UTC").c_str(), R_OK) == 0) setenv("TZDIR", packed.c_str(), 1);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    std::signal(SIGPIPE, SIG_IGN);
    find_time_zones(count > 0 ? arguments[0] : "");
    evenkeel::SystemClock clock;
    evenkeel::SystemRandom random;
    evenkeel::wire::CurlTransport network{
        {.ca_file = ca_file(), .proxies = evenkeel::wire::proxies_from(variable)}};
    if (const auto lambda = evenkeel::wire::lookup(variable, "AWS_LAMBDA_RUNTIME_API")) {
      evenkeel::lambda::HandlerContext context{
          .out = std::cout, .environment = variable, .clock = clock, .random = random, .network = network};
      return evenkeel::lambda::serve(*lambda, context);
    }
    std::signal(SIGTERM, stop);
    std::signal(SIGINT, stop);
    evenkeel::cli::Context context{
        .out = std::cout,
        .err = std::cerr,
        .environment = variable,
        .clock = clock,
        .random = random,
        .network = network,
        .stopped = evenkeel::SystemClock::interrupted,
        .out_is_terminal = isatty(STDOUT_FILENO) == 1,
        .err_is_terminal = isatty(STDERR_FILENO) == 1,
        .columns = columns(),
        .variables = variables(),
    };
    const evenkeel::cli::AddCommand simulate[] = {evenkeel::play::add_simulate};
    return evenkeel::cli::run_cli(std::vector<std::string>(arguments + 1, arguments + count), context,
                                  simulate);
  } catch (const std::exception& failure) {
    std::cerr << "evenkeel: a mistake in evenkeel itself: " << failure.what() << "\n";
    return evenkeel::cli::kInternal;
  }
}
