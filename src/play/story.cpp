#include "play/story.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "cli/colours.h"
#include "cli/table.h"

namespace evenkeel::play {
namespace {

// "13:05:00", or "d2 13:05:00" in a story of more than a day.
std::string moment(const sim::Scenario& scenario, Time time) {
  auto clock = iso8601(std::chrono::floor<std::chrono::seconds>(time)).substr(11, 8);
  if (scenario.duration <= std::chrono::hours{24}) return clock;
  using std::chrono::days;
  using std::chrono::floor;
  return fmt::format("d{} {}", (floor<days>(time) - floor<days>(scenario.start)).count() + 1, clock);
}

// 1234567 -> "1,234,567"
std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::int64_t>(text.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string heading(const Play& play, const cli::Colours& paint) {
  std::string text;
  for (const auto& line : cli::wrapped(play.scenario.intent, 92)) text += line + "\n";
  return paint.bold(play.scenario.file) + "\n" + text +
         paint.dim(fmt::format("{} simulated, seed {}, a tick every {}",
                               format_duration(play.scenario.duration), play.seed,
                               format_duration(play.scenario.tick))) +
         "\n";
}

std::string first_remediation(const Play& play, const cli::Colours& paint) {
  const auto& story = play.with.story;
  const auto ours = [&](const StoryLine& line) { return line.remediation_id == play.with.first_remediation; };
  const auto first = std::ranges::find_if(story, ours);
  if (play.with.first_remediation.empty() || first == story.end()) return "";
  const auto last = std::find_if(story.rbegin(), story.rend(), ours).base();
  std::string text = "\n" + paint.bold("One remediation, step by step: " + first->who) + "\n";
  cli::Table table{{{""}, {"", cli::Table::Align::right}, {""}}};
  for (auto line = first; line != last; ++line) {
    if (line->who != first->who) continue;
    const auto after = std::chrono::floor<std::chrono::seconds>(line->at - first->at);
    table.add({moment(play.scenario, line->at), "+" + format_duration(after), line->text});
  }
  return text + table.text("  ", 100);
}

std::string compared(const Play& play, const cli::Colours& paint) {
  const auto& without = play.without;
  const auto& with = play.with;
  cli::Table table{
      {{""}, {"without", cli::Table::Align::right}, {"with Evenkeel", cli::Table::Align::right}}};
  const auto both = [&](const char* what, std::int64_t left, std::int64_t right) {
    table.add({what, grouped(left), grouped(right)});
  };
  const auto ours = [&](const char* what, std::int64_t count) { table.add({what, "-", grouped(count)}); };
  both("requests", without.counters.requests, with.counters.requests);
  both("requests dropped", without.counters.dropped, with.counters.dropped);
  ours("  caused by Evenkeel", with.counters.dropped_by_our_doing);
  both("servers died", without.counters.crashes, with.counters.crashes);
  both("fewest healthy at any time", without.counters.min_healthy, with.counters.min_healthy);
  both("reboots, each drained first", without.counters.reboots, with.counters.reboots);
  ours("rebooted without draining", with.judgement.undrained_reboots);
  ours("rebooted twice", with.judgement.double_reboots);
  ours("never put back", with.judgement.forgotten);
  ours("policy violations", with.judgement.guard_violations);
  if (with.judgement.size_changes > 0) ours("sizes changed", with.judgement.size_changes);
  if (with.judgement.consequences > 0)
    ours("terminated by Auto Scaling because of Evenkeel", with.judgement.consequences);
  if (with.judgement.retained > 0) ours("terminated but retained", with.judgement.retained);
  ours("API calls", with.api_calls);
  table.add({"GB-seconds of Lambda *", "-", fmt::format("{:.1f}", gigabyte_seconds(with))});
  std::string text = "\n" + table.text("  ");
  text += paint.dim(fmt::format(
      "  * {} ticks at 128 MB, each as long as its calls took ({} a call) and {} ms of computing.\n",
      grouped(with.ticks), fmt::format("{} ms", play.scenario.faults.latency.count()), kComputing.count()));
  return text;
}

std::string findings(const Play& play, const cli::Colours& paint) {
  std::string text;
  for (const auto* list : {&play.with.judgement.findings, &play.with.problems})
    for (const auto& line : *list) text += "  " + paint.red("!") + " " + printable(line, 1000) + "\n";
  return text.empty() ? "" : "\n" + paint.bold("Promises that were broken") + "\n" + text;
}

std::string next_steps(const Play& play) {
  return fmt::format(
      "\nNext: what would it do to your fleet? Reads only, changes nothing:\n"
      "  evenkeel plan --policy evenkeel.yaml\n"
      "Or look around in this account with any AWS client:\n"
      "  evenkeel simulate {} --listen 127.0.0.1:8080\n",
      play.scenario.file);
}

}  // namespace

std::string narrative(const sim::Scenario& scenario, const ScenarioRun& run) {
  std::string text;
  if (!run.story.empty()) {
    cli::Table table{{{""}, {""}, {""}}};
    for (const auto& line : run.story) {
      if (line.at - scenario.start <= scenario.narrate)
        table.add({moment(scenario, line.at), line.who, line.text});
    }
    text = table.text();
    if (scenario.narrate < scenario.duration) text += "… and so on\n";
  }
  for (const auto& words : run.last_words) text += "at the end: " + printable(words, 1000) + "\n";
  return text;
}

std::string story_text(const Play& play, const cli::Context& context) {
  const cli::Colours paint = cli::colours_for(context);
  const auto legend =
      fmt::format("  {} memory, {} above the limit, {} died, {} rebooted; fewest healthy below\n",
                  paint.green("▂▄▆"), paint.yellow("▆█"), paint.red("×"), paint.cyan("↻"));
  return heading(play, paint) + "\n" + paint.bold("Without Evenkeel") + legend +
         play.without.picture.text("  ", play.limit, paint.on) + "\n" + paint.bold("With Evenkeel") + "\n" +
         play.with.picture.text("  ", play.limit, paint.on) + first_remediation(play, paint) +
         compared(play, paint) + findings(play, paint) + next_steps(play);
}

}  // namespace evenkeel::play
