// What Evenkeel remembers of a fleet: one document, replaced by compare-and-swap (record/journal.h,
// docs/formats.md). All times are AWS's (Observation::taken_at).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/observation.h"
#include "model/policy.h"

namespace evenkeel {

// One registration as it was before we touched it.
struct SnapshotTarget {
  std::string target_group_arn;
  std::string target_group_name;
  int port = 0;
  // The target group was deleted meanwhile: no longer part of what is restored, until it is seen again.
  bool vanished = false;
  bool by_auto_scaling = false;                     // Standby takes it out and brings it back; else we do
  int absent_sightings = 0;                         // looks in a row in which AWS did not know the group …
  std::optional<Time> absent_since = std::nullopt;  // … and the first of them
  bool operator==(const SnapshotTarget&) const = default;
};

enum class Phase {
  draining,
  capturing,   // evidence, by a document of SSM
  commanding,  // the treatment is a document of SSM: until it has ended
  rebooting,   // the reboot was sent, and whether AWS took it isn't known
  stopping,
  starting,
  replacing,  // Auto Scaling was asked to replace it
  booting,
  rejoining,
  soaking,
  held,
  done
};
template <>
inline constexpr auto kWords<Phase> =
    word_table<Phase::done>("draining", "capturing", "commanding", "rebooting", "stopping", "starting",
                            "replacing", "booting", "rejoining", "soaking", "held", "done");

enum class Effect {
  deregister,
  register_,
  enter_standby,
  exit_standby,
  capture,
  command,
  reboot,
  stop,
  start,
  terminate,  // through its Auto Scaling group, which replaces it at the same desired capacity
  mark,       // the tag kWitnessTag is put on it, before it is taken out …
  unmark,     // … and taken off, after its remediation has ended
};
template <>
inline constexpr auto kWords<Effect> =
    word_table<Effect::unmark>("deregister", "register", "enter_standby", "exit_standby", "capture",
                               "command", "reboot", "stop", "start", "terminate", "mark", "unmark");

enum class OutcomeKind {
  unknown,   // no answer was recorded: it may have happened, now or until the request expires
  accepted,  // AWS said yes
  refused,   // AWS said no: it did not happen
  not_sent,  // it never left this process, or AWS had no room for it: it did not happen, and may be tried
             // again
};
template <>
inline constexpr auto kWords<OutcomeKind> =
    word_table<OutcomeKind::not_sent>("unknown", "accepted", "refused", "not_sent");

// It is done to the server itself.
bool treats_server(Effect effect);
// It brings back capacity that we took.
bool brings_back(Effect effect);

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
  std::string answer = {};    // what AWS called what it accepted: a command's id
  bool all_ports = false;     // it registers where Auto Scaling does that otherwise, too
  bool standby_over = false;  // of enter_standby: the server was seen in service after it
  bool operator==(const Intent&) const = default;
};

// Why the member was chosen.
struct Cause {
  std::string metric;  // of reboot_when, or of the rule's metric; empty: it has none
  double value = 0;
  double above = 0;
  Time sampled_at{};
  std::string rule = {};  // the rule of also_when; empty: reboot_when
  std::string text = {};  // for people: what held, with its numbers
  std::string tag = {};   // the value by which an operator asked for it; empty: none did
  // What tells this reason from the next of its kind, served once: "event instance-event-0d59…",
  // "alarm web-latency 2026-11-22T10:00:00Z", "tag evenkeel:remediate=now"; empty: none
  std::string identity = {};
  bool operator==(const Cause&) const = default;
};

enum class Ending {
  none,         // still open
  cured,        // treated, back everywhere, and the signal came down
  back,         // treated and back everywhere; whether it helped is not known (yet)
  not_cured,    // treated and back everywhere, and the signal is still above the limit
  untreated,    // put back untreated (drain too slow, a guard, refused, an operator's wish)
  terminated,   // the instance is gone
  handed_over,  // an operator, a deployment or Auto Scaling took it over
  replaced,     // by its Auto Scaling group, as the treatment asked
};
template <>
inline constexpr auto kWords<Ending> = word_table<Ending::replaced>(
    "none", "cured", "back", "not_cured", "not_rebooted", "terminated", "handed_over", "replaced");

// The durable record of taking one member out, treating it and bringing it back.
struct Remediation {
  std::string id;  // "<instance id>@<start>"
  std::string instance_id;
  Time launch_time{};  // the incarnation that was chosen
  Time started_at{};
  Cause cause;
  std::vector<SnapshotTarget> snapshot;
  std::string auto_scaling_group;  // it leaves by Standby in this group; empty: by deregistration alone
  int level = 0;                   // the escalation level: the treatment that is applied, or was last
  int attempt = 0;                 // how often that treatment has been tried; 0: not yet
  Treatment treatment = Treatment::reboot;  // of that level, as it stood when it was begun
  std::string captured;  // the evidence: its status and the beginning of its output; empty: none. Untrusted
  bool capture_over = false;    // evidence was captured, or need not be any more
  std::string command_output;   // of a command: its status and the beginning of its output. Untrusted
  std::string external_change;  // for people: the external change to it meanwhile; empty: none
  bool seen_back = false;       // after our registration it has been seen in every place of the snapshot
  std::vector<Intent> intents;  // in order; pruned to the latest of each effect and group
  Phase phase = Phase::draining;
  Time phase_since{};
  Time deadline{};       // of this phase
  Time quiet_until{};    // a deregistration of ours, since replaced by a later one, may land until then
  Time effects_until{};  // a treatment of ours, since replaced by a later one, may still act until then
  bool without_waiting = false;       // an operator wants it back although a treatment may still act
  std::vector<std::string> marks;     // for each time that its tag was asked for, what tells it from others
  std::string policy;                 // under which it was started: a key of FleetState::policies
  bool treat = true;                  // false: being put back without (another) reboot
  std::string why_untreated;          // for people: why it is not treated, or not yet
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
  std::string rule = {};  // empty: reboot_when
  Treatment treatment = Treatment::reboot;
  std::optional<Time> judge_until = std::nullopt;  // still being judged; empty: the ending says what is known
  std::string reason = {};                         // Cause::identity; empty: it had none
  // Whether its reason was gone afterwards, whatever the reason was; unknown: not known (yet)
  std::optional<bool> gone = std::nullopt;
  bool treated = false;  // a treatment was sent; AWS may have taken it. For people
  bool operator==(const PastRemediation&) const = default;
};

// Starts nothing until an operator says otherwise.
struct Pause {
  std::string reason;
  std::string author;
  Time since{};
  std::optional<Time> until = std::nullopt;  // it ends by itself then; empty: only by resume
  bool operator==(const Pause&) const = default;
};

struct Breaker {
  std::string reason;  // with its numbers
  Time since{};
  bool operator==(const Breaker&) const = default;
};

// A reason that was served: it does not ask again.
struct Served {
  std::string reason;  // Cause::identity
  Time at{};           // when the remediation that served it began
  Treatment treatment = Treatment::reboot;
  int times = 1;      // by how many remediations: one a level
  bool gone = false;  // it was seen to be gone afterwards
  bool operator==(const Served&) const = default;
};

// What an operator asked for, until a tick dates it with AWS's time and does it: the clock of the machine on which
// it was asked for is never believed.
struct OperatorRequest {
  enum class Kind { pause, resume, restore };
  Kind kind = Kind::pause;
  std::string instance_id;  // of restore
  std::string reason;       // empty for restore
  std::string author;
  // Of a pause: it ends so long after it was dated, or then; neither: only by resume.
  std::optional<Duration> lasting = std::nullopt;
  std::optional<Time> until = std::nullopt;
  // Of a resume: only says that the fleet has moved to wherever the next tick finds it, and ends nothing.
  bool here = false;
  bool now = false;  // of restore: it does not wait for a treatment that may still act
  bool operator==(const OperatorRequest&) const = default;
};
template <>
inline constexpr auto kWords<OperatorRequest::Kind> =
    word_table<OperatorRequest::Kind::restore>("pause", "resume", "restore");

// AWS's Dates contradict last_tick_at: what the ticks since then have read.
struct ClockDoubt {
  Time since{};
  Time last{};
  int ticks = 0;
  bool operator==(const ClockDoubt&) const = default;
};

// What is remembered of a member beyond a day: for uptime, for who was cycled last, for relapses. Kept for a
// time after the member was last seen.
struct MemberRecord {
  std::optional<Time> booted_at;  // the last boot, stop and start or command of ours; empty: since its launch
  std::optional<Time> ended_at;   // of its last remediation
  std::vector<Duration> relapses;  // from the end of one remediation to the start of the next, the last three
  int level = 0;                   // at which level the next remediation begins
  std::string served_tag;          // the tag's value that was served; a new value asks again
  std::optional<Time> above_since;      // hysteresis: above for long enough since, and not yet down
  std::optional<Time> unhealthy_since;  // in some target group of the fleet
  std::optional<Time> seen_at;          // the last look at which it was part of the fleet
  std::vector<Served> served;           // the reasons that were served, oldest first
  std::optional<Time> effects_until;    // a request of an ended remediation may still act until then
  bool operator==(const MemberRecord&) const = default;
  bool empty() const { return *this == MemberRecord{}; }
};

// The fleet at a glance, as the last tick saw it.
struct FleetSummary {
  int members = 0;
  int serving = 0;
  int out = 0;                            // whatever took them out
  int may_leave = 0;                      // how many more the guards would let leave now; -1: unknown
  std::vector<std::string> held_back_by;  // for people: what holds back every start
  bool operator==(const FleetSummary&) const = default;
};

// What a fleet cannot see, without which it could not act if it had to. name() gives the stable word.
enum class Blindness {
  // a name of the policy that does not exist, or matches nothing
  target_group_absent,
  auto_scaling_group_absent,
  no_target_group_attached,
  alarm_absent,
  calendar_absent,
  metric_absent,
  // what the policy and the account together rule out for good
  no_members,           // there is nothing to look after
  no_member_may_leave,  // whatever is measured, and it does not pass by itself
  may_never_leave,      // every server that something asks for, and it does not pass by itself
  fleet_may_not_start,  // a guard of the whole fleet says no, and it does not pass by itself
  // what exists, or may, and could not be read or is denied
  groups_unread,
  targets_unread,
  attributes_unread,
  auto_scaling_unread,
  instances_unread,
  statuses_unread,
  metric_unread,
  load_unread,
  alarm_unread,
  calendar_unread,
  survey_denied,  // every server that something asks for: not looked at, not to be treated or put back
  action_denied,  // AWS refused something that the fleet does, for want of a permission
  // a server is marked as out that the state knows nothing of
  state_outdated,
};
template <>
inline constexpr auto kWords<Blindness> = word_table<Blindness::state_outdated>(
    "target_group_absent", "auto_scaling_group_absent", "no_target_group_attached", "alarm_absent",
    "calendar_absent", "metric_absent", "no_members", "no_member_may_leave", "may_never_leave",
    "fleet_may_not_start", "groups_unread", "targets_unread", "attributes_unread", "auto_scaling_unread",
    "instances_unread", "statuses_unread", "metric_unread", "load_unread", "alarm_unread", "calendar_unread",
    "survey_denied", "action_denied", "state_outdated");
// Whether the name does not exist, as opposed to what could not be read.
constexpr bool is_absent_name(Blindness what) { return what <= Blindness::metric_absent; }
// Whether the policy, or what it speaks of, has to be changed: nothing that AWS denied or failed.
constexpr bool is_of_the_policy(Blindness what) { return what <= Blindness::fleet_may_not_start; }

struct BlindTo {
  Blindness what = Blindness::groups_unread;
  std::string subject;  // the target group, alarm, metric … as the policy names it; empty: the fleet
  std::string text;     // for people: with the name, and what to do
  bool operator==(const BlindTo&) const = default;
};

// Whether the fleet could act if it had to. Blind: it could not. Waiting: something that passes or that an
// operator wants holds back every start.
struct Ability {
  enum class Kind { able, waiting, blind };
  Kind kind = Kind::able;
  Time since{};                        // of this kind
  std::vector<std::string> because;    // for people: what holds back every start
  std::vector<BlindTo> blind_to = {};  // empty unless blind
  bool operator==(const Ability&) const = default;
};
template <>
inline constexpr auto kWords<Ability::Kind> = word_table<Ability::Kind::blind>("able", "waiting", "blind");

// AWS refused to do something, for want of a permission. Remembered until the same is accepted, an operator
// resumes, or a week is over.
struct Denial {
  Effect effect = Effect::deregister;
  std::string target_group_arn;  // of deregister and register: in which group
  Time since{};                  // the first refusal …
  Time last{};                   // … and the last one
  std::string detail;            // AWS's words
  bool operator==(const Denial&) const = default;
};

// The tag of a remediation that has ended, until it is seen to be gone.
struct LeftMark {
  std::string instance_id;
  std::string remediation_id;
  std::string value;  // the tag's: only this one is taken off
  Time since{};       // the remediation's end
  int tries = 0;      // how often its removal was asked for
  Intent removal{};   // the last of them
  bool operator==(const LeftMark&) const = default;
};

// The ticks that failed since the last one that ended. By this machine's clock: there may be no other.
struct Failing {
  Time since{};
  Time last{};
  int ticks = 0;
  std::string why;  // of the last one
  bool operator==(const Failing&) const = default;
};

// Who is expected in a target group: who was registered there at the last look that was believed, and who has
// left without a sign that it is gone for good.
struct GroupSeen {
  Time at{};                            // the last look that was believed
  std::vector<std::string> members;     // ids, sorted
  std::map<std::string, Time> missing;  // of them: not registered there since
  std::vector<std::string> overlooked;  // of the missing, sorted: they left while no tick looked for hours
  int fewer_sightings = 0;              // looks in a row that lacked half of the members or more …
  std::optional<Time> fewer_since = std::nullopt;  // … and the first of them
  bool operator==(const GroupSeen&) const = default;
};

// AWS took it, or may have, or may still take it.
bool may_have_happened(const Intent& intent);
// It holds starts back at that time: it has no end, or that is to come.
bool is_in_force(const Pause& pause, Time now);
// A treatment was sent for it, and AWS took it or may have. None that ends where it was begun is sent: that it is
// on its way back treated says so.
bool was_treated(const Remediation& remediation);
// An ended remediation as it is remembered.
PastRemediation past(const Remediation& ended);

struct FleetState {
  static constexpr int kSchema = 3;

  std::string fleet;
  std::int64_t revision = 0;  // 0: never written
  std::string written_by;     // the tick's nonce: recognises one's own write after a lost reply
  Time last_tick_at{};
  std::optional<Time> signal_read_at;     // when the whole fleet's signal was last read
  std::vector<Remediation> open;          // at most keep.out of them are ours at a time; sorted by start
  std::vector<PastRemediation> recent;    // ended in the last 24 hours (what the limits need), newest last
  std::vector<OperatorRequest> requests;  // oldest first; the next tick dates them, and none is left
  std::optional<ClockDoubt> clock_doubt;
  std::optional<Pause> pause;
  std::optional<Breaker> breaker;
  std::optional<Time> breaker_reset_at;  // crossings before this don't trip it again
  // "<arn>|<instance>:<port>" → healthy since, for groups with slow start only.
  std::map<std::string, Time> healthy_since;
  // By instance id; a member without anything to remember is absent
  std::map<std::string, MemberRecord> members;
  // The last reason told of each member in the history, where it isn't below_limit; at most 500.
  std::map<std::string, std::string> last_reported;
  std::string
      last_reported_fleet;  // likewise of the fleet: the first reason that held back every start; empty: none
  FleetSummary summary;
  // Member ids of the last complete observation: an empty or halved fleet is noticed.
  int members_last_seen = 0;
  std::optional<FleetPolicy> pinned;  // the policy under which the open ones were started
  // Every policy under which something is open, by a name of its own (Remediation::policy).
  std::map<std::string, FleetPolicy> policies;
  std::optional<Identity> identity;              // where the fleet is; empty: never known
  std::map<std::string, GroupSeen> groups_seen;  // by target group arn
  Ability ability;
  std::vector<Denial> denials;
  std::vector<LeftMark> left_marks;  // oldest first; at most 100
  std::optional<Failing> failing;
  // Since when the fleet is no longer in the policy; by this machine's clock, as no tick looks at it.
  std::optional<Time> left_policy_at;
  bool operator==(const FleetState&) const = default;
};

// Whether a pause was asked for that no tick has dated yet: it holds back starts all the same.
bool pause_is_requested(const FleetState& state);

}  // namespace evenkeel
