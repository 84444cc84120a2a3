#include "sim/api/typed_members.h"

#include <cmath>
#include <fmt/format.h>

#include "base/result.h"
#include "base/text.h"

namespace evenkeel::sim {
namespace {

constexpr std::size_t kMostTypedMembers = 20'000;
constexpr int kDeepestMember = 64;
constexpr double kLastSecond = 253'402'300'799;  // of the year 9999

struct TypedName {
  std::string_view member;
  MemberType type;
};
constexpr TypedName kTypedNames[] = {{"ActionsEnabled", MemberType::flag},
                                     {"Average", MemberType::number},
                                     {"ConsistentRead", MemberType::flag},
                                     {"Details", MemberType::flag},
                                     {"EndTime", MemberType::time},
                                     {"EvaluationPeriods", MemberType::whole},
                                     {"IncludeLinkedAccounts", MemberType::flag},
                                     {"Limit", MemberType::whole},
                                     {"MaxDatapoints", MemberType::whole},
                                     {"MaxRecords", MemberType::whole},
                                     {"MaxResults", MemberType::whole},
                                     {"Maximum", MemberType::number},
                                     {"Minimum", MemberType::number},
                                     {"Overwrite", MemberType::flag},
                                     {"Period", MemberType::whole},
                                     {"ReturnData", MemberType::flag},
                                     {"SampleCount", MemberType::number},
                                     {"ScanIndexForward", MemberType::flag},
                                     {"StartTime", MemberType::time},
                                     {"StateTransitionedTimestamp", MemberType::time},
                                     {"StateUpdatedTimestamp", MemberType::time},
                                     {"Sum", MemberType::number},
                                     {"Threshold", MemberType::number},
                                     {"TimeoutSeconds", MemberType::whole},
                                     {"Timestamp", MemberType::time},
                                     {"Timestamps", MemberType::time},
                                     {"Values", MemberType::number},
                                     {"WithDecryption", MemberType::flag}};
// A map of texts, whose names are the caller's own.
constexpr std::string_view kOfAnyNames = "Parameters";

std::unexpected<ApiRefusal> no_json(const std::string& message) {
  return refuse(400, "SerializationException", message);
}

Time time_of_seconds(double seconds) {
  return Time{Duration{static_cast<Duration::rep>(std::llround(seconds * 1000))}};
}

// A value as the Query protocol writes it. Nothing: it is not of its member's type.
std::optional<std::string> form_text_of(const Json& value, MemberType type) {
  switch (type) {
    case MemberType::text:
      if (value.is_string()) return value.get<std::string>();
      break;
    case MemberType::whole:
      if (value.is_number_integer()) return value.dump();
      break;
    case MemberType::number:
      if (value.is_number()) return fmt::to_string(value.get<double>());
      break;
    case MemberType::flag:
      if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
      break;
    case MemberType::time:
      if (value.is_number() && value >= 0 && value <= kLastSecond)
        return iso8601(time_of_seconds(value.get<double>()));
  }
  return std::nullopt;
}

using FormValues = std::map<std::string, std::string>;

ApiResult<void> flatten(const Json& value, const std::string& name, std::string_view member,
                        FormValues& form) {
  if (value.is_null()) return {};
  if (form.size() >= kMostTypedMembers) return no_json("The request has too many members");
  if (value.is_object()) {
    for (const auto& [inner, held] : value.items()) {
      if (inner.empty() || inner.find('.') != std::string::npos)
        return no_json("'" + printable(inner) + "' is no member's name");
      TRY_VOID(
          flatten(held, name.empty() ? inner : name + "." + inner, member == kOfAnyNames ? "" : inner, form));
    }
    if (value.empty() && !name.empty()) form[name] = "";
    return {};
  }
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      TRY_VOID(flatten(value[i], name + ".member." + std::to_string(i + 1), member, form));
    return {};
  }
  auto text = form_text_of(value, member_type(member));
  if (!text) return no_json("The member " + printable(name) + " has the wrong type");
  form[name] = std::move(*text);
  return {};
}

Xml value_xml(const Json& value, std::string_view member) {
  Xml xml;
  if (value.is_object()) {
    xml = typed_xml(value);
  } else if (value.is_array()) {
    for (const Json& each : value) xml.add(tag("member", value_xml(each, member)));
  } else if (value.is_number() && is_time(member)) {
    xml.add(std::string_view(iso8601(time_of_seconds(value.get<double>()))));
  } else if (value.is_number_float()) {
    xml.add(std::string_view(fmt::to_string(value.get<double>())));
  } else {
    xml.add(std::string_view(value.is_string() ? value.get_ref<const std::string&>() : value.dump()));
  }
  return xml;
}

}  // namespace

MemberType member_type(std::string_view member) {
  for (const auto& [name, type] : kTypedNames) {
    if (name == member) return type;
  }
  return MemberType::text;
}

bool is_time(std::string_view member) { return member_type(member) == MemberType::time; }

double epoch_seconds(Time time) { return static_cast<double>(time.time_since_epoch().count()) / 1000; }

ApiResult<Json> read_json_object(std::string_view body) {
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
  if (too_deep) return no_json("The body nests too deep");
  if (!document.is_object()) return no_json("The body is no JSON object");
  if (!twice.empty()) return no_json("The member " + printable(twice) + " is given twice");
  return document;
}

ApiResult<RequestParameters> typed_parameters(const Json& structure, ApiService service) {
  FormValues form;
  TRY_VOID(flatten(structure, "", "", form));
  return RequestParameters::of(std::move(form), service);
}

Xml typed_xml(const Json& structure) {
  Xml xml;
  for (const auto& [name, value] : structure.items()) xml.add(tag(name, value_xml(value, name)));
  return xml;
}

}  // namespace evenkeel::sim
