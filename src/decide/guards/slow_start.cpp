#include "decide/guards/slow_start.h"

#include <iterator>
#include <string_view>

namespace evenkeel::decide {
namespace {

std::string key_of(const TargetGroup& group, const Registration& registration) {
  return group.arn + "|" + registration.instance_id + ":" + std::to_string(registration.port);
}

// key == key_of(…), without making one.
bool is_key_of(std::string_view key, const TargetGroup& group, const Registration& registration) {
  const auto skip = [&](std::string_view part) {
    if (!key.starts_with(part)) return false;
    key.remove_prefix(part.size());
    return true;
  };
  return skip(group.arn) && skip("|") && skip(registration.instance_id) && skip(":") &&
         key == std::to_string(registration.port);
}

}  // namespace

bool matters(const TargetGroup& group, const Registration& registration) {
  return group.attributes && group.attributes->slow_start > Duration::zero() &&
         registration.state == TargetState::healthy;
}

KnownPlaces::Known::const_iterator KnownPlaces::find(const TargetGroup& group,
                                                     const Registration& registration) {
  auto found = next_;
  if (found == known_.end() || !is_key_of(found->first, group, registration)) {
    found = known_.find(key_of(group, registration));
  }
  if (found != known_.end()) next_ = std::next(found);
  return found;
}

std::map<std::string, Time> healthy_since(const Observation& observation, std::map<std::string, Time> known) {
  std::map<std::string, Time> seen;
  KnownPlaces places{known};
  for (const auto& group : observation.target_groups) {
    if (!group.registrations) {
      seen.insert(known.lower_bound(group.arn + "|"), known.lower_bound(group.arn + "}"));
      continue;
    }
    for (const auto& registration : *group.registrations) {
      if (!matters(group, registration)) continue;
      const auto entry = places.find(group, registration);
      if (entry == known.end()) {
        seen.emplace(key_of(group, registration), observation.taken_at);
      } else {
        seen.insert(seen.end(), known.extract(entry));
      }
    }
  }
  return seen;
}

}  // namespace evenkeel::decide
