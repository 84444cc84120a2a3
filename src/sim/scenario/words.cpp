#include "sim/scenario/words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/core.h>

#include "base/text.h"

namespace evenkeel::sim {
namespace {

constexpr std::array<std::string_view, 5> kOperatorEvents = {"pause", "resume", "kill", "tick-late",
                                                             "restore"};

struct Switch {
  std::string_view name;
  bool Switches::* flag;
  Duration Switches::* duration;
};
constexpr std::array<Switch, 18> kSwitches = {{
    {"idle_target_drains_early", &Switches::idle_target_drains_early, nullptr},
    {"decoy_series", &Switches::decoy_series, nullptr},
    {"second_series", &Switches::second_series, nullptr},
    {"throttling", &Switches::throttling, nullptr},
    {"load_metrics", &Switches::load_metrics, nullptr},
    {"replaces_deregistered", &Switches::replaces_deregistered, nullptr},
    {"az_rebalance", &Switches::az_rebalance, nullptr},
    {"standby_counts_units", &Switches::standby_counts_units, nullptr},
    {"no_capacity", &Switches::no_capacity, nullptr},
    {"elsewhere", &Switches::elsewhere, nullptr},
    {"late_requests", nullptr, &Switches::late_requests},
    {"metric_lag", nullptr, &Switches::metric_lag},
    {"describe_lag", nullptr, &Switches::describe_lag},
    {"reboot_queue", nullptr, &Switches::reboot_queue},
    {"forced_shutdown", nullptr, &Switches::forced_shutdown},
    {"ttl_delay", nullptr, &Switches::ttl_delay},
    {"command_lag", nullptr, &Switches::command_lag},
    {"event_lag", nullptr, &Switches::event_lag},
}};

std::string allowed_words(const auto& table, const auto& name_of) {
  std::vector<std::string> names;
  for (const auto& entry : table) names.emplace_back(name_of(entry));
  return join(names, ", ");
}

}  // namespace

std::unexpected<Error> Word::wrong(std::string_view what) const {
  return fail(ErrorKind::invalid,
              fmt::format("{}:{}:{}: '{}' {}", place.file, place.line, column, printable(text), what));
}

Result<Words> words_of(std::string_view line, const Location& place) {
  Words words;
  for (std::size_t i = 0; i < line.size();) {
    if (line[i] == ' ' || line[i] == '\t' || line[i] == '\r') {
      ++i;
      continue;
    }
    Word word{{}, static_cast<int>(i) + 1, place};
    bool quoted = false;
    for (; i < line.size() && (quoted || (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')); ++i) {
      if (line[i] == '"') {
        quoted = !quoted;
      } else {
        word.text.push_back(line[i]);
      }
    }
    if (quoted) return word.wrong("has no closing quote");
    words.push_back(std::move(word));
  }
  return words;
}

Result<void> expect(const Words& words, std::size_t count) {
  if (words.size() > count) return words[count].wrong("is one word too many");
  if (words.size() < count) {
    return words.back().wrong(
        fmt::format("ends the line too early: {} words are expected, not {}", count, words.size()));
  }
  return {};
}

Result<double> number_of(const Word& word, double least, double most) {
  double value = 0;
  const char* end = word.text.data() + word.text.size();
  const auto [stop, failure] = std::from_chars(word.text.data(), end, value);
  if (failure != std::errc{} || stop != end || !std::isfinite(value) || value < least || value > most) {
    return word.wrong(fmt::format("is no number from {} to {}", format_number(least), format_number(most)));
  }
  return value;
}

Result<int> port_of(const Word& word) { return static_cast<int>(TRY(number_of(word, 1, 65535))); }

Result<Duration> duration_of(const Word& word) {
  if (word.text.ends_with("ms")) {
    const auto count = TRY(number_of(word.part(word.text.substr(0, word.text.size() - 2)), 0, 3'600'000));
    return Duration{static_cast<Duration::rep>(count)};
  }
  const auto duration = parse_duration(word.text);
  if (!duration) return word.wrong("is no duration; write it as 90s, 5m, 2h or 1h30m");
  return *duration;
}

const Word* LineOptions::find(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second;
}

Result<double> LineOptions::number(std::string_view key, double otherwise, double least, double most) const {
  const auto* word = find(key);
  return word == nullptr ? otherwise : number_of(*word, least, most);
}

Result<bool> LineOptions::yes_or_no(std::string_view key, bool otherwise) const {
  const auto* word = find(key);
  if (word == nullptr) return otherwise;
  if (word->text != "yes" && word->text != "no") return word->wrong("must be yes or no");
  return word->text == "yes";
}

Result<Duration> LineOptions::duration(std::string_view key, Duration otherwise) const {
  const auto* word = find(key);
  return word == nullptr ? otherwise : duration_of(*word);
}

Result<Range> LineOptions::range(std::string_view key, Range otherwise, bool durations) const {
  const auto* word = find(key);
  if (word == nullptr) return otherwise;
  const auto dots = word->text.find("..");
  const Word low = word->part(word->text.substr(0, dots));
  const Word high = dots == std::string::npos ? low : word->part(word->text.substr(dots + 2));
  Range range;
  if (durations) {
    range = {static_cast<double>(TRY(duration_of(low)).count()) / 1000,
             static_cast<double>(TRY(duration_of(high)).count()) / 1000};
  } else {
    range = {TRY(number_of(low, 0, 100)), TRY(number_of(high, 0, 100))};
  }
  if (range.low > range.high) return word->wrong("is a range whose end comes before its beginning");
  return range;
}

Result<LineOptions> options_of(const Words& words, std::size_t first,
                               std::initializer_list<std::string_view> allowed) {
  if (words.size() < first) return words.back().wrong("ends the line too early: a name is missing");
  LineOptions options;
  for (std::size_t i = first; i < words.size(); ++i) {
    const auto equals = words[i].text.find('=');
    const auto key = words[i].text.substr(0, equals);
    if (equals == std::string::npos || std::ranges::find(allowed, key) == allowed.end()) {
      return words[i].wrong("is not known here; allowed are " +
                            allowed_words(allowed, [](auto name) { return std::string(name) + "="; }));
    }
    Word value = words[i].part(words[i].text.substr(equals + 1));
    value.column += static_cast<int>(equals) + 1;
    if (!options.values_.emplace(key, std::move(value)).second) return words[i].wrong("is given twice");
  }
  return options;
}

bool is_operator_event(std::string_view word) {
  return std::ranges::find(kOperatorEvents, word) != kOperatorEvents.end();
}

std::string known_operator_events() {
  return allowed_words(kOperatorEvents, [](auto name) { return name; });
}

bool set_switch(Switches& switches, std::string_view name, const std::string& value) {
  const auto found = std::ranges::find(kSwitches, name, &Switch::name);
  if (found == kSwitches.end()) return false;
  if (found->flag != nullptr) {
    if (value != "true" && value != "false") return false;
    switches.*found->flag = value == "true";
    return true;
  }
  const auto duration = parse_duration(value);
  if (duration) switches.*found->duration = *duration;
  return duration.has_value();
}

std::string wrong_switch() {
  return "and its value fit no switch; allowed are (true or false, or a duration): " +
         allowed_words(kSwitches, [](const Switch& known) { return known.name; });
}

}  // namespace evenkeel::sim
