// Everything that enters a command from outside, so that a test can run the whole command line in memory.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "wire/environment.h"
#include "wire/transport.h"

namespace evenkeel::cli {

struct Context {
  std::ostream& out;              // what was asked for
  std::ostream& err;              // errors and progress
  wire::Environment environment;  // variables: credentials, region, endpoints, defaults of options
  Clock& clock;
  Random& random;
  wire::Transport& network;
  std::function<bool()> stopped = [] { return false; };  // SIGTERM or SIGINT came
  bool out_is_terminal = false;                          // colours, wrapping
  bool err_is_terminal = false;                          // progress lines
  int columns = 100;                                     // of the terminal
  std::vector<std::string> variables = {};               // the environment as NAME=value, for child processes
};

}  // namespace evenkeel::cli
