// Names of CloudWatch alarms as a policy writes them.
#pragma once

#include <string>
#include <string_view>

namespace evenkeel {

// Whether the name stands for one alarm of each member: "{instance_id}" is in it.
bool names_each_member(std::string_view alarm);

// The name with every "{instance_id}" filled in.
std::string alarm_of(const std::string& alarm, const std::string& instance_id);

}  // namespace evenkeel
