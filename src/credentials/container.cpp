#include "credentials/container.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "credentials/json.h"
#include "wire/endpoint.h"
#include "wire/shared_config.h"

namespace evenkeel::credentials {
namespace {

constexpr const char* kRelative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
constexpr const char* kFull = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
constexpr const char* kTokenFile = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
constexpr const char* kToken = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
constexpr Duration kContainerTimeout{2'000};
constexpr Duration kBetweenAttempts{500};
constexpr int kAttempts = 3;
constexpr std::size_t kLargestContainerToken = std::size_t{16} << 10U;

std::unexpected<Error> wrong_variable(const std::string& variable, const std::string& what) {
  return fail(ErrorKind::invalid, variable + ": " + what);
}

Result<std::string> url_of(const std::optional<std::string>& relative, const std::string& full) {
  const auto url = parse_url(relative ? "http://169.254.170.2" + *relative : full);
  if (relative) {
    if (url && relative->starts_with('/')) return "http://169.254.170.2" + *relative;
    return wrong_variable(kRelative, "'" + printable(*relative) + "' is no path; it begins with /");
  }
  if (!url) return wrong_variable(kFull, "'" + shown_url(full) + "' is no absolute http or https URL");
  if (url->scheme == "http" && !is_allowed_host(url->host)) {
    return wrong_variable(
        kFull, "plain http goes only to this machine or to the addresses of ECS and EKS, not to '" +
                   printable(url->host) + "'; use https");
  }
  return full;
}

// What goes into the Authorization header; empty: nothing does.
Result<std::string> authorization(const Environment& environment) {
  std::string variable = kToken;
  auto token = lookup(environment, kToken).value_or("");
  if (const auto file = lookup(environment, kTokenFile)) {
    variable = kTokenFile;
    const auto text = TRY(read_small_file(*file, kLargestContainerToken));
    if (!text) return wrong_variable(variable, "there is no file " + printable(*file));
    token = trim(*text);
    if (token.empty()) return wrong_variable(variable, printable(*file) + " is empty");
  }
  const bool fits = std::ranges::all_of(token, [](char c) { return c >= 0x20 && c < 0x7F; });
  if (!fits)
    return wrong_variable(variable, "the token holds a line break or a letter that no header may have");
  return token;
}

// What the endpoint says about a refusal: {"code": …, "message": …}.
std::string explained(const Response& response, const std::string& token) {
  std::string text = "HTTP " + std::to_string(response.status);
  if (response.body.size() > kMostCredentialsJson) return text;
  const auto json = nlohmann::json::parse(response.body, nullptr, false);
  for (const char* key : {"code", "message"}) {
    if (!json.is_object() || !json.contains(key) || !json[key].is_string()) continue;
    text += ": " + printable(Credentials{"", "", token}.redact(json[key].get<std::string>()));
  }
  return text;
}

Result<Response> ask_container(const Sources& sources, const Request& request) {
  for (int attempt = 1;; ++attempt) {
    auto response = std::move(sources.transport.exchange({&request, 1}).front());
    const bool passing = response ? response->status >= 500 || response->status == 429
                                  : response.error().kind != ErrorKind::invalid;
    if (!passing || attempt == kAttempts) return response;
    sources.clock.sleep(kBetweenAttempts);
  }
}

}  // namespace

bool is_allowed_host(std::string_view host) {
  if (host.starts_with('[')) {
    const auto name = host.substr(1, host.find(']') - 1);
    return name == "::1" || name == "fd00:ec2::23";
  }
  const auto name = host.substr(0, host.find(':'));
  if (name == "localhost" || name == "169.254.170.2" || name == "169.254.170.23") return true;
  const bool digits = name.find_first_not_of("0123456789.") == std::string_view::npos;
  return digits && name.starts_with("127.") && std::ranges::count(name, '.') == 3;
}

Result<Found> container_credentials(const Sources& sources) {
  const auto relative = lookup(sources.environment, kRelative);
  const auto full = lookup(sources.environment, kFull);
  if (!relative && !full) return Absent{std::string("neither ") + kRelative + " nor " + kFull + " is set"};
  Request request;
  request.method = "GET";
  request.url = TRY(url_of(relative, full.value_or("")));
  request.headers = {{"Accept", "application/json"}};
  request.timeout = kContainerTimeout;
  request.direct = true;
  const auto token = TRY(authorization(sources.environment));
  if (!token.empty()) request.headers.emplace_back("Authorization", token);
  const auto url = parse_url(request.url).value_or(Url{});  // its path may be as good as a password
  const std::string place = "container credentials from " + url.scheme + "://" + printable(url.host) + " (" +
                            (relative ? kRelative : kFull) + "): ";
  const auto response = ask_container(sources, request);
  if (!response) {
    return fail(ErrorKind::unavailable, place + response.error().message + "; is the agent running?");
  }
  if (response->status != 200) {
    const bool passing = response->status >= 500 || response->status == 429;
    return fail(passing ? ErrorKind::unavailable : ErrorKind::denied,
                place + explained(*response, token) +
                    (passing ? "; it is tried again at the next tick"
                             : "; check the task's or pod's role and its authorization token"));
  }
  auto session = read_credentials_json(response->body, JsonFrom::container);
  if (!session) return fail(session.error().kind, place + session.error().message + "; is the URI right?");
  return std::move(*session);
}

}  // namespace evenkeel::credentials
