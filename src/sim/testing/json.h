// The client of testing/front.h for the services that speak JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "sim/api/typed_members.h"
#include "sim/testing/front.h"

namespace evenkeel::sim {

struct JsonReply {
  int status = 0;
  wire::Headers headers;
  Json body = Json::object();

  // The code as a client reads it: behind the '#'.
  std::string code() const {
    const std::string type = body.value("__type", "");
    return type.substr(type.find('#') + 1);
  }
  std::string message() const { return body.value("message", body.value("Message", "")); }
  std::string header(const char* name) const {
    const std::string* value = wire::find_header(headers, name);
    return value ? *value : "";
  }
};

// Signs over every header that is there.
inline void sign_all(wire::Request& request, ApiService service, const AccessKey& access = {}) {
  std::erase_if(request.headers, [](const auto& header) { return header.first == "Authorization"; });
  const std::string date = canonical_header(request, "x-amz-date").value_or("");
  Authorization authorization{access.access_key_id, date.substr(0, 8), "eu-west-1",
                              names(service).scope, {"host"},          ""};
  for (const auto& [name, value] : request.headers) authorization.signed_headers.push_back(lower(name));
  std::ranges::sort(authorization.signed_headers);
  const auto signature = expected_signature(request, authorization, date, access.secret_access_key);
  request.headers.emplace_back("Authorization",
                               "AWS4-HMAC-SHA256 Credential=" + authorization.access_key_id + "/" +
                                   authorization.date + "/eu-west-1/" + authorization.service +
                                   "/aws4_request, SignedHeaders=" + join(authorization.signed_headers, ";") +
                                   ", Signature=" + signature.value_or(""));
}

inline wire::Request json_request(ApiService service, const std::string& action, std::string body, Time at) {
  wire::Request request;
  request.url = std::string("https://") + names(service).scope + ".eu-west-1.amazonaws.com/";
  request.headers = {{"Content-Type", names(service).json_type},
                     {"X-Amz-Date", amz_date(at)},
                     {"X-Amz-Target", names(service).json_target + action}};
  request.body = std::move(body);
  sign_all(request, service);
  return request;
}

struct JsonWorld : World {
  using World::World;

  JsonReply ask(const wire::Request& request) {
    const auto response = front.answer(request);
    if (!response) return {};
    return {response->status, response->headers, Json::parse(response->body, nullptr, false)};
  }
  JsonReply dynamodb(const std::string& action, const Json& body) {
    return ask(json_request(ApiService::dynamodb, action, body.dump(), account.now()));
  }
  JsonReply ssm(const std::string& action, const Json& body) {
    return ask(json_request(ApiService::ssm, action, body.dump(), account.now()));
  }
};

}  // namespace evenkeel::sim
