// States for tests: one with something in every field, and arbitrary ones.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "model/fleet_state.h"
#include "model/plan.h"

namespace evenkeel::record {

inline Time at(int seconds) {
  return Time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}} + seconds * 1s;
}

// "first second ": what the events say, or why they could not be read.
inline std::string texts(const Result<std::vector<Event>>& events) {
  if (!events) return events.error().message;
  std::string all;
  for (const auto& event : *events) all += event.text + " ";
  return all;
}

inline FleetPolicy maximal_policy() {
  FleetPolicy policy;
  policy.name = "web";
  policy.region = "eu-west-1";
  policy.role_arn = "arn:aws:iam::123456789012:role/evenkeel";
  policy.external_id = "agreed";
  policy.target_groups = {"tg1", "tg1-80"};
  policy.auto_scaling_group = "web-asg";
  policy.leave_by = Leave::deregister;
  policy.witness_tag = true;
  policy.reboot_when.metric = "Memory % Committed Bytes In Use";
  policy.reboot_when.statistic = Statistic::maximum;
  policy.reboot_when.above = 65;
  policy.reboot_when.datapoints = 3;
  policy.reboot_when.back_below = 60;
  const Condition leak{Condition::Kind::metric, policy.reboot_when, {}, ""};
  policy.also_when = {
      {"hot", 10, {leak, {Condition::Kind::alarm, {}, {}, "oom-{instance_id}"}}},
      {"old", -1, {{Condition::Kind::uptime, {}, 336h, ""}}},
  };
  policy.order = Order::soonest;
  policy.fails_at = 95.5;
  policy.keep.healthy = {.count = 0, .percent = 75};
  policy.keep.healthy_per_zone = Share{2, 0};
  policy.keep.out = {0, 10};
  policy.keep.out_per_zone = Share{1, 0};
  policy.keep.load_below =
      LoadCeiling{LoadCeiling::Per::instance, "AWS/EC2", "CPUUtilization", Statistic::average, 70, 5min, 2h};
  policy.keep.starts_per_hour = 6;
  policy.keep.cooldown = 90min;
  policy.keep.min_uptime = 0min;
  policy.windows = {{0x1f, 22h, 5h, {"Europe/Berlin", {{at(0), 1h}}}}};
  policy.freezes = {{std::chrono::year{2026} / 12 / 20,
                     std::chrono::year{2027} / 1 / 2,
                     {"Europe/Berlin", {{at(0), 1h}}},
                     "Christmas"}};
  policy.gates = {{"web-*"}, false, {"freeze"}};
  const Document document{"recycle", {{"commands", {"a", "b\n"}}}, 90s};
  policy.treatments = {{Treatment::command, 2, document}, {Treatment::reboot, 1, {}}};
  policy.evidence = Evidence{document, true};
  policy.timing = {6min, 20min, 11min, 10min, 30s, 4min, 1h};
  policy.retired = true;
  return policy;
}

inline Remediation maximal_remediation() {
  return {
      .id = "i-0123456789abcdef0@2026-11-22T00:00:00Z",
      .instance_id = "i-0123456789abcdef0",
      .launch_time = at(-86'400),
      .started_at = at(0),
      .cause = {"Memory % Committed Bytes In Use", 81.25, 65, at(-60), "asked", "the tag says now", "now",
                "tag x=now"},
      .snapshot = {{"arn:tg/tg1/1", "tg1", 443, false, true, 2, at(3)},
                   {"arn:tg/tg1-80/2", "tg1-80", 80, true, false}},
      .auto_scaling_group = "web-asg",
      .level = 1,
      .attempt = 2,
      .treatment = Treatment::stop_start,
      .captured = "Success: \x1b[2J",
      .capture_over = true,
      .command_output = "Failed",
      .external_change = "registered by another hand",
      .seen_back = true,
      .intents = {{Effect::deregister, "n1", at(1), "arn:tg/tg1/1", OutcomeKind::accepted, false, "", ""},
                  {Effect::reboot, "n2", at(301), "", OutcomeKind::unknown, true, "no answer", "cmd-1"},
                  {Effect::register_, "n3", at(900), "arn:tg/tg1/1", OutcomeKind::refused, false, "\"no\"\n",
                   "", true, true}},
      .phase = Phase::rejoining,
      .phase_since = at(900) + 250ms,
      .deadline = at(1800),
      .quiet_until = at(1000),
      .effects_until = at(1001),
      .without_waiting = true,
      .marks = {"5f0c1a9b", "00ff00ff"},
      .policy = "p1",
      .treat = false,
      .why_untreated = "a person's wish",
      .booted_at = at(850),
      .boot_evidence = "a gap of 3m in the metric",
      .healthy_since = at(910),
      .absent_sightings = 2,
      .absent_since = at(905),
      .held_because = "örtlich",
      .ending = Ending::none,
      .value_after = std::nullopt,
  };
}

inline PastRemediation maximal_past() {
  return {.id = "i-1@x",
          .instance_id = "i-1",
          .started_at = at(-7200),
          .ended_at = at(-3600),
          .ending = Ending::not_cured,
          .metric = "Memory % Committed Bytes In Use",
          .value_before = 80,
          .value_after = 70.5,
          .rule = "hot",
          .treatment = Treatment::command,
          .judge_until = at(3600),
          .reason = "event instance-event-1",
          .gone = false,
          .treated = true};
}

inline FleetState maximal_state() {
  FleetState state;
  state.fleet = "web";
  state.revision = 41;
  state.written_by = "0f0f0f0f";
  state.last_tick_at = at(960);
  state.signal_read_at = at(900);
  state.open = {maximal_remediation()};
  state.recent = {maximal_past(), maximal_past()};
  state.requests = {{OperatorRequest::Kind::pause, "", "release", "ann", 2h, at(9000)},
                    {OperatorRequest::Kind::resume, "", "moved", "bob", {}, {}, true, true}};
  state.clock_doubt = ClockDoubt{at(900), at(1020), 3};
  state.pause = Pause{"release", "ann", at(500), at(5000)};
  state.breaker = Breaker{"3 of 8 crossed 65 within 2m", at(600)};
  state.breaker_reset_at = at(-7200);
  state.healthy_since = {{"arn:tg/tg1/1|i-0123456789abcdef0:443", at(910)}};
  state.members_last_seen = 8;
  state.members = {{"i-0123456789abcdef0",
                    {.booted_at = at(850),
                     .ended_at = at(-3600),
                     .relapses = {3h, 40min},
                     .level = 1,
                     .served_tag = "now",
                     .above_since = at(-300),
                     .unhealthy_since = at(-30),
                     .seen_at = at(960),
                     .served = {{"tag x=now", at(0), Treatment::stop_start, 2, true}},
                     .effects_until = at(1200)}}};
  state.last_reported = {{"i-1", "cooldown"}};
  state.last_reported_fleet = "outside_window";
  state.summary = {8, 7, 1, -1, {"outside every window"}};
  state.pinned = maximal_policy();
  state.policies = {{"p1", maximal_policy()}};
  state.identity = Identity{"aws", "123456789012", "eu-west-1"};
  state.groups_seen = {{"arn:tg/tg1/1",
                        {.at = at(900),
                         .members = {"i-0123456789abcdef0"},
                         .missing = {{"i-0123456789abcdef0", at(840)}},
                         .overlooked = {"i-0123456789abcdef0"},
                         .fewer_sightings = 2,
                         .fewer_since = at(870)}}};
  state.ability = {Ability::Kind::blind,
                   at(600),
                   {"outside every window"},
                   {{Blindness::metric_unread, "mem_used_percent", "GetMetricData is denied"}}};
  state.denials = {{Effect::deregister, "arn:tg/tg1/1", at(300), at(900), "not \"you\""}};
  state.failing = Failing{at(970), at(1030), 2, "no network"};
  state.left_policy_at = at(2000);
  return state;
}

// Anything that the types allow and a tick could store: times to the millisecond, durations to the second.
class ArbitraryStates {
 public:
  explicit ArbitraryStates(std::uint64_t seed) : random_(seed) {}

  FleetState state() {
    FleetState state;
    state.fleet = text();
    state.revision = static_cast<std::int64_t>(random_.next() >> 1U);
    state.written_by = text();
    state.last_tick_at = time();
    state.signal_read_at = perhaps(time());
    for (auto n = random_.below(3); n > 0; --n) state.open.push_back(remediation());
    for (auto n = random_.below(3); n > 0; --n) state.recent.push_back(ended());
    for (auto n = random_.below(3); n > 0; --n) state.requests.push_back(request());
    if (coin()) state.clock_doubt = ClockDoubt{time(), time(), number()};
    if (coin()) state.pause = Pause{text(), text(), time(), perhaps(time())};
    if (coin()) state.breaker = Breaker{text(), time()};
    state.breaker_reset_at = perhaps(time());
    for (auto n = random_.below(3); n > 0; --n) state.healthy_since[text()] = time();
    for (auto n = random_.below(3); n > 0; --n) state.members[text()] = member();
    for (auto n = random_.below(3); n > 0; --n) state.last_reported[text()] = text();
    state.last_reported_fleet = text();
    state.summary = {number(), number(), number(), number(), texts()};
    state.members_last_seen = number();
    if (coin()) state.pinned = policy();
    if (coin()) state.policies[text()] = policy();
    if (coin()) state.identity = Identity{text(), text(), text()};
    for (auto n = random_.below(3); n > 0; --n)
      state.groups_seen[text()] = {time(), texts(), {}, texts(), number(), std::nullopt};
    state.ability = {word(Ability::Kind::blind), time(), texts(), {}};
    for (auto n = random_.below(3); n > 0; --n)
      state.ability.blind_to.push_back({word(Blindness::state_outdated), text(), text()});
    for (auto n = random_.below(3); n > 0; --n)
      state.denials.push_back({word(Effect::unmark), text(), time(), time(), text()});
    for (auto n = random_.below(3); n > 0; --n)
      state.left_marks.push_back({text(), text(), text(), time(), number(), intent()});
    if (coin()) state.failing = Failing{time(), time(), number(), text()};
    state.left_policy_at = perhaps(time());
    return state;
  }

 private:
  bool coin() { return random_.below(2) == 0; }
  int number() { return static_cast<int>(random_.below(2'000'000)) - 1'000'000; }
  Time time() { return Time{Duration{static_cast<std::int64_t>(random_.below(250'000'000'000'000))}}; }
  Duration duration() { return std::chrono::seconds{random_.below(1'000'000)}; }
  double real() { return (random_.unit() - 0.5) * 1e9; }
  std::string text() {
    static const std::string pieces[] = {
        "a", "\"", "\\", "\n", "\x1b", "ä", "…", "😀", "i-0", "/", std::string(1, '\0')};
    std::string made;
    for (auto n = random_.below(6); n > 0; --n) made += pieces[random_.below(std::size(pieces))];
    return made;
  }
  template <class T>
  std::optional<T> perhaps(T value) {
    return coin() ? std::optional<T>(value) : std::nullopt;
  }
  template <class Enum>
  Enum word(Enum last) {
    return static_cast<Enum>(random_.below(static_cast<std::uint64_t>(last) + 1));
  }

  Intent intent() {
    return {word(Effect::unmark),
            text(),
            time(),
            text(),
            word(OutcomeKind::not_sent),
            coin(),
            text(),
            text(),
            coin()};
  }

  Remediation remediation() {
    Remediation made;
    made.id = text();
    made.instance_id = text();
    made.launch_time = time();
    made.started_at = time();
    made.cause = {text(), real(), real(), time(), text(), text(), text(), text()};
    for (auto n = random_.below(3); n > 0; --n) {
      made.snapshot.push_back({text(), text(), number(), coin(), coin(), number(), perhaps(time())});
    }
    made.auto_scaling_group = text();
    made.level = number();
    made.attempt = number();
    made.treatment = word(Treatment::replace);
    made.captured = text();
    made.capture_over = coin();
    made.command_output = text();
    made.external_change = text();
    made.seen_back = coin();
    for (auto n = random_.below(4); n > 0; --n) made.intents.push_back(intent());
    made.phase = word(Phase::done);
    made.phase_since = time();
    made.deadline = time();
    made.quiet_until = time();
    made.effects_until = time();
    made.without_waiting = coin();
    for (auto n = random_.below(3); n > 0; --n) made.marks.push_back(text());
    made.policy = text();
    made.treat = coin();
    made.why_untreated = text();
    made.booted_at = perhaps(time());
    made.boot_evidence = text();
    made.healthy_since = perhaps(time());
    made.absent_sightings = number();
    made.absent_since = perhaps(time());
    made.held_because = text();
    made.ending = word(Ending::replaced);
    made.value_after = perhaps(real());
    return made;
  }

  PastRemediation ended() {
    return {text(),          text(), time(),          time(), word(Ending::replaced),
            text(),          real(), perhaps(real()), text(), word(Treatment::replace),
            perhaps(time()), text(), perhaps(coin()), coin()};
  }

  OperatorRequest request() {
    return {word(OperatorRequest::Kind::restore),
            text(),
            text(),
            text(),
            perhaps(duration()),
            perhaps(time()),
            coin(),
            coin()};
  }

  MemberRecord member() {
    return {perhaps(time()), perhaps(time()), {duration(), duration()},
            number(),        text(),          perhaps(time()),
            perhaps(time()), perhaps(time()), {{text(), time(), word(Treatment::replace), number(), coin()}},
            perhaps(time())};
  }

  MetricCondition metric() {
    return {text(),     text(),   word(Statistic::sum), real(),         duration(),
            duration(), number(), duration(),           perhaps(real())};
  }
  Share share() { return coin() ? Share{number(), 0} : Share{0, 1 + static_cast<int>(random_.below(100))}; }
  std::vector<std::string> texts() {
    std::vector<std::string> made;
    for (auto n = random_.below(3); n > 0; --n) made.push_back(text());
    return made;
  }
  Document document() { return {text(), {{text(), texts()}, {text(), texts()}}, duration()}; }
  std::chrono::year_month_day day() { return std::chrono::floor<std::chrono::days>(time()); }

  FleetPolicy policy() {
    FleetPolicy made;
    made.name = text();
    made.region = text();
    made.role_arn = text();
    made.external_id = text();
    made.target_groups = texts();
    made.auto_scaling_group = text();
    made.leave_by = word(Leave::deregister);
    made.witness_tag = coin();
    made.reboot_when = metric();
    for (auto n = random_.below(3); n > 0; --n) {
      made.also_when.push_back(
          {text(), number(), {{word(Condition::Kind::alarm), metric(), duration(), text()}}});
    }
    made.order = word(Order::longest_uncycled);
    made.fails_at = real();
    made.keep = {share(),  perhaps(share()), share(),  perhaps(share()), std::nullopt,
                 number(), duration(),       number(), duration(),       number()};
    if (coin()) {
      made.keep.load_below = LoadCeiling{word(LoadCeiling::Per::instance),
                                         text(),
                                         text(),
                                         word(Statistic::sum),
                                         real(),
                                         duration(),
                                         duration()};
    }
    for (auto n = random_.below(3); n > 0; --n) {
      made.windows.push_back(
          {static_cast<unsigned>(random_.below(128)), duration(), duration(), {text(), {}}});
      made.freezes.push_back({day(), day(), {text(), {}}, text()});
    }
    made.gates = {texts(), coin(), texts()};
    made.treatments.push_back({word(Treatment::replace), number(), document()});
    if (coin()) made.evidence = Evidence{document(), coin()};
    made.timing = {duration(), duration(), duration(), duration(), duration(), duration(), duration()};
    made.retired = coin();
    return made;
  }

  SeededRandom random_;
};

}  // namespace evenkeel::record
