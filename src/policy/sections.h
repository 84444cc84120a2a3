// The parts of a fleet that are lists or maps of their own. Each reads what stands under its key and reports
// what is wrong; where the key isn't there, the defaults stay.
#pragma once

#include <string>

#include "model/policy.h"
#include "policy/problems.h"
#include "policy/reading.h"
#include "policy/yaml_tree.h"

namespace evenkeel::policy {

void read_reboot_when(const YamlNode& fleet_node, const std::string& path, Problems& problems,
                      FleetPolicy& fleet);
void read_also_when(const YamlNode& fleet_node, const std::string& path, Problems& problems,
                    FleetPolicy& fleet);
void read_keep(const YamlNode& fleet_node, const std::string& path, Problems& problems, FleetPolicy& fleet);
void read_windows(const YamlNode& fleet_node, const std::string& path, Problems& problems,
                  FleetPolicy& fleet);
void read_freezes(const YamlNode& fleet_node, const std::string& path, Problems& problems,
                  FleetPolicy& fleet);
void read_gates(const YamlNode& fleet_node, const std::string& path, Problems& problems, FleetPolicy& fleet);
void read_treatments(const YamlNode& fleet_node, const std::string& path, Problems& problems,
                     FleetPolicy& fleet);
void read_evidence(const YamlNode& fleet_node, const std::string& path, Problems& problems,
                   FleetPolicy& fleet);
void read_timing(const YamlNode& fleet_node, const std::string& path, Problems& problems, FleetPolicy& fleet);

// The list under `key` of a fleet; nullptr where there is none, or after it was reported that it isn't one of
// 1 to `most` items.
const YamlNode* list_under(const YamlNode& fleet_node, const char* key, std::size_t most,
                           const std::string& path, Problems& problems);

}  // namespace evenkeel::policy
