#include "cli/options.h"

#include <fmt/core.h>

#include "base/text.h"
#include "model/identity.h"
#include "model/percentage.h"
#include "wiring/policies.h"
#include "wiring/stores.h"

namespace evenkeel::cli {

Options default_options(const wire::Environment& environment) {
  Options options;
  options.policy = wire::lookup(environment, "EVENKEEL_POLICY").value_or("evenkeel.yaml");
  options.state = wire::lookup(environment, "EVENKEEL_STATE").value_or("evenkeel.db");
  options.notify = wiring::split_addresses(wire::lookup(environment, "EVENKEEL_NOTIFY").value_or(""));
  return options;
}

void add_options(ArgumentParser& command, Line& line,
                 std::initializer_list<void (*)(ArgumentParser& command, Line& line)> options) {
  for (const auto add : options) add(command, line);
}

void add_policy(ArgumentParser& command, Line& line) {
  command.add_option("--policy", line.policy,
                     "the policy: PATH, env:NAME or ssm:/NAME[:VERSION] (EVENKEEL_POLICY)",
                     {.shown = "PLACE", .shows_default = true});
}

void add_state(ArgumentParser& command, Line& line) {
  command.add_option("--state", line.state,
                     "the state and the history: PATH, sqlite:PATH or dynamodb://TABLE (EVENKEEL_STATE)",
                     {.shown = "PATH", .shows_default = true});
}

void add_notify(ArgumentParser& command, Line& line) {
  command.add_option(
      "--notify", line.notify,
      "where to notify: sns:TOPIC_ARN, webhook:env:NAME or webhook:ssm:/NAME; may be given several "
      "times (EVENKEEL_NOTIFY)",
      {.shown = "ADDRESS"});
}

void add_fleet(ArgumentParser& command, Line& line) {
  command.add_option("--fleet", line.fleets, "only this fleet; may be given several times",
                     {.shown = "NAME"});
}

void add_json(ArgumentParser& command, Line& line) {
  command.add_flag("--json", line.json, "for programs: JSON on standard output");
}

namespace {

void add_profile_and_region(ArgumentParser& command, Line& line, const char* region) {
  command.add_option("--profile", line.aws.profile,
                     "the profile in ~/.aws to use, instead of the environment's keys", {.shown = "NAME"});
  command.add_option("--region", line.aws.region, region, {.shown = "NAME"});
}

}  // namespace

void add_aws(ArgumentParser& command, Line& line) {
  add_profile_and_region(command, line,
                         "the region of all fleets, whatever the policy says, and of the state's table");
}

void add_own_aws(ArgumentParser& command, Line& line) {
  add_profile_and_region(command, line, "the region of the state's table");
}

credentials::Sources sources(Context& context, const AwsOptions& options) {
  return {context.network,   context.clock,
          context.random,    context.environment,
          context.variables, options.profile.empty() ? std::nullopt : std::optional{options.profile}};
}

Result<Policy> load_policy(Context& context, const Options& options) {
  return wiring::load_policy(options.policy, sources(context, options.aws), options.aws.region);
}

Result<std::unique_ptr<record::Journal>> open_state(Context& context, const Options& options) {
  return wiring::open_state(options.state, wiring::Access::write, sources(context, options.aws),
                            options.aws.region);
}

Result<std::unique_ptr<record::Journal>> open_state_to_read(Context& context, const Options& options) {
  return wiring::open_state(options.state, wiring::Access::read, sources(context, options.aws),
                            options.aws.region);
}

void send_notifications(Context& context, wiring::Notifiers& notifiers, Time until) {
  for (const auto& problem : notifiers.send(until).problems)
    context.err << "evenkeel: not notified: " << problem << "\n" << std::flush;
}

int fail_with(Context& context, ExitCode code, std::string_view message) {
  context.err << "evenkeel: " << message << (message.ends_with('\n') ? "" : "\n") << std::flush;
  return code;
}

ExitCode exit_code_of(const Error& error) {
  const bool of_store = error.code == record::kStoreCode || error.code == record::kReadOnlyCode ||
                        error.code == record::kNotWrittenCode;
  if (of_store && error.kind != ErrorKind::conflict) return kState;
  if (error.code == kWrongAccount) return kUsage;
  if (error.code == controller::kMistakeCode) return kInternal;
  if (error.kind == ErrorKind::corrupt) return kState;
  return error.kind == ErrorKind::conflict ? kLostRace : kAws;
}

ExitCode exit_code_of_policy(const Error& error) {
  const bool mistake = error.kind == ErrorKind::invalid || error.kind == ErrorKind::not_found;
  return mistake ? kUsage : exit_code_of(error);
}

std::string author(const wire::Environment& environment) {
  auto name = wire::lookup(environment, "USER");
  if (!name) name = wire::lookup(environment, "LOGNAME");
  return name ? printable(*name, 64) : "unknown";
}

std::string with_unit(double value, const std::string& metric) {
  return format_number(value) + (counts_percent(metric) ? " %" : "");
}

}  // namespace evenkeel::cli
