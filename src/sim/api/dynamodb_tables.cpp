// docs/aws.md, DynamoDB: tables. They are made on demand only, with a string, number or binary key and no indexes.
#include <algorithm>

#include "base/result.h"
#include "base/text.h"
#include "sim/api/dynamodb.h"

namespace evenkeel::sim {
namespace {

constexpr Duration kCreating{5'000};
constexpr Duration kBetweenTtlChanges = std::chrono::hours{1};
constexpr std::size_t kLongestPartition = 2048;
constexpr std::size_t kLongestSort = 1024;

double epoch(Time time) { return static_cast<double>(time.time_since_epoch().count()) / 1000; }

Answer<void> check_key_part(const KeyPart& part, const Attribute& value, std::size_t longest) {
  if (value.type != part.type)
    return invalid("One or more parameter values were invalid: Type mismatch for key " + part.name +
                   " expected: " + part.type + " actual: " + value.type);
  if (value.text.empty())
    return invalid(
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
        "an empty string value. Key: " +
        part.name);
  if (value.text.size() > longest)
    return invalid("One or more parameter values were invalid: the key " + part.name +
                   " has exceeded the maximum size limit of " + std::to_string(longest) + " bytes");
  return {};
}

// The key's parts out of KeySchema, with their types out of AttributeDefinitions.
Answer<std::vector<KeyPart>> read_schema(Members& members) {
  std::vector<KeyPart> defined, schema;
  for (Members& one : members.structures("AttributeDefinitions")) {
    defined.push_back({one.required("AttributeName"), one.word("AttributeType", {"S", "N", "B"}, "")});
    TRY_VOID(one.finish());
  }
  for (Members& one : members.structures("KeySchema")) {
    const std::string name = one.required("AttributeName");
    const std::string role = one.word("KeyType", {"HASH", "RANGE"}, "");
    TRY_VOID(one.finish());
    const auto found = std::ranges::find(defined, name, &KeyPart::name);
    const bool in_order = role == (schema.empty() ? "HASH" : "RANGE");
    if (!in_order || found == defined.end() || found->type.empty())
      return invalid("Invalid KeySchema: a HASH key comes first, then at most one RANGE key, each defined");
    schema.push_back(*found);
  }
  if (schema.empty() || schema.size() > 2 || schema.size() != defined.size())
    return invalid("One or more parameter values were invalid: Some AttributeDefinitions are not used");
  return schema;
}

Json schema_json(const Table& table) {
  Json schema = {{{"AttributeName", table.partition_key.name}, {"KeyType", "HASH"}}};
  Json defined = {{{"AttributeName", table.partition_key.name}, {"AttributeType", table.partition_key.type}}};
  if (table.sort_key) {
    schema.push_back({{"AttributeName", table.sort_key->name}, {"KeyType", "RANGE"}});
    defined.push_back({{"AttributeName", table.sort_key->name}, {"AttributeType", table.sort_key->type}});
  }
  return {{"KeySchema", std::move(schema)}, {"AttributeDefinitions", std::move(defined)}};
}

Json description(const Session& session, const Table& table) {
  const Account& account = session.account;
  std::size_t count = 0, bytes = 0;
  for (const auto& [key, versions] : table.items) {
    if (const Item* item = table.item(versions, account.now(), account.switches.ttl_delay)) {
      ++count;
      bytes += size_of(*item);
    }
  }
  Json json = schema_json(table);
  json.update(
      {{"TableName", table.name},
       {"TableStatus", account.now() < table.active_at ? "CREATING" : "ACTIVE"},
       {"TableArn", "arn:aws:dynamodb:" + account.region + ":" + account.account_id + ":table/" + table.name},
       {"CreationDateTime", epoch(table.created_at)},
       {"BillingModeSummary", {{"BillingMode", "PAY_PER_REQUEST"}}},
       {"DeletionProtectionEnabled", table.deletion_protected},
       {"ItemCount", count},
       {"TableSizeBytes", bytes}});
  return json;
}

}  // namespace

Answer<Table*> usable_table(Session& session, const std::string& name) {
  const auto found = session.account.tables.find(name);
  if (found == session.account.tables.end() || session.account.now() < found->second.active_at)
    return refuse(400, "ResourceNotFoundException", "Requested resource not found");
  return &found->second;
}

Answer<ItemKey> key_of(const Table& table, const Item& attributes, bool alone) {
  std::vector<KeyPart> parts = {table.partition_key};
  if (table.sort_key) parts.push_back(*table.sort_key);
  if (alone && attributes.size() != parts.size())
    return invalid("The provided key element does not match the schema");
  std::vector<Attribute> values;
  for (const KeyPart& part : parts) {
    const auto found = attributes.find(part.name);
    if (found == attributes.end())
      return alone ? invalid("The provided key element does not match the schema")
                   : invalid("One or more parameter values were invalid: Missing the key " + part.name +
                             " in the item");
    TRY_VOID(check_key_part(part, found->second, values.empty() ? kLongestPartition : kLongestSort));
    values.push_back(found->second);
  }
  return ItemKey{values.front(), values.size() > 1 ? values.back() : Attribute{}};
}

JsonAnswer create_table(Session& session, Members& members) {
  Account& account = session.account;
  Table table;
  table.name = members.required("TableName");
  const bool good_name =
      table.name.size() >= 3 && table.name.size() <= 255 && std::ranges::all_of(table.name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-' || c == '.';
      });
  if (!good_name) members.complain("TableName must have 3 to 255 of the characters a-z, A-Z, 0-9, _ - .");
  if (members.word("BillingMode", {"PAY_PER_REQUEST"}, "").empty())
    members.complain(
        "No provisioned throughput specified for the table: this account makes tables with "
        "BillingMode PAY_PER_REQUEST");
  table.deletion_protected = members.flag("DeletionProtectionEnabled", false);
  const auto schema = TRY(read_schema(members));
  TRY_VOID(members.finish());
  if (account.tables.contains(table.name))
    return refuse(400, "ResourceInUseException", "Table already exists: " + table.name);
  table.partition_key = schema.front();
  if (schema.size() > 1) table.sort_key = schema.back();
  table.created_at = account.now();
  table.active_at = account.now() + kCreating;
  const auto& made = account.tables.emplace(table.name, std::move(table)).first->second;
  return Json{{"TableDescription", description(session, made)}};
}

JsonAnswer describe_table(Session& session, Members& members) {
  const std::string name = members.required("TableName");
  TRY_VOID(members.finish());
  const auto found = session.account.tables.find(name);
  if (found == session.account.tables.end())
    return refuse(400, "ResourceNotFoundException",
                  "Requested resource not found: Table: " + printable(name) + " not found");
  return Json{{"Table", description(session, found->second)}};
}

JsonAnswer update_time_to_live(Session& session, Members& members) {
  const std::string name = members.required("TableName");
  Members specification = members.structure("TimeToLiveSpecification");
  TRY_VOID(members.finish());
  const bool enabled = specification.flag("Enabled", false);
  const std::string attribute = specification.required("AttributeName");
  if (!specification.has("Enabled")) specification.complain("The member Enabled is required");
  TRY_VOID(specification.finish());
  Table& table = *TRY(usable_table(session, name));
  const Time now = session.account.now();
  if (table.ttl_changed_at && now < *table.ttl_changed_at + kBetweenTtlChanges)
    return invalid("Time to live has been modified multiple times within a fixed interval");
  if (enabled != table.ttl_attribute.empty())
    return invalid(std::string("TimeToLive is already ") + (enabled ? "enabled" : "disabled"));
  if (!enabled && attribute != table.ttl_attribute)
    return invalid("TimeToLive is active on a different AttributeName: current AttributeName is " +
                   table.ttl_attribute);
  table.ttl_attribute = enabled ? attribute : "";
  table.ttl_changed_at = now;
  return Json{{"TimeToLiveSpecification", {{"Enabled", enabled}, {"AttributeName", attribute}}}};
}

JsonAnswer describe_time_to_live(Session& session, Members& members) {
  const std::string name = members.required("TableName");
  TRY_VOID(members.finish());
  const Table& table = *TRY(usable_table(session, name));
  Json status = {{"TimeToLiveStatus", table.ttl_attribute.empty() ? "DISABLED" : "ENABLED"}};
  if (!table.ttl_attribute.empty()) status["AttributeName"] = table.ttl_attribute;
  return Json{{"TimeToLiveDescription", std::move(status)}};
}

}  // namespace evenkeel::sim
