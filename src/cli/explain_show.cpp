// How `explain` shows what is known of an instance now.
#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "cli/colours.h"
#include "cli/explain.h"
#include "cli/options.h"
#include "cli/remembered.h"
#include "cli/sparkline.h"
#include "cli/summary.h"
#include "cli/table.h"
#include "cli/wording.h"
#include "decide/selection.h"

namespace evenkeel::cli {
namespace {

constexpr std::size_t kSparklineWidth = 60;
constexpr std::size_t kNewest = 6;
constexpr std::size_t kOutputLines = 30;
constexpr std::size_t kOutputLine = 300;

struct PageWriter {
  std::ostream& out;
  Colours colours;
  int wrap_at;

  void title(std::string_view text) const { out << "\n" << colours.bold(text) << "\n"; }
};

bool is_rule(const Check& check) { return !check.rule.empty(); }

// What keeps it: the first guard that blocks it; nullptr: none does.
const Check* first_blocker(const Known& known) {
  const auto blocks = [](const Check& check) { return !is_rule(check) && !check.passes; };
  const auto found = std::ranges::find_if(known.checks, blocks);
  return found == known.checks.end() ? nullptr : &*found;
}

// That no rule asks for it, where that is known of each, and what the guard says would matter only then: what the
// first rule says. nullptr: something asks, or that is not known, or what keeps it matters all the same.
const Verdict* why_nothing_asks(const Known& known) {
  if (known.verdict->wanted || !decide::only_keeps_from_leaving(known.verdict->reason)) return nullptr;
  const Verdict* first = nullptr;
  for (const auto& check : known.checks) {
    if (!is_rule(check)) continue;
    if (check.passes || !check.verdict || !decide::is_a_known_no(*check.verdict)) return nullptr;
    if (first == nullptr) first = &*check.verdict;
  }
  return first;
}

// What must change before it can leave: the guards that block it, and a rule where none asks.
std::string what_it_depends_on(const Known& known) {
  std::vector<std::string> guards, parts;
  bool ruled = false, asked = false;
  for (const auto& check : known.checks) {
    ruled = ruled || is_rule(check);
    asked = asked || (is_rule(check) && check.passes);
    if (!is_rule(check) && !check.passes) guards.push_back(check.name);
  }
  if (ruled && !asked) parts.emplace_back("a rule that asks for it");
  parts.push_back((guards.size() == 1 ? "guard " : "guards ") + join(guards, ", "));
  return join(parts, " and ");
}

std::string said(const Check& check) { return check.verdict ? check.verdict->text : ""; }

void show_tag(const PageWriter& page, const Known& known) {
  if (known.tag.empty()) return;
  page.out << fmt::format("  its tag {}: \"{}\"\n", kWitnessTag, printable(known.tag, 1000));
  if (known.open.empty() && known.recent.empty())
    page.out
        << "  this state does not know that it is out: use the state that does (--state); without one, put\n"
           "  it back by hand where the tag says, then take the tag off\n";
}

void show_verdict(const PageWriter& page, const std::string& id, const Known& known) {
  const auto& colours = page.colours;
  page.out << fmt::format("{} in {}: ", colours.bold(printable(id)), known.fleet);
  if (!known.verdict) {
    page.out << (known.unread.empty() ? "not a member now\n" : "no verdict, for AWS could not be read\n");
    show_tag(page, known);
    return;
  }
  const auto& verdict = *known.verdict;
  const auto word = verdict.reason == Reason::start            ? colours.yellow("it is taken out")
                    : verdict.reason == Reason::in_remediation ? colours.yellow("it is being treated")
                    : verdict.reason == Reason::held           ? colours.red("it needs an operator")
                                                               : colours.green("it stays");
  if (const auto* unasked = why_nothing_asks(known)) {
    page.out << fmt::format("{}: no rule asks for it: {} ({})\n  if one did: {} ({})\n", word,
                            printable(unasked->text, 1000), name(unasked->reason),
                            printable(verdict.text, 1000), name(verdict.reason));
  } else {
    page.out << fmt::format("{}: {} ({})\n", word, printable(verdict.text, 1000), name(verdict.reason));
  }
  show_tag(page, known);
  for (const auto& held : known.holds_back) {
    if (!verdict.of_fleet || &held != &known.holds_back.front())
      page.out << "  no server of the fleet may leave: " << printable(held.text, 1000) << "\n";
  }
  if (known.could_act_at) {
    page.out << fmt::format("  earliest start: {}, in {}\n", iso8601(*known.could_act_at),
                            format_duration(std::max(Duration{0}, *known.could_act_at - known.now)));
  } else if (known.open.empty() && first_blocker(known) != nullptr) {
    page.out << "  earliest start: unknown (depends on " << what_it_depends_on(known) << ")\n";
  }
}

void show_signals(const PageWriter& page, const Known& known) {
  for (const auto& [condition, rule, signal] : known.signals) {
    const auto& metric = condition.metric;
    page.title(fmt::format("{}{}, above {} for {} ({} of {} samples)", rule.empty() ? "" : rule + ": ",
                           printable(metric), with_unit(condition.above, metric),
                           format_duration(condition.over), condition.datapoints,
                           condition.over / condition.period));
    if (condition.back_below)
      page.out << "  once above it, until it is down at " << with_unit(*condition.back_below, metric) << "\n";
    if (signal.state != SignalState::fresh) {
      page.out << fmt::format("  {}{}{}\n", name(signal.state), signal.detail.empty() ? "" : ": ",
                              printable(signal.detail, 500));
    }
    if (signal.samples.empty()) continue;
    const auto& samples = signal.samples;
    page.out << fmt::format("  {}  {} to {}\n", sparkline(samples, condition.above, kSparklineWidth),
                            iso8601(samples.front().at), iso8601(samples.back().at));
    std::vector<std::string> newest;
    for (std::size_t i = samples.size() - std::min(kNewest, samples.size()); i < samples.size(); ++i) {
      const auto text = format_number(samples[i].value);
      newest.push_back(samples[i].value > condition.above ? page.colours.red(text) : text);
    }
    page.out << fmt::format("  newest: {}; the limit is {}\n", join(newest, " "),
                            with_unit(condition.above, metric));
  }
}

// Guards that pass and have nothing to say share a line. Of a member under way they say nothing: it is out already.
void show_chain(const PageWriter& page, const Known& known) {
  Table rules{{{"RULE"}, {"ASKS"}, {"WHY"}}}, guards{{{""}, {"GUARD"}, {"RESULT"}, {"WHY"}}};
  std::vector<std::string> silent;
  const auto* blocker = first_blocker(known);
  for (const auto& check : known.checks) {
    if (is_rule(check)) {
      rules.add({check.rule, check.passes ? "yes" : "no", said(check)});
    } else if (check.passes && said(check).empty()) {
      silent.push_back(check.name);
    } else {
      guards.add({&check == blocker ? "→" : "", check.name, check.passes ? "OK" : "BLOCKS", said(check)});
    }
  }
  if (!rules.empty()) {
    page.title("Rules");
    page.out << rules.text("  ", page.wrap_at);
  }
  if (known.checks.empty() || !known.open.empty()) return;
  page.title("Guards");
  page.out << guards.text("", page.wrap_at);
  if (silent.empty()) return;
  const auto lines = wrapped("also OK: " + join(silent, ", "), page.wrap_at > 0 ? page.wrap_at - 3 : 100);
  for (const auto& line : lines) page.out << "   " << line << "\n";
}

// Untrusted text of several lines, cut.
void show_output(const PageWriter& page, const char* what, const std::string& text) {
  if (text.empty()) return;
  page.out << "  " << what << "\n";
  const auto lines = split(text, '\n');
  for (std::size_t i = 0; i < std::min(kOutputLines, lines.size()); ++i)
    page.out << "    | " << printable(lines[i], kOutputLine) << "\n";
  if (lines.size() > kOutputLines)
    page.out << fmt::format("    … {} more lines; --json has them\n", lines.size() - kOutputLines);
}

void show_open(const PageWriter& page, const Known& known) {
  if (known.open.empty()) return;
  page.title("Under way");
  page.out << open_text(known.open, &known.policy, known.now, known.now, "  ", page.wrap_at);
  for (const auto& remediation : known.open) {
    std::vector<std::string> places;
    for (const auto& target : remediation.snapshot) {
      places.push_back(fmt::format("{}:{}{}", printable(target.target_group_name), target.port,
                                   target.vanished          ? " (the group is gone)"
                                   : target.by_auto_scaling ? " (by Auto Scaling)"
                                                            : ""));
    }
    page.out << "  goes back to " << join(places, ", ") << "\n";
    if (!remediation.boot_evidence.empty())
      page.out << "  booted: " << printable(remediation.boot_evidence, 1000) << "\n";
    show_output(page, "evidence captured before the treatment", remediation.captured);
    show_output(page, "what the command said", remediation.command_output);
  }
}

void show_past(const PageWriter& page, const Known& known) {
  if (known.record) {
    const auto& record = *known.record;
    std::vector<std::string> lines;
    if (record.booted_at) lines.push_back("last boot by Evenkeel: " + iso8601(*record.booted_at));
    if (record.above_since) lines.push_back("above its limit since " + iso8601(*record.above_since));
    if (record.unhealthy_since) lines.push_back("unhealthy since " + iso8601(*record.unhealthy_since));
    if (!record.relapses.empty()) {
      std::vector<std::string> relapses;
      for (const auto relapse : record.relapses) relapses.push_back(format_duration(relapse));
      lines.push_back("relapsed " + join(relapses, ", then ") + " after it was treated");
    }
    if (record.level > 0) {
      const auto level = static_cast<std::size_t>(record.level);
      lines.push_back(fmt::format("the next remediation begins with treatment {}{}", record.level + 1,
                                  level < known.policy.treatments.size()
                                      ? ": " + describe(known.policy.treatments[level].treatment)
                                      : ""));
    }
    if (!record.served_tag.empty())
      lines.push_back("the tag's value that was served: " + printable(record.served_tag));
    for (const auto& served : record.served) {
      lines.push_back(fmt::format("served by {} at {}: {}{}", describe(served.treatment), iso8601(served.at),
                                  printable(served.reason), served.gone ? ", gone since" : ""));
    }
    if (!lines.empty()) page.title("Remembered");
    for (const auto& line : lines) page.out << "  " << line << "\n";
  }
  if (!known.recent.empty()) {
    page.title("In the last day");
    page.out << ended_table(known.recent).text("  ");
  }
  if (!known.events.empty()) {
    page.title("History");
    page.out << event_table(known.events).text("  ", page.wrap_at);
  }
}

OrderedJson view_of(const ExplainedMetric& looked) {
  const auto& [condition, rule, signal] = looked;
  OrderedJson samples = OrderedJson::array();
  for (const auto& sample : signal.samples)
    samples.push_back({{"at", iso8601(sample.at)}, {"value", sample.value}});
  return {{"rule", rule.empty() ? OrderedJson(nullptr) : OrderedJson(rule)},
          {"metric", condition.metric},
          {"above", condition.above},
          {"state", name(signal.state)},
          {"detail", signal.detail.empty() ? OrderedJson(nullptr) : OrderedJson(signal.detail)},
          {"samples", std::move(samples)}};
}

}  // namespace

void show(Context& context, const std::string& id, const Known& known) {
  const PageWriter page{context.out, colours_for(context), context.out_is_terminal ? context.columns : 0};
  show_verdict(page, id, known);
  show_open(page, known);
  show_signals(page, known);
  show_chain(page, known);
  show_past(page, known);
}

OrderedJson view(const Known& known) {
  OrderedJson open = OrderedJson::array(), recent = OrderedJson::array(), events = OrderedJson::array(),
              holds_back = OrderedJson::array();
  OrderedJson chain = OrderedJson::array(), signals = OrderedJson::array();
  for (const auto& remediation : known.open) open.push_back(view(remediation, &known.policy, known.now));
  for (const auto& remediation : known.recent) recent.push_back(view(remediation));
  for (const auto& event : known.events) events.push_back(view(event));
  for (const auto& verdict : known.holds_back) holds_back.push_back(view(verdict));
  for (const auto& check : known.checks) chain.push_back(view(check));
  for (const auto& looked : known.signals) signals.push_back(view_of(looked));
  const auto* blocker = first_blocker(known);
  return {
      {"fleet", known.fleet},
      {"verdict", known.verdict ? view(*known.verdict) : OrderedJson(nullptr)},
      {"tag", known.tag.empty() ? OrderedJson(nullptr) : OrderedJson(known.tag)},
      {"unread", known.unread.empty() ? OrderedJson(nullptr) : OrderedJson(known.unread)},
      {"holds_back", std::move(holds_back)},
      {"open", std::move(open)},
      {"recent", std::move(recent)},
      {"events", std::move(events)},
      {"signals", std::move(signals)},
      {"chain", std::move(chain)},
      {"first_blocker", blocker == nullptr ? OrderedJson(nullptr) : OrderedJson(blocker->name)},
      {"could_act_at", known.could_act_at ? OrderedJson(iso8601(*known.could_act_at)) : OrderedJson(nullptr)},
      {"remembered", known.record ? view(*known.record) : OrderedJson(nullptr)}};
}

}  // namespace evenkeel::cli
