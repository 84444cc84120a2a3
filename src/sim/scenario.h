// A scenario file: a story as text. It gives a simulated world, what happens to it and when, the faults of
// the wire, the promise that the checkers hold Evenkeel to, the policy, and the narrative that is expected.
//
//   # Two sentences of intent: the comment lines at the top.
//   start 2026-11-22T00:00:00Z
//   duration 24h
//   tick 1m
//   fleet web servers=8 groups=tg1:443,tg1-80:80 capacity=120 peak=520 dies_after=2h..3h
//   at 1h30m terminate web-3
//   fault ec2.RebootInstances lose_reply_after once
//   promise healthy=5 out=1
//   policy:
//     fleets: …                  (YAML, indented; kept as text)
//   ----
//   the expected narrative       (kept as text, up to the end of the file)
//
// The lines, in any order but names before their use. `#` begins a comment line; double quotes hold a word with
// spaces together. A..B is a range from which each server draws by seed; a single value is allowed too. Defaults
// stand in brackets.
//
//   start TIME, duration D, tick D        when, how long, how often Evenkeel ticks
//   narrate D                             how much of it the expected narrative tells [all of it]
//   fleet NAME key=value …                servers NAME-1 … NAME-n in the groups, healthy for an hour. Keys:
//       servers=N groups=NAME:PORT,…      required
//       shares=80,20                      percent of the requests by group [even]
//       capacity=N                        requests a second of one server [120]
//       peak=N                            requests a second of the fleet [0]
//       memory=A..B                       percent at the start, staggered evenly over A..B [30..30]
//       memory_at_boot=N                  percent [30]
//       dies_after=A..B                   the leak: each server would go from memory_at_boot to 100 % in a time
//                                         drawn from A..B if it got its even share of the fleet's requests at
//                                         the average of the day's curve (faster at the peak, slower at night)
//       boot=A..B                         [2m..2m]; each boot varies by a tenth either way
//       deregistration_delay=D slow_start=D min_healthy_targets=N
//       check_interval=D healthy_threshold=N unhealthy_threshold=N      [10s, 3, 2]
//       interfaces=N addresses=N          network interfaces, and private addresses of each [1, 1]
//       zones=a,b types=m5.large,…        in turn [a, m5.large]
//       monitoring=detailed|basic         EC2's own metrics every minute, or every five [detailed]
//       reboot_migration=yes|no           a reboot by the user moves an instance with a `system-reboot` event to
//                                         another host, which ends the event [no]
//   group NAME:PORT [attached=no] [type=instance|ip]
//                                         one more target group, empty, with no traffic
//   classic NAME:PORT [peak=N]            a Classic Load Balancer without instances; requests a second [0]
//   asg NAME fleet=F key=value …          the fleet's Auto Scaling group. Keys:
//       min=N max=N desired=N             [1, twice the servers, the servers]
//       health=EC2|EC2,ELB grace=D suspended=A,B
//       attach=TG1,TG2                    the target groups attached to it [all of the fleet's]
//       classic=NAME,…                    the Classic Load Balancers attached to it [none]
//       lattice=NAME,…                    target groups of VPC Lattice, which are only listed [none]
//       weights=TYPE:N,…                  a mixed instances policy: sizes are units [none]
//       unit=units|vcpu|memory-mib        DesiredCapacityType [not given]
//       terminate_hook=completes|abandons retain=yes|no
//                                         a termination lifecycle hook, a minute long, and how it ends [none];
//                                         a lifecycle policy that retains whom it abandons [no]
//   document NAME key=value …             for Systems Manager to run. Keys:
//       heals=yes|no                      the memory falls to memory_at_boot at its end [no]
//       fails=yes|no takes=D timeout=D    [no, 5s, 1h]
//       output="text"                     \n in the text is a line break
//   repair after=D | repair never         when the person on call restarts a hung server
//   set SWITCH VALUE                      a field of sim::Switches: true, false or a duration
//   lag describe D                        the same as: set describe_lag D
//   latency D                             what every call takes; "25ms" is allowed here
//   fault ACTION|* KIND [once] [times=N] [rate=R] [from=D] [until=D] [delay=D] [earlier=D|later=D]
//       KIND as in faults.h; earlier and later: of wrong_date; ACTION: one that the account answers
//   role NAME [external_id=ID] [refuses=yes] [lasts=D] [web_identity=TOKEN]
//                                         that STS gives out. There is always a role `evenkeel`, which is also
//                                         the instances' own, a topic `evenkeel` and a table `evenkeel` (keys
//                                         pk and sk, TTL expires)
//   promise [healthy=N] [out=N] [reboots=N] [forgotten_after=D] [groups=NAME,…]
//                                         what the checkers hold Evenkeel to; groups: [those of all fleets]
//   [at D] EVENT                          happens D after the start; without `at`: at the start
//
// Events of a server (SERVER|all where `all` is shown):
//       memory SERVER|all N               jumps to N percent
//       leak SERVER|all D                 would die after D
//       stop, start-server, terminate, reboot, crash, repair, hang-next-boot SERVER
//                                         by an outsider, or by chance
//       silence, speak SERVER             its CloudWatch agent
//       manage, unmanage SERVER           SSM's agent
//       impair SERVER [system], unimpair SERVER      its status checks
//       schedule-event SERVER CODE in=D, cancel-event SERVER      CODE: instance-reboot, system-reboot …
//       tag SERVER KEY VALUE, untag SERVER KEY
//       stop-protect, stop-unprotect SERVER          disableApiStop
//       register, deregister SERVER GROUP[:PORT] [address=N]     by an outsider; at the start: already healthy.
//                                         GROUP may be a Classic Load Balancer; in a group of type ip it is
//                                         the server's Nth address [1]
//       standby, exit-standby, detach SERVER         by an outsider, in its Auto Scaling group
//
// Events of groups, zones and the fleet:
//       delete-group GROUP
//       attribute GROUP KEY VALUE
//       scale-in [SERVER], scale-out [ASG]           of the first group where none is named
//       suspend, resume-process ASG PROCESS
//       refresh ASG start|end [strategy=Rolling|ReplaceRootVolume]
//       resize ASG [min=N] [max=N] [desired=N]
//       zonal-shift, zone-outage ZONE start|end
//       peak N [FLEET]                    the fleet's requests a second from now on [the first fleet's]
//       alarm NAME ok|alarm|insufficient [composite]   {SERVER} in a name stands for that server's id
//       calendar NAME open|closed         a change calendar, open before; its changes are known in advance
//       set SWITCH VALUE
//
// About Evenkeel itself, for the runner (OperatorEvent):
//   at D pause "why" [for=D], at D resume ["why"], at D kill, at D tick-late D, at D restore SERVER [now]
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "sim/account.h"
#include "sim/checkers.h"
#include "sim/faults.h"

namespace evenkeel::sim {

// What happens to Evenkeel, not to the account.
struct OperatorEvent {
  Duration at{};         // after the start
  std::string name;      // "pause" "resume" "kill" "tick-late" "restore"
  std::string argument;  // the reason; the server's instance id
  bool now = false;      // of restore: it does not wait for a treatment that may still act
  Duration duration{};   // of tick-late: so long no tick runs; of pause: it ends after so long, zero: never
};

struct Range {
  double low = 0, high = 0;  // durations in seconds
};

struct GroupSpec {
  std::string name;
  int port = 443;
  double share = 0;  // of its fleet's requests, 0 to 1
  bool attached = true;
  std::string type = "instance";
  bool classic = false;
  double peak = 0;  // of a Classic Load Balancer: requests a second
};

struct FleetSpec {
  std::string name;
  int servers = 0;
  std::vector<GroupSpec> groups;
  double capacity = 120, peak = 0, memory_at_boot = 30;
  Range memory{30, 30}, dies_after, boot{120, 120};  // dies_after 0: it doesn't leak
  Duration check_interval{10'000};
  int healthy_threshold = 3, unhealthy_threshold = 2;
  std::map<std::string, std::string> attributes;  // of its target groups
  std::vector<std::string> zones{"a"};
  bool detailed_monitoring = true;
  bool reboot_migration = false;
  std::vector<std::string> types{"m5.large"};
  int interfaces = 1, addresses_each = 1;
};

// One timed event of the world: the words of its line after `at D`, checked.
struct WorldEvent {
  Duration at{};
  bool at_start = false;  // part of the set-up
  std::vector<std::string> words;
  std::map<std::string, std::string> options;  // its key=value words
};

struct Scenario {
  std::string file, intent, policy, expected;
  Time start{};
  Duration duration{}, tick{60'000};
  Duration narrate = Duration::max();  // from the start
  std::vector<FleetSpec> fleets;
  std::vector<GroupSpec> groups;  // those of no fleet
  std::vector<AutoScalingGroup> auto_scaling_groups;
  std::map<std::string, std::string> fleet_of_asg;
  std::vector<WorldEvent> events;
  std::vector<OperatorEvent> operator_events;
  std::map<std::string, Role> roles;          // by name
  std::map<std::string, Document> documents;  // by name
  Faults faults;
  Promise promise;
  Switches switches;
  Duration repair_after{2'700'000};
};

// Reads the text of a scenario. The error names the place as file:line:column, what is wrong and what is
// allowed. Bounded: 256 KiB, 1,000 servers, 1,000 events, 31 days.
Result<Scenario> parse_scenario(std::string_view text, std::string_view file_name);
Result<Scenario> load_scenario(const std::string& path);

// The scenario's world at its start, with its events scheduled. The same seed gives the same world.
std::unique_ptr<Account> build_account(const Scenario& scenario, std::uint64_t seed);

// The ids by which a scenario's names are known to the account: the same in every run.
std::string instance_id_of(std::string_view server_name);
std::string target_group_arn_of(std::string_view group_name);
std::string lattice_arn_of(std::string_view group_name);

}  // namespace evenkeel::sim
