#include "play/story.h"

namespace evenkeel::play {
namespace {

cli::OrderedJson counted(const ScenarioRun& run) {
  return {{"requests_total", run.counters.requests},
          {"requests_dropped", run.counters.dropped},
          {"dropped_by_our_doing", run.counters.dropped_by_our_doing},
          {"crashes", run.counters.crashes},
          {"repairs", run.counters.repairs},
          {"min_healthy", run.counters.min_healthy},
          {"reboots", run.counters.reboots},
          {"undrained_reboots", run.judgement.undrained_reboots},
          {"double_reboots", run.judgement.double_reboots},
          {"forgotten", run.judgement.forgotten},
          {"guard_violations", run.judgement.guard_violations},
          {"size_changes", run.judgement.size_changes},
          {"consequences", run.judgement.consequences},
          {"retained", run.judgement.retained},
          {"ticks", run.ticks},
          {"api_calls", run.api_calls},
          {"wall_seconds", static_cast<double>(run.wall.count()) / 1000.0}};
}

}  // namespace

cli::OrderedJson view(const Play& play) {
  const ScenarioRun& run = play.with;
  cli::OrderedJson json = {{"scenario", play.scenario.file}, {"seed", play.seed}, {"clean", run.clean()}};
  json.update(counted(run));
  json["failed_ticks"] = run.failed_ticks;
  json["lost_races"] = run.lost_races;
  json["metrics_read"] = run.metrics_read;
  json["gb_seconds"] = gigabyte_seconds(run);
  json["remediations"] = cli::OrderedJson(run.endings);
  json["faults_fired"] = cli::OrderedJson(run.faults);
  json["findings"] = run.judgement.findings;
  json["problems"] = run.problems;
  json["without"] = counted(play.without);
  return json;
}

}  // namespace evenkeel::play
