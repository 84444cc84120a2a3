#include "record/export_json.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "record/events_json.h"
#include "record/state_json.h"

namespace evenkeel::record {
namespace {

using nlohmann::json;

constexpr const char* kFormat = "evenkeel-export";
constexpr int kExportVersion = 2;  // version 1 had events without a word

std::unexpected<Error> corrupt_export(std::string_view what) {
  return fail(ErrorKind::corrupt, fmt::format("{}; it must be a whole file as `evenkeel state export` writes "
                                              "it",
                                              what));
}

// A state document nests at most 16 deep, and stands in a list of fleets. What nests deeper is not even read: what
// reads and writes JSON calls itself for each level.
constexpr int kExportDepth = 32;

bool nests_too_deep(std::string_view text) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text) {
      if (c == '\\') ++i;
      in_text = c != '"';
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kExportDepth) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

bool has_only(const json& object, std::initializer_list<const char*> keys) {
  if (!object.is_object() || object.size() != keys.size()) return false;
  return std::ranges::all_of(keys, [&](const char* key) { return object.contains(key); });
}

Result<Exported> read_fleet(const json& object, std::size_t place) {
  if (!has_only(object, {"state", "history"}))
    return corrupt_export(fmt::format("fleets[{}]: wanted an object with the keys state and history", place));
  auto state = state_from_json(object["state"].dump());
  if (!state) return corrupt_export(fmt::format("fleets[{}]: {}", place, state.error().message));
  if (state->fleet.empty() || state->revision < 1)
    return corrupt_export(fmt::format("fleets[{}]: its state has no name, or was never written", place));
  auto history = events_from_json(state->fleet, object["history"].dump());
  if (!history) return corrupt_export(fmt::format("fleets[{}].history: {}", place, history.error().message));
  return Exported{std::move(*state), std::move(*history)};
}

}  // namespace

std::string export_to_json(const Export& all) {
  json fleets = json::array();
  for (const auto& one : all.fleets) {
    fleets.push_back(
        {{"state", json::parse(to_json(one.state))}, {"history", json::parse(events_to_json(one.history))}});
  }
  const json whole = {{"format", kFormat},
                      {"version", kExportVersion},
                      {"at", iso8601(all.at)},
                      {"fleets", std::move(fleets)}};
  return whole.dump(1) + "\n";
}

Result<Export> export_from_json(const std::string& text) {
  if (nests_too_deep(text)) return corrupt_export(fmt::format("nests deeper than {} levels", kExportDepth));
  const auto whole = json::parse(text, nullptr, false);
  if (!has_only(whole, {"format", "version", "at", "fleets"}) || whole["format"] != kFormat)
    return corrupt_export("is no export of Evenkeel's state");
  if (whole["version"] != kExportVersion && whole["version"] != 1) {
    return fail(
        ErrorKind::corrupt,
        fmt::format("was written by another Evenkeel (version {}, this one reads 1 to {}); run the newer "
                    "program",
                    printable(whole["version"].dump(), 40), kExportVersion));
  }
  const auto at =
      whole["at"].is_string() ? parse_iso8601(whole["at"].get_ref<const std::string&>()) : std::nullopt;
  if (!at || !whole["fleets"].is_array()) return corrupt_export("at is no time, or fleets is no list");
  Export all{*at, {}};
  std::set<std::string> names;
  for (const auto& object : whole["fleets"]) {
    auto fleet = TRY(read_fleet(object, all.fleets.size()));
    if (!names.insert(fleet.state.fleet).second)
      return corrupt_export(fmt::format("has the fleet {} twice", printable(fleet.state.fleet)));
    all.fleets.push_back(std::move(fleet));
  }
  return all;
}

}  // namespace evenkeel::record
