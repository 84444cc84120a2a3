// Internal to stage.cpp and events.cpp: what a scenario's words are worth in the account.
#pragma once

#include <string>

#include "sim/scenario/scenario.h"

namespace evenkeel::sim {

// Points of memory per million requests, so that a server with its even share of the fleet's requests at the
// day's average goes from memory_at_boot to 100 % in `seconds`.
double leak_of(const FleetSpec& fleet, double seconds);
// Of a server by its name; those that Auto Scaling launched are the first fleet's.
const FleetSpec& fleet_of(const Scenario& scenario, const std::string& server_name);
// Healthy since an hour.
RegisteredTarget target_that_serves(const std::string& instance_id, int port, Time now);

}  // namespace evenkeel::sim
