// For tests of the providers: a machine of their own, and a network that answers from a function.
#pragma once

#include <string>
#include <utility>

#include "credentials/source.h"
#include "wire/testing/machine.h"
#include "wire/testing/scripted_transport.h"

namespace evenkeel::credentials {

struct SourcesWorld : wire::Machine {
  ManualClock clock;
  SeededRandom random{1};
  ScriptedTransport network{[](const Request&) { return connection_refused(); }};

  Sources sources(std::optional<std::string> profile = std::nullopt) {
    return {network, clock, random, environment(), {"PATH=/usr/bin:/bin"}, std::move(profile)};
  }
};

inline const Session* session_of(const Result<Found>& found) {
  return found ? std::get_if<Session>(&*found) : nullptr;
}
// Whose keys came back, or what went wrong.
inline std::string who(const Result<Session>& session) {
  return session ? session->credentials.access_key_id : "error: " + session.error().message;
}
inline std::string who(const Result<Found>& found) {
  if (!found) return "error: " + found.error().message;
  if (const auto* session = std::get_if<Session>(&*found)) return session->credentials.access_key_id;
  return "absent: " + std::get<Absent>(*found).why;
}

inline std::string json_of(const std::string& id, const std::string& rest = "") {
  return R"({"Code":"Success","Version":1,"AccessKeyId":")" + id +
         R"(","SecretAccessKey":"hush-secret","Token":"hush-token","SessionToken":"hush-token",)" +
         R"("Expiration":"2026-11-22T12:00:00Z")" + rest + "}";
}

// STS's answer; the keys are named after the role.
inline Response sts_answer(const Request& request) {
  const auto form = form_of(request);
  const auto& arn = form.at("RoleArn");
  return query_answer(form.at("Action"),
                      "<Credentials><AccessKeyId>" + arn.substr(arn.rfind('/') + 1) +
                          "</AccessKeyId><SecretAccessKey>hush-secret</SecretAccessKey><SessionToken>"
                          "hush-token</SessionToken><Expiration>2026-11-22T07:45:00Z</Expiration>"
                          "</Credentials><AssumedRoleUser><Arn>a</Arn></AssumedRoleUser>");
}

}  // namespace evenkeel::credentials
