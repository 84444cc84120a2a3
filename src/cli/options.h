// What several subcommands share: their options, the state they open, and how they end with an error.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/argument_parser.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "credentials/source.h"
#include "model/policy.h"
#include "record/journal.h"
#include "wiring/notifiers.h"
#include "wiring/pass.h"
#include "wiring/regions.h"

namespace evenkeel::cli {

using wiring::chosen_fleets;
using wiring::Regions;

// --profile and --region; empty: not given.
struct AwsOptions {
  std::string profile;
  std::string region;
};

// Where the policy and the state are, where notifications go, and whose account it is: what a command may not choose.
struct Options {
  std::string policy;               // EVENKEEL_POLICY, else "evenkeel.yaml"
  std::string state;                // EVENKEEL_STATE, else "evenkeel.db"
  std::vector<std::string> notify;  // EVENKEEL_NOTIFY
  bool json = false;
  AwsOptions aws;
};

// What was given after a subcommand's name. One with options of its own has a line of its own.
struct Line : Options {
  std::vector<std::string> fleets;
};

// The options with their defaults from the environment.
Options default_options(const wire::Environment& environment);

void add_policy(ArgumentParser& command, Line& line);
void add_state(ArgumentParser& command, Line& line);
// For commands that write to the history.
void add_notify(ArgumentParser& command, Line& line);
void add_fleet(ArgumentParser& command, Line& line);
void add_json(ArgumentParser& command, Line& line);
// --profile and --region, for commands that talk to AWS.
void add_aws(ArgumentParser& command, Line& line);
// The same, for commands that ask AWS only for what is Evenkeel's own: its table, its policy.
void add_own_aws(ArgumentParser& command, Line& line);
// Several of these, in the order in which --help lists them.
void add_options(ArgumentParser& command, Line& line,
                 std::initializer_list<void (*)(ArgumentParser& command, Line& line)> options);

// What finding credentials, the state and the policy needs.
credentials::Sources sources(Context& context, const AwsOptions& options = {});

// As --policy and --state say it.
Result<Policy> load_policy(Context& context, const Options& options);
Result<std::unique_ptr<record::Journal>> open_state(Context& context, const Options& options);
// For commands that only look. `not_found` when nothing was ever written.
Result<std::unique_ptr<record::Journal>> open_state_to_read(Context& context, const Options& options);

// Tells the people of --notify what was collected, by `until` at the latest; what failed goes to standard
// error.
void send_notifications(Context& context, wiring::Notifiers& notifiers, Time until);

// Writes "evenkeel: <message>" to standard error and returns the code.
int fail_with(Context& context, ExitCode code, std::string_view message);

// The exit code for what went wrong while a fleet was observed or acted on.
ExitCode exit_code_of(const Error& error);
// Of a policy that could not be read: kUsage where it is wrong or not there, else as of any other error.
ExitCode exit_code_of_policy(const Error& error);

// Who is asking, for the history: USER, else LOGNAME, else "unknown".
std::string author(const wire::Environment& environment);

// "65 %" for a metric whose name says that it is a percentage, else "65".
std::string with_unit(double value, const std::string& metric);

}  // namespace evenkeel::cli
