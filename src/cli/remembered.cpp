#include "cli/remembered.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"

namespace evenkeel::cli {

Result<std::vector<FleetState>> remembered(Context& context, const Options& options) {
  auto journal = TRY(open_state_to_read(context, options));
  return remembered(*journal, options);
}

Result<std::vector<FleetState>> remembered(record::Journal& journal, const Options& options) {
  const auto names = TRY(journal.fleets());
  for (const auto& name : options.fleets) {
    if (std::ranges::find(names, name) == names.end()) {
      return fail(ErrorKind::invalid,
                  fmt::format("--fleet {}: nothing is remembered of it in {}; there is {}", printable(name),
                              printable(options.state), names.empty() ? "no fleet" : join(names, ", ")));
    }
  }
  std::vector<FleetState> states;
  for (const auto& name : names) {
    if (!options.fleets.empty() && std::ranges::find(options.fleets, name) == options.fleets.end()) continue;
    auto state = TRY(journal.load(name));
    if (state) states.push_back(std::move(*state));
  }
  return states;
}

ExitCode exit_code_of_state(const Error& error) {
  switch (error.kind) {
    case ErrorKind::invalid:
      return kUsage;
    case ErrorKind::conflict:
      return kLostRace;
    default:
      return kState;
  }
}

Table open_table(const std::vector<Remediation>& open) {
  Table table{{{"MEMBER"}, {"PHASE"}, {"SINCE"}, {"UNTIL AT MOST"}, {"BECAUSE"}}};
  for (const auto& remediation : open) {
    const auto& metric = remediation.cause.metric;
    std::string because = fmt::format("{} of {}", with_unit(remediation.cause.value, metric),
                                      with_unit(remediation.cause.above, metric));
    if (!remediation.treat) because += ", put back without a reboot: " + remediation.why_untreated;
    table.add({remediation.instance_id, name(remediation.phase), iso8601(remediation.phase_since),
               remediation.phase == Phase::held ? "-" : iso8601(remediation.deadline), because});
  }
  return table;
}

Table ended_table(const std::vector<PastRemediation>& ended) {
  Table table{{{"MEMBER"}, {"ENDED"}, {"AFTER"}, {"HOW"}, {"SIGNAL"}}};
  for (const auto& past : ended) {
    std::string signal = with_unit(past.value_before, past.metric);
    if (past.value_after) signal += " → " + with_unit(*past.value_after, past.metric);
    table.add({past.instance_id, iso8601(past.ended_at), format_duration(past.ended_at - past.started_at),
               name(past.ending), signal});
  }
  return table;
}

Table event_table(const std::vector<Event>& events) {
  Table table{{{"TIME"}, {"MEMBER"}, {"EVENT"}, {"WHAT"}}};
  for (const auto& event : events) {
    table.add(
        {iso8601(event.at), event.instance_id.empty() ? "-" : event.instance_id, event.kind, event.text});
  }
  return table;
}

}  // namespace evenkeel::cli
