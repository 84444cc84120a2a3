// DynamoDB's tables as the account holds them: items by key, in order, each with its recent past, for a read
// that isn't consistent shows what was. docs/aws.md, DynamoDB.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sim/world/attribute.h"

namespace evenkeel::sim {

struct KeyPart {
  std::string name, type;  // S, N or B
};

struct ItemKey {
  Attribute partition, sort;  // sort: of no type in a table without a sort key
};

struct ItemKeyOrder {
  bool operator()(const ItemKey& one, const ItemKey& other) const;
};

// An item as it was from some time on; none: deleted.
struct ItemVersion {
  Time since{};
  std::optional<Item> item;
};

struct Table {
  std::string name;
  KeyPart partition_key;
  std::optional<KeyPart> sort_key;
  Time created_at{}, active_at{};  // not to be used before `active_at`
  bool deletion_protected = false;
  std::string ttl_attribute;  // empty: items live for ever
  std::optional<Time> ttl_changed_at;
  std::map<ItemKey, std::vector<ItemVersion>, ItemKeyOrder> items;

  // The item as it was at `time`, at most a minute ago. None: there was none, or its TTL had passed by
  // `ttl_delay` and AWS had deleted it.
  const Item* item(const ItemKey& key, Time time, Duration ttl_delay) const;
  const Item* item(const std::vector<ItemVersion>& versions, Time time, Duration ttl_delay) const;
  void write(const ItemKey& key, std::optional<Item> item, Time now);
};

}  // namespace evenkeel::sim
