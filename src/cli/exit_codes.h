// How the program ends, for scripts: a contract, shown by --help and in docs/operating.md. One code has one meaning,
// whichever command ends with it.
#pragma once

#include <initializer_list>
#include <string>

namespace evenkeel::cli {

enum ExitCode : int {
  kDone = 0,  // done, or nothing to do
  // done, but something needs an operator: held, breaker, a refused plan, a warning, an unclean judgement, a process
  // that was stopped with a server out
  kNeedsPerson = 1,
  // the policy, or a name or value in it or on the command line, is wrong or does not exist
  kUsage = 2,
  kAws = 3,           // AWS could not be read, or refuses a request
  kState = 4,         // the state is missing, unreadable, newer than this program, or busy
  kLostRace = 5,      // another process changed the state first: run it again
  kInternal = 6,      // a mistake in evenkeel itself
  kWouldNotWork = 7,  // `check` was done, and some fleet would not work
  kCommandLine = 64,  // no such command or option, or one without its value (EX_USAGE of sysexits.h)
};

// For --help: of the whole program, and of a command that can end with these beside those with which any can.
// `needs_person`: what it is there for which an operator is needed.
std::string exit_codes_help();
std::string exit_codes_help(std::initializer_list<ExitCode> codes, const char* needs_person = "");

}  // namespace evenkeel::cli
