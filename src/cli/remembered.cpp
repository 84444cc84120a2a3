#include "cli/remembered.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "cli/wording.h"

namespace evenkeel::cli {
namespace {

constexpr int kMostEvents = 100'000;  // as --limit allows

}  // namespace

Result<std::vector<FleetState>> remembered(Context& context, const Options& options,
                                           const std::vector<std::string>& fleets) {
  auto journal = TRY(open_state_to_read(context, options));
  return remembered(*journal, options, fleets);
}

Result<std::vector<FleetState>> remembered(record::Journal& journal, const Options& options,
                                           const std::vector<std::string>& fleets) {
  const auto names = TRY(journal.fleets());
  for (const auto& name : fleets) {
    if (std::ranges::find(names, name) == names.end()) {
      return fail(ErrorKind::invalid,
                  fmt::format("--fleet {}: nothing is remembered of it in {}; there is {}", printable(name),
                              printable(options.state), names.empty() ? "no fleet" : join(names, ", ")));
    }
  }
  std::vector<FleetState> states;
  for (const auto& name : names) {
    if (!fleets.empty() && std::ranges::find(fleets, name) == fleets.end()) continue;
    auto state = TRY(journal.load(name));
    if (state) states.push_back(std::move(*state));
  }
  return states;
}

Result<std::vector<Event>> read_back(record::Journal& journal, const std::string& fleet,
                                     const std::string& instance_id, int first,
                                     const std::function<bool(const std::vector<Event>&)>& far_enough) {
  for (int asked = first;; asked = std::min(asked * 8, kMostEvents)) {
    auto events = TRY(journal.history(fleet, instance_id, asked));
    if (std::ssize(events) < asked || asked >= kMostEvents || far_enough(events)) return events;
  }
}

Result<std::vector<Event>> history_for_operators(record::Journal& journal, const std::string& fleet,
                                                 const std::string& instance_id, int limit, bool all) {
  if (all) return journal.history(fleet, instance_id, limit);
  auto events = TRY(read_back(journal, fleet, instance_id, limit, [&](const std::vector<Event>& read) {
    return std::ssize(read) - std::ranges::count_if(read, is_change_of_reason) >= limit;
  }));
  std::erase_if(events, is_change_of_reason);
  if (std::ssize(events) > limit) events.erase(events.begin(), events.end() - limit);
  return events;
}

ExitCode exit_code_of_state(const Error& error) {
  if (error.kind == ErrorKind::invalid) return kUsage;
  return error.kind == ErrorKind::conflict ? kLostRace : kState;
}

std::string open_text(const std::vector<Remediation>& open, const FleetPolicy* policy, Time now, Time seen_at,
                      std::string_view indent, int wrap_at) {
  Table table{{{""}, {""}}};
  for (const auto& remediation : open) {
    const bool held = remediation.phase == Phase::held;
    // AWS's clock against this machine's: they may differ.
    const auto lasted = std::max(Duration{0}, now - remediation.phase_since);
    std::string stands =
        fmt::format("{} for {}, waits {}{}", name(remediation.phase), format_duration(lasted),
                    held ? "for " : "", waits_for(remediation, policy, seen_at));
    if (!held) stands += fmt::format("; its deadline is {}", iso8601(remediation.deadline));
    table.add({remediation.instance_id, stands});
    std::string chosen =
        fmt::format("chosen at {}: {}", iso8601(remediation.started_at), because(remediation.cause));
    if (const auto step = escalation_level(remediation, policy); !step.empty()) chosen += "; " + step;
    if (!remediation.treat)
      chosen += fmt::format("; put back {}: {}",
                            was_treated(remediation) ? "after its treatment was sent" : "without a treatment",
                            remediation.why_untreated);
    table.add({"", chosen});
    if (!remediation.external_change.empty())
      table.add({"", "external change: " + remediation.external_change});
    if (held) table.add({"", "held: " + remediation.held_because});
  }
  return table.text(indent, wrap_at);
}

Table ended_table(const std::vector<PastRemediation>& ended) {
  Table table{{{"MEMBER"}, {"ENDED"}, {"AFTER"}, {"TREATED BY"}, {"HOW"}, {"SIGNAL"}}};
  for (const auto& past : ended) {
    std::string signal = past.metric.empty() ? past.rule : with_unit(past.value_before, past.metric);
    if (past.value_after) signal += " → " + with_unit(*past.value_after, past.metric);
    table.add({past.instance_id, iso8601(past.ended_at), format_duration(past.ended_at - past.started_at),
               is_treated(past) ? describe(past.treatment) : "-", name(past.ending), signal});
  }
  return table;
}

Table event_table(const std::vector<Event>& events) {
  Table table{{{"TIME"}, {"MEMBER"}, {"EVENT"}, {"WHAT"}}};
  for (const auto& event : events) {
    table.add({iso8601(event.at), event.instance_id.empty() ? "-" : event.instance_id, name(event.kind),
               event.text});
  }
  return table;
}

}  // namespace evenkeel::cli
