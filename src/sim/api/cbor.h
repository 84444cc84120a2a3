// CBOR (RFC 8949) as smithy-rpc-v2-cbor uses it: structures as maps with text keys, timestamps as numbers of
// seconds under tag 1. Not nlohmann's, which writes no tags and stops at tag 1.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "sim/api/parameters.h"

namespace evenkeel::sim {

using Json = nlohmann::json;

// Whether what a member of this name holds, itself or in a list, is a timestamp.
using IsTime = bool (*)(std::string_view member);

// Never throws. One map, of definite or indefinite length, nested at most 64 deep; half and single floats are
// read. Refused as SerializationException: a key twice or not text, text that is not UTF-8, byte strings, tags
// other than 1, a timestamp without its tag or something else with it, and bytes behind the end.
ApiResult<Json> read_cbor(std::string_view bytes, IsTime is_time);

std::string write_cbor(const Json& value, IsTime is_time);

}  // namespace evenkeel::sim
