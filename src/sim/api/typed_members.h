// CloudWatch's members have types, so that one answer can be written in each protocol that it speaks, and a call
// in any of them be read as the same parameters. An answer is JSON 1.0's: timestamps are numbers of seconds.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "sim/api/parameters.h"
#include "sim/api/xml_writer.h"

namespace evenkeel::sim {

using Json = nlohmann::json;

enum class MemberType { text, whole, number, flag, time };

// Of what a member of this name holds, itself or in a list.
MemberType member_type(std::string_view member);
bool is_time(std::string_view member);

double epoch_seconds(Time time);

// A structure as the Query protocol's form would have it: "Dimensions.member.1.Name". SerializationException
// where a value is not of its member's type.
Answer<Parameters> typed_parameters(const Json& structure, Service service);

// Members of a structure as elements, a list's as <member>.
Xml typed_xml(const Json& structure);

}  // namespace evenkeel::sim
