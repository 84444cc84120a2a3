// How the program ends, for scripts: a contract, shown by --help.
#pragma once

namespace evenkeel::cli {

enum ExitCode : int {
  kDone = 0,  // done, or nothing to do
  // finished, but something needs a person: held, breaker, a refused plan, an unclean judgement, a process
  // that was stopped with a server out
  kNeedsPerson = 1,
  kUsage = 2,         // the policy, or a name in it or on the command line, is wrong or does not exist
  kAws = 3,           // AWS could not be read, or refuses a request
  kState = 4,         // the state is missing, unreadable, newer than this program, or busy
  kLostRace = 5,      // another process changed the state first: run it again
  kInternal = 6,      // a mistake in evenkeel itself
  kWouldNotWork = 7,  // `check` was done, and some fleet would not work
  kCommandLine = 64,  // no such command or option, or one without its value (EX_USAGE of sysexits.h)
};

// When several fleets end differently, the largest number is returned.
inline constexpr const char* kExitCodesHelp =
    "Exit codes:\n"
    "  0  done, or nothing to do\n"
    "  1  finished, but something needs a person (a server is held, the breaker is open, or the process was\n"
    "     stopped with a server out)\n"
    "  2  the policy is wrong, or a name (fleet, target group, alarm, metric) does not exist\n"
    "  3  AWS could not be read, or refuses a request\n"
    "  4  the state is missing, unreadable or busy\n"
    "  5  another process changed the state first; run it again\n"
    "  6  a mistake in evenkeel itself\n"
    "  7  `evenkeel check`: a fleet would not work\n"
    " 64  there is no such command or option\n"
    "A fleet that could not act if it had to ends with 2 or 3 from its first tick, whatever else holds it back.\n"
    "With several fleets: the largest that occurred.";

}  // namespace evenkeel::cli
