#include "record/events_json.h"

#include <array>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"

namespace evenkeel::record {
namespace {

using nlohmann::json;

struct TextField {
  const char* key;
  std::string Event::* member;
};
constexpr std::array kTexts = {TextField{"instance_id", &Event::instance_id},
                               TextField{"remediation_id", &Event::remediation_id},
                               TextField{"kind", &Event::kind}, TextField{"text", &Event::text}};
constexpr TextField kWord{"word", &Event::word};  // an earlier build stored none

std::unexpected<Error> corrupt_event(std::size_t place, std::string_view what) {
  return fail(ErrorKind::corrupt, fmt::format("event {} of the list: {}", place + 1, what));
}

Result<void> read_text(const json& object, const TextField& field, std::size_t place, Event& event) {
  const auto found = object.find(field.key);
  if (found == object.end() || !found->is_string())
    return corrupt_event(place, fmt::format("{} is missing or is no text", field.key));
  event.*field.member = found->get<std::string>();
  return {};
}

Result<Event> read_event(const json& object, std::size_t place) {
  const bool has_word = object.is_object() && object.contains(kWord.key);
  if (!object.is_object() || object.size() != kTexts.size() + 1 + (has_word ? 1 : 0)) {
    return corrupt_event(place,
                         "found something else than an object with the keys at, instance_id, "
                         "remediation_id, kind, word and text");
  }
  Event event;
  for (const auto& field : kTexts) TRY_VOID(read_text(object, field, place, event));
  if (has_word) TRY_VOID(read_text(object, kWord, place, event));
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
    json object = {{"at", iso8601(event.at)}};
    for (const auto& field : kTexts) object[field.key] = event.*field.member;
    object[kWord.key] = event.*kWord.member;
    list.push_back(std::move(object));
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
