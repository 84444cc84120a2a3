// DynamoDB, the little of it that a journal needs: single items of text and whole numbers, read consistently
// and written on condition (docs/aws.md, DynamoDB). Requests look like this, and no other operation is ever sent:
//   GetItem {TableName, Key, ConsistentRead: true}
//   PutItem {TableName, Item[, ConditionExpression, ExpressionAttributeNames[, ExpressionAttributeValues]]}
//     with "attribute_not_exists(#a)" or "#a = :a"
//   Query   {TableName, ConsistentRead: true, KeyConditionExpression: "#p = :p", ScanIndexForward,
//            ExpressionAttributeNames, ExpressionAttributeValues[, Limit][, ProjectionExpression: "#a0, …"]
//            [, ExclusiveStartKey]}
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "aws/dated.h"
#include "wire/caller.h"

namespace evenkeel::aws::dynamodb {

// Attributes of other types, and numbers that are no whole ones of 64 bits, are left out when an item is
// read: for its reader they are missing.
using Value = std::variant<std::string, std::int64_t>;
using Item = std::map<std::string, Value>;

const std::string* text(const Item& item, const std::string& attribute);
const std::int64_t* number(const Item& item, const std::string& attribute);

// Our one table's key: partition key "pk", sort key "sk", both strings.
struct Key {
  std::string partition;
  std::string sort;
};

// The bytes that DynamoDB counts for an item: names and values; a number is taken at its longest.
std::size_t size_of(const Item& item);
inline constexpr std::size_t kMaxItemBytes = std::size_t{400} * 1024;

// The errors of all three are wire's, with the table's name and what to do about it: `not_found` is a table
// that does not exist in this region, never a missing item; `invalid` an answer that makes no sense.

// Consistent. Nothing: there is no such item.
Result<Dated<std::optional<Item>>> get_item(wire::Caller& caller, const std::string& table, const Key& key);

// Only if the item that is there has exactly this number; without one, only if there is no item yet.
struct PutCondition {
  std::string attribute;
  std::optional<std::int64_t> equals;
};

// Puts a whole item, with its key in it. Sent again when it got no certain answer, so a condition may fail
// because of its own first attempt: then, as whenever an attempt's answer was lost, the outcome is
// `maybe_happened`. `conflict`: the condition failed, and as far as AWS told us this put did nothing. (A
// connection may repeat a request by itself: a caller that must know reads the item again after a conflict too.)
Mutation put_item(wire::Caller& caller, const std::string& table, const Item& item,
                  const std::optional<PutCondition>& condition = std::nullopt);

struct Query {
  std::string partition;
  bool newest_first = false;            // by the sort key; else oldest first
  int page = 0;                         // items in a page at most; 0: as many as fit into 1 MB
  std::vector<std::string> attributes;  // what to read of each item, keys included; empty: everything
};

// Consistent within each page. Hands over item after item until `take` says false or all have been read. The
// oldest Date of the pages. `invalid`: a page that leads back to itself, or more than 10,000 pages.
using Take = std::function<Result<bool>(const Item& item)>;
Result<Time> query(wire::Caller& caller, const std::string& table, const Query& query, const Take& take);

}  // namespace evenkeel::aws::dynamodb
