// A scenario file: a story as text. It gives a simulated world, what happens to it and when, the faults of
// the wire, the promise that the checkers hold Evenkeel to, the policy, and the narrative that is expected.
// docs/scenarios.md is the grammar; a test holds it to the parser's words.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "sim/judges/checkers.h"
#include "sim/world/account.h"
#include "sim/world/faults.h"

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
