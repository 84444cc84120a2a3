// What an operator asks for: the policy file as values. Read, checked and given its defaults in policy/;
// every bound has been checked by the time one of these exists. The words are those of docs/policy.md.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/words.h"
#include "model/calendar.h"

namespace evenkeel {

using namespace std::chrono_literals;

enum class Statistic { average, maximum, minimum, sum };
template <>
inline constexpr auto kWords<Statistic> = word_table<Statistic::sum>("Average", "Maximum", "Minimum", "Sum");

// A metric and the limit that makes a member a candidate.
struct MetricCondition {
  std::string metric_namespace = "CWAgent";
  std::string metric;  // "Memory % Committed Bytes In Use"; empty: none
  Statistic statistic = Statistic::average;
  double above = 0;         // a sample agrees when it is strictly above
  Duration period = 1min;   // the metric's own period: 1m or a multiple
  Duration over = 5min;     // the window that is judged, a multiple of period
  int datapoints = 0;       // how many of the window's samples must agree (1..over/period)
  Duration max_age = 5min;  // the newest sample may be this old; older is "stale"
  // Once above for long enough, it stays a reason until a sample is not above this. Empty: `above` itself.
  std::optional<double> back_below = std::nullopt;
  bool operator==(const MetricCondition&) const = default;

  bool given() const { return !metric.empty(); }
  // At or below this the signal has come down.
  double down_at() const { return back_below.value_or(above); }
};

// Which series are read: conditions with the same key share one reading.
std::string metric_key(const MetricCondition& condition);

// One condition of a rule.
struct Condition {
  enum class Kind {
    metric,            // `metric`
    uptime,            // `longer_than` since its last boot that is known: launched, or treated by us
    age,               // `longer_than` since it was launched
    tag,               // an operator asks: the tag `name` has a value that has not been served yet
    scheduled_event,   // EC2 has an event for it; `name` is its code, empty: any
    status_check,      // an EC2 status check has been impaired for `longer_than`
    target_unhealthy,  // unhealthy in some target group of the fleet for `longer_than`
    alarm,  // the CloudWatch alarm `name` is in ALARM; "{instance_id}" in it stands for the member's
  };
  Kind kind = Kind::metric;
  MetricCondition metric;
  Duration longer_than{};
  std::string name;
  bool operator==(const Condition&) const = default;
};
template <>
inline constexpr auto kWords<Condition::Kind> = word_table<Condition::Kind::alarm>(
    "metric", "uptime", "age", "tag", "scheduled_event", "status_check", "target_unhealthy", "alarm");

inline constexpr const char* kRemediateTag = "evenkeel:remediate";
inline constexpr const char* kHoldTag = "evenkeel:hold";
// What a server carries while Evenkeel has it out, where the policy wants that (witness_tag).
inline constexpr const char* kWitnessTag = "evenkeel:state";

// "also_when": one more reason for a remediation, beside reboot_when. All of its conditions must hold; one
// rule of the list is enough.
struct Rule {
  std::string name;  // shown as the reason: unique in the fleet
  int priority = 0;  // higher goes first; reboot_when has 0
  std::vector<Condition> all;
  bool operator==(const Rule&) const = default;
};

// Among candidates of one priority, who goes first.
enum class Order {
  worst,    // the highest signal
  soonest,  // the one whose signal will reach `fails_at` first; without a forecast: after those with one
  longest_uncycled,  // the one whose last boot that is known is the longest ago
};
template <>
inline constexpr auto kWords<Order> =
    word_table<Order::longest_uncycled>("worst", "soonest", "longest_uncycled");

// A number of members, absolute or as a share of the fleet.
struct Share {
  int count = 0;
  int percent = 0;  // 0 when the policy gave a count
  bool operator==(const Share&) const = default;
  // What must be left: a share is rounded up, never towards fewer.
  int of(int total) const { return percent == 0 ? count : (total * percent + 99) / 100; }
  // What may be out: a share is rounded down, but one always may.
  int at_most(int total) const { return percent == 0 ? count : std::max(1, total * percent / 100); }
};

// "keep.load_below": how much each remaining target may be given.
struct LoadCeiling {
  enum class Per {
    target_group,  // a metric of the load balancer with the dimension TargetGroup, the sum over its targets
    instance,      // a metric with the dimension InstanceId: added up over the members that serve
  };
  Per per = Per::target_group;
  std::string metric_namespace = "AWS/ApplicationELB";
  std::string metric = "RequestCount";
  Statistic statistic = Statistic::sum;
  double below = 0;        // per remaining target and period
  Duration period = 1min;  // 1m or a multiple
  Duration past = 1h;      // how far back the high end is looked for
  bool operator==(const LoadCeiling&) const = default;
};

template <>
inline constexpr auto kWords<LoadCeiling::Per> =
    word_table<LoadCeiling::Per::instance>("target_group", "instance");

// "keep": what must hold before one more member may leave.
struct Keep {
  Share healthy;                          // left in each target group after one more has gone
  std::optional<Share> healthy_per_zone;  // left in each target group and zone. Not given: one, where a zone
                                          // has two or more members
  Share out{.count = 1, .percent = 0};    // members out at once, whatever took them out
  std::optional<Share> out_per_zone;      // the same in each zone
  std::optional<LoadCeiling> load_below;
  int starts_per_hour = 4;
  Duration cooldown = 1h;        // per member, from the end of one remediation to the start of the next
  int remediations_per_day = 4;  // per member, in 24 hours
  Duration min_uptime = 15min;   // since its last known boot: high water then is no leak
  int crossing_percent =
      20;  // more than this share crossing the limit at once trips the breaker (at least 1 may)
  bool operator==(const Keep&) const = default;
};

// "gates": what, outside the fleet, holds back every start.
struct Gates {
  // CloudWatch alarms by name, or "prefix*"; in ALARM or unreadable: no start
  std::vector<std::string> alarms;
  bool insufficient_data_blocks = true;  // an alarm in INSUFFICIENT_DATA holds back too
  std::vector<std::string> calendars;    // SSM Change Calendar documents, name or ARN; not OPEN: no start
  bool operator==(const Gates&) const = default;
};

// How a member is treated, in the order of how much each destroys.
enum class Treatment { none, command, reboot, stop_start, replace };
template <>
inline constexpr auto kWords<Treatment> =
    word_table<Treatment::replace>("none", "command", "reboot", "stop_start", "replace");

// A document of SSM that is run on the member.
struct Document {
  std::string name;  // or ARN; empty: none
  std::map<std::string, std::vector<std::string>> parameters;
  Duration within = 5min;  // it must have ended by then
  bool operator==(const Document&) const = default;
};

// One of the treatments.
struct Step {
  Treatment treatment = Treatment::reboot;
  int attempts = 1;   // of this treatment within one remediation, before the next treatment
  Document document;  // of a command
  bool operator==(const Step&) const = default;
};

// "evidence": what is captured from a member before it is treated, for a treatment destroys it.
struct Evidence {
  Document document;
  bool required = false;  // without it, the member is put back untreated
  bool operator==(const Evidence&) const = default;
};

// "timing": how long each phase may take and how long the proof must last.
struct Timing {
  Duration drain_slack = 5min;  // draining may take the longest deregistration delay plus this
  Duration boot = 15min;        // from an accepted reboot to evidence that it came up
  Duration stop = 10min;        // from an accepted stop to stopped
  Duration rejoin = 15min;      // from registration to healthy everywhere
  Duration soak = 5min;         // healthy everywhere for so long before it counts as back
  Duration settle = 5min;       // without a gap in the metric, a fall proves a boot only after so long
  Duration judge = 0min;  // how long after the end a remediation's effect is still judged; 0: at the end
  bool operator==(const Timing&) const = default;
};

// How members of the Auto Scaling group leave and come back.
enum class Leave {
  standby,     // EnterStandby with decrement, ExitStandby: AWS's documented way
  deregister,  // only deregistered; refused where health checks of type ELB might replace them
};
template <>
inline constexpr auto kWords<Leave> = word_table<Leave::deregister>("standby", "deregister");

struct FleetPolicy {
  std::string name;
  std::string region;       // empty: from the environment
  std::string role_arn;     // empty: with Evenkeel's own identity
  std::string external_id;  // what the role asks for; empty: nothing
  // Names, as given, without duplicates; empty: those of the Auto Scaling group
  std::vector<std::string> target_groups;
  std::string auto_scaling_group;  // empty: not named
  Leave leave_by = Leave::standby;
  bool witness_tag = false;     // who is out carries a tag: a second witness beside the state
  MetricCondition reboot_when;  // may be not given(), when also_when has a rule
  std::vector<Rule> also_when;
  Order order = Order::worst;
  double fails_at = 100;  // for Order::soonest: what the signal must not reach
  Keep keep;
  std::vector<Window> windows;  // empty: always
  std::vector<Freeze> freezes;
  Gates gates;
  std::vector<Step> treatments{Step{}};  // at least one, each destroys more than the one before
  std::optional<Evidence> evidence;
  Timing timing;
  // Set by the controller, not by the file: the fleet has left the policy while a remediation was open. Open
  // ones are restored, nothing is started.
  bool retired = false;
  bool policy_unread = false;  // retired for this pass alone, as the policy could not be read; not stored
  bool operator==(const FleetPolicy&) const = default;
};

struct Policy {
  std::vector<FleetPolicy> fleets;
  bool unread = false;  // it could not be read: what stands here is none
};

}  // namespace evenkeel
