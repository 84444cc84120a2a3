#include "sim/api/metadata.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace evenkeel::sim {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kTokenPath = "/latest/api/token";
constexpr std::string_view kRolesPath = "/latest/meta-data/iam/security-credentials/";
constexpr std::string_view kRegionPath = "/latest/meta-data/placement/region";
constexpr std::string_view kTaskPath = "/v2/credentials/evenkeel";
constexpr std::string_view kPodPath = "/v1/credentials";
constexpr int kLongestTokenLife = 21'600;

std::string request_path(const wire::Request& request) {
  const auto scheme = request.url.find("://");
  const auto begin = request.url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  return begin == std::string::npos ? "/" : request.url.substr(begin);
}

wire::Response plain(int status, std::string body, const char* type = "text/plain") {
  return {status, {{"Content-Type", type}}, std::move(body)};
}

}  // namespace

std::optional<std::string> Metadata::action(const wire::Request& request) {
  const auto path = request_path(request);
  if (path == kTokenPath) return "metadata.Token";
  if (path == kRolesPath) return "metadata.Role";
  if (path == kRegionPath) return "metadata.Region";
  if (path == kTaskPath || path == kPodPath) return "container.Credentials";
  if (path.starts_with(kRolesPath)) return "metadata.Credentials";
  return std::nullopt;
}

wire::Response Metadata::token(const wire::Request& request) {
  const auto* text = wire::find_header(request.headers, "X-aws-ec2-metadata-token-ttl-seconds");
  int seconds = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (seconds < 1 || seconds > kLongestTokenLife) return plain(400, "");
  if (wire::find_header(request.headers, "X-Forwarded-For")) return plain(403, "");
  return plain(200, *tokens_.insert(random_.hex(40) + "==").first);
}

std::string Metadata::credentials(Time client_now, bool instance) {
  const Duration lasts = account_.roles.at(kMetadataRole).lasts;
  const IssuedKey& key = keys_.issue(account_.account_id, kMetadataRole,
                                     instance ? "i-0123456789abcdef0" : "task", account_.now() + lasts);
  Json json = {{"AccessKeyId", key.id},
               {"SecretAccessKey", key.secret},
               {"Token", key.token},
               {"Expiration", iso8601(client_now + lasts)}};
  if (instance) {
    json["Code"] = "Success";
    json["Type"] = "AWS-HMAC";
    json["LastUpdated"] = iso8601(client_now);
  } else {
    json["RoleArn"] = "arn:aws:iam::" + account_.account_id + ":role/" + kMetadataRole;
  }
  return json.dump();
}

wire::Response Metadata::answer(const wire::Request& request, Time client_now) {
  const auto path = request_path(request);
  if (path == kTokenPath) return request.method == "PUT" ? token(request) : plain(405, "");
  if (request.method != "GET") return plain(405, "");
  const bool known_role = account_.roles.contains(kMetadataRole);
  if (path == kTaskPath || path == kPodPath) {
    const auto* header = wire::find_header(request.headers, "Authorization");
    if (path == kPodPath && (!header || *header != kPodToken)) {
      return plain(401, R"({"code":"InvalidAuthorization","message":"the token is not the pod's"})",
                   "application/json");
    }
    if (!known_role)
      return plain(404, R"({"code":"NoSuchRole","message":"there is no role"})", "application/json");
    return plain(200, credentials(client_now, false), "application/json");
  }
  const auto* token = wire::find_header(request.headers, "X-aws-ec2-metadata-token");
  if (!token || !tokens_.contains(*token)) return plain(401, "");
  if (path == kRegionPath) return plain(200, account_.region);
  if (path == kRolesPath) return known_role ? plain(200, kMetadataRole) : plain(404, "");
  if (path != std::string(kRolesPath) + kMetadataRole || !known_role) return plain(404, "");
  return plain(200, credentials(client_now, true));
}

}  // namespace evenkeel::sim
