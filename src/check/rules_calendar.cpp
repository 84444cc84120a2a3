#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "check/rules.h"
#include "decide/guards/windows.h"

namespace evenkeel::check::rules {

Findings window_never_opens(const Subject& fleet) {
  if (fleet.policy.windows.empty() && fleet.policy.freezes.empty()) return {};
  const auto opening = decide::opening(fleet.policy, fleet.facts.seen.taken_at);
  if (opening.open || opening.next_change) return {};
  return {
      {.severity = Severity::would_not_work,
       .text = fmt::format("nothing may be started for more than a year: {}", printable(opening.text, 500)),
       .remedy = "correct windows and freezes: no window opens outside the freezes"}};
}

Findings window_short(const Subject& fleet) {
  const auto one = fleet.one_remediation();
  Findings findings;
  for (const auto& window : fleet.policy.windows) {
    const auto open = length(window);
    if (open >= one) continue;
    findings.push_back(
        {.severity = Severity::note,
         .text =
             fmt::format("the window {} is open for {}, and one remediation takes about {}: at most keep.out "
                         "members are started in it, and they come back after it has closed",
                         decide::describe(window), format_duration(open), format_duration(one)),
         .remedy = "nothing if that is meant; else open it for longer, or raise keep.out",
         .numbers = {{"open_seconds", static_cast<double>(open.count()) / 1000},
                     {"remediation_seconds", static_cast<double>(one.count()) / 1000}}});
  }
  return findings;
}

}  // namespace evenkeel::check::rules
