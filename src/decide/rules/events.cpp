#include "decide/rules/events.h"

#include <algorithm>

namespace evenkeel::decide {
namespace {

bool may_end_condition(Treatment treatment, const Condition& condition) {
  switch (condition.kind) {
    case Condition::Kind::uptime:
      return treatment != Treatment::none;
    case Condition::Kind::age:
      return treatment == Treatment::stop_start || treatment == Treatment::replace;
    case Condition::Kind::metric:
    case Condition::Kind::tag:
    case Condition::Kind::scheduled_event:
    case Condition::Kind::status_check:
    case Condition::Kind::target_unhealthy:
    case Condition::Kind::alarm:
      break;
  }
  return true;
}

}  // namespace

bool ends_event(Treatment treatment, std::string_view code, bool reboot_migrates) {
  const auto known = from_word<EventCode>(code);
  switch (treatment) {
    case Treatment::none:
    case Treatment::command:
      return false;
    case Treatment::reboot:
      return known == EventCode::system_reboot && reboot_migrates;
    case Treatment::stop_start:
      return known.has_value();
    case Treatment::replace:
      break;
  }
  return true;
}

std::string what_ends_event(std::string_view code) {
  const std::string others =
      ends_event(Treatment::stop_start, code, false) ? "stop_start or replace" : "replace";
  return from_word<EventCode>(code) == EventCode::system_reboot
             ? others + " (reboot only with reboot migration)"
             : others;
}

bool may_end(Treatment treatment, const Rule& rule) {
  return std::ranges::any_of(
      rule.all, [&](const Condition& condition) { return may_end_condition(treatment, condition); });
}

}  // namespace evenkeel::decide
