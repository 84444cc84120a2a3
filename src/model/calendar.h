// When starting is allowed: windows, freezes and their time zones, as values. decide/guards/windows.h judges them;
// policy/time_zone.h fills in a zone's shifts from the tz database, so that the core needs no database.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/clock.h"

namespace evenkeel {

// A time zone as a table: from each moment on, local time is UTC plus `offset`.
struct TimeZone {
  struct Shift {
    Time from{};
    Duration offset{};
    bool operator==(const Shift&) const = default;
  };
  std::string name = "UTC";   // of the tz database: "Europe/Berlin"
  std::vector<Shift> shifts;  // sorted; the first holds before its time too; empty: UTC
  // By the name: two copies of a zone are the same zone, whatever table each was given.
  bool operator==(const TimeZone& other) const { return name == other.name; }
};

// Open on certain days from one local time of day to another.
struct Window {
  unsigned days = 0x7f;  // bit 0 Monday … bit 6 Sunday: the days on which it opens
  Duration from{};       // since local midnight
  Duration to{};         // at or before `from`: of the next day. 24h is allowed: midnight at the day's end
  TimeZone zone;
  bool operator==(const Window&) const = default;
};

// Nothing is started from the first local day to the last, both included.
struct Freeze {
  std::chrono::year_month_day first{}, last{};
  TimeZone zone;
  std::string reason;  // for people: "Christmas"
  bool operator==(const Freeze&) const = default;
};

}  // namespace evenkeel
