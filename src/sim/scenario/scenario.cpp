#include "sim/scenario/scenario.h"

#include <algorithm>
#include <fmt/core.h>
#include <fstream>

#include "base/text.h"
#include "sim/scenario/declarations.h"
#include "sim/scenario/events.h"
#include "sim/scenario/words.h"

namespace evenkeel::sim {
namespace {

constexpr std::size_t kMostBytes = 262'144;
constexpr std::size_t kMostEvents = 1000;
constexpr int kMostServers = 1000;
constexpr Duration kLongestScenario = std::chrono::days{31};

using Lines = std::vector<std::string>;

class ScenarioParser {
 public:
  ScenarioParser(std::string_view text, std::string_view file) : lines_(split(text, '\n')) {
    scenario_.file = std::string(file);
    scenario_.faults.latency = Duration{25};
  }

  Result<Scenario> parse() {
    read_intent();
    while (at_ < lines_.size()) {
      const auto line = lines_[at_];
      const Location place{scenario_.file, static_cast<int>(at_) + 1};
      if (trim(line) == "----") {
        scenario_.expected = rest_from(at_ + 1);
        break;
      }
      ++at_;
      if (trim(line).empty() || line.starts_with('#')) continue;
      if (trim(line) == "policy:") {
        TRY_VOID(read_policy());
        continue;
      }
      const auto words = TRY(words_of(line, place));
      TRY_VOID(read(words));
    }
    TRY_VOID(finish());
    return std::move(scenario_);
  }

 private:
  void read_intent() {
    while (at_ < lines_.size() && lines_[at_].starts_with('#')) {
      if (!scenario_.intent.empty()) scenario_.intent += ' ';
      scenario_.intent += trim(std::string_view(lines_[at_++]).substr(1));
    }
  }

  std::string rest_from(std::size_t first) const {
    std::string text;
    for (std::size_t i = first; i < lines_.size(); ++i) {
      text += lines_[i];
      if (i + 1 < lines_.size()) text += '\n';
    }
    return text;
  }

  Result<void> read_policy() {
    std::size_t indent = 0;
    for (; at_ < lines_.size(); ++at_) {
      const auto& line = lines_[at_];
      const auto column = line.find_first_not_of(' ');
      if (column == std::string::npos) {
        if (!scenario_.policy.empty()) scenario_.policy += '\n';
        continue;
      }
      if (column == 0) break;
      if (indent == 0) indent = column;
      if (column < indent) {
        const Word word{line, static_cast<int>(column) + 1, {scenario_.file, static_cast<int>(at_) + 1}};
        return word.wrong("is indented less than the policy's first line; indent all of it alike");
      }
      scenario_.policy += line.substr(indent) + '\n';
    }
    return {};
  }

  Result<void> read(const Words& words) {
    const auto& command = words[0].text;
    if (command == "start") return read_start(words);
    if (command == "duration") return read_span(words, scenario_.duration, kLongestScenario);
    if (command == "narrate") return read_span(words, scenario_.narrate, kLongestScenario);
    if (command == "tick") return read_span(words, scenario_.tick, std::chrono::hours{24});
    if (command == "latency") return read_latency(words);
    if (command == "fleet") return read_fleet(words);
    if (command == "group") return read_group(words);
    if (command == "classic") return read_classic(words);
    if (command == "asg") return read_asg(words, scenario_, declared_);
    if (command == "document") return read_document(words, scenario_);
    if (command == "repair" && words.size() == 2 && words[1].text == "never") {
      scenario_.repair_after = kLongestScenario * 10;
      return {};
    }
    if (command == "repair" && words.size() == 2 && words[1].text.starts_with("after=")) {
      const auto options = TRY(options_of(words, 1, {"after"}));
      scenario_.repair_after = TRY(options.duration("after", Duration{}));
      return {};
    }
    if (command == "set" || command == "lag") return read_set(words);
    if (command == "fault") return read_fault(words, scenario_);
    if (command == "promise") return read_promise(words);
    if (command == "role") return read_role(words, scenario_);
    if (command == "at") return read_at(words);
    if (is_event(command)) return add_event(words, 0, Duration{}, true);
    return words[0].wrong(
        "is no command; allowed are start, duration, narrate, tick, latency, fleet, group, classic, asg, document, "
        "repair, set, lag, fault, role, promise, at, policy: and the events " +
        known_events());
  }

  Result<void> read_start(const Words& words) {
    TRY_VOID(expect(words, 2));
    const auto time = parse_iso8601(words[1].text);
    if (!time) return words[1].wrong("is no time; write it as 2026-11-22T00:00:00Z");
    scenario_.start = *time;
    return {};
  }

  Result<void> read_span(const Words& words, Duration& into, Duration most) {
    TRY_VOID(expect(words, 2));
    into = TRY(duration_of(words[1]));
    if (into <= Duration::zero() || into > most) {
      return words[1].wrong(fmt::format("is out of bounds; allowed are 1s to {}", format_duration(most)));
    }
    return {};
  }

  Result<void> read_latency(const Words& words) {
    TRY_VOID(expect(words, 2));
    scenario_.faults.latency = TRY(duration_of(words[1]));
    return {};
  }

  Result<GroupSpec> read_place(const Word& word) {
    const auto parts = split(word.text, ':');
    if (parts.size() != 2 || parts[0].empty()) return word.wrong("is no target group; write it as tg1:443");
    GroupSpec group;
    group.name = parts[0];
    group.port = TRY(port_of(word.part(parts[1])));
    if (declared_.classic.contains(group.name) || !declared_.groups.insert(group.name).second) {
      return word.wrong("names a target group for the second time; each is declared once");
    }
    return group;
  }

  Result<void> read_fleet(const Words& words) {
    const auto options = TRY(options_of(words, 2,
                                        {"servers",
                                         "groups",
                                         "shares",
                                         "capacity",
                                         "peak",
                                         "memory",
                                         "memory_at_boot",
                                         "dies_after",
                                         "boot",
                                         "deregistration_delay",
                                         "slow_start",
                                         "min_healthy_targets",
                                         "check_interval",
                                         "healthy_threshold",
                                         "unhealthy_threshold",
                                         "zones",
                                         "monitoring",
                                         "reboot_migration",
                                         "types",
                                         "interfaces",
                                         "addresses"}));
    FleetSpec fleet;
    fleet.name = words[1].text;
    if (options.find("servers") == nullptr || options.find("groups") == nullptr) {
      return words[0].wrong("needs servers=N and groups=NAME:PORT,…");
    }
    const auto number = [&](const char* key, double otherwise, double least, double most) {
      return options.number(key, otherwise, least, most);
    };
    fleet.servers = static_cast<int>(TRY(number("servers", 0, 1, kMostServers)));
    fleet.capacity = TRY(number("capacity", 120, 0, 1e6));
    fleet.peak = TRY(number("peak", 0, 0, 1e6));
    fleet.memory_at_boot = TRY(number("memory_at_boot", 30, 0, 99));
    fleet.healthy_threshold = static_cast<int>(TRY(number("healthy_threshold", 3, 2, 10)));
    fleet.unhealthy_threshold = static_cast<int>(TRY(number("unhealthy_threshold", 2, 2, 10)));
    fleet.memory = TRY(options.range("memory", {30, 30}, false));
    fleet.dies_after = TRY(options.range("dies_after", {}, true));
    fleet.boot = TRY(options.range("boot", {120, 120}, true));
    fleet.check_interval = TRY(options.duration("check_interval", Duration{10'000}));
    if (const auto* zones = options.find("zones")) fleet.zones = split(zones->text, ',');
    fleet.interfaces = static_cast<int>(TRY(number("interfaces", 1, 1, 8)));
    fleet.addresses_each = static_cast<int>(TRY(number("addresses", 1, 1, 8)));
    if (const auto* types = options.find("types")) fleet.types = split(types->text, ',');
    if (const auto* monitoring = options.find("monitoring")) {
      fleet.detailed_monitoring = monitoring->text == "detailed";
      if (!fleet.detailed_monitoring && monitoring->text != "basic") {
        return monitoring->wrong("must be basic or detailed");
      }
    }
    fleet.reboot_migration = TRY(options.yes_or_no("reboot_migration", false));
    TRY_VOID(read_fleet_attributes(options, fleet));
    TRY_VOID(read_fleet_groups(options, fleet));
    servers_ += fleet.servers;
    if (servers_ > kMostServers) return words[1].wrong("makes more than 1000 servers");
    for (int i = 1; i <= fleet.servers; ++i) declared_.servers.insert(fmt::format("{}-{}", fleet.name, i));
    declared_.fleets.insert(fleet.name);
    declared_.zones.insert(fleet.zones.begin(), fleet.zones.end());
    scenario_.fleets.push_back(std::move(fleet));
    return {};
  }

  Result<void> read_fleet_attributes(const LineOptions& options, FleetSpec& fleet) {
    const auto seconds_in = [](Duration duration) { return std::to_string(duration.count() / 1000); };
    const auto delay = TRY(options.duration("deregistration_delay", Duration{300'000}));
    const auto slow_start = TRY(options.duration("slow_start", Duration{0}));
    const auto least = TRY(options.number("min_healthy_targets", 1, 1, kMostServers));
    const std::string health = "target_group_health.";
    fleet.attributes = {
        {"deregistration_delay.timeout_seconds", seconds_in(delay)},
        {"slow_start.duration_seconds", seconds_in(slow_start)},
        {"stickiness.enabled", "false"},
        {"load_balancing.algorithm.type", "round_robin"},
        {health + "dns_failover.minimum_healthy_targets.count", "1"},
        {health + "dns_failover.minimum_healthy_targets.percentage", "off"},
        {health + "unhealthy_state_routing.minimum_healthy_targets.count", format_number(least)},
        {health + "unhealthy_state_routing.minimum_healthy_targets.percentage", "off"},
    };
    return {};
  }

  Result<void> read_fleet_groups(const LineOptions& options, FleetSpec& fleet) {
    const auto& list = *options.find("groups");
    for (const auto& part : split(list.text, ',')) fleet.groups.push_back(TRY(read_place(list.part(part))));
    std::vector<double> shares(fleet.groups.size(), 100.0 / static_cast<double>(fleet.groups.size()));
    if (const auto* given = options.find("shares")) {
      const auto parts = split(given->text, ',');
      if (parts.size() != shares.size()) return given->wrong("must have one share for each target group");
      for (std::size_t i = 0; i < parts.size(); ++i) {
        shares[i] = TRY(number_of(given->part(parts[i]), 0, 100));
      }
    }
    for (std::size_t i = 0; i < shares.size(); ++i) fleet.groups[i].share = shares[i] / 100;
    return {};
  }

  Result<void> read_group(const Words& words) {
    const auto options = TRY(options_of(words, 2, {"attached", "type"}));
    auto group = TRY(read_place(words[1]));
    group.attached = TRY(options.yes_or_no("attached", true));
    if (const auto* type = options.find("type")) {
      group.type = type->text;
      if (type->text != "instance" && type->text != "ip") return type->wrong("must be instance or ip");
    }
    scenario_.groups.push_back(std::move(group));
    return {};
  }

  Result<void> read_classic(const Words& words) {
    const auto options = TRY(options_of(words, 2, {"peak"}));
    auto balancer = TRY(read_place(words[1]));
    balancer.classic = true;
    balancer.peak = TRY(options.number("peak", 0, 0, 1e6));
    declared_.groups.erase(balancer.name);
    declared_.classic.insert(balancer.name);
    scenario_.groups.push_back(std::move(balancer));
    return {};
  }

  Result<void> read_set(const Words& words) {
    TRY_VOID(expect(words, 3));
    const bool lag = words[0].text == "lag";
    if (lag && words[1].text != "describe") return words[1].wrong("must be describe");
    if (!set_switch(scenario_.switches, lag ? "describe_lag" : words[1].text, words[2].text)) {
      return words[1].wrong(wrong_switch());
    }
    return {};
  }

  Result<void> read_promise(const Words& words) {
    const auto options =
        TRY(options_of(words, 1, {"healthy", "out", "reboots", "forgotten_after", "groups"}));
    auto& promise = scenario_.promise;
    promise.healthy_at_least = static_cast<int>(TRY(options.number("healthy", 0, 0, kMostServers)));
    promise.out_at_most = static_cast<int>(TRY(options.number("out", 1, 0, kMostServers)));
    promise.reboots_at_most = static_cast<int>(TRY(options.number("reboots", 1, 1, 5)));
    promise.forgotten_after = TRY(options.duration("forgotten_after", promise.forgotten_after));
    if (const auto* groups = options.find("groups")) {
      for (const auto& group : split(groups->text, ',')) {
        if (!declared_.groups.contains(group))
          return groups->wrong("names a target group not declared above");
        promise.target_group_arns.push_back(target_group_arn_of(group));
      }
    }
    return {};
  }

  Result<void> read_at(const Words& words) {
    if (words.size() < 3) return words[0].wrong("needs a duration and an event");
    const auto at = TRY(duration_of(words[1]));
    if (!is_operator_event(words[2].text)) return add_event(words, 2, at, false);
    OperatorEvent event{.at = at, .name = words[2].text, .argument = {}};
    if (event.name == "pause") TRY_VOID(read_pause(words, event));
    if (event.name == "resume") {
      if (words.size() > 3) event.argument = words[3].text;
      TRY_VOID(expect(words, words.size() > 3 ? 4 : 3));
    }
    if (event.name == "kill") TRY_VOID(expect(words, 3));
    if (event.name == "tick-late") TRY_VOID(expect(words, 4));
    if (event.name == "tick-late") event.duration = TRY(duration_of(words[3]));
    if (event.name == "restore") TRY_VOID(read_restore(words, event));
    scenario_.operator_events.push_back(std::move(event));
    return {};
  }

  Result<void> read_restore(const Words& words, OperatorEvent& event) const {
    TRY_VOID(expect(words, words.size() > 4 ? 5 : 4));
    if (!declared_.servers.contains(words[3].text)) {
      return words[3].wrong("is no server declared above; servers are called FLEET-1, FLEET-2 …");
    }
    event.argument = instance_id_of(words[3].text);
    event.now = words.size() == 5;
    if (event.now && words[4].text != "now") return words[4].wrong("is not known here; it may be: now");
    return {};
  }

  static Result<void> read_pause(const Words& words, OperatorEvent& event) {
    if (words.size() < 4)
      return words.back().wrong("ends the line too early; it is written: pause \"why\" [for=D]");
    event.argument = words[3].text;
    const auto options = TRY(options_of(words, 4, {"for"}));
    event.duration = TRY(options.duration("for", Duration{}));
    return {};
  }

  Result<void> add_event(const Words& words, std::size_t first, Duration at, bool at_start) {
    auto event = TRY(read_event(words, first, at, at_start, declared_));
    if (scenario_.events.size() >= kMostEvents) {
      return words[0].wrong("is one event too many; allowed are 1000");
    }
    scenario_.events.push_back(std::move(event));
    return {};
  }

  Result<void> finish() {
    const Word end{"the scenario", 1, {scenario_.file, static_cast<int>(at_)}};
    if (scenario_.start == Time{}) return end.wrong("has no start; add: start 2026-11-22T00:00:00Z");
    if (scenario_.duration == Duration{}) return end.wrong("has no duration; add: duration 2h");
    if (scenario_.fleets.empty()) return end.wrong("has no fleet; add: fleet web servers=8 groups=tg1:443");
    for (auto& fault : scenario_.faults.list) {
      if (fault.from != Time{}) fault.from = scenario_.start + fault.from.time_since_epoch();
      if (fault.until != Time{}) fault.until = scenario_.start + fault.until.time_since_epoch();
    }
    auto& promised = scenario_.promise.target_group_arns;
    if (!promised.empty()) return {};
    for (const auto& fleet : scenario_.fleets) {
      for (const auto& group : fleet.groups) promised.push_back(target_group_arn_of(group.name));
    }
    return {};
  }

  Lines lines_;
  std::size_t at_ = 0;
  int servers_ = 0;
  Declared declared_;
  Scenario scenario_;
};

}  // namespace

Result<Scenario> parse_scenario(std::string_view text, std::string_view file_name) {
  if (text.size() > kMostBytes) {
    return fail(ErrorKind::invalid, fmt::format("{}:1:1: the scenario is larger than 256 KiB", file_name));
  }
  return ScenarioParser(text, file_name).parse();
}

Result<Scenario> load_scenario(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return fail(ErrorKind::not_found,
                fmt::format("{}: the scenario can't be read; check the path", printable(path)));
  }
  std::string text(kMostBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return parse_scenario(text, path);
}

}  // namespace evenkeel::sim
