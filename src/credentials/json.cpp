#include "credentials/json.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "credentials/expiration.h"

namespace evenkeel::credentials {
namespace {

using Json = nlohmann::json;

constexpr int kDeepest = 8;

std::optional<Json> parse(std::string_view text) {
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kDeepest;
    return !too_deep;
  };
  auto json = Json::parse(text, watch, false);
  if (too_deep || json.is_discarded() || !json.is_object()) return std::nullopt;
  return json;
}

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

Result<Session> read_credentials_json(std::string_view text, JsonFrom from) {
  if (text.size() > kMostCredentialsJson) {
    return fail(ErrorKind::invalid, "it gave more than 64 KiB, which are no credentials");
  }
  const auto json = parse(text);
  if (!json) {
    return fail(ErrorKind::invalid,
                trim(text).empty() ? "it gave nothing at all" : "what it gave is no JSON object");
  }
  const auto code = text_of(*json, "Code");
  if (from == JsonFrom::instance && code != "Success") {
    const auto message = text_of(*json, "Message");
    return fail(ErrorKind::denied, "it has none to give: Code '" + printable(code, 60) + "'" +
                                       (message.empty() ? "" : ", " + printable(message)));
  }
  const auto version = json->find("Version");
  if (from == JsonFrom::process && (version == json->end() || *version != 1)) {
    return fail(ErrorKind::invalid, "its JSON has no \"Version\": 1");
  }
  Session session;
  session.credentials = {text_of(*json, "AccessKeyId"), text_of(*json, "SecretAccessKey"),
                         text_of(*json, from == JsonFrom::process ? "SessionToken" : "Token")};
  if (const auto defect = defect_of(session.credentials)) {
    return fail(ErrorKind::invalid, "its JSON is no use: " + *defect);
  }
  const bool expires = json->contains("Expiration") && !(*json)["Expiration"].is_null();
  session.expires = parse_expiration(text_of(*json, "Expiration"));
  if (!session.expires && (expires || from != JsonFrom::process)) {
    return fail(ErrorKind::invalid, "its JSON has no Expiration that is a time such as 2026-11-22T06:45:00Z");
  }
  return session;
}

}  // namespace evenkeel::credentials
