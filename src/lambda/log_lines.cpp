#include "lambda/log_lines.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/summary.h"
#include "lambda/metrics.h"

namespace evenkeel::lambda {
namespace {

using OrderedJson = nlohmann::ordered_json;

std::string dump(const OrderedJson& line) {
  return line.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

OrderedJson held_back_by(const Plan& plan) {
  OrderedJson reasons = OrderedJson::array();
  for (const auto& verdict : plan.fleet) reasons.push_back(name(verdict.reason));
  return reasons;
}

}  // namespace

void Log::line(std::string_view document) { out_ << document << "\n" << std::flush; }

void Log::write(const char* level, std::string_view kind, std::string_view text) {
  OrderedJson entry = {{"at", iso8601(clock_.now())}, {"level", level}, {"kind", kind}, {"text", text}};
  if (!request_id_.empty()) entry["request"] = request_id_;
  line(dump(entry));
}

void Log::info(std::string_view kind, std::string_view text) { write("info", kind, text); }
void Log::warning(std::string_view kind, std::string_view text) { write("warning", kind, text); }
void Log::error(std::string_view kind, std::string_view text) { write("error", kind, text); }

void Log::tick(const wiring::FleetTick& tick) {
  const auto& fleet = tick.fleet.name;
  if (!tick.report) return error("tick", fleet + ": " + tick.report.error().message);
  const auto& report = *tick.report;
  for (const auto& problem : report.observation.problems)
    warning("problem", fleet + ": " + describe(problem));
  for (const auto& violation : report.violations) error("violation", fleet + ": " + violation);
  for (const auto& event : report.events) {
    OrderedJson entry = {{"at", iso8601(event.at)}, {"level", "info"},        {"kind", name(event.kind)},
                         {"text", event.text},      {"request", request_id_}, {"fleet", event.fleet}};
    if (!event.word.empty()) entry["word"] = event.word;
    if (!event.instance_id.empty()) entry["instance"] = event.instance_id;
    if (!event.remediation_id.empty()) entry["remediation"] = event.remediation_id;
    line(dump(entry));
  }
  const auto& ability = report.plan.next.ability;
  if (ability.kind == Ability::Kind::blind)
    error("blind", fleet + ": " + cli::blind_words(ability, report.observation.taken_at));
  line(dump({{"at", iso8601(report.observation.taken_at)},
             {"level", "info"},
             {"kind", "tick"},
             {"text", cli::summary(tick.fleet, report)},
             {"request", request_id_},
             {"fleet", fleet},
             {"revision", report.plan.next.revision},
             {"lost_race", report.lost_race},
             {"ability", name(ability.kind)},
             {"open", report.plan.next.open.size()},
             {"verdicts", verdicts_of(report.plan)},
             {"held_back_by", held_back_by(report.plan)},
             {"milliseconds", tick.took.count()},
             {"requests", tick.requests}}));
}

}  // namespace evenkeel::lambda
