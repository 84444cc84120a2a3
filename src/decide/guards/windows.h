// When starting is allowed by the calendar: windows and freezes against one moment. Pure: the zones bring
// their shifts along (model/calendar.h). What is already under way never asks here: a window that closes
// never stops a return.
#pragma once

#include <optional>
#include <string>

#include "model/calendar.h"
#include "model/plan.h"
#include "model/policy.h"

namespace evenkeel::decide {

inline constexpr Duration kCalendarHorizon = std::chrono::days{400};

struct Opening {
  bool open = true;
  // The rest says why not, when it isn't open.
  Reason reason = Reason::outside_window;  // or frozen, which goes before
  std::string text;                        // for people: which window or freeze, and when it opens next
  // To the millisecond: when it opens next, or, while open, when it closes. Empty: not within the horizon.
  std::optional<Time> next_change;
  bool operator==(const Opening&) const = default;
};

// A window opens on a local day at `from` and closes at `to`, of the next day where that isn't later. A local
// time that a clock change skips counts as the moment of the change. One that occurs twice opens at its first
// occurrence and closes at its last, so no window is shut in a repeated hour. A freeze lasts from the
// midnight that begins its first day to the midnight that ends its last, by the same rule. Without windows it
// is always open but for the freezes.
Opening opening(const FleetPolicy& policy, Time now);

// What local clocks are ahead of UTC at that moment.
Duration offset_at(const TimeZone& zone, Time time);

// For people: "mon-fri 22:00 to 05:00 Europe/Berlin", "2026-12-20 to 2027-01-02 Europe/Berlin (Christmas)",
// "2026-11-23 22:00 Europe/Berlin".
std::string describe(const Window& window);
std::string describe(const Freeze& freeze);
std::string local_words(const TimeZone& zone, Time time);

}  // namespace evenkeel::decide
