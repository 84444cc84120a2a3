// AWS's words → the model's values. A word we don't know becomes `other`, which permits nothing.
#pragma once

#include <map>
#include <string>

#include "model/observation.h"

namespace evenkeel::observe {

TargetState target_state(const std::string& word);
TargetType target_type(const std::string& word);
InstanceState instance_state(const std::string& word);

// Reads target group attributes by key (aws-facts §1). Empty when one that we rely on is there but makes no
// sense.
std::optional<TargetGroup::Attributes> group_attributes(const std::map<std::string, std::string>& attributes);

}  // namespace evenkeel::observe
