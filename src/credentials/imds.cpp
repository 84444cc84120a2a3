#include "credentials/imds.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "credentials/json.h"
#include "wire/endpoint.h"

namespace evenkeel::credentials {
namespace {

constexpr const char* kRolesPath = "latest/meta-data/iam/security-credentials/";

std::string lower_or_empty(const std::optional<std::string>& text) { return lower(text.value_or("")); }

Result<int> number(const Environment& environment, const char* variable, int otherwise, int most) {
  const auto text = lookup(environment, variable);
  if (!text) return otherwise;
  int value = 0;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (failure != std::errc{} || end != text->data() + text->size() || value < 1 || value > most) {
    return fail(ErrorKind::invalid, std::string(variable) + ": '" + printable(*text, 40) +
                                        "' must be a whole number from 1 to " + std::to_string(most));
  }
  return value;
}

Result<std::string> base_url(const Sources& sources, const SharedConfig& config) {
  const auto either = [&](const char* variable, const char* key) {
    const auto value = lookup(sources.environment, variable);
    return value ? value : config.setting(key);
  };
  if (const auto given = either("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint")) {
    const auto url = parse_url(*given);
    if (!url || !url->query.empty()) {
      return fail(ErrorKind::invalid, "AWS_EC2_METADATA_SERVICE_ENDPOINT: '" + shown_url(*given) +
                                          "' is no endpoint; give a URL such as http://169.254.169.254");
    }
    return url->scheme + "://" + url->host + url->path + (url->path.ends_with('/') ? "" : "/");
  }
  const auto mode =
      lower_or_empty(either("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode"));
  if (mode == "ipv6") return "http://[fd00:ec2::254]/";
  if (mode.empty() || mode == "ipv4") return "http://169.254.169.254/";
  return fail(ErrorKind::invalid,
              "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: '" + printable(mode, 40) + "' must be IPv4 or IPv6");
}

// A conversation with the service: a token first, which proves that it is version 2.
class MetadataClient {
 public:
  static Result<MetadataClient> make(const Sources& sources, const SharedConfig& config) {
    MetadataClient made(sources.transport);
    made.base_ = TRY(base_url(sources, config));
    made.timeout_ =
        std::chrono::seconds{TRY(number(sources.environment, "AWS_METADATA_SERVICE_TIMEOUT", 1, 60))};
    made.attempts_ = TRY(number(sources.environment, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", 1, 10));
    return made;
  }

  Result<Response> put_token() {
    auto response = send("PUT", "latest/api/token", {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}});
    if (response && response->status == 200) token_ = trim(response->body);
    return response;
  }
  Result<Response> get(const std::string& path) {
    return send("GET", path, {{"X-aws-ec2-metadata-token", token_}});
  }
  bool has_token() const {
    return !token_.empty() && token_.size() <= 1024 &&
           std::ranges::all_of(token_, [](char c) { return c > 0x20 && c < 0x7F; });
  }
  const std::string& base() const { return base_; }

 private:
  explicit MetadataClient(Transport& transport) : transport_(transport) {}

  Result<Response> send(const char* method, const std::string& path, Headers headers) {
    Request request;
    request.method = method;
    request.url = base_ + path;
    request.headers = std::move(headers);
    request.timeout = timeout_;
    request.direct = true;
    Result<Response> response = fail(ErrorKind::unavailable, "not asked");
    for (int attempt = 0; attempt < attempts_; ++attempt) {
      response = std::move(transport_.exchange({&request, 1}).front());
      if (response && response->status < 500) break;
    }
    return response;
  }

  Transport& transport_;
  std::string base_, token_;
  Duration timeout_{};
  int attempts_ = 1;
};

bool is_disabled(const Environment& environment) {
  return lower_or_empty(lookup(environment, "AWS_EC2_METADATA_DISABLED")) == "true";
}

std::string place(const MetadataClient& metadata) { return "instance metadata at " + metadata.base() + ": "; }

std::unexpected<Error> refused(const MetadataClient& metadata, const std::string& what,
                               const Response& response) {
  const bool no = response.status == 401 || response.status == 403;
  return fail(
      no ? ErrorKind::denied : ErrorKind::unavailable,
      place(metadata) + what + " was answered with HTTP " + std::to_string(response.status) +
          (no ? "; switch the instance's metadata service on" : "; it is tried again at the next tick"));
}

std::unexpected<Error> went_away(const MetadataClient& metadata, const Error& error) {
  return fail(ErrorKind::unavailable, place(metadata) + "it stopped answering: " + error.message +
                                          "; it is tried again at the next tick");
}

bool is_role_name(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"_+=,.@-"}.find(c) != std::string_view::npos;
  };
  return !name.empty() && name.size() <= 128 && std::ranges::all_of(name, fits);
}

}  // namespace

Result<Found> instance_credentials(const Sources& sources, const SharedConfig& config) {
  if (is_disabled(sources.environment)) return Absent{"switched off by AWS_EC2_METADATA_DISABLED"};
  auto metadata = TRY(MetadataClient::make(sources, config));
  const auto token = metadata.put_token();
  if (!token) return Absent{"none at " + metadata.base() + ": " + token.error().message};
  if (token->status != 200) return refused(metadata, "PUT latest/api/token", *token);
  if (!metadata.has_token()) {
    return fail(ErrorKind::invalid, place(metadata) +
                                        "what it gave as a token is none; is this an EC2 instance? If not, "
                                        "set AWS_EC2_METADATA_DISABLED=true");
  }
  const auto roles = metadata.get(kRolesPath);
  if (!roles) return went_away(metadata, roles.error());
  const std::string name{trim(roles->body.substr(0, roles->body.find('\n')))};
  if (roles->status == 404 || (roles->status == 200 && name.empty())) {
    return Absent{"this instance has no role"};
  }
  if (roles->status != 200) return refused(metadata, "the question for its role", *roles);
  if (!is_role_name(name)) {
    return fail(ErrorKind::invalid, place(metadata) + "'" + printable(name, 60) + "' is no role's name");
  }
  const auto answer = metadata.get(kRolesPath + name);
  if (!answer) return went_away(metadata, answer.error());
  if (answer->status != 200) return refused(metadata, "role '" + name + "'", *answer);
  auto session = read_credentials_json(answer->body, JsonFrom::instance);
  if (!session) {
    return fail(session.error().kind, place(metadata) + "role '" + name + "': " + session.error().message +
                                          "; check the instance profile and its role");
  }
  session->past_its_end = true;
  return std::move(*session);
}

Result<std::optional<std::string>> instance_region(const Sources& sources, const SharedConfig& config) {
  if (is_disabled(sources.environment)) return std::nullopt;
  auto metadata = TRY(MetadataClient::make(sources, config));
  if (const auto token = metadata.put_token(); !token || token->status != 200 || !metadata.has_token()) {
    return std::nullopt;
  }
  const auto answer = metadata.get("latest/meta-data/placement/region");
  if (!answer || answer->status != 200) return std::nullopt;
  return std::string{trim(answer->body)};
}

}  // namespace evenkeel::credentials
