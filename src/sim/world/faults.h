// Seeded faults, each with its own rate or its own moment.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/words.h"

namespace evenkeel::sim {

enum class FaultKind {
  throttle,           // 400 Throttling / 503 RequestLimitExceeded, no effect
  server_error,       // 500 before any effect
  lose_reply_before,  // the connection dies before the effect
  lose_reply_after,   // the connection dies after the effect
  late,        // the connection dies, and the request arrives `delay` later: refused then if it expired
  slow,        // the answer takes `delay` longer
  garbage,     // 200 with a truncated body, after the effect
  denied,      // 403 as if the permission had been taken away
  contention,  // Auto Scaling's 500 ResourceContention: something else is changing the group, no effect
  activity_in_progress,  // its 400 ScalingActivityInProgress
  wrong_date,            // the answer's Date is `date_by` off
};

struct Fault {
  FaultKind kind = FaultKind::throttle;
  // "ec2.RebootInstances", the service as IAM writes it: ec2, elasticloadbalancing, autoscaling, cloudwatch,
  // sts, sns, dynamodb, ssm, or a metadata endpoint's as sim/api/metadata.h calls it. Empty: every action. One
  // that names its action passes over dry runs, unless it is `denied`.
  std::string action;
  double rate = 0;           // probability for each call; 0 with `times` set: always
  std::optional<int> times;  // at most so often
  Time from{}, until{};      // active in [from, until); zero: from the start, without an end
  Duration delay{0};
  Duration date_by{0};  // of wrong_date
};

struct Faults {
  std::vector<Fault> list;
  Duration latency{25};  // virtual milliseconds that every call takes
};

// Decides which call meets which fault. Every fault draws from numbers of its own, so that adding one leaves
// the others as they were.
class FaultDice {
 public:
  FaultDice(std::vector<Fault> faults, std::uint64_t seed);

  // The first fault that hits this call, or nullptr. `action` as in Fault::action.
  const Fault* roll(std::string_view action, bool dry_run, Time now);
  // Kind → times fired, for every kind in the list.
  const std::map<std::string, std::int64_t>& fired() const { return fired_; }

 private:
  struct Die {
    Fault fault;
    SeededRandom random;
    int times = 0;
  };
  std::vector<Die> dice_;
  std::map<std::string, std::int64_t> fired_;
};

}  // namespace evenkeel::sim

// As scenario files and faults_fired() write it.
template <>
inline constexpr auto evenkeel::kWords<evenkeel::sim::FaultKind> =
    evenkeel::word_table<evenkeel::sim::FaultKind::wrong_date>(
        "throttle", "server_error", "lose_reply_before", "lose_reply_after", "late", "slow", "garbage",
        "denied", "contention", "activity_in_progress", "wrong_date");
