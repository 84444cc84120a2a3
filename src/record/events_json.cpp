#include "record/events_json.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"

namespace evenkeel::record {
namespace {

using nlohmann::json;

std::unexpected<Error> corrupt_event(std::size_t place, std::string_view what) {
  return fail(ErrorKind::corrupt, fmt::format("event {} of the list: {}", place + 1, what));
}

Result<std::string> read_text(const json& object, const char* key, std::size_t place) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string())
    return corrupt_event(place, fmt::format("{} is missing or is no text", key));
  return found->get<std::string>();
}

Result<Event> read_event(const json& object, std::size_t place) {
  const bool has_word = object.is_object() && object.contains("word");  // an earlier build stored none
  if (!object.is_object() || object.size() != (has_word ? 6 : 5)) {
    return corrupt_event(place,
                         "found something else than an object with the keys at, instance_id, "
                         "remediation_id, kind, word and text");
  }
  Event event;
  event.instance_id = TRY(read_text(object, "instance_id", place));
  event.remediation_id = TRY(read_text(object, "remediation_id", place));
  event.kind = from_word<EventKind>(TRY(read_text(object, "kind", place))).value_or(EventKind::other);
  event.text = TRY(read_text(object, "text", place));
  if (has_word) event.word = TRY(read_text(object, "word", place));
  const auto at = object.find("at");
  const auto time =
      at != object.end() && at->is_string() ? parse_iso8601(at->get_ref<const std::string&>()) : std::nullopt;
  if (!time) return corrupt_event(place, "at is missing or is no time like \"2026-11-22T06:45:00Z\"");
  event.at = *time;
  return event;
}

}  // namespace

std::string events_to_json(std::span<const Event> events) {
  json list = json::array();
  for (const auto& event : events) {
    list.push_back({{"at", iso8601(event.at)},
                    {"instance_id", event.instance_id},
                    {"remediation_id", event.remediation_id},
                    {"kind", name(event.kind)},
                    {"word", event.word},
                    {"text", event.text}});
  }
  return list.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<std::vector<Event>> events_from_json(const std::string& fleet, const std::string& text) {
  const auto list = json::parse(text, nullptr, false);
  if (!list.is_array()) return fail(ErrorKind::corrupt, "the list of events is no JSON list");
  std::vector<Event> events;
  for (const auto& object : list) {
    auto event = TRY(read_event(object, events.size()));
    event.fleet = fleet;
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace evenkeel::record
