// Internal to dynamodb*.cpp: what the calls on items and on tables share.
#pragma once

#include "sim/api/api.h"
#include "sim/api/attribute_json.h"

namespace evenkeel::sim {

// The table, if it is active by now.
Answer<Table*> usable_table(Session& session, const std::string& name);

// The key that an item's attributes make. `alone`: they must be the key and nothing else.
Answer<ItemKey> key_of(const Table& table, const Item& attributes, bool alone);

JsonAnswer create_table(Session& session, Members& members);
JsonAnswer describe_table(Session& session, Members& members);
JsonAnswer update_time_to_live(Session& session, Members& members);
JsonAnswer describe_time_to_live(Session& session, Members& members);

}  // namespace evenkeel::sim
