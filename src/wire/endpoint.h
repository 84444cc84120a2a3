// Where to send a call: region and endpoint URLs (aws-facts.md §7).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/environment.h"
#include "wire/service.h"

namespace evenkeel::wire {

// Explicit, else AWS_REGION, else AWS_DEFAULT_REGION. Error `invalid` says how to set it, or what is wrong
// with the name: a region becomes part of a host name, so only letters, digits and hyphens are let through.
Result<std::string> resolve_region(const Environment& environment,
                                   const std::optional<std::string>& explicit_region = {});

// AWS_ENDPOINT_URL_<SERVICE>, else AWS_ENDPOINT_URL (AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true switches both
// off), else https://<service>.<region>.amazonaws.com, with .cn behind it in China. Always ends in "/". Error
// `invalid`: the variable, and what is wrong with its URL.
Result<std::string> endpoint_url(Service service, const std::string& region, const Environment& environment);

// A region with the endpoint of every service in it. A custom endpoint keeps the signing region.
struct Endpoints {
  std::string region;
  std::map<Service, std::string> urls;
};

Result<Endpoints> resolve_endpoints(const std::string& region, const Environment& environment);

// The parts of an absolute http or https URL without user, password or fragment. Nothing when it is none.
struct Url {
  std::string scheme;
  std::string host;   // as it goes into the Host header: lower case, the port only where it isn't the default
  std::string path;   // as on the wire, at least "/"
  std::string query;  // without "?"
};
std::optional<Url> parse_url(std::string_view text);

}  // namespace evenkeel::wire
