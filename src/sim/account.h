// The state of a simulated AWS account and the rules by which it moves in virtual time. Speaks no bytes: the
// front (sim/front.h) turns requests into these calls and their results into XML; the checkers
// (sim/checkers.h) read it. An independent reading of AWS: shares no code with aws/ or observe/, or one
// mistake would hide another.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "sim/tables.h"

namespace evenkeel::sim {

// What nobody could verify about AWS (aws-facts §12), and other behaviour that a scenario may choose.
struct Switches {
  bool idle_target_drains_early = false;  // else `draining` is shown for the full deregistration delay
  Duration late_requests{20'000};     // an ALB may still send new requests this long after `draining` shows
  Duration metric_lag{60'000};        // a sample becomes visible this long after its period ended
  Duration describe_lag{0};           // stale reads: EC2 and ELBv2 answer with the state this old
  Duration reboot_queue{5'000};       // from accepted to the shutdown beginning
  Duration forced_shutdown{240'000};  // a hanging shutdown is cut after this
  bool decoy_series = true;  // the `[]` aggregate and a literal ${aws:InstanceId}, as real agents leave them
  bool second_series = false;  // the agent aggregates by InstanceId as well: two series for each instance
  bool throttling = true;      // AWS's token buckets; else nobody is ever told to slow down
  // What DynamoDB shows to a read that doesn't ask to be consistent is this old; at most a minute.
  Duration table_read_lag{1'000};
  Duration ttl_delay{172'800'000};  // from an item's TTL to its deletion
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
      false;  // terminated: no longer listed, but a query that names it still says `draining`
};

struct TargetGroup {
  std::string arn, name, protocol = "HTTPS", target_type = "instance", vpc_id = "vpc-0a1b2c3d";
  int port = 443;
  std::vector<std::string> load_balancer_arns;
  std::map<std::string, std::string> attributes;  // AWS's keys, as strings
  Duration check_interval{10'000};
  int healthy_threshold = 3, unhealthy_threshold = 2;
  double traffic_share = 1.0;  // of the fleet's requests
  std::vector<RegisteredTarget> targets;
};

struct Server {
  enum class Life { running, stopping_for_reboot, booting, hung, stopped, terminated };
  std::string id, name, type = "m5.large", image_id = "ami-0123456789abcdef0", zone = "a", private_ip;
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
  bool boot_never_ends = false;  // the next boot hangs
  bool agent_silent = false;     // publishes no metrics
  int crashes = 0, reboots_by_api = 0;
};

struct AutoScalingMember {
  std::string instance_id, lifecycle_state = "InService", health_status = "Healthy";
};

struct AutoScalingGroup {
  std::string name;
  int min_size = 0, max_size = 0, desired = 0;
  std::string health_check_type = "EC2";
  Duration health_check_grace_period{300'000};
  std::vector<std::string> suspended_processes, target_group_arns;
  std::vector<AutoScalingMember> members;
};

// One CloudWatch series; the exact set of dimensions is its identity.
struct Series {
  std::string metric_namespace, metric;
  std::vector<std::pair<std::string, std::string>> dimensions;
  std::map<Time, double> samples;  // by period start; one value a period
};

// A role that may be assumed in the account. Its ARN is arn:aws:iam::<account_id>:role/<name>.
struct Role {
  std::string external_id;    // must be given exactly; empty: none may be given
  bool refuses = false;       // trusts nobody
  Duration lasts{3'600'000};  // of a session for which nobody asked for a length
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

// A message that was published to an SNS topic.
struct Published {
  Time at{};
  std::string topic, subject, message;            // the topic's ARN
  std::map<std::string, std::string> attributes;  // of type String
};

struct Refusal {
  int status;
  std::string code, message;
};

// Who did it: Evenkeel through the API, or somebody else (an operator, a deployment, AWS itself).
enum class Hand { ours, outsider };

// What really happened, with its time: written by the account, read by the checkers and the story.
//   kind             count                             detail
//   deregister       healthy left in the group         the target's state before ("healthy" …; "" absent)
//   register         -                                 the target's state before ("" when it was absent)
//   drained          in-flight requests that were cut  -
//   healthy, unhealthy (a target's change of state)    the reason
//   reboot-accepted  registrations at that moment      -
//   reboot-ignored   -                                 the life it was in
//   reboot-effect    registrations at that moment      -
//   boot-done, repair, stop, start, terminate, replace -
//   crash            in-flight requests that were cut  -
//   group-deleted    -                                 -
//   drop             requests, summed over a minute    why
struct Fact {
  Time at{};
  std::string kind;
  std::string instance_id, target_group;  // the group's arn; each empty where it doesn't apply
  std::int64_t count = 0;
  std::string detail;
  int port = 0;  // of deregister, register, drained, healthy, unhealthy
  Hand hand = Hand::outsider;
};

// A request is dropped when it is routed to a server that doesn't run or has no capacity left, when there is
// no target at all, and when it is in flight as its server goes down or its drain is cut short.
//
// A drop is by our doing when it is
//   (a) in flight on, or routed to, a server that is down because of a reboot through the API, from the
//       shutdown until it is up again, whatever state it was in before;
//   (b) cut at the end of a deregistration delay that our deregistration began;
//   (c) for want of capacity (an overloaded server, no target, a group that fails open), up to the capacity
//   of
//       the members which we keep out in that second: deregistered or rebooted through the API and not yet
//       healthy again everywhere. Members that died by themselves, were stopped or are gone don't count.
// Where the cause can't be told (c) blames us. A hung server's drops before its health checks have failed are
// not ours: it would have hung with us or without.
struct Counters {
  std::int64_t requests = 0, dropped = 0;
  std::int64_t dropped_by_our_doing = 0;  // would have been served had we not deregistered or rebooted
  std::int64_t crashes = 0, repairs = 0;
  std::int64_t reboots = 0;            // by the API, that took effect
  std::int64_t undrained_reboots = 0;  // of these, while still registered or draining anywhere
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
  // Has `event` happen when the world reaches `time`, before anything else of that second.
  void schedule(Time time, std::function<void(Account&)> event);

  // The set-up, open to scenarios and tests.
  std::string region = "eu-west-1", account_id = "123456789012";
  Switches switches;
  std::map<std::string, Server> servers;             // by instance id
  std::map<std::string, TargetGroup> target_groups;  // by arn
  std::map<std::string, AutoScalingGroup> auto_scaling_groups;
  std::vector<Series> series;
  std::map<std::string, Role> roles{{"evenkeel", {}}};  // by name
  std::map<std::string, Table> tables;                  // by name; there is one `evenkeel` from the start
  std::map<std::string, StoredParameter> parameters;    // by name
  std::set<std::string> topics{"evenkeel"};             // by name
  std::vector<Published> published;                     // in order of time
  double peak_requests_per_second = 0;                  // of the day's curve
  Duration repair_after{2'700'000};                     // a hung server is restarted by the person on call
  TargetGroup* find_group(const std::string& arn);
  std::string add_server(Server server);            // gives it an id where it has none; returns the id
  std::string add_target_group(TargetGroup group);  // likewise an arn

  // The calls that change something, after the front has read and checked the bytes. An error changes
  // nothing. Without a port: the group's own.
  std::optional<Refusal> register_target(const std::string& arn, const std::string& instance_id,
                                         std::optional<int> port, Hand hand = Hand::ours);
  std::optional<Refusal> deregister_target(const std::string& arn, const std::string& instance_id,
                                           std::optional<int> port, Hand hand = Hand::ours);
  std::optional<Refusal> reboot(const std::vector<std::string>& instance_ids, Hand hand = Hand::ours);

  // Somebody else's hand, or fate. Unknown names do nothing.
  void stop(const std::string& instance_id);
  void start(const std::string& instance_id);      // of a stopped one
  void terminate(const std::string& instance_id);  // also gone from its target groups
  void crash(const std::string& instance_id);      // it hangs as if its memory were full
  void repair(const std::string& instance_id);     // the person on call restarts it now, whatever it does
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
  struct World;
  std::unique_ptr<World> world_;
};

}  // namespace evenkeel::sim
