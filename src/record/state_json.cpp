#include "record/state_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/core.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/text.h"
#include "record/state_fields.h"

namespace evenkeel::record {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 16;

// ISO 8601 has four digits for the year; "never" is as good at its end.
constexpr Time kFirstTime = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
constexpr Time kLastTime = std::chrono::sys_days{std::chrono::year{10000} / 1 / 1} - Duration{1};

template <class T>
concept Listed = requires { FieldsOf<T>::kList; };
template <class T>
concept Word = std::is_enum_v<T>;

// ---- writing

json write(const std::string& value) { return value; }
json write(bool value) { return value; }
json write(int value) { return value; }
json write(std::int64_t value) { return value; }
json write(double value) { return std::isfinite(value) ? json(value) : json(format_number(value)); }
json write(Time value) { return iso8601(std::clamp(value, kFirstTime, kLastTime)); }
json write(Duration value) { return format_duration(value); }
json write(const Share& share) {
  return share.percent == 0 ? json(share.count) : json(fmt::format("{}%", share.percent));
}
template <Word T>
json write(T value) {
  return name(value);
}
template <class T>
json write(const std::optional<T>& value);
template <class T>
json write(const std::vector<T>& values);
json write(const std::map<std::string, Time>& values);

template <Listed T>
json write(const T& value) {
  json object = json::object();
  std::apply([&](const auto&... entry) { ((object[entry.key] = write(value.*entry.member)), ...); },
             FieldsOf<T>::kList);
  return object;
}
template <class T>
json write(const std::optional<T>& value) {
  return value ? write(*value) : json(nullptr);
}
template <class T>
json write(const std::vector<T>& values) {
  json array = json::array();
  for (const auto& value : values) array.push_back(write(value));
  return array;
}
json write(const std::map<std::string, Time>& values) {
  json object = json::object();
  for (const auto& [key, value] : values) object[key] = write(value);
  return object;
}

// ---- reading

constexpr const char* kRemedy =
    "Nothing is started with it. Put back the last good copy of the state; without one, see to it by hand "
    "that no "
    "server is missing from its target groups before you begin with an empty state";

std::unexpected<Error> corrupt(const std::string& path, const std::string& what) {
  return fail(ErrorKind::corrupt,
              fmt::format("state document, {}: {}. {}", path.empty() ? "as a whole" : path, what, kRemedy));
}

std::string shown(const json& value) {
  return printable(value.dump(-1, ' ', false, json::error_handler_t::replace), 60);
}

std::unexpected<Error> unfit(const json& value, const std::string& path, std::string_view wanted) {
  return corrupt(path, fmt::format("found {}, wanted {}", shown(value), wanted));
}

Result<void> read(const json& value, const std::string& path, std::string& into) {
  if (!value.is_string()) return unfit(value, path, "a text");
  into = value.get<std::string>();
  return {};
}

Result<void> read(const json& value, const std::string& path, bool& into) {
  if (!value.is_boolean()) return unfit(value, path, "true or false");
  into = value.get<bool>();
  return {};
}

Result<void> read(const json& value, const std::string& path, std::int64_t& into) {
  const bool fits = value.is_number_unsigned()
                        ? value.get<std::uint64_t>() <= std::numeric_limits<std::int64_t>::max()
                        : value.is_number_integer();
  if (!fits) return unfit(value, path, "a whole number");
  into = value.get<std::int64_t>();
  return {};
}

Result<void> read(const json& value, const std::string& path, int& into) {
  std::int64_t wide = 0;
  TRY_VOID(read(value, path, wide));
  if (!std::in_range<int>(wide)) return unfit(value, path, "a whole number of at most 32 bits");
  into = static_cast<int>(wide);
  return {};
}

Result<void> read(const json& value, const std::string& path, double& into) {
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
  return unfit(value, path, "a number");
}

Result<void> read(const json& value, const std::string& path, Time& into) {
  const auto time = value.is_string() ? parse_iso8601(value.get_ref<const std::string&>()) : std::nullopt;
  if (!time) return unfit(value, path, "a time like \"2026-11-22T06:45:00Z\"");
  into = *time;
  return {};
}

Result<void> read(const json& value, const std::string& path, Duration& into) {
  const auto duration =
      value.is_string() ? parse_duration(value.get_ref<const std::string&>()) : std::nullopt;
  if (!duration) return unfit(value, path, "a duration like \"5m\"");
  into = *duration;
  return {};
}

Result<void> read(const json& value, const std::string& path, Share& into) {
  into = Share{};
  if (!value.is_string()) return read(value, path, into.count);
  const auto& text = value.get_ref<const std::string&>();
  const char* last = text.data() + text.size();
  const auto [end, failure] = std::from_chars(text.data(), last, into.percent);
  if (failure != std::errc{} || end + 1 != last || *end != '%' || into.percent < 1 || into.percent > 100) {
    return unfit(value, path, "a number, or a share like \"75%\"");
  }
  return {};
}

template <Word T>
Result<void> read(const json& value, const std::string& path, T& into) {
  std::vector<std::string> words;
  for (int i = 0; i <= static_cast<int>(kLast<T>); ++i) {
    into = static_cast<T>(i);
    if (value.is_string() && value.get_ref<const std::string&>() == name(into)) return {};
    words.emplace_back(name(into));
  }
  return unfit(value, path, "one of " + join(words, ", "));
}

template <class T>
Result<void> read(const json& value, const std::string& path, std::optional<T>& into);
template <class T>
Result<void> read(const json& value, const std::string& path, std::vector<T>& into);
Result<void> read(const json& value, const std::string& path, std::map<std::string, Time>& into);

std::string child(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

template <Listed T>
Result<void> read(const json& value, const std::string& path, T& into) {
  if (!value.is_object()) return unfit(value, path, "an object");
  Result<void> result;
  std::set<std::string, std::less<>> known;
  const auto read_entry = [&](const auto& entry) {
    known.insert(entry.key);
    const auto found = value.find(entry.key);
    result = found == value.end() ? Result<void>(corrupt(child(path, entry.key), "is missing"))
                                  : read(*found, child(path, entry.key), into.*entry.member);
    return result.has_value();
  };
  std::apply([&](const auto&... entry) { (read_entry(entry) && ...); }, FieldsOf<T>::kList);
  if (!result) return result;
  for (const auto& item : value.items()) {
    if (!known.contains(item.key()))
      return corrupt(child(path, printable(item.key(), 60)), "is no key of ours");
  }
  return {};
}

template <class T>
Result<void> read(const json& value, const std::string& path, std::optional<T>& into) {
  into.reset();
  if (value.is_null()) return {};
  T inner{};
  TRY_VOID(read(value, path, inner));
  into = std::move(inner);
  return {};
}

template <class T>
Result<void> read(const json& value, const std::string& path, std::vector<T>& into) {
  if (!value.is_array()) return unfit(value, path, "a list");
  into.clear();
  for (const auto& item : value) {
    const auto item_path = fmt::format("{}[{}]", path, into.size());
    TRY_VOID(read(item, item_path, into.emplace_back()));
  }
  return {};
}

Result<void> read(const json& value, const std::string& path, std::map<std::string, Time>& into) {
  if (!value.is_object()) return unfit(value, path, "an object");
  into.clear();
  for (const auto& item : value.items()) {
    TRY_VOID(read(item.value(), child(path, printable(item.key(), 200)), into[item.key()]));
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
  return corrupt("", trouble);
}

}  // namespace

std::string to_json(const FleetState& state) {
  json document = write(state);
  document["schema"] = FleetState::kSchema;
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<FleetState> state_from_json(const std::string& text) {
  if (text.size() > kMaxStateBytes)
    return corrupt("", fmt::format("is larger than {} bytes", kMaxStateBytes));
  json document = TRY(parse(text));
  if (!document.is_object()) return unfit(document, "", "an object");
  const auto found = document.find("schema");
  if (found == document.end()) return corrupt("schema", "is missing");
  int schema = 0;
  TRY_VOID(read(*found, "schema", schema));
  if (schema > FleetState::kSchema) {
    return fail(
        ErrorKind::corrupt,
        fmt::format("state document, schema: it was written by a newer Evenkeel (schema {}, this one reads "
                    "up to {}). Nothing is started with it: run the newer program",
                    schema, FleetState::kSchema));
  }
  if (schema < 1) return unfit(*found, "schema", "1");
  document.erase("schema");
  FleetState state;
  TRY_VOID(read(document, "", state));
  return state;
}

}  // namespace evenkeel::record
