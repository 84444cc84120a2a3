#include "lambda/event.h"

#include <algorithm>
#include <fmt/core.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/text.h"

namespace evenkeel::lambda {
namespace {

std::string text_of(const nlohmann::json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// "2026-11-22T06:45:00Z"; CloudWatch's alarms write "2026-11-22T06:45:00.123+0000".
std::optional<Time> parse_time(std::string text) {
  if (text.ends_with("+0000")) text.replace(text.size() - 5, 5, "Z");
  return parse_iso8601(text);
}

// {} is an operator's test event; AWS's own have a source: EventBridge's with a detail-type, an alarm's begins with
// "aws.", and those of SNS and SQS stand in Records.
bool is_known(const nlohmann::json& event) {
  if (event.is_null()) return true;
  if (!event.is_object()) return false;
  if (event.empty()) return true;
  const auto source = text_of(event, "source");
  if (!source.empty() && (source.starts_with("aws.") || !text_of(event, "detail-type").empty())) return true;
  const auto records = event.find("Records");
  if (records == event.end() || !records->is_array() || records->empty()) return false;
  const auto& first = records->front();
  return !text_of(first, "EventSource").empty() || !text_of(first, "eventSource").empty();
}

std::unexpected<Error> no_known_event(const nlohmann::json& event) {
  const auto what = event.is_object()      ? fmt::format("\"{}\"", printable(event.begin().key(), 60))
                    : event.is_discarded() ? std::string("the event is no JSON")
                                           : std::string("the event is no object");
  return fail(
      ErrorKind::invalid,
      fmt::format("{}{}; give {{}} or {{\"command\":\"tick\"}} for a tick, {{\"command\":\"status\"}} "
                  "and so on for a command, or let a schedule of EventBridge send its own event",
                  what, event.is_object() ? ": neither a command nor an event of AWS begins so" : ""),
      std::string(kNoKnownEvent));
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
    if (tick.source.empty()) tick.source = text_of(record, "eventSource");
  }
  tick.source = tick.source.empty() ? "a test event" : printable(tick.source);
  if (!when.empty()) tick.asked_at = parse_time(when);
  tick.time_unreadable = !when.empty() && !tick.asked_at;
  return tick;
}

// The fields of a command. Those that were asked for are those that it has; a null is as good as none.
class Fields {
 public:
  Fields(const nlohmann::json& event, std::string command) : event_(event), command_(std::move(command)) {}

  // Of a field that must be given.
  template <class Value>
  Result<Value> required(const char* key) {
    auto value = TRY(optional<Value>(key));
    if (!value) return fail(ErrorKind::invalid, fmt::format("{}: {} needs it", quoted(key), command_));
    return *std::move(value);
  }
  template <class Value>
  Result<std::optional<Value>> optional(const char* key) {
    const auto given = TRY(text(key));
    if (!given) return std::nullopt;
    return TRY(Value::read(quoted(key), *given));
  }
  Result<std::optional<std::string>> text(const char* key) {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_string()) return value->get<std::string>();
    return fail(ErrorKind::invalid, quoted(key) + " must be a text");
  }
  Result<int> whole(const char* key, int least, int most, int otherwise) {
    const auto* value = find(key);
    if (value == nullptr) return otherwise;
    if (value->is_number_integer() && *value >= least && *value <= most) return value->get<int>();
    return fail(ErrorKind::invalid,
                fmt::format("{} must be a whole number from {} to {}", quoted(key), least, most));
  }
  // Not given: false.
  Result<bool> boolean(const char* key) {
    const auto* value = find(key);
    if (value == nullptr) return false;
    if (value->is_boolean()) return value->get<bool>();
    return fail(ErrorKind::invalid, quoted(key) + " must be true or false");
  }
  // One fleet, or all.
  Result<std::vector<cli::FleetName>> fleets() {
    std::vector<cli::FleetName> names;
    if (auto name = TRY(optional<cli::FleetName>("fleet"))) names.push_back(*std::move(name));
    return names;
  }
  Result<cli::Author> author() {
    const auto given = TRY(optional<cli::Author>("author"));
    return given ? *given : TRY(cli::Author::read("author", "an operator, by invoking the function"));
  }
  Result<void> nothing_else() const {
    for (const auto& [key, value] : event_.items()) {
      if (std::ranges::find(known_, key) != known_.end()) continue;
      return fail(ErrorKind::invalid, fmt::format("{}: {} has no such field; it has {}",
                                                  quoted(printable(key, 60)), command_, join(known_, ", ")));
    }
    return {};
  }

 private:
  static std::string quoted(const std::string& key) { return "\"" + key + "\""; }
  const nlohmann::json* find(const char* key) {
    known_.emplace_back(key);
    const auto found = event_.find(key);
    return found == event_.end() || found->is_null() ? nullptr : &*found;
  }

  const nlohmann::json& event_;
  std::string command_;
  std::vector<std::string> known_{"command"};
};

Result<LambdaEvent> tick_command(Fields& fields) {
  Tick tick;
  tick.source = "an operator's tick";
  if (const auto fleet = TRY(fields.optional<cli::FleetName>("fleet"))) tick.fleet = fleet->text();
  return tick;
}

Result<LambdaEvent> check_command(Fields& fields) {
  return CommandEvent{"check", cli::CheckCommand{TRY(fields.fleets())}};
}

Result<LambdaEvent> plan_command(Fields& fields) {
  return CommandEvent{"plan", cli::PlanCommand{TRY(fields.fleets())}};
}

Result<LambdaEvent> status_command(Fields& fields) {
  return CommandEvent{"status", cli::StatusCommand{TRY(fields.fleets())}};
}

Result<LambdaEvent> explain_command(Fields& fields) {
  cli::ExplainCommand asked{TRY(fields.required<cli::InstanceId>("instance")), {}, {}};
  if (const auto at = TRY(fields.text("at"))) asked.at = TRY(cli::read_time("\"at\"", *at));
  asked.fleets = TRY(fields.fleets());
  return CommandEvent{"explain", std::move(asked)};
}

Result<LambdaEvent> history_command(Fields& fields) {
  cli::HistoryCommand asked;
  asked.fleets = TRY(fields.fleets());
  asked.instance = TRY(fields.optional<cli::InstanceId>("instance"));
  asked.limit = TRY(fields.whole("limit", 1, cli::kMostEventsShown, asked.limit));
  return CommandEvent{"history", std::move(asked)};
}

Result<LambdaEvent> pause_command(Fields& fields) {
  cli::PauseCommand asked{TRY(fields.required<cli::FleetName>("fleet")),
                          TRY(fields.required<cli::ReasonText>("reason")),
                          TRY(fields.author()),
                          {}};
  const auto lasting = TRY(fields.text("for"));
  const auto until = TRY(fields.text("until"));
  if (lasting && until)
    return fail(ErrorKind::invalid, "\"until\": \"for\" says already how long; give one of them");
  if (lasting) asked.end = TRY(cli::read_lasting("\"for\"", *lasting));
  if (until) asked.end = TRY(cli::read_time("\"until\"", *until));
  return CommandEvent{"pause", std::move(asked)};
}

Result<LambdaEvent> resume_command(Fields& fields) {
  return CommandEvent{"resume", cli::ResumeCommand{TRY(fields.required<cli::FleetName>("fleet")),
                                                   TRY(fields.required<cli::ReasonText>("reason")),
                                                   TRY(fields.author()), TRY(fields.boolean("here"))}};
}

Result<LambdaEvent> restore_command(Fields& fields) {
  return CommandEvent{
      "restore", cli::RestoreCommand{TRY(fields.required<cli::InstanceId>("instance")), TRY(fields.author()),
                                     TRY(fields.boolean("now")), TRY(fields.fleets())}};
}

struct CommandForm {
  const char* name;
  Result<LambdaEvent> (*read)(Fields& fields);
};
constexpr CommandForm kKinds[] = {
    {"tick", tick_command},       {"plan", plan_command},       {"status", status_command},
    {"explain", explain_command}, {"history", history_command}, {"check", check_command},
    {"pause", pause_command},     {"resume", resume_command},   {"restore", restore_command}};

Result<LambdaEvent> command_of(const nlohmann::json& event) {
  if (!event["command"].is_string()) return fail(ErrorKind::invalid, "\"command\" must be a text");
  const auto name = event["command"].get<std::string>();
  const auto* const kind = std::ranges::find(kKinds, name, &CommandForm::name);
  if (kind == std::end(kKinds)) {
    std::vector<std::string> names;
    for (const auto& one : kKinds) names.emplace_back(one.name);
    return fail(ErrorKind::invalid, fmt::format("\"command\": \"{}\": there is no such command; there is {}",
                                                printable(name, 60), join(names, ", ")));
  }
  Fields fields{event, name};
  auto asked = TRY(kind->read(fields));
  TRY_VOID(fields.nothing_else());
  return asked;
}

}  // namespace

Result<LambdaEvent> read_event(std::string_view payload) {
  const auto event = nlohmann::json::parse(payload, nullptr, false);
  if (event.is_object() && event.contains("command")) return command_of(event);
  if (!trim(payload).empty() && !is_known(event)) return no_known_event(event);
  return tick_of(event);
}

Duration late_by(const Tick& tick, Time now, Duration period) {
  if (tick.time_unreadable) return period;
  if (!tick.asked_at) return Duration{0};
  const Duration age = now - *tick.asked_at;
  if (age > period) return age;
  return age < -period ? -age : Duration{0};
}

}  // namespace evenkeel::lambda
