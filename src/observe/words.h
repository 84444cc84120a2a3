// AWS's words → the model's values. A word we don't know becomes `other` or `unknown`, which permits nothing.
#pragma once

#include <map>
#include <span>
#include <string>

#include "model/observation.h"

namespace evenkeel::observe {

TargetState target_state(const std::string& word);
TargetType target_type(const std::string& word);
InstanceState instance_state(const std::string& word);
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

// The beginning of a text that somebody else wrote: at most 256 bytes, cut between two characters.
std::string bounded(const std::string& untrusted);

}  // namespace evenkeel::observe
