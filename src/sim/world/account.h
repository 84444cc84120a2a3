// The state of a simulated AWS account and the rules by which it moves in virtual time. Speaks no bytes: the
// front (sim/api/front.h) turns requests into these calls and their results into XML; the checkers
// (sim/judges/checkers.h) read it. An independent reading of AWS: shares no code with aws/ or observe/, or one
// mistake would hide another.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/words.h"
#include "sim/world/auto_scaling.h"
#include "sim/world/systems_manager.h"

namespace evenkeel::sim {

// What could not be verified about AWS (docs/aws.md, "assumed"), and other behaviour that a scenario may choose.
struct Switches {
  bool idle_target_drains_early = false;  // else `draining` is shown for the full deregistration delay
  Duration late_requests{20'000};     // an ALB may still send new requests this long after `draining` shows
  Duration metric_lag{60'000};        // a sample becomes visible this long after its period ended
  Duration describe_lag{0};           // stale reads: EC2 and ELBv2 answer with the state this old
  Duration reboot_queue{5'000};       // from accepted to the shutdown beginning
  Duration forced_shutdown{240'000};  // a hanging shutdown is cut after this
  bool decoy_series = true;  // the `[]` aggregate and a literal ${aws:InstanceId}, as real agents leave them
  bool second_series = false;  // the agent aggregates by InstanceId as well: two series for each instance
  bool throttling = true;      // AWS's token buckets; else no caller is ever throttled
  Duration ttl_delay{172'800'000};  // from an item's TTL to its deletion
  // Under health check type ELB, a member that an outsider deregistered from an attached group is replaced once
  // its drain is over; else Auto Scaling looks at registered targets alone.
  bool replaces_deregistered = true;
  bool az_rebalance = true;  // Auto Scaling evens out the zones of a group; when it does is not published
  // In a group with weights EnterStandby and a termination decrement the desired size by the member's weight
  // (as users report); else by one (as the API's page reads).
  bool standby_counts_units = true;
  bool no_capacity = false;     // EC2 has none of the instance type left: neither starts nor launches
  bool load_metrics = true;     // AWS publishes the load balancer's RequestCount and CPUUtilization
  Duration command_lag{3'000};  // a command that was sent is not known to SSM for this long
  Duration event_lag{0};        // a scheduled event that has ended is shown as open for this long
  // The credentials are for another, empty account, as after an edited profile or role.
  bool elsewhere = false;
};

struct RegisteredTarget {
  std::string instance_id;
  int port = 0;
  std::string state;   // AWS's words: initial healthy unhealthy draining unused
  std::string reason;  // "Elb.RegistrationInProgress" … empty when healthy
  std::string description;
  Time since{};  // of this state
  Time registered_at{};
  int passes = 0, failures = 0;  // health checks in a row
  Time next_check{};
  bool ever_healthy = false;  // a newly registered target needs only one passing check
  std::optional<Time> slow_start_until;
  bool instance_gone =
      false;                 // terminated: no longer listed, but a query that names it still says `draining`
  std::string address = {};  // in a group of type ip: which of the instance's

  const std::string& id() const { return address.empty() ? instance_id : address; }  // as ELB calls it
};

// A target group of type instance or ip; or a Classic Load Balancer, which checks and drains its instances as a
// group does, and which Elastic Load Balancing's second API doesn't show.
struct TargetGroup {
  std::string arn, name, protocol = "HTTPS", target_type = "instance", vpc_id = "vpc-0a1b2c3d";
  int port = 443;
  bool classic = false;  // its arn is classic_arn_of(name)
  std::vector<std::string> load_balancer_arns;
  std::map<std::string, std::string> attributes;  // AWS's keys, as strings
  std::map<std::string, std::string> tags;
  Duration check_interval{10'000};
  int healthy_threshold = 3, unhealthy_threshold = 2;
  double traffic_share = 1.0;  // of the fleet's requests
  std::vector<RegisteredTarget> targets;
};

// An EC2 maintenance that stands in the calendar of one instance. It happens at `not_before`, unless it has
// ended before: a reboot, a stop (of an instance without EBS root device: its termination), or
// (system-maintenance) nothing that shows. What ends it:
//   a stop and start                 each of them: the instance moves to another host
//   a reboot by the user             `system-reboot` alone, and only where reboot migration is enabled
//   its time, or AWS's cancellation  this one
struct ScheduledEvent {
  std::string id, code, description;  // "[Completed] …" and "[Canceled] …" once EC2 shows it as over
  Time not_before{}, not_after{};
  std::optional<Time> ended = {};  // EC2 shows it `event_lag` later
  bool over() const { return description.starts_with("["); }
};

struct Server {
  // stopping and pending: on the way to stopped and from it, as EC2 shows it.
  enum class Life { running, stopping_for_reboot, booting, hung, stopped, terminated, stopping, pending };
  std::string id, name, type = "m5.large", image_id = "ami-0123456789abcdef0", zone = "a", private_ip;
  // Of its interfaces, the first one's first address is private_ip; the others are given by the account.
  int interfaces = 1, addresses_each = 1;
  std::vector<std::vector<std::string>> addresses = {};
  std::string auto_scaling_group;  // empty: none
  std::map<std::string, std::string> tags;
  Life life = Life::running;
  Time launched_at{}, life_until{};  // when the present life ends by itself
  std::optional<Time> console_at;    // when the console output of the last boot was posted (GetConsoleOutput)
  double memory = 30;                // % committed bytes in use
  double memory_at_boot = 30;
  double leak_per_million_requests = 0;  // points of memory
  double capacity = 0;                   // requests a second it can serve; more are dropped
  Duration boot_time{120'000};
  bool boot_never_ends = false;     // the next boot hangs
  bool agent_silent = false;        // publishes no metrics
  bool unmanaged = false;           // its Systems Manager agent is not there: no command reaches it
  bool detailed_monitoring = true;  // EC2 publishes its metrics by the minute, else by five minutes
  int crashes = 0, reboots_by_api = 0;
  bool instance_store = false;                // its root device; it can't be stopped
  bool stop_protected = false;                // disableApiStop
  bool reboot_migration = false;              // MaintenanceOptions.RebootMigration: default, else disabled
  bool initializing = false;                  // its status checks, from a launch or start until it is up
  std::optional<Time> impaired_since;         // the instance's status check; a reboot ends it
  std::optional<Time> system_impaired_since;  // its host's; only a stop and start ends it
  std::vector<ScheduledEvent> events = {};
  // As EC2 shows it: a reboot and a hung system are `running` throughout.
  bool runs() const {
    return life != Life::stopped && life != Life::terminated && life != Life::stopping &&
           life != Life::pending;
  }
};

// One CloudWatch series; the exact set of dimensions is its identity.
struct Series {
  std::string metric_namespace, metric;
  std::vector<std::pair<std::string, std::string>> dimensions;
  std::map<Time, double> samples;  // by period start; one value a period
  // Each value is the sum of so many ones, as the load balancer counts requests: only Sum and SampleCount
  // tell anything, the other statistics are 1.
  bool of_ones = false;
};

// A CloudWatch alarm, as far as DescribeAlarms shows one. Nothing evaluates it: scenarios set its state.
struct Alarm {
  std::string state = "INSUFFICIENT_DATA";  // or OK, ALARM
  bool composite = false;
  Time changed_at{};
};

// A role that may be assumed in the account. Its ARN is arn:aws:iam::<account_id>:role/<name>.
struct Role {
  std::string external_id;    // must be given exactly; empty: none may be given
  bool refuses = false;       // trusts no identity
  Duration lasts{3'600'000};  // of a session for which the caller asked for no length
  std::string web_identity;   // the one token that is good for it; it can't be assumed otherwise. Empty: none
};

// An SSM parameter: its versions, the oldest first.
struct StoredParameter {
  struct Version {
    int number = 0;
    std::string value;
    Time changed_at{};
  };
  std::string type;  // String, StringList or SecureString
  std::vector<Version> versions;
};

// A table of DynamoDB, whose key is the texts pk and sk: its items by that key.
using TableValue = std::variant<std::string, std::int64_t>;
using TableItem = std::map<std::string, TableValue>;
using TableKey = std::pair<std::string, std::string>;
using TableItems = std::map<TableKey, TableItem>;

// A message that was published to an SNS topic.
struct Published {
  Time at{};
  std::string topic, subject, message;            // the topic's ARN
  std::map<std::string, std::string> attributes;  // of type String
};

struct ApiRefusal {
  int status;
  std::string code, message;
};

// What really happened, with its time: written by the account, read by the judges and the story. Of each: what
// Fact::count says, and Fact::detail.
enum class FactKind {
  deregistration,   // healthy left in the group; the target's state before ("healthy" …; "" absent)
  registration,     // -; the target's state before ("" when it was absent)
  drained,          // in-flight requests that were cut
  healthy,          // a target's change of state: -; the reason
  unhealthy,        // likewise
  reboot_accepted,  // registrations at that moment
  reboot_ignored,   // -; the life it was in
  reboot_effect,    // registrations at that moment; the life it was in. target_group: where it is registered
  boot_done,
  boot_hangs,
  repair,
  stop_accepted,  // as reboot_effect
  stop,
  start,
  terminate,
  replace,
  standby,       // the group's desired size then; "decrement" or "keep": what became of it
  exit_standby,  // the group's desired size then
  in_service,    // -; the group: a launch or return is complete
  retained,      // the group's desired size then; the group: its terminated member is kept
  root_volume,   // -; the group: a refresh takes it to replace its root volume
  detach,        // the group's desired size then; the group
  launch,    // the group's desired size then; why: "size", "replace", "rebalance". ours: our Standby made the
             // zones uneven, which were even before
  scale_in,  // the group's desired size then; why: "size", "asked", "asked, decrement"
  resize,    // the group's desired size then; "GROUP min=N max=N desired=N"
  event,     // -; a scheduled event's code: its time has come
  crash,     // in-flight requests that were cut
  group_deleted,
  command,       // registrations at that moment; the document that begins to run
  command_done,  // the response code; "DOCUMENT: Success" (StatusDetails), when it has run
  drop,          // requests, summed over a minute; why
  zone_outage,   // -; the zone
  zone_restored  // -; the zone
};

struct Fact {
  Time at{};
  FactKind kind{};
  std::string instance_id, target_group;  // the group's arn; each empty where it doesn't apply
  std::int64_t count = 0;
  std::string detail;
  int port = 0;  // of deregister, register, drained, healthy, unhealthy
  Actor actor = Actor::outsider;
};

// A request is dropped when it is routed to a server that doesn't run or has no capacity left, when there is
// no target at all, and when it is in flight as its server goes down or its drain is cut short.
//
// A drop is caused by Evenkeel when it is
//   (a) in flight on, or routed to, a server that is down because of a reboot or stop through the API, from
//       the shutdown until it is up again, whatever state it was in before;
//   (b) cut at the end of a deregistration delay that our deregistration began;
//   (c) for want of capacity (an overloaded server, no target, a group that fails open), up to the capacity
//       of the members which we keep out in that second: deregistered, moved to Standby, rebooted or stopped
//       through the API and not yet healthy again everywhere, and the replacements of those that we had
//       terminated until they are. Members that died by themselves, were stopped
//       by an outsider or are gone don't count.
// Where the cause is unknown (c) blames us. A hung server's drops before its health checks have failed are
// not ours: it would have hung with us or without.
struct Counters {
  std::int64_t requests = 0, dropped = 0;
  std::int64_t dropped_by_our_doing = 0;  // would have been served had we not deregistered or rebooted
  std::int64_t crashes = 0, repairs = 0;
  std::int64_t reboots = 0;            // by the API, that took effect
  std::int64_t stops = 0;              // by the API
  std::int64_t undrained_reboots = 0;  // and stops: while still registered or draining anywhere
  // Fewest members healthy in every one of their groups at any second, from when all of them were for the
  // first time (or five minutes after the start).
  int min_healthy = 0;
};

class Account {
 public:
  Account(Time start, std::uint64_t seed);
  ~Account();

  // Moves the world to `time`, second by second. Never backwards.
  void advance_to(Time time);
  Time now() const;
  Time started() const;  // when its story began
  // Has `event` happen when the world reaches `time`, before anything else of that second.
  void schedule(Time time, std::function<void(Account&)> event);

  // The set-up, open to scenarios and tests.
  std::string region = "eu-west-1", account_id = "123456789012";
  Switches switches;
  std::map<std::string, Server> servers;             // by instance id
  std::map<std::string, TargetGroup> target_groups;  // by arn
  std::map<std::string, AutoScalingGroup> auto_scaling_groups;
  std::vector<Series> series;
  std::map<std::string, Role> roles{{"evenkeel", {}}};         // by name
  std::map<std::string, TableItems> tables{{"evenkeel", {}}};  // by name
  std::map<std::string, StoredParameter> parameters;           // by name
  std::set<std::string> topics{"evenkeel"};                    // by name
  std::vector<Published> published;                            // in order of time
  std::map<std::string, Alarm> alarms;                         // by name
  std::map<std::string, Calendar> calendars;                   // by name
  std::map<std::string, Document> documents;                   // by name; AWS's two of `commands` are there
  std::vector<CommandInvocation> invocations;                  // in the order in which they were sent
  double peak_requests_per_second = 0;                         // of the day's curve
  Duration repair_after{2'700'000};  // a hung server is restarted by the operator on call
  TargetGroup* find_group(const std::string& arn);
  std::string add_server(Server server);            // gives it an id where it has none; returns the id
  std::string add_target_group(TargetGroup group);  // likewise an arn
  // What an id names in this group: an instance id, or an address where the group's type is ip. nullptr: nothing.
  const Server* target_server(const TargetGroup& group, const std::string& id) const;

  // The calls that change something, after the front has read and checked the bytes. An error changes
  // nothing. Without a port: the group's own.
  std::optional<ApiRefusal> register_target(const std::string& arn, const std::string& instance_id,
                                            std::optional<int> port, Actor actor = Actor::evenkeel);
  std::optional<ApiRefusal> deregister_target(const std::string& arn, const std::string& instance_id,
                                              std::optional<int> port, Actor actor = Actor::evenkeel);
  std::optional<ApiRefusal> reboot(const std::vector<std::string>& instance_ids,
                                   Actor actor = Actor::evenkeel);

  // Runs `command`'s document with its parameters and comment; the rest is filled in, once for each instance.
  // Returns the command's id.
  std::expected<std::string, ApiRefusal> send_command(CommandInvocation command,
                                                      const std::vector<std::string>& instance_ids,
                                                      Duration deliver_within, Actor actor = Actor::evenkeel);

  std::optional<ApiRefusal> stop_instances(const std::vector<std::string>& ids,
                                           Actor actor = Actor::evenkeel);
  std::optional<ApiRefusal> start_instances(const std::vector<std::string>& ids,
                                            Actor actor = Actor::evenkeel);
  std::optional<ApiRefusal> enter_standby(const std::string& group, const std::vector<std::string>& ids,
                                          bool decrement, Actor actor = Actor::evenkeel);
  std::optional<ApiRefusal> exit_standby(const std::string& group, const std::vector<std::string>& ids,
                                         Actor actor = Actor::evenkeel);
  // TerminateInstanceInAutoScalingGroup. Kept desired size: a replacement is launched.
  std::optional<ApiRefusal> terminate_in_group(const std::string& id, bool decrement,
                                               Actor actor = Actor::evenkeel);
  AutoScalingGroup* group_of(const std::string& instance_id);  // whose member it is; nullptr: of none

  // Auto Scaling, EC2 and ELB as an outsider uses them. What AWS would refuse, and unknown names, do nothing.
  void enter_standby(const std::string& instance_id, Actor actor, bool decrement = true);
  void exit_standby(const std::string& instance_id, Actor actor);
  void detach(const std::string& instance_id,
              Actor actor = Actor::outsider);  // and decrements the desired size
  // Takes this one out and decrements, or has the group choose; an empty group: the instance's, or the first.
  void scale_in(const std::string& group, const std::string& instance_id = {});
  void scale_out(const std::string& group);  // one more, up to the maximum; an empty group: the first
  void resize(const std::string& group, std::optional<int> min, std::optional<int> max,
              std::optional<int> desired);
  void suspend_process(const std::string& group, const std::string& process);
  void resume_process(const std::string& group, const std::string& process);
  // An instance refresh is shown. With Rolling it does nothing; with ReplaceRootVolume it works on one member
  // after the other.
  void start_refresh(const std::string& group, const std::string& strategy = "Rolling");
  void end_refresh(const std::string& group);
  void schedule_event(const std::string& instance_id, const std::string& code, Duration in);
  void cancel_event(const std::string& instance_id);  // all that are not over
  // Its status check fails: the instance's, or its host's. It still serves.
  void impair(const std::string& instance_id, bool system = false);
  void unimpair(const std::string& instance_id);
  void set_tag(const std::string& instance_id, const std::string& key, const std::string& value);
  void remove_tag(const std::string& instance_id, const std::string& key);
  // Zones by the letter of Server::zone. A shifted zone's targets get no traffic while others have any; a
  // zone's outage makes its servers unreachable until it ends.
  void shift_zone(const std::string& zone);
  void unshift_zone(const std::string& zone);
  void begin_zone_outage(const std::string& zone);
  void end_zone_outage(const std::string& zone);
  std::set<std::string> shifted_zones, zones_out;

  // An outsider, or chance, at once. Unknown names do nothing.
  void stop(const std::string& instance_id);
  void start(const std::string& instance_id);      // of a stopped one
  void terminate(const std::string& instance_id);  // also gone from its target groups
  void crash(const std::string& instance_id);      // it hangs as if its memory were full
  void repair(const std::string& instance_id);     // the operator on call restarts it now, whatever it does
  void delete_target_group(const std::string& arn);

  // What Describe* shows: the present, or the past where `describe_lag` says so. A terminated server is shown
  // for an hour. `asked_by_id`: a query that names its targets also finds those whose instance is gone.
  std::map<std::string, Server> visible_servers() const;
  std::vector<RegisteredTarget> visible_targets(const std::string& arn, bool asked_by_id = false) const;

  // What CloudWatch shows of a series at `now`: samples whose lag has passed, with periods that start in
  // [from, until).
  std::map<Time, double> visible_samples(const Series& series, Time from, Time until) const;

  const std::vector<Fact>& facts() const;  // in order of time; bounded: drops are left out after 100,000
  const Counters& counters() const;

  // The day's curve: the share of the peak at this time of day (UTC), and its average over a day.
  static double day_curve(Time time);
  static double day_average();

 private:
  std::optional<ApiRefusal> end_retention(AutoScalingGroup& group, AutoScalingMember& member, Actor actor);

  struct World;
  std::unique_ptr<World> world_;
};

}  // namespace evenkeel::sim

template <>
inline constexpr auto evenkeel::kWords<evenkeel::sim::Server::Life> =
    evenkeel::word_table<evenkeel::sim::Server::Life::pending>(
        "running", "stopping_for_reboot", "booting", "hung", "stopped", "terminated", "stopping", "pending");
template <>
inline constexpr auto evenkeel::kWords<evenkeel::sim::FactKind> =
    evenkeel::word_table<evenkeel::sim::FactKind::zone_restored>(
        "deregister", "register", "drained", "healthy", "unhealthy", "reboot-accepted", "reboot-ignored",
        "reboot-effect", "boot-done", "boot-hangs", "repair", "stop-accepted", "stop", "start", "terminate",
        "replace", "standby", "exit-standby", "in-service", "retained", "root-volume", "detach", "launch",
        "scale-in", "resize", "event", "crash", "group-deleted", "command", "command-done", "drop",
        "zone-outage", "zone-restored");
