// AWS's words → the model's values. A word we don't know becomes `other` or `unknown`, which permits nothing.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/words.h"
#include "model/observation.h"

namespace evenkeel::observe {

// For enumerations that spell their enumerators as AWS does.
template <Worded Enum>
Enum or_other(std::string_view word) {
  return from_word<Enum>(word).value_or(Enum::other);
}
// A part of a state that is new ("Terminating:…") counts as the state that it is a part of.
LifecycleState lifecycle_state(const std::string& word);
CalendarState calendar_state(const std::string& word);
CommandResult::State command_state(const std::string& word);

// The worst of one instance's checks. "not-applicable" and a word that isn't given say nothing; where none
// says anything it is `unknown`.
StatusCheck worst_check(std::span<const std::string> words);

// Whether AdministrativeOverride says that traffic is kept away from the target's zone.
bool zonal_shift(const std::string& administrative_override);

// Reads target group attributes by key (docs/aws.md, Elastic Load Balancing). Empty when one that we rely on is
// there but makes no sense.
std::optional<TargetGroup::Attributes> group_attributes(const std::map<std::string, std::string>& attributes);

// Whether a target group keeps each zone's requests in the zone, by its own attributes and, where it leaves that
// to its load balancer, by the load balancer's (nullptr: not read). An Application Load Balancer never does by
// itself. Unknown: neither says.
std::optional<bool> keeps_zones(const std::map<std::string, std::string>& attributes,
                                const std::string& load_balancer_arn,
                                const std::map<std::string, std::string>* of_load_balancer);
// Whether the load balancer's attributes are needed for that.
bool asks_load_balancer(const std::map<std::string, std::string>& attributes,
                        const std::string& load_balancer_arn);

// Which instance has which address.
class Addresses {
 public:
  explicit Addresses(const std::map<std::string, Instance>& instances);
  // Targets by address become registrations of every instance that has it; an address that none has stays as it is.
  std::vector<Registration> by_instance(std::vector<Registration> registrations) const;

 private:
  std::map<std::string, std::vector<std::string>> ids_;         // by an address's bytes
  std::vector<std::pair<std::string, std::string>> of_ranges_;  // a prefix, and whose it is
};

// A Classic Load Balancer by its name.
TrafficSource classic_source(const std::string& name);

// The beginning of a text that others wrote: at most 256 bytes, cut between two characters.
std::string bounded(const std::string& untrusted);

}  // namespace evenkeel::observe
