// Plays a scenario in virtual time, with or without Evenkeel, and reports what came of it. With it,
// everything but the network and the clock is the real program: signing, XML, retries, the controller,
// SQLite.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "cli/context.h"
#include "controller/tick.h"
#include "model/fleet_state.h"
#include "model/plan.h"
#include "model/policy.h"
#include "play/picture.h"
#include "sim/judges/checkers.h"
#include "sim/scenario/scenario.h"
#include "sim/world/account.h"

namespace evenkeel::play {

// Something that happened, for people: in Evenkeel's history, in the world, or to Evenkeel.
struct StoryLine {
  Time at{};
  std::string who;             // the server's or the fleet's name
  std::string text;            // instance ids are replaced by the servers' names
  std::string remediation_id;  // empty: none
};

struct ScenarioRun {
  bool with_evenkeel = false;
  sim::Counters counters;
  sim::CheckerReport judgement;
  std::int64_t ticks = 0, failed_ticks = 0, lost_races = 0;
  std::int64_t api_calls = 0, metrics_read = 0;
  Duration billed{};                           // what Lambda would bill: see kComputing
  Duration wall{};                             // of this run, on this machine
  std::map<std::string, int> endings;          // remediations by name(Ending); "open": not ended
  std::map<std::string, std::int64_t> faults;  // injected ones that fired, by kind
  std::vector<StoryLine> story;                // in order of time
  std::vector<std::string> last_words;         // what each fleet's last tick came to
  std::vector<std::string> problems;           // ticks that failed and plans that were refused, each once
  std::string first_remediation;               // the id of the first that went all its way, or of the first
  Picture picture;

  // No promise was broken, and Evenkeel didn't have to refuse a plan of its own.
  bool clean() const;
};

// A tick is billed for the virtual time that its calls take and this for computing, at 128 MB.
inline constexpr Duration kComputing{10};
inline constexpr double kGigabytes = 0.125;
double gigabyte_seconds(const ScenarioRun& run);

// Called now and then with the part of the story that has been played, 0 to 1.
using PlayProgress = std::function<void(double played)>;

// Called after each tick with what came of it, and the account as it is then. For tests that know the truth.
using TickObserver = std::function<void(
    const FleetPolicy& fleet, const Result<controller::TickReport>& report, const sim::Account& account)>;

// The world alone.
ScenarioRun run_without(const sim::Scenario& scenario, std::uint64_t seed, cli::Context& context,
                        const PlayProgress& progress);

// The policy as it is from this tick on, when an operator has changed it; empty: as it was.
using Edit = std::function<std::optional<Policy>(Time now)>;

// Errors: the scenario's policy is broken, or the program's own parts could not be made.
Result<ScenarioRun> run_with(const sim::Scenario& scenario, std::uint64_t seed, cli::Context& context,
                             const PlayProgress& progress, const TickObserver& watch = {},
                             const Edit& edit = {});

// How the simulated account is reached: example credentials and its region, as environment variables.
std::vector<std::pair<std::string, std::string>> example_environment(const std::string& region);

}  // namespace evenkeel::play
