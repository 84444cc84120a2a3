// `evenkeel restore ID`: puts a member back without (another) reboot, also one that is held.
#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/remembered.h"

namespace evenkeel::cli {
namespace {

struct RestoreLine : Line {
  std::string instance;
  bool now = false;
};

Result<RestoreCommand> restore_command(const RestoreLine& line, Context& context) {
  return RestoreCommand{TRY(InstanceId::read("ID", line.instance)), TRY(author_of(context)), line.now,
                        TRY(read_fleets("--fleet", line.fleets))};
}

// The one fleet in which something is open for the instance.
Result<std::string> fleet_of(const RestoreCommand& asked, const Options& options, record::Journal& journal) {
  const auto& id = asked.instance.text();
  for (const auto& state : TRY(remembered(journal, options, texts(asked.fleets)))) {
    if (std::ranges::find(state.open, id, &Remediation::instance_id) != state.open.end()) return state.fleet;
  }
  return fail(
      ErrorKind::not_found,
      fmt::format("{}: nothing is under way for it, so there is nothing to put back; `evenkeel status` "
                  "lists what is",
                  id));
}

}  // namespace

int run(const RestoreCommand& asked, const Options& options, Context& context) {
  // Opening it for writing would create it.
  if (const auto there = open_state_to_read(context, options); !there)
    return fail_with(context, exit_code_of_state(there.error()), there.error().message);
  return change_state(context, options, [&](controller::Parts& parts) -> Result<Did> {
    const auto fleet = TRY(fleet_of(asked, options, parts.journal));
    const OperatorRequest request{OperatorRequest::Kind::restore,
                                  asked.instance.text(),
                                  "",
                                  asked.author.text(),
                                  {},
                                  {},
                                  false,
                                  asked.now};
    TRY(controller::record_request(fleet, request, parts));
    Did did{fleet,
            {fmt::format("{}: {} is put back by the next ticks, without another reboot", fleet,
                         asked.instance.text())},
            request};
    if (asked.now)
      did.lines.push_back(
          "It does not wait for a treatment that may still act: a reboot that is queued may take it down while "
          "it serves.");
    return did;
  });
}

void add_restore(Subcommands& all) {
  const auto [command, line] = all.add("restore", "put a member back without a reboot, also one that is held",
                                       exit_codes_help({kState, kLostRace}), restore_command);
  command.add_option("ID", line.instance, "the instance, i-…", {.required = true});
  command.add_flag(
      "--now", line.now,
      "don't wait for a treatment that may still act on it (EC2 queues a reboot for minutes): one "
      "that is queued may take down the server while it serves");
  add_options(command, line, {add_state, add_notify, add_fleet, add_json, add_own_aws});
}

}  // namespace evenkeel::cli
