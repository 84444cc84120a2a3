#include "wire/endpoint.h"

#include <algorithm>

#include "base/text.h"
#include "wire/partition.h"

namespace evenkeel::wire {
namespace {

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

bool is_region(std::string_view name) {
  return name.size() <= 64 && !name.starts_with('-') && !name.ends_with('-') &&
         std::ranges::all_of(name, [](char c) { return is_host_character(c) && c != '.'; });
}

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || text[0] == '0') return false;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  return value <= 65535;
}

// "host", "host:port" or "[v6]:port", already in lower case.
std::optional<std::string> host_header(std::string_view authority, std::string_view scheme) {
  std::string_view host = authority;
  std::optional<std::string_view> port;
  if (const auto colon = authority.rfind(':');
      colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon + 1);
  }
  const bool v6 = host.starts_with('[') && host.ends_with(']');
  const auto name = v6 ? host.substr(1, host.size() - 2) : host;
  const auto fits = [v6](char c) {
    return v6 ? is_host_character(c) || c == ':' : is_host_character(c) || c == '_';
  };
  if (name.empty() || !std::ranges::all_of(name, fits)) return std::nullopt;
  if (!port) return std::string{host};
  if (!is_port(*port)) return std::nullopt;
  const bool standard = *port == (scheme == "https" ? "443" : "80");
  return standard ? std::string{host} : std::string{authority};
}

// What may be switched on in the environment or in the profile; the environment goes before.
struct EndpointSwitches {
  const Environment& environment;
  const SharedConfig& config;

  bool on(const char* variable, const char* key) const {
    auto value = lookup(environment, variable);
    if (!value) value = config.setting(key);
    return value && lower(*value) == "true";
  }
};

Result<std::string> configured(const std::string& variable, const std::string& text) {
  const auto url = parse_url(text);
  if (!url || !url->query.empty()) {
    return fail(ErrorKind::invalid,
                variable + ": '" + shown_url(text) +
                    "' is no endpoint; give an absolute URL such as http://127.0.0.1:5000, "
                    "without user, query or fragment");
  }
  return url->scheme + "://" + url->host + url->path + (url->path.ends_with('/') ? "" : "/");
}

// GovCloud's plain hosts are the FIPS ones; only with dual stack they have a name of their own.
Result<std::string> own_host(Service service, const std::string& region, bool fips, bool dual_stack) {
  const auto* partition = partition_of_region(region);
  if (partition == nullptr) {
    return fail(ErrorKind::invalid, "region " + region +
                                        " is in a partition whose host names Evenkeel does not know; give "
                                        "AWS_ENDPOINT_URL_" +
                                        facts(service).variable + ", and so for every service it calls");
  }
  const bool plain = partition->name == std::string_view{"aws-us-gov"} && !dual_stack;
  return std::string("https://") + facts(service).signing_name + (fips && !plain ? "-fips." : ".") + region +
         "." + (dual_stack ? partition->dual_stack : partition->suffix) + "/";
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  const auto at = text.find("://");
  if (at == std::string_view::npos) return std::nullopt;
  Url url;
  url.scheme = lower(text.substr(0, at));
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  text.remove_prefix(at + 3);
  const auto authority = text.substr(0, text.find_first_of("/?#"));
  text.remove_prefix(authority.size());
  auto host = host_header(lower(authority), url.scheme);
  if (!host || text.find('#') != std::string_view::npos) return std::nullopt;
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; })) {
    return std::nullopt;
  }
  url.host = std::move(*host);
  const auto question = text.find('?');
  url.path = text.substr(0, question);
  if (url.path.empty()) url.path = "/";
  if (question != std::string_view::npos) url.query = text.substr(question + 1);
  return url;
}

std::string shown_url(std::string_view text) {
  std::string start;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (lower(text.substr(0, scheme.size())) == scheme) start = scheme;
  }
  text.remove_prefix(start.size());
  // A password that was not escaped may hold any of "/?#@".
  const auto at = text.rfind('@');
  if (at != std::string_view::npos) {
    start += "…";
    text.remove_prefix(at);
  }
  const auto question = text.find('?');
  start += text.substr(0, question);
  return printable(start) + (question == std::string_view::npos ? "" : "?…");
}

Result<std::string> checked_region(const std::string& region, const std::string& source) {
  if (!region.empty() && is_region(region)) return region;
  return fail(ErrorKind::invalid,
              source + ": '" + printable(region) + "' is no region; give a name such as eu-west-1");
}

Result<std::optional<std::string>> find_region(const Environment& environment,
                                               const std::optional<std::string>& explicit_region,
                                               const SharedConfig& config) {
  if (explicit_region) return TRY(checked_region(*explicit_region, "the given region"));
  for (const char* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (const auto region = lookup(environment, variable)) return TRY(checked_region(*region, variable));
  }
  const auto region = config.setting("region");
  if (!region) return std::nullopt;
  return TRY(checked_region(*region, "region of " + config.place(config.profile)));
}

Result<std::string> resolve_region(const Environment& environment,
                                   const std::optional<std::string>& explicit_region,
                                   const SharedConfig& config) {
  if (auto region = TRY(find_region(environment, explicit_region, config))) return *region;
  return fail(ErrorKind::invalid,
              "no AWS region: give one with --region or in the policy, or set AWS_REGION or "
              "AWS_DEFAULT_REGION, for instance to eu-west-1, or region in the profile");
}

Result<std::string> endpoint_url(Service service, const std::string& region, const Environment& environment,
                                 const SharedConfig& config) {
  const auto& names = facts(service);
  const EndpointSwitches settings{environment, config};
  if (!settings.on("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls")) {
    for (const std::string& variable :
         {std::string("AWS_ENDPOINT_URL_") + names.variable, std::string("AWS_ENDPOINT_URL")}) {
      if (const auto url = lookup(environment, variable)) return configured(variable, *url);
    }
    const auto key = lower(names.variable) + ".endpoint_url";
    if (const auto url = config.service_setting(key)) {
      return configured(key + " of services '" + printable(*config.setting("services"), 60) + "' in " +
                            printable(config.config_file),
                        *url);
    }
    if (const auto url = config.setting("endpoint_url")) {
      return configured("endpoint_url of " + config.place(config.profile), *url);
    }
  }
  return own_host(service, region, settings.on("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
                  settings.on("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"));
}

Result<Endpoints> resolve_endpoints(const std::string& region, const Environment& environment,
                                    const SharedConfig& config) {
  Endpoints endpoints{region, {}};
  for (const Service service : kServices) {
    endpoints.urls[service] = TRY(endpoint_url(service, region, environment, config));
  }
  return endpoints;
}

}  // namespace evenkeel::wire
