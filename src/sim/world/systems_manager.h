// What Systems Manager holds in the account: documents that may be run on servers, what came of each run, and
// change calendars. docs/aws.md, Systems Manager and SNS.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace evenkeel::sim {

// A document of type Command, and what running it does to a server.
struct Document {
  bool frees_memory = false;  // the server's memory falls to memory_at_boot when it ends well
  bool fails = false;         // it ends with exit status 1, and has changed nothing
  Duration takes{5'000};
  Duration timeout{3'600'000};        // executionTimeout: a run that has not ended by then has timed out
  std::string output;                 // what it writes to its standard output
  std::vector<std::string> required;  // parameters without which it isn't run
};

// One instance's copy of a command that was sent.
struct CommandInvocation {
  std::string command_id, instance_id, document, comment;
  std::map<std::string, std::vector<std::string>> parameters;
  Time sent_at{}, deliver_by{};
  std::string status = "Pending", details = "Pending";  // AWS's Status and StatusDetails
  std::optional<Time> started_at, ended_at;             // on the instance
  int response_code = -1;
  std::string output, error;
  bool ours = true;   // sent by Evenkeel
  bool lost = false;  // its server went down while it ran: how it ended stays unknown
};

// A change calendar that is open but for what stands in it: from each time on it is open or closed.
struct Calendar {
  std::map<Time, bool> open_from;

  bool open_at(Time time) const;
  std::optional<Time> next_transition(Time time) const;  // of its state
};

}  // namespace evenkeel::sim
