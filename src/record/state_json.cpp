#include "record/state_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/core.h>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/text.h"
#include "base/words.h"
#include "record/state_fields.h"

namespace evenkeel::record {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 16;

// ISO 8601 has four digits for the year; "never" is as good at its end.
constexpr Time kFirstTime = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
constexpr Time kLastTime = std::chrono::sys_days{std::chrono::year{10000} / 1 / 1} - Duration{1};

// ---- writing

// Straight into the text: the document is written twice a tick, and building it as a tree first cost several
// times as much.
class Writer {
 public:
  std::string text;

  void write(const std::string& value) {
    const bool plain =
        std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
    if (!plain) {
      text += json(value).dump(-1, ' ', false, json::error_handler_t::replace);
      return;
    }
    text += '"';
    text += value;
    text += '"';
  }
  void write(bool value) { text += value ? "true" : "false"; }
  void write(int value) { fmt::format_to(std::back_inserter(text), "{}", value); }
  void write(unsigned value) { fmt::format_to(std::back_inserter(text), "{}", value); }
  void write(std::int64_t value) { fmt::format_to(std::back_inserter(text), "{}", value); }
  void write(double value) {
    if (!std::isfinite(value)) return write(format_number(value));
    text += json(value).dump();
  }
  void write(Time value) { write(iso8601(std::clamp(value, kFirstTime, kLastTime))); }
  void write(Duration value) { write(format_duration(value)); }
  void write(const Share& share) {
    if (share.percent == 0) return write(share.count);
    write(fmt::format("{}%", share.percent));
  }
  void write(std::chrono::year_month_day day) {
    write(fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                      static_cast<unsigned>(day.day())));
  }
  // By its name alone. It comes back without its shifts, as if it were UTC: enough for the policy of a fleet
  // that has left the file, which starts nothing and so never asks for a window.
  void write(const TimeZone& zone) { write(zone.name); }
  template <Worded T>
  void write(T value) {
    write(std::string(name(value)));
  }
  template <Listed T>
  void write(const T& value) {
    char before = '{';
    write_fields(value, before);
    text += '}';
  }
  template <class T>
  void write(const std::optional<T>& value) {
    if (value) return write(*value);
    text += "null";
  }
  template <class T>
  void write(const std::vector<T>& values) {
    text += '[';
    for (const auto& value : values) {
      if (&value != values.data()) text += ',';
      write(value);
    }
    text += ']';
  }
  template <class T>
  void write(const std::map<std::string, T>& values) {
    if (values.empty()) text += '{';
    char before = '{';
    for (const auto& [key, value] : values) write_entry(before, key, value);
    text += '}';
  }
  // `before` stands before the next key: an opening brace or a comma.
  template <Listed T>
  void write_fields(const T& value, char& before) {
    std::apply([&](const auto&... entry) { (write_entry(before, entry.key, value.*entry.member), ...); },
               kFields<T>);
  }
  template <class T>
  void write_entry(char& before, const std::string& key, const T& value) {
    text += std::exchange(before, ',');
    write(key);
    text += ':';
    write(value);
  }
};

// ---- reading

constexpr const char* kRemedy =
    "Nothing is started with it. Put back the last good copy of the state; without one, make sure "
    "that no server is missing from its target groups before you begin with an empty state";

// Where in the document we are, and by which schema it was written.
struct Spot {
  std::string path;
  int schema = FleetState::kSchema;
};

std::unexpected<Error> corrupt_state(const Spot& at, const std::string& what) {
  return fail(ErrorKind::corrupt, fmt::format("state document, {}: {}. {}",
                                              at.path.empty() ? "as a whole" : at.path, what, kRemedy));
}

std::string shown(const json& value) {
  return printable(value.dump(-1, ' ', false, json::error_handler_t::replace), 60);
}

std::unexpected<Error> unfit(const json& value, const Spot& at, std::string_view wanted) {
  return corrupt_state(at, fmt::format("found {}, wanted {}", shown(value), wanted));
}

Result<void> read(const json& value, const Spot& at, std::string& into) {
  if (!value.is_string()) return unfit(value, at, "a text");
  into = value.get<std::string>();
  return {};
}

Result<void> read(const json& value, const Spot& at, bool& into) {
  if (!value.is_boolean()) return unfit(value, at, "true or false");
  into = value.get<bool>();
  return {};
}

Result<void> read(const json& value, const Spot& at, std::int64_t& into) {
  const bool fits = value.is_number_unsigned()
                        ? value.get<std::uint64_t>() <= std::numeric_limits<std::int64_t>::max()
                        : value.is_number_integer();
  if (!fits) return unfit(value, at, "a whole number");
  into = value.get<std::int64_t>();
  return {};
}

Result<void> read(const json& value, const Spot& at, int& into) {
  std::int64_t wide = 0;
  TRY_VOID(read(value, at, wide));
  if (!std::in_range<int>(wide)) return unfit(value, at, "a whole number of at most 32 bits");
  into = static_cast<int>(wide);
  return {};
}

Result<void> read(const json& value, const Spot& at, unsigned& into) {
  std::int64_t wide = 0;
  TRY_VOID(read(value, at, wide));
  if (!std::in_range<unsigned>(wide)) return unfit(value, at, "a whole number that isn't negative");
  into = static_cast<unsigned>(wide);
  return {};
}

Result<void> read(const json& value, const Spot& at, double& into) {
  if (value.is_number()) {
    into = value.get<double>();
    return {};
  }
  using Limits = std::numeric_limits<double>;
  for (const double special : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity()}) {
    if (value.is_string() && value.get_ref<const std::string&>() == format_number(special)) {
      into = special;
      return {};
    }
  }
  return unfit(value, at, "a number");
}

Result<void> read(const json& value, const Spot& at, Time& into) {
  const auto time = value.is_string() ? parse_iso8601(value.get_ref<const std::string&>()) : std::nullopt;
  if (!time) return unfit(value, at, "a time like \"2026-11-22T06:45:00Z\"");
  into = *time;
  return {};
}

Result<void> read(const json& value, const Spot& at, Duration& into) {
  const auto duration =
      value.is_string() ? parse_duration(value.get_ref<const std::string&>()) : std::nullopt;
  if (!duration) return unfit(value, at, "a duration like \"5m\"");
  into = *duration;
  return {};
}

Result<void> read(const json& value, const Spot& at, std::chrono::year_month_day& into) {
  const auto midnight =
      value.is_string() ? parse_iso8601(value.get_ref<const std::string&>() + "T00:00:00Z") : std::nullopt;
  if (!midnight) return unfit(value, at, "a day like \"2026-12-20\"");
  into = std::chrono::floor<std::chrono::days>(*midnight);
  return {};
}

Result<void> read(const json& value, const Spot& at, TimeZone& into) {
  into = TimeZone{};
  return read(value, at, into.name);
}

Result<void> read(const json& value, const Spot& at, Share& into) {
  into = Share{};
  if (!value.is_string()) return read(value, at, into.count);
  const auto& text = value.get_ref<const std::string&>();
  const char* last = text.data() + text.size();
  const auto [end, failure] = std::from_chars(text.data(), last, into.percent);
  if (failure != std::errc{} || end + 1 != last || *end != '%' || into.percent < 1 || into.percent > 100) {
    return unfit(value, at, "a number, or a share like \"75%\"");
  }
  return {};
}

template <Worded T>
Result<void> read(const json& value, const Spot& at, T& into) {
  const auto found = value.is_string() ? from_word<T>(value.get_ref<const std::string&>()) : std::nullopt;
  if (!found)
    return unfit(value, at,
                 "one of " + join(std::vector<std::string>(kWords<T>.begin(), kWords<T>.end()), ", "));
  into = *found;
  return {};
}

template <class T>
Result<void> read(const json& value, const Spot& at, std::optional<T>& into);
template <class T>
Result<void> read(const json& value, const Spot& at, std::vector<T>& into);
template <class T>
Result<void> read(const json& value, const Spot& at, std::map<std::string, T>& into);

Spot child(const Spot& at, std::string_view key) {
  return {at.path.empty() ? std::string(key) : fmt::format("{}.{}", at.path, key), at.schema};
}

template <Listed T>
Result<void> read(const json& value, const Spot& at, T& into) {
  if (!value.is_object()) return unfit(value, at, "an object");
  Result<void> result;
  std::set<std::string, std::less<>> known;
  const auto read_entry = [&](const auto& entry) {
    if (entry.since > at.schema) return true;  // the default stays
    known.insert(entry.key);
    const auto found = value.find(entry.key);
    result = found == value.end() ? Result<void>(corrupt_state(child(at, entry.key), "is missing"))
                                  : read(*found, child(at, entry.key), into.*entry.member);
    return result.has_value();
  };
  std::apply([&](const auto&... entry) { (read_entry(entry) && ...); }, kFields<T>);
  if (!result) return result;
  for (const auto& item : value.items()) {
    if (!known.contains(item.key()))
      return corrupt_state(child(at, printable(item.key(), 60)), "is not a key of the state");
  }
  return {};
}

template <class T>
Result<void> read(const json& value, const Spot& at, std::optional<T>& into) {
  into.reset();
  if (value.is_null()) return {};
  T inner{};
  TRY_VOID(read(value, at, inner));
  into = std::move(inner);
  return {};
}

template <class T>
Result<void> read(const json& value, const Spot& at, std::vector<T>& into) {
  if (!value.is_array()) return unfit(value, at, "a list");
  into.clear();
  for (const auto& item : value) {
    const Spot item_at{fmt::format("{}[{}]", at.path, into.size()), at.schema};
    TRY_VOID(read(item, item_at, into.emplace_back()));
  }
  return {};
}

template <class T>
Result<void> read(const json& value, const Spot& at, std::map<std::string, T>& into) {
  if (!value.is_object()) return unfit(value, at, "an object");
  into.clear();
  for (const auto& item : value.items()) {
    TRY_VOID(read(item.value(), child(at, printable(item.key(), 200)), into[item.key()]));
  }
  return {};
}

// Parses without building what nests too deeply; nlohmann would keep the last of two equal keys in silence.
Result<json> parse(const std::string& text) {
  std::string trouble;
  std::vector<std::set<std::string>> keys;
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth >= kMaxDepth) trouble = fmt::format("nests deeper than {} levels", kMaxDepth);
    if (event == json::parse_event_t::object_start) {
      keys.resize(static_cast<std::size_t>(depth) + 1);
      keys.emplace_back();
    }
    if (event == json::parse_event_t::key && trouble.empty()) {
      keys.resize(static_cast<std::size_t>(depth) + 1);
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys.back().insert(key).second) trouble = fmt::format("has the key {} twice", printable(key, 60));
    }
    return trouble.empty();
  };
  try {
    json parsed = json::parse(text, watch);
    if (trouble.empty()) return parsed;
  } catch (const json::exception& exception) {
    if (trouble.empty()) trouble = fmt::format("is not JSON ({})", printable(exception.what()));
  }
  return corrupt_state(Spot{}, trouble);
}

// Schema 1 had no count: a reboot that may have been sent was the one attempt.
void count_attempts(FleetState& state) {
  for (auto& remediation : state.open) {
    const auto sent = [](const Intent& intent) {
      return intent.effect == Effect::reboot && intent.outcome != OutcomeKind::not_sent;
    };
    remediation.attempt = std::ranges::any_of(remediation.intents, sent) ? 1 : 0;
  }
}

}  // namespace

std::string to_json(const FleetState& state) {
  Writer writer;
  char before = '{';
  writer.write_entry(before, "schema", FleetState::kSchema);
  writer.write_fields(state, before);
  writer.text += '}';
  return std::move(writer.text);
}

Result<FleetState> state_from_json(const std::string& text) {
  if (text.size() > kMaxStateBytes)
    return corrupt_state(Spot{}, fmt::format("is larger than {} bytes", kMaxStateBytes));
  json document = TRY(parse(text));
  if (!document.is_object()) return unfit(document, Spot{}, "an object");
  const auto found = document.find("schema");
  if (found == document.end()) return corrupt_state(Spot{"schema"}, "is missing");
  int schema = 0;
  TRY_VOID(read(*found, Spot{"schema"}, schema));
  if (schema > FleetState::kSchema) {
    return fail(
        ErrorKind::corrupt,
        fmt::format("state document, schema: it was written by a newer Evenkeel (schema {}, this one reads "
                    "up to {}). Nothing is started with it: run the newer program",
                    schema, FleetState::kSchema));
  }
  if (schema < 1) return unfit(*found, Spot{"schema"}, fmt::format("1 to {}", FleetState::kSchema));
  document.erase("schema");
  FleetState state;
  TRY_VOID(read(document, Spot{"", schema}, state));
  if (schema < 2) count_attempts(state);
  return state;
}

}  // namespace evenkeel::record
