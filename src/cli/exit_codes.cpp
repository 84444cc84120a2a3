#include "cli/exit_codes.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace evenkeel::cli {
namespace {

constexpr const char* kAnyPerson =
    "a server is held, the breaker is open, `check` warns, or\n     the process was stopped with a server out";

const char* meaning_of(ExitCode code) {
  switch (code) {
    case kDone:
      return "done, or nothing to do";
    case kNeedsPerson:
      return "done, but something needs a person";
    case kUsage:
      return "the policy, or a name or value in it or on the command line, is wrong or does not exist";
    case kAws:
      return "AWS could not be read, or refuses a request";
    case kState:
      return "the state is missing, unreadable or busy";
    case kLostRace:
      return "another process changed the state first; run it again";
    case kInternal:
      return "a mistake in evenkeel itself";
    case kWouldNotWork:
      return "`evenkeel check`: a fleet would not work";
    case kCommandLine:
      return "there is no such command or option, or one is missing or lacks its value";
  }
  return "";
}

constexpr std::array kAll{kDone,     kNeedsPerson, kUsage,        kAws,        kState,
                          kLostRace, kInternal,    kWouldNotWork, kCommandLine};
// Any command can end with these.
constexpr std::array kAlways{kDone, kUsage, kInternal, kCommandLine};

}  // namespace

std::string exit_codes_help(std::initializer_list<ExitCode> codes, const char* needs_person) {
  std::string text = "Exit codes:\n";
  for (const auto code : kAll) {
    if (std::ranges::find(kAlways, code) == kAlways.end() && std::ranges::find(codes, code) == codes.end())
      continue;
    text += fmt::format(" {:2}  {}", static_cast<int>(code), meaning_of(code));
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
