// What an operator asks for: the policy file as values. Read, checked and given its defaults in policy/;
// every bound has been checked by the time one of these exists. The words are those of docs/policy.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace evenkeel {

using namespace std::chrono_literals;

enum class Statistic { average, maximum, minimum };
const char* name(Statistic statistic);  // CloudWatch's spelling: "Average"

// "reboot_when": the condition that makes a member a candidate.
struct MetricCondition {
  std::string metric_namespace = "CWAgent";
  std::string metric;  // "Memory % Committed Bytes In Use"
  Statistic statistic = Statistic::average;
  double above = 0;         // a sample agrees when it is strictly above
  Duration period = 1min;   // the metric's own period: 1m or a multiple
  Duration over = 5min;     // the window that is judged, a multiple of period
  int datapoints = 0;       // how many of the window's samples must agree (1..over/period)
  Duration max_age = 5min;  // the newest sample may be this old; older is "stale"
  bool operator==(const MetricCondition&) const = default;
};

// A number of members, absolute or as a share of the fleet. Shares are rounded up: never towards fewer.
struct Share {
  int count = 0;
  int percent = 0;  // 0 when the policy gave a count
  bool operator==(const Share&) const = default;
  int of(int total) const { return percent == 0 ? count : (total * percent + 99) / 100; }
};

// "keep": what must hold before one more member may leave.
struct Keep {
  Share healthy;  // left in each target group after one more has gone
  int out = 1;    // members out at once, whoever took them out
  int starts_per_hour = 4;
  Duration cooldown = 1h;        // per member, from the end of one remediation to the start of the next
  int remediations_per_day = 4;  // per member, in 24 hours
  Duration min_uptime = 15min;   // since launch: a fresh boot's high water is no leak
  int crossing_percent =
      20;  // more than this share crossing the limit at once trips the breaker (at least 1 may)
  bool operator==(const Keep&) const = default;
};

// "timing": how long each phase may take and how long the proof must last.
struct Timing {
  Duration drain_slack = 5min;  // draining may take the longest deregistration delay plus this
  Duration boot = 15min;        // from an accepted reboot to evidence that it came up
  Duration rejoin = 15min;      // from registration to healthy everywhere
  Duration soak = 5min;         // healthy everywhere for so long before it counts as back
  Duration settle = 5min;       // without a gap in the metric, a fall proves a boot only after so long
  bool operator==(const Timing&) const = default;
};

struct FleetPolicy {
  std::string name;
  std::string region;                      // empty: from the environment
  std::string role_arn;                    // empty: as whoever Evenkeel is
  std::string external_id;                 // what the role asks for; empty: nothing
  std::vector<std::string> target_groups;  // names, as given, without duplicates
  std::string auto_scaling_group;          // empty: not named
  MetricCondition reboot_when;
  Keep keep;
  Timing timing;
  // Set by the controller, not by the file: the fleet has left the policy while a remediation was open. Open
  // ones are restored, nothing is started.
  bool retired = false;
  bool operator==(const FleetPolicy&) const = default;
};

struct Policy {
  std::vector<FleetPolicy> fleets;
};

}  // namespace evenkeel
