// For tests: a table in memory that plays GetItem, PutItem and Query as strictly as the journal needs them,
// and what may befall a request on its way.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "wire/caller.h"

namespace evenkeel::record {

enum class PutOutcome {
  fine,
  lost_before,     // never arrived; the sender can't know
  lost_after,      // took effect; the answer was lost
  late,            // takes effect at some later moment, FakeTable::deliver(); the answer was lost
  failed_before,   // 500, no effect
  failed_after,    // 500, took effect
  throttled,       // certainly no effect
  unreachable,     // certainly no effect
  repeated_below,  // sent twice by the connection itself: the answer is that of the second time
};

class FakeTable {
 public:
  using Json = nlohmann::json;

  Result<wire::Response> answer(const wire::Request& request) {
    const auto* target = wire::find_header(request.headers, "X-Amz-Target");
    const std::string action = target == nullptr ? "" : target->substr(target->find('.') + 1);
    const auto body = Json::parse(request.body);
    ++calls[action];
    bytes[action] += request.body.size();
    switch (on_put ? on_put(action, body) : PutOutcome::fine) {
      case PutOutcome::fine:
        return serve(action, body);
      case PutOutcome::lost_before:
        return lost();
      case PutOutcome::lost_after:
        serve(action, body);
        return lost();
      case PutOutcome::late:
        waiting.emplace_back(action, body);
        return lost();
      case PutOutcome::failed_before:
        return error(500, "InternalServerError", "");
      case PutOutcome::failed_after:
        serve(action, body);
        return error(500, "InternalServerError", "");
      case PutOutcome::throttled:
        return error(400, "ThrottlingException", "Rate exceeded");
      case PutOutcome::unreachable:
        return fail(ErrorKind::unavailable, "Connection refused");
      case PutOutcome::repeated_below:
        serve(action, body);
        return serve(action, body);
    }
    return lost();
  }

  // The oldest late request takes effect now.
  void deliver() {
    const auto [action, body] = waiting.front();
    waiting.erase(waiting.begin());
    serve(action, body);
  }

  Json& item(const std::string& partition, const std::string& sort) { return items.at({partition, sort}); }

  bool exists = true;
  std::function<PutOutcome(const std::string& action, const Json& body)> on_put;
  std::size_t page = 1000;                                    // items
  std::map<std::pair<std::string, std::string>, Json> items;  // by partition and sort key
  std::vector<std::pair<std::string, Json>> waiting;          // late ones
  std::vector<Json> stored;                                   // state items, in the order they took effect
  std::map<std::string, int> calls;
  std::map<std::string, std::size_t> bytes;

 private:
  static Result<wire::Response> lost() {
    return fail(ErrorKind::maybe_happened, "Operation timed out", std::string{wire::kTimeoutCode});
  }
  static wire::Response respond(int status, const Json& body) {
    return {status, {{"Date", "Sun, 22 Nov 2026 06:45:07 GMT"}}, body.dump()};
  }
  static wire::Response error(int status, const std::string& code, const std::string& text) {
    return respond(status, {{"__type", "com.amazonaws.dynamodb.v20120810#" + code}, {"message", text}});
  }
  static std::string text(const Json& body, const char* attribute) { return body.at(attribute).at("S"); }

  wire::Response serve(const std::string& action, const Json& body) {
    if (!exists) return error(400, "ResourceNotFoundException", "Requested resource not found");
    if (action == "PutItem") return put(body);
    if (!body.value("ConsistentRead", false))
      return error(400, "ValidationException", "this table wants consistent reads");
    return action == "GetItem" ? get(body) : query(body);
  }

  wire::Response get(const Json& body) const {
    const auto found = items.find({text(body.at("Key"), "pk"), text(body.at("Key"), "sk")});
    return respond(200, found == items.end() ? Json::object() : Json{{"Item", found->second}});
  }

  bool holds(const Json& body, const Json* there) const {
    const std::string condition = body.value("ConditionExpression", "");
    if (condition.empty()) return true;
    const std::string name = body.at("ExpressionAttributeNames").at("#a");
    const bool has = there != nullptr && there->contains(name);
    if (condition == "attribute_not_exists(#a)") return !has;
    return condition == "#a = :a" && has && there->at(name) == body.at("ExpressionAttributeValues").at(":a");
  }

  wire::Response put(const Json& body) {
    const auto& item = body.at("Item");
    const std::pair key{text(item, "pk"), text(item, "sk")};
    const auto there = items.find(key);
    if (!holds(body, there == items.end() ? nullptr : &there->second))
      return error(400, "ConditionalCheckFailedException", "The conditional request failed");
    items[key] = item;
    if (key.first == "state") stored.push_back(item);
    return respond(200, Json::object());
  }

  // Every second page is empty, as a filter makes them.
  wire::Response query(const Json& body) const {
    const std::string partition = text(body.at("ExpressionAttributeValues"), ":p");
    std::vector<Json> all;
    for (const auto& [key, item] : items) {
      if (key.first == partition) all.push_back(item);
    }
    if (!body.value("ScanIndexForward", true)) std::ranges::reverse(all);
    const auto begin = body.value("ExclusiveStartKey", Json::object());
    const auto start = begin.contains("sk") ? text(begin, "sk") : "";
    std::size_t at = 0;
    if (!start.empty()) {
      const auto last =
          std::ranges::find_if(all, [&](const Json& item) { return item.at("sk").at("S") == start; });
      at = static_cast<std::size_t>(last - all.begin()) + (last == all.end() ? 0 : 1);
    }
    const auto most = std::min(page, static_cast<std::size_t>(body.value("Limit", 1'000'000)));
    Json answer = {{"Items", Json::array()}};
    if (!start.empty() && !begin.contains("empty")) {
      answer["LastEvaluatedKey"] = begin;
      answer["LastEvaluatedKey"]["empty"] = {{"S", "yes"}};
      return respond(200, answer);
    }
    for (; at < all.size() && answer["Items"].size() < most; ++at) answer["Items"].push_back(all[at]);
    if (at < all.size())
      answer["LastEvaluatedKey"] = {{"pk", {{"S", partition}}}, {"sk", all[at - 1].at("sk")}};
    return respond(200, answer);
  }
};

}  // namespace evenkeel::record
