// Where to send a call: region and endpoint URLs (docs/aws.md, Credentials).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/environment.h"
#include "wire/service.h"
#include "wire/shared_config.h"

namespace evenkeel::wire {

// Explicit, else AWS_REGION, else AWS_DEFAULT_REGION, else `region` of the profile in use. Nothing when
// none is configured. Error `invalid`: what is wrong with the name: a region becomes part of a host name, so
// only letters, digits and hyphens are let through.
Result<std::optional<std::string>> find_region(const Environment& environment,
                                               const std::optional<std::string>& explicit_region = {},
                                               const SharedConfig& config = {});

// The same, and `invalid` with how to set it when none is configured.
Result<std::string> resolve_region(const Environment& environment,
                                   const std::optional<std::string>& explicit_region = {},
                                   const SharedConfig& config = {});

// `invalid`, naming `source`, unless it is fit for a host name.
Result<std::string> checked_region(const std::string& region, const std::string& source);

// Always ends in "/". The first of
//   AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, <service>.endpoint_url in the [services] section that the
//     profile names, endpoint_url of the profile; AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true (or the profile's
//     ignore_configured_endpoint_urls) switches all four off
//   AWS's own host in the region's partition; its FIPS and dual-stack one with AWS_USE_FIPS_ENDPOINT=true and
//     AWS_USE_DUALSTACK_ENDPOINT=true, or use_fips_endpoint and use_dualstack_endpoint of the profile
// Error `invalid`: the place, and what is wrong with its URL; or a partition whose hosts we don't know.
Result<std::string> endpoint_url(Service service, const std::string& region, const Environment& environment,
                                 const SharedConfig& config = {});

// A region with the endpoint of every service in it. A custom endpoint keeps the signing region.
struct Endpoints {
  std::string region;
  std::map<Service, std::string> urls;
};

Result<Endpoints> resolve_endpoints(const std::string& region, const Environment& environment,
                                    const SharedConfig& config = {});

// The parts of an absolute http or https URL without user, password or fragment. Nothing when it is none.
struct Url {
  std::string scheme;
  std::string host;   // as it goes into the Host header: lower case, the port only where it isn't the default
  std::string path;   // as on the wire, at least "/"
  std::string query;  // without "?"
};
std::optional<Url> parse_url(std::string_view text);

// What is shown of a URL that is no good: without user and password, whatever their letters, and without query.
std::string shown_url(std::string_view text);

}  // namespace evenkeel::wire
