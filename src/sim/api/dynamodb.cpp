// docs/aws.md, DynamoDB: the calls on items.
#include "sim/api/dynamodb.h"

#include <algorithm>

#include "base/result.h"
#include "base/text.h"
#include "sim/api/expression.h"

namespace evenkeel::sim {
namespace {

constexpr std::size_t kLargestItem = 409'600;
constexpr std::size_t kLargestPage = 1'048'576;
constexpr Duration kLongestLag = std::chrono::minutes{1};

using Kind = Condition::Kind;

Time as_of(const Account& account, bool consistent) {
  return consistent ? account.now() : account.now() - std::min(account.switches.table_read_lag, kLongestLag);
}

// What the calls have in common, with the expressions that they gave.
struct Asked {
  std::string table;
  Placeholders placeholders;
  std::optional<Condition> condition, filter;
  std::vector<std::string> projection;  // empty: everything
};

Answer<std::optional<Condition>> read_expression(Members& members, const char* name,
                                                 Placeholders& placeholders) {
  const auto text = members.text(name);
  if (!text) return std::optional<Condition>();
  return std::optional(TRY(parse_condition(*text, name, placeholders)));
}

// To be called last of all that reads members: it finishes them.
Answer<Asked> read_common(Members& members, const char* condition, bool filters, bool projects) {
  Asked asked;
  asked.table = members.required("TableName");
  asked.placeholders = TRY(Placeholders::read(members));
  const auto projection = projects ? members.text("ProjectionExpression") : std::nullopt;
  if (condition) asked.condition = TRY(read_expression(members, condition, asked.placeholders));
  if (filters) asked.filter = TRY(read_expression(members, "FilterExpression", asked.placeholders));
  if (projection)
    asked.projection = TRY(parse_attributes(*projection, "ProjectionExpression", asked.placeholders));
  TRY_VOID(members.finish());
  TRY_VOID(asked.placeholders.finish(asked.condition || asked.filter || projection));
  return asked;
}

Json projected(const Item& item, const std::vector<std::string>& projection) {
  if (projection.empty()) return json_of(item);
  Item part;
  for (const auto& name : projection) {
    if (const auto found = item.find(name); found != item.end()) part.insert(*found);
  }
  return json_of(part);
}

Answer<Item> read_structure(Members& members, const std::string& name) {
  const Json* json = members.object(name);
  if (!json) members.complain("The member " + name + " is required");
  return json ? read_item(*json) : Item{};
}

JsonAnswer get_item(Session& session, Members& members) {
  const Account& account = session.account;
  const bool consistent = members.flag("ConsistentRead", false);
  const Item key = TRY(read_structure(members, "Key"));
  const Asked asked = TRY(read_common(members, nullptr, false, true));
  const Table& table = *TRY(usable_table(session, asked.table));
  const Item* item =
      table.item(TRY(key_of(table, key, true)), as_of(account, consistent), account.switches.ttl_delay);
  return item ? Json{{"Item", projected(*item, asked.projection)}} : Json::object();
}

JsonAnswer write_item(Session& session, Members& members, bool put) {
  const Account& account = session.account;
  Item given = TRY(read_structure(members, put ? "Item" : "Key"));
  const std::string returns = members.word("ReturnValues", {"NONE", "ALL_OLD"}, "NONE");
  const std::string on_failure =
      members.word("ReturnValuesOnConditionCheckFailure", {"NONE", "ALL_OLD"}, "NONE");
  const Asked asked = TRY(read_common(members, "ConditionExpression", false, false));
  Table& table = *TRY(usable_table(session, asked.table));
  const ItemKey key = TRY(key_of(table, given, !put));
  if (size_of(given) > kLargestItem) return invalid("Item size has exceeded the maximum allowed size");
  const Item* found = table.item(key, account.now(), account.switches.ttl_delay);
  if (asked.condition && !holds(*asked.condition, found)) {
    Json more = Json::object();
    if (found && on_failure == "ALL_OLD") more["Item"] = json_of(*found);
    return std::unexpected(JsonRefusal(
        {400, "ConditionalCheckFailedException", "The conditional request failed"}, std::move(more)));
  }
  Json answer = Json::object();
  if (found && returns == "ALL_OLD") answer["Attributes"] = json_of(*found);
  table.write(key, put ? std::optional(std::move(given)) : std::nullopt, account.now());
  return answer;
}

JsonAnswer put_item(Session& session, Members& members) { return write_item(session, members, true); }
JsonAnswer delete_item(Session& session, Members& members) { return write_item(session, members, false); }

bool asks_for_key(const Condition& condition, const KeyPart& part) {
  const bool kind = condition.kind == Kind::comparison || condition.kind == Kind::between ||
                    condition.kind == Kind::begins_with;
  return kind && condition.operands[0].attribute == part.name;
}

// One condition `=` on the partition key and at most one on the sort key; gives the partition key's value.
Answer<Attribute> partition_of(const Table& table, const Condition& condition) {
  const std::vector<Condition> parts =
      condition.kind == Kind::both ? condition.parts : std::vector{condition};
  if (parts.size() > 2) return invalid("Conditions can be of length 1 or 2 only");
  std::optional<Attribute> partition;
  bool sorted = false;
  for (const Condition& part : parts) {
    const bool first = asks_for_key(part, table.partition_key);
    const bool second = table.sort_key && asks_for_key(part, *table.sort_key);
    const bool operator_fits = first ? part.comparator == "=" : part.comparator != "<>";
    if ((!first && !second) || !operator_fits || (first ? partition.has_value() : sorted))
      return invalid("Query key condition not supported");
    for (std::size_t i = 1; i < part.operands.size(); ++i) {
      if (part.operands[i].value.type != (first ? table.partition_key : *table.sort_key).type)
        return invalid(
            "One or more parameter values were invalid: Condition parameter type does not match schema type");
    }
    if (first) partition = part.operands[1].value;
    sorted = sorted || second;
  }
  if (!partition) return invalid("Query condition missed key schema element: " + table.partition_key.name);
  return *partition;
}

Answer<void> check_filter(const Table& table, const Condition& filter) {
  for (const Condition& part : filter.parts) TRY_VOID(check_filter(table, part));
  for (const Operand& operand : filter.operands) {
    if (operand.attribute == table.partition_key.name ||
        (table.sort_key && operand.attribute == table.sort_key->name))
      return invalid(
          "Filter Expression can only contain non-primary key attributes: Primary key attribute: " +
          operand.attribute);
  }
  return {};
}

Json key_json(const Table& table, const ItemKey& key) {
  Item item{{table.partition_key.name, key.partition}};
  if (table.sort_key) item.emplace(table.sort_key->name, key.sort);
  return json_of(item);
}

using Entry = std::pair<const ItemKey, std::vector<ItemVersion>>;

// The entries of one partition behind `start`, in the order asked for.
Answer<std::vector<const Entry*>> entries_of(const Table& table, const Attribute& partition, bool forward,
                                             const std::optional<ItemKey>& start) {
  if (start && start->partition != partition)
    return invalid("The provided starting key is outside query boundaries based on provided conditions");
  // A key without a sort part is like every key of its partition.
  const auto [begin, end] = table.items.equal_range(ItemKey{partition, {}});
  std::vector<const Entry*> entries;
  const ItemKeyOrder before;
  for (const Entry& entry : std::ranges::subrange(begin, end)) {
    const bool behind = !start || (forward ? before(*start, entry.first) : before(entry.first, *start));
    if (behind) entries.push_back(&entry);
  }
  if (!forward) std::ranges::reverse(entries);
  return entries;
}

JsonAnswer query(Session& session, Members& members) {
  const Account& account = session.account;
  const Time time = as_of(account, members.flag("ConsistentRead", false));
  const bool forward = members.flag("ScanIndexForward", true);
  const auto limit = members.integer("Limit", 1, 1'000'000'000);
  const bool goes_on = members.has("ExclusiveStartKey");
  const Item start_item = goes_on ? TRY(read_structure(members, "ExclusiveStartKey")) : Item{};
  const Asked asked = TRY(read_common(members, "KeyConditionExpression", true, true));
  if (!asked.condition)
    return invalid(
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
  const Table& table = *TRY(usable_table(session, asked.table));
  if (asked.filter) TRY_VOID(check_filter(table, *asked.filter));
  const Attribute partition = TRY(partition_of(table, *asked.condition));
  std::optional<ItemKey> start;
  if (goes_on) start = TRY(key_of(table, start_item, true));

  Json items = Json::array();
  Json answer;
  std::size_t bytes = 0;
  int scanned = 0;
  const ItemKey* last = nullptr;
  for (const Entry* entry : TRY(entries_of(table, partition, forward, start))) {
    const Item* item = table.item(entry->second, time, account.switches.ttl_delay);
    if (!item || !holds(*asked.condition, item)) continue;
    bytes += size_of(*item);
    if (bytes > kLargestPage && last) break;
    ++scanned;
    last = &entry->first;
    if (!asked.filter || holds(*asked.filter, item)) items.push_back(projected(*item, asked.projection));
    if (scanned == limit) break;
  }
  // A full page may be the last one: AWS doesn't look ahead.
  if (last && (scanned == limit || bytes > kLargestPage)) answer["LastEvaluatedKey"] = key_json(table, *last);
  answer["Count"] = items.size();
  answer["ScannedCount"] = scanned;
  answer["Items"] = std::move(items);
  return answer;
}

}  // namespace

std::span<const JsonOperation> dynamodb_operations() {
  static constexpr JsonOperation kOperations[] = {{"CreateTable", create_table},
                                                  {"DeleteItem", delete_item},
                                                  {"DescribeTable", describe_table},
                                                  {"DescribeTimeToLive", describe_time_to_live},
                                                  {"GetItem", get_item},
                                                  {"PutItem", put_item},
                                                  {"Query", query},
                                                  {"UpdateTimeToLive", update_time_to_live}};
  return kOperations;
}

}  // namespace evenkeel::sim
