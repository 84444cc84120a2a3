#include "iam/needs.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/text.h"

namespace evenkeel::iam {
namespace {

bool treats_by(const FleetPolicy& fleet, Treatment treatment) {
  return std::ranges::find(fleet.treatments, treatment, &Step::treatment) != fleet.treatments.end();
}

bool asks_for(const FleetPolicy& fleet, Condition::Kind kind) {
  return std::ranges::any_of(fleet.also_when, [&](const Rule& rule) {
    return std::ranges::find(rule.all, kind, &Condition::kind) != rule.all.end();
  });
}

}  // namespace

bool needs(const FleetPolicy& fleet, const aws::NeededPermission& permission) {
  using aws::Need;
  switch (permission.need) {
    case Need::always:
      return true;
    case Need::metrics:
      return fleet.reboot_when.given() || fleet.keep.load_below || asks_for(fleet, Condition::Kind::metric);
    case Need::auto_scaling_group:
      return !fleet.auto_scaling_group.empty();
    case Need::standby:
      return !fleet.auto_scaling_group.empty() && fleet.leave_by == Leave::standby;
    case Need::reboot:
      return treats_by(fleet, Treatment::reboot);
    case Need::boot:
      return treats_by(fleet, Treatment::reboot) || treats_by(fleet, Treatment::stop_start);
    case Need::stop_start:
      return treats_by(fleet, Treatment::stop_start);
    case Need::replace:
      return !fleet.auto_scaling_group.empty() && treats_by(fleet, Treatment::replace);
    case Need::alarms:
      return !fleet.gates.alarms.empty() || asks_for(fleet, Condition::Kind::alarm);
    case Need::calendars:
      return !fleet.gates.calendars.empty();
    case Need::documents:
      return !documents_of(fleet).empty();
    case Need::witness_tag:
      return fleet.witness_tag;
  }
  std::unreachable();
}

std::vector<std::string> documents_of(const FleetPolicy& fleet) {
  std::set<std::string> names;
  for (const auto& step : fleet.treatments)
    if (step.treatment == Treatment::command) names.insert(step.document.name);
  if (fleet.evidence) names.insert(fleet.evidence->document.name);
  return {names.begin(), names.end()};
}

std::string document_arn(const std::string& name, const std::string& partition, const std::string& region,
                         const std::string& account) {
  static constexpr std::array kReserved = {"aws", "amazon", "amzn"};
  if (name.starts_with("arn:")) return name;
  const std::string small = lower(name);
  const bool of_aws = std::ranges::any_of(kReserved, [&](const char* one) { return small.starts_with(one); });
  return "arn:" + partition + ":ssm:" + region + ":" + (of_aws ? "*" : account) + ":document/" + name;
}

}  // namespace evenkeel::iam
