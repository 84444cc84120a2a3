#include "lambda/event.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace evenkeel::lambda {
namespace {

const std::array<std::string, 9> kCommands = {"tick",  "plan",  "status", "explain", "history",
                                              "check", "pause", "resume", "restore"};
constexpr std::size_t kLongestField = 1000;

std::string text_of(const nlohmann::json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// "2026-11-22T06:45:00Z"; CloudWatch's alarms write "2026-11-22T06:45:00.123+0000".
std::optional<Time> parse_time(std::string text) {
  if (text.ends_with("+0000")) text.replace(text.size() - 5, 5, "Z");
  return parse_iso8601(text);
}

Tick tick_of(const nlohmann::json& event) {
  Tick tick;
  std::string when = text_of(event, "time");
  tick.source = text_of(event, "source");
  if (const auto type = text_of(event, "detail-type"); !type.empty()) tick.source += " " + type;
  if (event.is_object() && event.contains("Records") && event["Records"].is_array() &&
      !event["Records"].empty()) {
    const auto& record = event["Records"].front();
    const auto& message = record.is_object() && record.contains("Sns") ? record["Sns"] : record;
    when = text_of(message, "Timestamp");
    tick.source = text_of(record, "EventSource");
  }
  tick.source = tick.source.empty() ? "an event of no known shape" : printable(tick.source);
  if (!when.empty()) tick.asked_at = parse_time(when);
  tick.time_unreadable = !when.empty() && !tick.asked_at;
  return tick;
}

Result<std::string> argument(const nlohmann::json& event, const char* key) {
  if (!event.contains(key) || event[key].is_null()) return "";
  if (!event[key].is_string() || event[key].get_ref<const std::string&>().size() > kLongestField) {
    return fail(ErrorKind::invalid,
                fmt::format("\"{}\" must be a text of at most {} bytes", key, kLongestField));
  }
  return event[key].get<std::string>();
}

Result<void> check_keys(const nlohmann::json& event) {
  static constexpr std::array<std::string_view, 9> kKeys = {
      "command", "fleet", "instance", "reason", "author", "limit", "for", "until", "at"};
  for (const auto& [key, value] : event.items()) {
    if (std::ranges::find(kKeys, key) == kKeys.end()) {
      return fail(ErrorKind::invalid,
                  fmt::format("\"{}\": a command has no such key; there is fleet, instance, reason, author, "
                              "limit, for, until, at",
                              printable(key, 60)));
    }
  }
  return {};
}

Result<Command> command_of(const nlohmann::json& event) {
  Command command;
  TRY_VOID(check_keys(event));
  command.name = TRY(argument(event, "command"));
  if (std::ranges::find(kCommands, command.name) == kCommands.end()) {
    return fail(ErrorKind::invalid, fmt::format("\"command\": \"{}\": there is no such command; there is {}",
                                                printable(command.name, 60), join(kCommands, ", ")));
  }
  command.fleet = TRY(argument(event, "fleet"));
  command.instance = TRY(argument(event, "instance"));
  command.reason = TRY(argument(event, "reason"));
  command.author = TRY(argument(event, "author"));
  command.lasting = TRY(argument(event, "for"));
  command.until = TRY(argument(event, "until"));
  command.at = TRY(argument(event, "at"));
  if (event.contains("limit")) {
    if (!event["limit"].is_number_integer() || event["limit"] < 1 || event["limit"] > 100'000)
      return fail(ErrorKind::invalid, "\"limit\" must be a whole number from 1 to 100000");
    command.limit = event["limit"].get<int>();
  }
  return command;
}

}  // namespace

Result<Asked> read_event(std::string_view payload) {
  const auto event = nlohmann::json::parse(payload, nullptr, false);
  if (event.is_object() && event.contains("command")) {
    auto command = TRY(command_of(event));
    if (command.name != "tick") return command;
    Tick tick;
    tick.source = "an operator's tick";
    tick.fleet = std::move(command.fleet);
    return tick;
  }
  return tick_of(event);
}

Duration late_by(const Tick& tick, Time now, Duration period) {
  if (tick.time_unreadable) return period;
  if (!tick.asked_at) return Duration{0};
  const Duration age = now - *tick.asked_at;
  if (age > period) return age;
  return age < -period ? period : Duration{0};
}

}  // namespace evenkeel::lambda
