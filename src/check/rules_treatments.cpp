#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "check/rules.h"

namespace evenkeel::check::rules {
namespace {

bool has(const Subject& fleet, Treatment treatment) {
  return std::ranges::find(fleet.policy.treatments, treatment, &Step::treatment) !=
         fleet.policy.treatments.end();
}

}  // namespace

Findings cannot_stop(const Subject& fleet) {
  if (!has(fleet, Treatment::stop_start)) return {};
  std::vector<std::string> ids;
  for (const auto& [id, member] : fleet.members) {
    if (member.instance != nullptr && member.instance->root_device_type == "instance-store")
      ids.push_back(id);
  }
  if (ids.empty()) return {};
  return {{.severity = worse_for_all(ids.size(), fleet.size()),
           .text = fmt::format("{} of {} {} a root on instance store: EC2 can't stop them, so they are never "
                               "touched under a ladder with stop_start",
                               ids.size(), count(fleet.size(), "member"), ids.size() == 1 ? "has" : "have"),
           .remedy = "take stop_start out of treatments, or give those servers a fleet of their own",
           .members = ids}};
}

Findings stop_loses(const Subject& fleet) {
  if (!has(fleet, Treatment::stop_start)) return {};
  return {{.severity = Severity::note,
           .text =
               "stop_start loses what a server has on instance store and its automatic public IPv4 address, "
               "and AWS may have no room to start it again: then it is held for a person",
           .remedy = "nothing, if nobody leans on those; an Elastic IP address stays"}};
}

Findings cannot_replace(const Subject& fleet) {
  if (!has(fleet, Treatment::replace) || fleet.scaling == nullptr) return {};
  std::vector<std::string> outside;
  for (const auto& [id, member] : fleet.members) {
    if (std::ranges::find(fleet.scaling->instances, id, &aws::autoscaling::GroupInstance::id) ==
        fleet.scaling->instances.end())
      outside.push_back(id);
  }
  if (outside.empty()) return {};
  return {
      {.severity = worse_for_all(outside.size(), fleet.size()),
       .text = fmt::format("{} of {} {} not in Auto Scaling group {}: the treatment replace can't be applied "
                           "to them",
                           outside.size(), count(fleet.size(), "member"), is_are(outside.size()),
                           printable(fleet.scaling->name)),
       .remedy = "give the servers outside the group a fleet of their own, without replace",
       .members = outside}};
}

}  // namespace evenkeel::check::rules
