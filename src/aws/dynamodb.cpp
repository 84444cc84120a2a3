#include "aws/dynamodb.h"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"

namespace evenkeel::aws::dynamodb {
namespace {

using nlohmann::json;

constexpr Duration kTimeout{3'000};
constexpr int kMaxPages = 10'000;
constexpr std::size_t kLongestNumber = 21;  // bytes that DynamoDB takes for one
constexpr const char* kConditionFailed = "ConditionalCheckFailedException";

json write(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return {{"N", std::to_string(*number)}};
  return {{"S", std::get<std::string>(value)}};
}

json write(const Item& item) {
  json object = json::object();
  for (const auto& [name, value] : item) object[name] = write(value);
  return object;
}

std::optional<Value> read_value(const json& typed) {
  if (!typed.is_object() || typed.size() != 1 || !typed.begin()->is_string()) return std::nullopt;
  const auto& content = typed.begin()->get_ref<const std::string&>();
  if (typed.begin().key() == "S") return content;
  if (typed.begin().key() != "N") return std::nullopt;
  std::int64_t number = 0;
  const char* last = content.data() + content.size();
  const auto [end, failure] = std::from_chars(content.data(), last, number);
  if (failure != std::errc{} || end != last) return std::nullopt;
  return number;
}

Result<Item> read_item(const json& object, const std::string& table) {
  if (!object.is_object()) {
    return fail(ErrorKind::invalid,
                fmt::format("table {}: an item of the answer is no object; is the endpoint URL right?",
                            printable(table)));
  }
  Item item;
  for (const auto& [name, typed] : object.items()) {
    if (auto value = read_value(typed)) item.insert_or_assign(name, std::move(*value));
  }
  return item;
}

wire::Call make_call(std::string action, const json& body) {
  wire::Call call;
  call.service = wire::Service::dynamodb;
  call.action = std::move(action);
  call.json = body.dump(-1, ' ', false, json::error_handler_t::replace);
  call.timeout = kTimeout;
  return call;
}

std::string create_command(const std::string& table, const std::string& region) {
  return fmt::format(
      "aws dynamodb create-table --region {} --table-name {} --billing-mode PAY_PER_REQUEST "
      "--attribute-definitions AttributeName=pk,AttributeType=S AttributeName=sk,AttributeType=S "
      "--key-schema AttributeName=pk,KeyType=HASH AttributeName=sk,KeyType=RANGE",
      region, table);
}

// The error with the table's name and what to do.
Error explained(Error error, const std::string& table, const wire::Caller& caller) {
  const auto name = printable(table);
  if (error.code == "ResourceNotFoundException") {
    error.message =
        fmt::format("table {} does not exist in {} (or is just being made): deploy/ makes it, or: {}", name,
                    caller.region(), create_command(name, caller.region()));
    return error;
  }
  error.message = fmt::format("table {} in {}: {}", name, caller.region(), error.message);
  if (error.code == "ValidationException") {
    error.message +=
        "; the table needs the partition key pk and the sort key sk, both strings, as deploy/ makes it";
  }
  return error;
}

std::unexpected<Error> nonsense(const std::string& table, std::string_view what) {
  return fail(ErrorKind::invalid,
              fmt::format("table {}: {}; is the endpoint URL right?", printable(table), what));
}

bool has_key(const Item& item, const Key& key) {
  const auto* partition = text(item, "pk");
  const auto* sort = text(item, "sk");
  return partition != nullptr && sort != nullptr && *partition == key.partition && *sort == key.sort;
}

json query_body(const std::string& table, const Query& query) {
  json names = {{"#p", "pk"}};
  std::vector<std::string> read;
  for (const auto& attribute : query.attributes) {
    read.push_back(fmt::format("#a{}", read.size()));
    names[read.back()] = attribute;
  }
  json body = {{"TableName", table},
               {"ConsistentRead", true},
               {"KeyConditionExpression", "#p = :p"},
               {"ExpressionAttributeNames", std::move(names)},
               {"ExpressionAttributeValues", {{":p", write(Value{query.partition})}}},
               {"ScanIndexForward", !query.newest_first}};
  if (query.page > 0) body["Limit"] = query.page;
  if (!read.empty()) body["ProjectionExpression"] = join(read, ", ");
  return body;
}

// Hands over a page's items. False: enough.
Result<bool> take_page(const json& page, const std::string& table, const Take& take) {
  const auto items = page.find("Items");
  if (items == page.end() || !items->is_array()) return nonsense(table, "Query's answer has no Items");
  for (const auto& object : *items) {
    const auto item = TRY(read_item(object, table));
    if (!TRY(take(item))) return false;
  }
  return true;
}

}  // namespace

const std::string* text(const Item& item, const std::string& attribute) {
  const auto found = item.find(attribute);
  return found == item.end() ? nullptr : std::get_if<std::string>(&found->second);
}

const std::int64_t* number(const Item& item, const std::string& attribute) {
  const auto found = item.find(attribute);
  return found == item.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
}

std::size_t size_of(const Item& item) {
  std::size_t size = 0;
  for (const auto& [name, value] : item) {
    const auto* string = std::get_if<std::string>(&value);
    size += name.size() + (string == nullptr ? kLongestNumber : string->size());
  }
  return size;
}

Result<Dated<std::optional<Item>>> get_item(wire::Caller& caller, const std::string& table, const Key& key) {
  const json body = {
      {"TableName", table},
      {"Key", {{"pk", write(Value{key.partition})}, {"sk", write(Value{key.sort})}}},
      {"ConsistentRead", true},
  };
  auto reply = caller.call(make_call("GetItem", body));
  if (!reply.outcome) return std::unexpected(explained(std::move(reply.outcome).error(), table, caller));
  const auto answer = json::parse(reply.outcome->json, nullptr, false);
  if (!answer.is_object()) return nonsense(table, "GetItem's answer is no JSON object");
  Dated<std::optional<Item>> found{std::nullopt, reply.outcome->date};
  if (const auto object = answer.find("Item"); object != answer.end()) {
    found.value = TRY(read_item(*object, table));
    if (!has_key(*found.value, key)) return nonsense(table, "GetItem answered with another item");
  }
  return found;
}

Mutation put_item(wire::Caller& caller, const std::string& table, const Item& item,
                  const std::optional<PutCondition>& condition) {
  json body = {{"TableName", table}, {"Item", write(item)}};
  if (condition) {
    body["ConditionExpression"] = condition->equals ? "#a = :a" : "attribute_not_exists(#a)";
    body["ExpressionAttributeNames"] = {{"#a", condition->attribute}};
    if (condition->equals) body["ExpressionAttributeValues"] = {{":a", write(Value{*condition->equals})}};
  }
  auto call = make_call("PutItem", body);
  call.mutates = true;
  auto reply = caller.call(call);
  Mutation put{{}, reply.may_land_late, reply.attempts};
  if (reply.outcome) {
    put.outcome = reply.outcome->date;
    return put;
  }
  auto error = explained(std::move(reply.outcome).error(), table, caller);
  if (error.kind == ErrorKind::rejected && error.code == kConditionFailed) error.kind = ErrorKind::conflict;
  put.outcome = std::unexpected(std::move(error));
  return put;
}

Result<Time> query(wire::Caller& caller, const std::string& table, const Query& query, const Take& take) {
  json body = query_body(table, query);
  std::optional<Time> oldest;
  for (int pages = 0; pages < kMaxPages; ++pages) {
    auto reply = caller.call(make_call("Query", body));
    if (!reply.outcome) return std::unexpected(explained(std::move(reply.outcome).error(), table, caller));
    oldest = std::min(oldest.value_or(reply.outcome->date), reply.outcome->date);
    const auto page = json::parse(reply.outcome->json, nullptr, false);
    if (!page.is_object()) return nonsense(table, "Query's answer is no JSON object");
    if (!TRY(take_page(page, table, take))) return *oldest;
    const auto next = page.find("LastEvaluatedKey");
    if (next == page.end() || next->is_null()) return *oldest;
    if (body.contains("ExclusiveStartKey") && body["ExclusiveStartKey"] == *next)
      return nonsense(table, "a page of Query's answer leads back to itself");
    body["ExclusiveStartKey"] = *next;
  }
  return nonsense(table, fmt::format("Query's answer has more than {} pages", kMaxPages));
}

}  // namespace evenkeel::aws::dynamodb
