// How the program ends, for scripts: a contract, shown by --help.
#pragma once

namespace evenkeel::cli {

enum ExitCode : int {
  kDone = 0,  // done, or nothing to do
  kNeedsPerson =
      1,       // finished, but something needs a person: held, breaker, a refused plan, an unclean judgement
  kUsage = 2,  // the command line, the policy or a named thing is wrong
  kAws = 3,    // AWS could not be read, or refuses us
  kState = 4,  // the state is missing, unreadable, newer than this program, or busy
  kLostRace = 5,  // somebody else changed the state first: run it again
  kInternal = 6,  // a mistake in evenkeel itself
  kWouldNotWork = 7,  // `check` was done, and some fleet would not work
};

// When several fleets end differently, the largest number is returned.
inline constexpr const char* kExitCodesHelp =
    "Exit codes:\n"
    "  0  done, or nothing to do\n"
    "  1  finished, but something needs a person (a member is held, the breaker is open)\n"
    "  2  the command line, the policy or a name is wrong\n"
    "  3  AWS could not be read, or refuses us\n"
    "  4  the state is missing, unreadable or busy\n"
    "  5  somebody else changed the state first; run it again\n"
    "  6  a mistake in evenkeel itself\n"
    "  7  `evenkeel check`: a fleet would not work\n"
    "With several fleets: the largest that occurred.";

}  // namespace evenkeel::cli
