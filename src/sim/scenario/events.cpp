#include "sim/scenario/events.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "base/text.h"
#include "sim/scenario/stage.h"

namespace evenkeel::sim {
namespace {

constexpr double kMostRequests = 1'000'000;

// An event as it happens.
struct Happening {
  Account& account;
  const Scenario& scenario;
  const WorldEvent& event;
  Time time;  // zero: since ever

  // What stands behind the event's word; empty: not given.
  std::string word(std::size_t index) const {
    return index < event.words.size() ? event.words[index] : std::string();
  }
  bool says(std::size_t index, std::string_view text) const { return word(index) == text; }
  Duration duration(const std::string& text) const {
    return duration_of(Word{text, 0, {}}).value_or(Duration{});
  }
  double number(const std::string& text) const {
    return number_of(Word{text, 0, {}}, 0, kMostRequests).value_or(0);
  }
  std::optional<int> option(const std::string& key) const {
    const auto found = event.options.find(key);
    if (found == event.options.end()) return std::nullopt;
    return static_cast<int>(number(found->second));
  }
  // Of the server that the first argument names; it may be gone.
  std::string id() const { return word(1).empty() ? "" : instance_id_of(word(1)); }
  template <class Change>
  void each_server(Change change) const {
    for (auto& [instance_id, server] : account.servers) {
      if (says(1, "all") || instance_id == id()) change(server);
    }
  }
  std::string arn(std::size_t index) const {
    const auto name = split(word(index), ':')[0];
    const auto classic = classic_arn_of(name);
    return account.find_group(classic) != nullptr ? classic : target_group_arn_of(name);
  }
  // As the group that the second argument names calls the server: by its id, or by one of its addresses.
  std::string target_id() const {
    const auto* group = account.find_group(arn(2));
    const auto server = account.servers.find(id());
    if (group == nullptr || group->target_type != "ip" || server == account.servers.end()) return id();
    auto left = option("address").value_or(1);
    for (const auto& interface : server->second.addresses) {
      for (const auto& address : interface) {
        if (--left == 0) return address;
      }
    }
    return "";
  }
  std::optional<int> port(std::size_t index) const {
    const auto parts = split(word(index), ':');
    if (parts.size() < 2) return std::nullopt;
    return static_cast<int>(number(parts[1]));
  }
};

void registers(const Happening& now) {
  auto* group = now.account.find_group(now.arn(2));
  if (group == nullptr) return;
  if (now.event.at_start) {
    auto target = target_that_serves(now.id(), now.port(2).value_or(group->port), now.account.now());
    if (group->target_type == "ip") target.address = now.target_id();
    group->targets.push_back(std::move(target));
  } else {
    now.account.register_target(now.arn(2), now.target_id(), now.port(2), Actor::outsider);
  }
}

void leaks(const Happening& now) {
  const double lasts = static_cast<double>(now.duration(now.word(2)).count()) / 1000;
  now.each_server([&](Server& server) {
    server.leak_per_million_requests = leak_of(fleet_of(now.scenario, server.name), lasts);
  });
}

void silences(const Happening& now, bool silent) {
  now.each_server([&](Server& server) { server.agent_silent = silent; });
}

void protects(const Happening& now, bool protect) {
  now.each_server([&](Server& server) { server.stop_protected = protect; });
}

void manages(const Happening& now, bool managed) {
  now.each_server([&](Server& server) { server.unmanaged = !managed; });
}

// "{web-1}" in an alarm's name stands for that server's instance id.
std::string with_ids(const std::string& name) {
  const auto open = name.find('{'), close = name.find('}');
  if (open == std::string::npos || close == std::string::npos || close < open) return name;
  return name.substr(0, open) + instance_id_of(name.substr(open + 1, close - open - 1)) +
         name.substr(close + 1);
}

void alarms(const Happening& now) {
  auto& alarm = now.account.alarms[with_ids(now.word(1))];
  alarm.state = now.says(2, "insufficient") ? "INSUFFICIENT_DATA" : now.says(2, "alarm") ? "ALARM" : "OK";
  alarm.composite = alarm.composite || now.says(3, "composite");
  alarm.changed_at = now.time == Time{} ? now.account.now() : now.time;
}

// Other fleets keep their requests, and each group its share of its fleet's.
void peaks(const Happening& now) {
  const auto& fleets = now.scenario.fleets;
  const auto found = std::ranges::find(fleets, now.word(2), &FleetSpec::name);
  const auto& fleet = found == fleets.end() ? fleets.front() : *found;
  std::map<std::string, double> requests;
  for (const auto& [arn, group] : now.account.target_groups) {
    requests[arn] = now.account.peak_requests_per_second * group.traffic_share;
  }
  for (const auto& group : fleet.groups) {
    requests[target_group_arn_of(group.name)] = now.number(now.word(1)) * group.share;
  }
  double peak = 0;
  for (const auto& [arn, count] : requests) peak += count;
  for (auto& [arn, group] : now.account.target_groups) {
    group.traffic_share = peak > 0 ? requests[arn] / peak : 0;
  }
  now.account.peak_requests_per_second = peak;
}

struct WorldEventKind {
  std::string_view word;
  // The arguments: a KIND in capitals (see fits()), words to choose from as a|b, [optional], key=KIND.
  std::string_view arguments;
  void (*happen)(const Happening& now);
  bool foreseen = false;  // is carried out at the set-up, with the time at which it will be true
};

constexpr std::string_view kGroupAndProcess =
    "ASG Launch|Terminate|HealthCheck|ReplaceUnhealthy|AZRebalance|AlarmNotification|ScheduledActions|"
    "AddToLoadBalancer|InstanceRefresh";
constexpr std::string_view kServerAndEvent =
    "SERVER instance-reboot|system-reboot|system-maintenance|instance-retirement|instance-stop in=DURATION";

constexpr auto kEvents = std::to_array<WorldEventKind>({
    // a server's own life
    {"memory", "SERVER|all PERCENT",
     [](const auto& now) {
       now.each_server([&](Server& server) { server.memory = now.number(now.word(2)); });
     }},
    {"leak", "SERVER|all DURATION", leaks},
    {"stop", "SERVER", [](const auto& now) { now.account.stop(now.id()); }},
    {"start-server", "SERVER", [](const auto& now) { now.account.start(now.id()); }},
    {"terminate", "SERVER", [](const auto& now) { now.account.terminate(now.id()); }},
    {"reboot", "SERVER", [](const auto& now) { now.account.reboot({now.id()}, Actor::outsider); }},
    {"crash", "SERVER", [](const auto& now) { now.account.crash(now.id()); }},
    {"repair", "SERVER", [](const auto& now) { now.account.repair(now.id()); }},
    {"hang-next-boot", "SERVER",
     [](const auto& now) { now.each_server([](Server& server) { server.boot_never_ends = true; }); }},
    {"silence", "SERVER", [](const auto& now) { silences(now, true); }},
    {"speak", "SERVER", [](const auto& now) { silences(now, false); }},
    {"unmanage", "SERVER", [](const auto& now) { manages(now, false); }},
    {"manage", "SERVER", [](const auto& now) { manages(now, true); }},
    {"impair", "SERVER [system]",
     [](const auto& now) { now.account.impair(now.id(), now.says(2, "system")); }},
    {"unimpair", "SERVER", [](const auto& now) { now.account.unimpair(now.id()); }},
    {"schedule-event", kServerAndEvent,
     [](const auto& now) {
       now.account.schedule_event(now.id(), now.word(2), now.duration(now.event.options.at("in")));
     }},
    {"cancel-event", "SERVER", [](const auto& now) { now.account.cancel_event(now.id()); }},
    {"tag", "SERVER WORD WORD",
     [](const auto& now) { now.account.set_tag(now.id(), now.word(2), now.word(3)); }},
    {"untag", "SERVER WORD", [](const auto& now) { now.account.remove_tag(now.id(), now.word(2)); }},
    // target groups
    {"stop-protect", "SERVER", [](const auto& now) { protects(now, true); }},
    {"stop-unprotect", "SERVER", [](const auto& now) { protects(now, false); }},
    {"register", "SERVER GROUP [address=COUNT]", registers},
    {"deregister", "SERVER GROUP [address=COUNT]",
     [](const auto& now) {
       now.account.deregister_target(now.arn(2), now.target_id(), now.port(2), Actor::outsider);
     }},
    {"delete-group", "GROUP", [](const auto& now) { now.account.delete_target_group(now.arn(1)); }},
    {"attribute", "GROUP WORD WORD",
     [](const auto& now) {
       if (auto* group = now.account.find_group(now.arn(1))) group->attributes[now.word(2)] = now.word(3);
     }},
    // Auto Scaling groups
    {"standby", "SERVER", [](const auto& now) { now.account.enter_standby(now.id(), Actor::outsider); }},
    {"exit-standby", "SERVER", [](const auto& now) { now.account.exit_standby(now.id(), Actor::outsider); }},
    {"detach", "SERVER", [](const auto& now) { now.account.detach(now.id()); }},
    {"scale-in", "[SERVER]", [](const auto& now) { now.account.scale_in("", now.id()); }},
    {"scale-out", "[ASG]", [](const auto& now) { now.account.scale_out(now.word(1)); }},
    {"suspend", kGroupAndProcess, [](const auto& now) { now.account.suspend_process(now.word(1), now.word(2)); }},
    {"resume-process", kGroupAndProcess,
     [](const auto& now) { now.account.resume_process(now.word(1), now.word(2)); }},
    {"refresh", "ASG start|end [strategy=Rolling|ReplaceRootVolume]",
     [](const auto& now) {
       const auto strategy = now.event.options.find("strategy");
       if (now.says(2, "start"))
         return now.account.start_refresh(
             now.word(1), strategy == now.event.options.end() ? "Rolling" : strategy->second);
       now.account.end_refresh(now.word(1));
     }},
    {"resize", "ASG [min=COUNT] [max=COUNT] [desired=COUNT]",
     [](const auto& now) {
       now.account.resize(now.word(1), now.option("min"), now.option("max"), now.option("desired"));
     }},
    // zones, the load, and what stands around the fleet
    {"zonal-shift", "ZONE start|end",
     [](const auto& now) {
       if (now.says(2, "start")) return now.account.shift_zone(now.word(1));
       now.account.unshift_zone(now.word(1));
     }},
    {"zone-outage", "ZONE start|end",
     [](const auto& now) {
       if (now.says(2, "start")) return now.account.begin_zone_outage(now.word(1));
       now.account.end_zone_outage(now.word(1));
     }},
    {"peak", "REQUESTS [FLEET]", peaks},
    {"alarm", "ALARM ok|alarm|insufficient [composite]", alarms},
    {"calendar", "WORD open|closed",
     [](const auto& now) { now.account.calendars[now.word(1)].open_from[now.time] = now.says(2, "open"); },
     true},
    {"set", "SWITCH WORD",
     [](const auto& now) { set_switch(now.account.switches, now.word(1), now.word(2)); }},
});

const WorldEventKind* kind_of(std::string_view word) {
  const auto found = std::ranges::find(kEvents, word, &WorldEventKind::word);
  return found == kEvents.end() ? nullptr : &*found;
}

struct Argument {
  std::string key, choices;  // key empty: by its place
  bool optional = false;
};

std::vector<Argument> arguments_of(const WorldEventKind& kind) {
  std::vector<Argument> arguments;
  if (kind.arguments.empty()) return arguments;
  for (auto text : split(kind.arguments, ' ')) {
    Argument argument;
    argument.optional = text.starts_with('[');
    if (argument.optional) text = text.substr(1, text.size() - 2);
    const auto equals = text.find('=');
    if (equals != std::string::npos) argument.key = text.substr(0, equals);
    argument.choices = equals == std::string::npos ? text : text.substr(equals + 1);
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

Result<void> is_one_of(const Word& word, const std::set<std::string>& names, const char* what) {
  if (names.contains(word.text)) return {};
  return word.wrong(what);
}

Result<void> is_group(const Word& word, const Declared& declared) {
  const auto parts = split(word.text, ':');
  if (!declared.groups.contains(parts[0]) && !declared.classic.contains(parts[0]))
    return word.wrong("is no target group declared above");
  if (parts.size() > 1) TRY(port_of(word.part(parts[1])));
  return {};
}

Result<void> is_alarm(const Word& word, const Declared& declared) {
  const auto open = word.text.find('{');
  if (open == std::string::npos) return {};
  const auto close = word.text.find('}', open);
  const auto server = word.text.substr(open + 1, close == std::string::npos ? close : close - open - 1);
  if (close != std::string::npos && declared.servers.contains(server)) return {};
  return word.wrong("names no server declared above between { and }, whose id would stand there");
}

Result<void> fits_kind(const Word& word, const std::string& kind, const Declared& declared) {
  if (kind == "SERVER")
    return is_one_of(word, declared.servers,
                     "is no server declared above; servers are called FLEET-1, FLEET-2 …");
  if (kind == "GROUP") return is_group(word, declared);
  if (kind == "FLEET") return is_one_of(word, declared.fleets, "is no fleet declared above");
  if (kind == "ASG")
    return is_one_of(word, declared.auto_scaling_groups, "is no Auto Scaling group declared above");
  if (kind == "ZONE")
    return is_one_of(word, declared.zones, "is no zone of a fleet declared above; zones are letters as a, b");
  if (kind == "ALARM") return is_alarm(word, declared);
  if (kind == "PERCENT") TRY(number_of(word, 0, 100));
  if (kind == "COUNT") TRY(number_of(word, 0, kMostMembers));
  if (kind == "REQUESTS") TRY(number_of(word, 0, kMostRequests));
  if (kind == "DURATION") TRY(duration_of(word));
  return {};
}

bool is_kind(const std::string& choice) {
  return std::ranges::all_of(choice, [](char c) { return c >= 'A' && c <= 'Z'; });
}

Result<void> fits(const Word& word, const Argument& argument, const Declared& declared) {
  const auto choices = split(argument.choices, '|');
  if (std::ranges::find(choices, word.text) != choices.end() && !is_kind(word.text)) return {};
  const auto kind = std::ranges::find_if(choices, is_kind);
  if (kind != choices.end()) return fits_kind(word, *kind, declared);
  return word.wrong("is not known here; allowed are " + join(choices, ", "));
}

std::string usage(const WorldEventKind& kind) { return fmt::format("{} {}", kind.word, kind.arguments); }

}  // namespace

bool is_event(std::string_view word) { return kind_of(word) != nullptr; }

std::string known_events() {
  std::vector<std::string> words;
  for (const auto& kind : kEvents) words.emplace_back(kind.word);
  return join(words, ", ");
}

Result<WorldEvent> read_event(const Words& words, std::size_t first, Duration at, bool at_start,
                              const Declared& declared) {
  const auto* kind = kind_of(words[first].text);
  if (kind == nullptr)
    return words[first].wrong("is no event; allowed are " + known_events() + ", " + known_operator_events());
  auto arguments = arguments_of(*kind);
  WorldEvent event{at, at_start, {words[first].text}, {}};
  for (std::size_t i = first + 1; i < words.size(); ++i) {
    const auto& word = words[i];
    const auto key = word.text.substr(0, word.text.find('='));
    const auto next =
        std::ranges::find_if(arguments, [](const Argument& argument) { return argument.key.empty(); });
    const auto keyed = std::ranges::find_if(arguments, [&](const Argument& argument) {
      return !argument.key.empty() && argument.key == key && key.size() < word.text.size();
    });
    const auto argument = keyed != arguments.end() ? keyed : next;
    if (argument == arguments.end()) {
      return word.wrong(fmt::format("is one word too many; it is written: {}", usage(*kind)));
    }
    if (argument->key.empty()) {
      TRY_VOID(fits(word, *argument, declared));
      event.words.push_back(word.text);
    } else {
      const auto value = word.part(word.text.substr(key.size() + 1));
      TRY_VOID(fits(value, *argument, declared));
      event.options[key] = value.text;
    }
    arguments.erase(argument);
  }
  const bool complete = std::ranges::all_of(arguments, &Argument::optional);
  if (!complete) {
    return words.back().wrong(fmt::format("ends the line too early; it is written: {}", usage(*kind)));
  }
  Switches trial;
  if (kind->word == "set" && !set_switch(trial, event.words[1], event.words[2])) {
    return words[first + 1].wrong(wrong_switch());
  }
  return event;
}

void schedule_events(Account& account, std::shared_ptr<const Scenario> scenario) {
  for (const auto& event : scenario->events) {
    const auto* kind = kind_of(event.words[0]);
    const Time time = event.at_start ? Time{} : scenario->start + event.at;
    if (event.at_start || kind->foreseen) {
      kind->happen({account, *scenario, event, time});
    } else {
      account.schedule(time, [scenario, &event, kind, time](Account& world) {
        kind->happen({world, *scenario, event, time});
      });
    }
  }
}

}  // namespace evenkeel::sim
