#include "sim/api/members.h"

#include <algorithm>

#include "base/result.h"
#include "base/text.h"
#include "sim/api/order.h"

namespace evenkeel::sim {
namespace {

constexpr int kDeepestMember = 64;

std::unexpected<Refusal> malformed(const std::string& message) {
  return refuse(400, "SerializationException", message);
}

const char* type_name(Json::value_t type) {
  if (type == Json::value_t::number_integer) return "a whole number";
  if (type == Json::value_t::boolean) return "true or false";
  return type == Json::value_t::string ? "a string" : type == Json::value_t::array ? "a list" : "a structure";
}

}  // namespace

Answer<Json> read_json_object(std::string_view body) {
  std::vector<std::set<std::string>> names(1);
  std::string twice;
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) names.emplace_back();
    if (event == Json::parse_event_t::object_end) names.pop_back();
    if (event == Json::parse_event_t::key && !names.back().insert(parsed.get<std::string>()).second)
      twice = parsed.get<std::string>();
    too_deep = too_deep || depth > kDeepestMember;
    return !too_deep;
  };
  Json document = Json::parse(body, watch, false);
  if (too_deep) return malformed("The body nests too deep");
  if (!document.is_object()) return malformed("The body is no JSON object");
  if (!twice.empty()) return malformed("The member " + printable(twice) + " is given twice");
  return document;
}

Answer<Members> Members::read(std::string_view body) { return Members(TRY(read_json_object(body))); }

const Json* Members::take(const std::string& name, Json::value_t type) {
  taken_.insert(name);
  const auto found = object_.find(name);
  if (found == object_.end()) return nullptr;
  const bool whole = type == Json::value_t::number_integer && found->is_number_integer();
  if (found->type() == type || whole) return &*found;
  complain(name + " must be " + type_name(type), "SerializationException");
  return nullptr;
}

std::optional<std::string> Members::text(const std::string& name) {
  const Json* value = take(name, Json::value_t::string);
  return value ? std::optional(value->get<std::string>()) : std::nullopt;
}

std::string Members::required(const std::string& name) {
  auto value = text(name);
  if (value && !value->empty()) return *value;
  complain("1 validation error detected: Value at '" + name +
           "' failed to satisfy constraint: Member must not be null");
  return {};
}

std::string Members::word(const std::string& name, std::initializer_list<const char*> allowed,
                          const char* otherwise) {
  const auto value = text(name);
  if (!value) return otherwise;
  if (std::ranges::find(allowed, *value) != allowed.end()) return *value;
  complain("1 validation error detected: Value '" + printable(*value) + "' at '" + name +
           "' failed to satisfy constraint: Member must satisfy enum value set: [" +
           join(std::vector<std::string>(allowed.begin(), allowed.end()), ", ") + "]");
  return otherwise;
}

std::optional<int> Members::integer(const std::string& name, int least, int most) {
  const Json* value = take(name, Json::value_t::number_integer);
  if (!value) return std::nullopt;
  const bool fits = *value >= least && *value <= most;
  if (fits) return value->get<int>();
  complain("1 validation error detected: Value '" + value->dump() + "' at '" + name +
           "' failed to satisfy constraint: Member must have a value from " + std::to_string(least) + " to " +
           std::to_string(most));
  return std::nullopt;
}

bool Members::flag(const std::string& name, bool otherwise) {
  const Json* value = take(name, Json::value_t::boolean);
  return value ? value->get<bool>() : otherwise;
}

std::vector<std::string> Members::strings(const Json& list, const std::string& name) {
  std::vector<std::string> all;
  for (const Json& one : list) {
    if (one.is_string()) {
      all.push_back(one.get<std::string>());
    } else {
      complain(name + " must be a list of strings", "SerializationException");
    }
  }
  return all;
}

std::vector<std::string> Members::texts(const std::string& name) {
  const Json* list = take(name, Json::value_t::array);
  return list ? strings(*list, name) : std::vector<std::string>{};
}

std::map<std::string, std::vector<std::string>> Members::text_lists(const std::string& name) {
  std::map<std::string, std::vector<std::string>> all;
  const Json* lists = object(name);
  if (!lists) return all;
  for (const auto& [key, list] : lists->items()) {
    if (!list.is_array()) complain(name + " must be a map of lists", "SerializationException");
    if (list.is_array()) all[key] = strings(list, name);
  }
  return all;
}

const Json* Members::object(const std::string& name) { return take(name, Json::value_t::object); }

std::vector<Members> Members::structures(const std::string& name) {
  std::vector<Members> all;
  const Json* list = take(name, Json::value_t::array);
  if (!list) return all;
  for (const Json& one : *list) {
    if (!one.is_object()) complain(name + " must be a list of structures", "SerializationException");
    all.emplace_back(one.is_object() ? one : Json::object());
  }
  return all;
}

void Members::complain(const std::string& message, const std::string& code) {
  // What has the wrong type is found out before anything has a meaning.
  const bool earlier = code == "SerializationException" && complaint_ && complaint_->code != code;
  if (!complaint_ || earlier) complaint_ = Refusal{400, code, message};
}

std::uint64_t Members::fingerprint() const {
  Json rest = object_;
  rest.erase("NextToken");
  return hashed(rest.dump(-1, ' ', false, Json::error_handler_t::replace), 0);
}

Answer<void> Members::finish() const {
  if (complaint_) return std::unexpected(*complaint_);
  for (const auto& [name, value] : object_.items()) {
    if (!taken_.contains(name))
      return refuse(400, "ValidationException", "The member " + printable(name) + " is not known here");
  }
  return {};
}

}  // namespace evenkeel::sim
