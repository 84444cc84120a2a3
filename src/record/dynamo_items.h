// What stands in which attribute of the table's two kinds of items (docs/formats.md). Private to the DynamoDB
// journal.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aws/dynamodb.h"
#include "base/result.h"
#include "model/fleet_state.h"
#include "model/plan.h"

namespace evenkeel::record {

inline constexpr const char* kStatePartition = "state";

std::string history_partition(const std::string& fleet);

// The sort key of a revision's events: its number with leading zeros, so that keys sort as numbers do. Of
// imported events there are several lists, in order: "…118.000003".
std::string history_key(std::int64_t revision, std::optional<int> part = std::nullopt);

// A state item as it is stored; nothing in it has been believed yet.
struct StoredState {
  std::int64_t revision = 0;
  std::string document;
  std::string events;  // a JSON list; "[]" where there are none

  // `corrupt`: the revision or the document is missing, or the document is not the one that was written.
  static Result<StoredState> of(const aws::dynamodb::Item& item);
  // Where the stored revision alone matters: 0 when it is missing.
  static std::int64_t revision_of(const aws::dynamodb::Item& item);
  aws::dynamodb::Item item(const std::string& fleet) const;
};

// The events written with one revision, as the history keeps them until `expires`.
aws::dynamodb::Item history_item(const std::string& fleet, const std::string& key, const std::string& events);

// The events of such an item, none once it has expired. `corrupt` names the item.
Result<std::vector<Event>> read_history(const std::string& fleet, const aws::dynamodb::Item& item, Time now);

}  // namespace evenkeel::record
