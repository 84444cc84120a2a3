#include "wiring/own_caller.h"

#include <utility>

#include "credentials/chain.h"
#include "credentials/imds.h"
#include "wire/endpoint.h"
#include "wire/shared_config.h"

namespace evenkeel::wiring {
namespace {

Result<std::string> region_of(const credentials::Sources& sources, const std::string& given,
                              const wire::SharedConfig& config) {
  const auto asked = given.empty() ? std::nullopt : std::optional{given};
  if (auto found = TRY(wire::find_region(sources.environment, asked, config))) return *found;
  if (auto found = TRY(credentials::instance_region(sources, config)))
    return wire::checked_region(*found, "the region of this instance");
  return wire::resolve_region(sources.environment, {}, config);
}

}  // namespace

Result<std::unique_ptr<wire::Caller>> own_caller(const credentials::Sources& sources,
                                                 const std::string& region) {
  const auto config = TRY(wire::SharedConfig::load(sources.environment, sources.profile));
  const auto name = TRY(region_of(sources, region, config));
  auto endpoints = TRY(wire::resolve_endpoints(name, sources.environment, config));
  auto identity = std::make_shared<wire::RefreshingCredentials>(credentials::credentials_chain(sources));
  return std::make_unique<wire::Caller>(sources.transport, sources.clock, sources.random, std::move(identity),
                                        std::move(endpoints));
}

}  // namespace evenkeel::wiring
