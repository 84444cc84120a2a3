// What Evenkeel remembers of a fleet: one document, replaced by compare-and-swap (record/journal.h,
// docs/formats.md). All times are AWS's (Observation::taken_at).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/policy.h"

namespace evenkeel {

// One registration as it was before we touched it.
struct SnapshotTarget {
  std::string target_group_arn;
  std::string target_group_name;
  int port = 0;
  bool vanished = false;  // the target group was deleted meanwhile: no longer part of what is restored
  bool operator==(const SnapshotTarget&) const = default;
};

enum class Phase { draining, rebooting, booting, rejoining, soaking, held, done };
const char* name(Phase phase);

enum class Effect { deregister, reboot, register_ };
const char* name(Effect effect);  // "deregister", "reboot", "register"

enum class OutcomeKind {
  unknown,   // no answer was recorded: it may have happened, now or until the request expires
  accepted,  // AWS said yes
  refused,   // AWS said no: it did not happen
  not_sent,  // it never left this process, or AWS had no room for it: it did not happen, and may be tried
             // again
};
const char* name(OutcomeKind kind);

// What is about to be done, durable before it is done. `at` signs the request, so AWS refuses it once it is
// late.
struct Intent {
  Effect effect = Effect::deregister;
  std::string nonce;  // also in the User-Agent, so CloudTrail carries it
  Time at{};
  std::string target_group_arn;  // for deregister and register
  OutcomeKind outcome = OutcomeKind::unknown;
  bool may_land_late = true;  // some attempt got no answer: until it expires it may still take effect
  std::string detail;         // for people: AWS's words when it refused
  bool operator==(const Intent&) const = default;
};

// Why the member was chosen.
struct Cause {
  std::string metric;
  double value = 0;
  double above = 0;
  Time sampled_at{};
  bool operator==(const Cause&) const = default;
};

enum class Ending {
  none,          // still open
  cured,         // rebooted, back everywhere, and the signal came down
  back,          // rebooted and back everywhere; whether it helped is not known
  not_cured,     // rebooted and back everywhere, and the signal is still above the limit
  not_rebooted,  // put back without a reboot (drain too slow, guard broken, refused, a person's wish)
  terminated,    // the instance is gone
  handed_over,   // a person took it over
};
const char* name(Ending ending);

// The durable record of taking one member out, treating it and bringing it back.
struct Remediation {
  std::string id;  // "<instance id>@<start>"
  std::string instance_id;
  Time launch_time{};  // the incarnation that was chosen
  Time started_at{};
  Cause cause;
  std::vector<SnapshotTarget> snapshot;
  std::vector<Intent> intents;  // in order; pruned to the latest of each effect and group
  Phase phase = Phase::draining;
  Time phase_since{};
  Time deadline{};            // of this phase
  Time quiet_until{};         // a deregistration of ours, since replaced by a later one, may land until then
  bool treat = true;          // false: being put back without (another) reboot
  std::string why_untreated;  // for people, when treat is false
  std::optional<Time> booted_at;      // when evidence of a boot was first seen
  std::string boot_evidence;          // for people: what the evidence was
  std::optional<Time> healthy_since;  // healthy in every group of the snapshot since
  int absent_sightings = 0;           // observations in a row in which DescribeInstances didn't know it …
  std::optional<Time> absent_since;   // … and the first of them
  std::string held_because;           // for people, in phase held: why, and what to do
  Ending ending = Ending::none;
  std::optional<double> value_after;  // the signal after the boot
  bool operator==(const Remediation&) const = default;

  bool open() const { return phase != Phase::done; }
};

// What the limits and the effect's record need of a remediation that has ended; the history has the rest.
struct PastRemediation {
  std::string id;
  std::string instance_id;
  Time started_at{};
  Time ended_at{};
  Ending ending = Ending::none;
  std::string metric;
  double value_before = 0;
  std::optional<double> value_after;
  bool operator==(const PastRemediation&) const = default;
};

// Starts nothing until a person says otherwise.
struct Pause {
  std::string reason;
  std::string author;
  Time since{};
  bool operator==(const Pause&) const = default;
};

struct Breaker {
  std::string reason;  // with its numbers
  Time since{};
  bool operator==(const Breaker&) const = default;
};

// An ended remediation as it is remembered.
PastRemediation past(const Remediation& ended);

struct FleetState {
  static constexpr int kSchema = 1;

  std::string fleet;
  std::int64_t revision = 0;  // 0: never written
  std::string written_by;     // the tick's nonce: recognises one's own write after a lost reply
  Time last_tick_at{};
  std::optional<Time> signal_read_at;   // when the whole fleet's signal was last read
  std::vector<Remediation> open;        // at most keep.out of them are ours at a time; sorted by start
  std::vector<PastRemediation> recent;  // ended in the last 24 hours (what the limits need), newest last
  std::optional<Pause> pause;
  std::optional<Breaker> breaker;
  std::optional<Time> breaker_reset_at;  // crossings before this don't trip it again
  // "<arn>|<instance>:<port>" → healthy since, for groups with slow start only.
  std::map<std::string, Time> healthy_since;
  // Member ids of the last complete observation: an empty or halved fleet is noticed.
  int members_last_seen = 0;
  std::optional<FleetPolicy> pinned;  // the policy under which the open ones were started
  bool operator==(const FleetState&) const = default;
};

}  // namespace evenkeel
