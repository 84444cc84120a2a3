// DynamoDB's values as they go over the wire: {"S": "text"}, {"N": "1"}, {"L": [{"BOOL": true}]} …
#pragma once

#include "sim/api/members.h"
#include "sim/world/attribute.h"

namespace evenkeel::sim {

// The refusal of a request whose values make no sense.
inline std::unexpected<Refusal> invalid(const std::string& message) {
  return refuse(400, "ValidationException", message);
}

// Refused with DynamoDB's words when it isn't exactly one value of one type, or a type's rules are broken:
// numbers beyond 38 digits, empty sets, doubles in a set, more than 32 levels.
Answer<Attribute> read_attribute(const Json& json);
Answer<Item> read_item(const Json& json);

Json json_of(const Attribute& attribute);
Json json_of(const Item& item);

}  // namespace evenkeel::sim
