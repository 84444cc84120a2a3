#include "cli/exit_codes.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace evenkeel::cli {
namespace {

constexpr const char* kAnyPerson =
    "a server is held, the breaker is open, `check` warns, or\n     the process was stopped with a server out";

struct Meaning {
  ExitCode code;
  const char* says;
};
constexpr Meaning kMeanings[] = {
    {kDone, "done, or nothing to do"},
    {kNeedsPerson, "done, but something needs an operator"},
    {kUsage, "the policy, or a name or value in it or on the command line, is wrong or does not exist"},
    {kAws, "AWS could not be read, or refuses a request"},
    {kState, "the state is missing, unreadable or busy"},
    {kLostRace, "another process changed the state first; run it again"},
    {kInternal, "a mistake in evenkeel itself"},
    {kWouldNotWork, "`evenkeel check`: a fleet would not work"},
    {kCommandLine, "there is no such command or option, or one is missing or lacks its value"},
};
// Any command can end with these.
constexpr std::array kAlways{kDone, kUsage, kInternal, kCommandLine};

}  // namespace

std::string exit_codes_help(std::initializer_list<ExitCode> codes, const char* needs_person) {
  std::string text = "Exit codes:\n";
  for (const auto& [code, says] : kMeanings) {
    if (std::ranges::find(kAlways, code) == kAlways.end() && std::ranges::find(codes, code) == codes.end())
      continue;
    text += fmt::format(" {:2}  {}", static_cast<int>(code), says);
    if (code == kNeedsPerson && *needs_person != '\0') text += fmt::format(" ({})", needs_person);
    text += "\n";
  }
  text += "When it comes to several, the largest is returned.";
  return text;
}

std::string exit_codes_help() {
  return exit_codes_help({kNeedsPerson, kAws, kState, kLostRace, kWouldNotWork}, kAnyPerson) +
         "\nA fleet that could not act if it had to ends with 2 or 3 from its first tick, whatever else holds it "
         "back.\nThe --help of a command lists those that it can end with.";
}

}  // namespace evenkeel::cli
