// The services that speak JSON or CBOR: a call is read as the parameters that a form would give it, each member by its
// type, so that handlers know one kind of parameters alone. An answer is JSON's, with timestamps as numbers of seconds,
// and can be written in each protocol that CloudWatch speaks. docs/aws.md, The wire.
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

// A body that is no JSON object, names a member twice or nests deeper than 64 is a SerializationException.
ApiResult<Json> read_json_object(std::string_view body);

// A structure as the Query protocol's form would have it: "Dimensions.member.1.Name". SerializationException
// where a value is not of its member's type.
ApiResult<RequestParameters> typed_parameters(const Json& structure, ApiService service);

// Members of a structure as elements, a list's as <member>.
Xml typed_xml(const Json& structure);

}  // namespace evenkeel::sim
