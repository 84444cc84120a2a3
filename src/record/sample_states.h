// States for tests: one with something in every field, and arbitrary ones.
#pragma once

#include <string>

#include "base/random.h"
#include "model/fleet_state.h"

namespace evenkeel::record {

inline Time at(int seconds) {
  return Time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}} + seconds * 1s;
}

inline FleetState maximal_state() {
  const Remediation open{
      .id = "i-0123456789abcdef0@2026-11-22T00:00:00Z",
      .instance_id = "i-0123456789abcdef0",
      .launch_time = at(-86'400),
      .started_at = at(0),
      .cause = {"Memory % Committed Bytes In Use", 81.25, 65, at(-60)},
      .snapshot = {{"arn:tg/tg1/1", "tg1", 443, false}, {"arn:tg/tg1-80/2", "tg1-80", 80, true}},
      .intents = {{Effect::deregister, "n1", at(1), "arn:tg/tg1/1", OutcomeKind::accepted, false, ""},
                  {Effect::reboot, "n2", at(301), "", OutcomeKind::unknown, true, "no answer"},
                  {Effect::register_, "n3", at(900), "arn:tg/tg1/1", OutcomeKind::refused, false,
                   "\"no\"\n"}},
      .phase = Phase::rejoining,
      .phase_since = at(900) + 250ms,
      .deadline = at(1800),
      .quiet_until = at(1000),
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
  const PastRemediation ended{.id = "i-1@x",
                              .instance_id = "i-1",
                              .started_at = at(-7200),
                              .ended_at = at(-3600),
                              .ending = Ending::not_cured,
                              .metric = "Memory % Committed Bytes In Use",
                              .value_before = 80,
                              .value_after = 70.5};
  FleetState state;
  state.fleet = "web";
  state.revision = 41;
  state.written_by = "0f0f0f0f";
  state.last_tick_at = at(960);
  state.signal_read_at = at(900);
  state.open = {open};
  state.recent = {ended, ended};
  state.pause = Pause{"release", "ann", at(500)};
  state.breaker = Breaker{"3 of 8 crossed 65 within 2m", at(600)};
  state.breaker_reset_at = at(-7200);
  state.healthy_since = {{"arn:tg/tg1/1|i-0123456789abcdef0:443", at(910)}};
  state.members_last_seen = 8;
  state.pinned = FleetPolicy{
      .name = "web",
      .region = "eu-west-1",
      .role_arn = "arn:aws:iam::123456789012:role/evenkeel",
      .external_id = "agreed",
      .target_groups = {"tg1", "tg1-80"},
      .auto_scaling_group = "web-asg",
      .reboot_when = {"CWAgent", "Memory % Committed Bytes In Use", Statistic::maximum, 65, 1min, 5min, 3,
                      5min},
      .keep = {{.count = 0, .percent = 75}, 2, 6, 90min, 3, 0min, 30},
      .timing = {6min, 20min, 10min, 30s, 4min},
      .retired = true,
  };
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
    if (coin()) state.pause = Pause{text(), text(), time()};
    if (coin()) state.breaker = Breaker{text(), time()};
    state.breaker_reset_at = perhaps(time());
    for (auto n = random_.below(3); n > 0; --n) state.healthy_since[text()] = time();
    state.members_last_seen = number();
    if (coin()) state.pinned = policy();
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

  Remediation remediation() {
    Remediation made;
    made.id = text();
    made.instance_id = text();
    made.launch_time = time();
    made.started_at = time();
    made.cause = {text(), real(), real(), time()};
    for (auto n = random_.below(3); n > 0; --n) made.snapshot.push_back({text(), text(), number(), coin()});
    for (auto n = random_.below(4); n > 0; --n) {
      made.intents.push_back(
          {word(Effect::register_), text(), time(), text(), word(OutcomeKind::not_sent), coin(), text()});
    }
    made.phase = word(Phase::done);
    made.phase_since = time();
    made.deadline = time();
    made.quiet_until = time();
    made.treat = coin();
    made.why_untreated = text();
    made.booted_at = perhaps(time());
    made.boot_evidence = text();
    made.healthy_since = perhaps(time());
    made.absent_sightings = number();
    made.absent_since = perhaps(time());
    made.held_because = text();
    made.ending = word(Ending::handed_over);
    made.value_after = perhaps(real());
    return made;
  }

  PastRemediation ended() {
    return {text(), text(), time(), time(), word(Ending::handed_over), text(), real(), perhaps(real())};
  }

  FleetPolicy policy() {
    FleetPolicy made;
    made.name = text();
    made.region = text();
    made.role_arn = text();
    made.external_id = text();
    for (auto n = random_.below(3); n > 0; --n) made.target_groups.push_back(text());
    made.auto_scaling_group = text();
    made.reboot_when = {text(),   text(),    word(Statistic::minimum), real(), duration(), duration(),
                        number(), duration()};
    const Share share = coin() ? Share{number(), 0} : Share{0, 1 + static_cast<int>(random_.below(100))};
    made.keep = {share, number(), number(), duration(), number(), duration(), number()};
    made.timing = {duration(), duration(), duration(), duration(), duration()};
    made.retired = coin();
    return made;
  }

  SeededRandom random_;
};

}  // namespace evenkeel::record
