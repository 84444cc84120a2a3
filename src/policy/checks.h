// What must fit together: rules over several keys of a policy.
#pragma once

#include <string>

#include "model/policy.h"
#include "policy/problems.h"
#include "policy/reading.h"
#include "policy/yaml_tree.h"

namespace evenkeel::policy {

// Fills in `datapoints` (three fifths of the window, rounded up) and checks the windows against one another.
void check_condition(const YamlNode& section, const std::string& path, const KeysOfMap& keys,
                     Problems& problems, MetricCondition& condition);

// The ceiling is one, and the metric fits how it is counted.
void check_load(const YamlNode& section, const std::string& path, const KeysOfMap& keys, Problems& problems,
                const LoadCeiling& load);

// The fleet's servers can be found: target groups, or an Auto Scaling group; what is only for members of an
// Auto Scaling group has one.
void check_members(const YamlNode& fleet_node, const std::string& path, const KeysOfMap& keys,
                   Problems& problems, const FleetPolicy& fleet);

// There is a reason to treat a member, and the order can be made with it.
void check_reasons(const YamlNode& fleet_node, const std::string& path, const KeysOfMap& keys,
                   Problems& problems, const FleetPolicy& fleet);

// Each treatment destroys more than the one before; replacing needs an Auto Scaling group.
void check_escalation(const YamlNode& fleet_node, const std::string& path, Problems& problems,
                      const FleetPolicy& fleet);

// An external id is for a role, and role and region are in one partition.
void check_role(const YamlNode& fleet_node, const std::string& path, const KeysOfMap& keys,
                Problems& problems, const FleetPolicy& fleet);

// Every name once, and no target group or Auto Scaling group in two fleets: two fleets that steer the same
// servers would not know of each other's removals. `fleets` is the list that `policy` was read from.
void check_between_fleets(const YamlNode& fleets, const Policy& policy, Problems& problems);

}  // namespace evenkeel::policy
