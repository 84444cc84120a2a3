#include "cli/operator.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "cli/remembered.h"
#include "decide/requests.h"

namespace evenkeel::cli {

int change_state(Context& context, const Options& options, const StateChange& change) {
  auto journal = open_state(context, options);
  if (!journal) return fail_with(context, exit_code_of_state(journal.error()), journal.error().message);
  wiring::Notifiers notifiers{options.notify, sources(context, options.aws), options.aws.region};
  for (const auto& problem : notifiers.problems())
    context.err << "evenkeel: not notified: " << problem << "\n";
  wiring::NotifyingJournal notifying_journal{**journal, notifiers};
  Regions regions{sources(context), notifying_journal};
  auto parts = regions.parts_without_aws();
  const auto did = change(parts);
  if (!did) {
    const bool unknown = did.error().kind == ErrorKind::not_found;
    return fail_with(context, unknown ? kUsage : exit_code_of_state(did.error()), did.error().message);
  }
  if (options.json) {
    context.out << dump({{"fleet", did->fleet}, {"did", did->lines}}, true);
  } else {
    for (const auto& line : did->lines) context.out << printable(line, 1000) << "\n";
  }
  context.out.flush();
  const auto kind = did->request.kind == OperatorRequest::Kind::pause    ? EventKind::pause
                    : did->request.kind == OperatorRequest::Kind::resume ? EventKind::resume
                                                                         : EventKind::restore;
  const Event asked{context.clock.now(),
                    did->fleet,
                    did->request.instance_id,
                    "",
                    kind,
                    decide::request_text(did->request, did->request.until)};
  notifiers.add({&asked, 1});
  send_notifications(context, notifiers, context.clock.now() + notify::Outbox::kRoundWithin);
  return kDone;
}

Result<void> check_known(Context& context, const std::string& fleet, const Options& options,
                         record::Journal& journal) {
  auto known = TRY(journal.fleets());
  const auto policy = load_policy(context, options);
  if (policy) {
    for (const auto& one : policy->fleets) known.push_back(one.name);
  }
  if (std::ranges::find(known, fleet) != known.end()) return {};
  std::ranges::sort(known);
  known.erase(std::ranges::unique(known).begin(), known.end());
  return fail(ErrorKind::invalid,
              fmt::format("{}: neither {} nor {} has such a fleet; there is {}", printable(fleet),
                          printable(options.policy), printable(options.state),
                          known.empty() ? "none" : join(known, ", ")));
}

void add_operator_options(ArgumentParser& command, FleetAndReason& line) {
  command.add_option("FLEET", line.fleet, "the fleet's name", {.required = true});
  command.add_option("--reason", line.reason, "why, for the next operator",
                     {.shown = "TEXT REQUIRED", .required = true});
  add_options(command, line, {add_policy, add_state, add_notify, add_json, add_own_aws});
}

Result<Author> author_of(Context& context) { return Author::read("USER", author(context.environment)); }

}  // namespace evenkeel::cli
