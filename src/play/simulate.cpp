// `evenkeel simulate FILE`: a scenario on an AWS account in memory, played without Evenkeel and with it.
#include "play/simulate.h"

#include <fmt/core.h>

#include "base/text.h"
#include "cli/options.h"
#include "cli/progress_line.h"
#include "play/listen.h"
#include "play/run.h"
#include "play/story.h"
#include "policy/policy_file.h"

namespace evenkeel::play {
namespace {

struct SimulateOptions : cli::Options {
  std::string file;
  std::uint64_t seed = 1;
  bool narrative = false;
  ListenOptions listen;
};

PlayProgress progress_of(cli::ProgressLine& line, const char* what) {
  return [&line, what](double played) {
    line.show(fmt::format("{} … {} %", what, static_cast<int>(played * 100)));
  };
}

int run_play(cli::Context& context, const SimulateOptions& options, const sim::Scenario& scenario) {
  Play play{scenario, options.seed, 100, {}, {}};
  if (const auto policy = policy::parse(scenario.policy, scenario.file); policy && !policy->fleets.empty())
    play.limit = policy->fleets.front().reboot_when.above;
  {
    cli::ProgressLine line{context};
    if (!options.narrative)
      play.without =
          run_without(scenario, options.seed, context, progress_of(line, "the day without Evenkeel"));
    auto with = run_with(scenario, options.seed, context, progress_of(line, "the day with Evenkeel"));
    if (!with) {
      return cli::fail_with(context, with.error().kind == ErrorKind::invalid ? cli::kUsage : cli::kInternal,
                            with.error().message);
    }
    play.with = std::move(*with);
  }
  if (options.json) {
    context.out << cli::dump(view(play), true);
  } else if (options.narrative) {
    context.out << narrative(scenario, play.with);
  } else {
    context.out << story_text(play, context);
  }
  return play.with.clean() ? cli::kDone : cli::kNeedsPerson;
}

int run_simulate(const SimulateOptions& options, cli::Context& context) {
  const auto scenario = sim::load_scenario(options.file);
  if (!scenario) return cli::fail_with(context, cli::kUsage, scenario.error().message);
  if (!options.listen.address.empty()) return listen(*scenario, options.seed, options.listen, context);
  return run_play(context, options, *scenario);
}

}  // namespace

void add_simulate(cli::Subcommands& all) {
  const auto [command, options] = all.add(
      "simulate", "play a scenario on a simulated AWS account; needs no credentials",
      cli::exit_codes_help({cli::kNeedsPerson}, "the judges found something wrong with what Evenkeel did"),
      run_simulate);
  command.add_option("FILE", options.file, "the scenario, such as scenarios/leaky-web.txt",
                     {.required = true});
  command.add_option("--seed", options.seed,
                     "of the random events: another seed is another day of the same story",
                     {.shows_default = true});
  command.add_flag("--json", options.json, "both runs as one JSON object");
  command.add_flag("--narrative", options.narrative, "what happened with Evenkeel, one line each",
                   {.excludes = {"--json"}});
  command.add_option("--listen", options.listen.address,
                     "serve the account over HTTP there instead, until SIGTERM",
                     {.shown = "HOST:PORT", .excludes = {"--json", "--narrative"}});
  command.add_option("--time-scale", options.listen.time_scale,
                     "virtual seconds in a real second; 0: time stands still",
                     {.shown = "X", .between = std::pair{0.0, 100'000.0}, .needs = "--listen"});
  command.add_option("--latency", options.listen.latency, "the least real time that each AWS call takes",
                     {.shown = "25ms", .needs = "--listen"});
  command.add_option("--write-policy", options.listen.write_policy,
                     "write the scenario's policy to this file", {.shown = "FILE", .needs = "--listen"});
}

}  // namespace evenkeel::play
