#include "cli/regions.h"

#include <optional>
#include <utility>

#include "wire/credentials.h"
#include "wire/endpoint.h"

namespace evenkeel::cli {

controller::Parts Regions::parts(Region& region) {
  return {region.aws, journal_, context_.clock, context_.random, region.cache};
}

Result<controller::Parts> Regions::parts_for(const FleetPolicy& fleet) {
  const std::optional<std::string> asked = fleet.region.empty() ? std::nullopt : std::optional{fleet.region};
  const auto name = TRY(wire::resolve_region(context_.environment, asked));
  auto& region = regions_[name];
  if (!region) {
    auto credentials = TRY(wire::credentials_from(context_.environment));
    auto endpoints = TRY(wire::resolve_endpoints(name, context_.environment));
    region = std::make_unique<Region>(wire::Caller{context_.network, context_.clock, context_.random,
                                                   std::move(credentials), std::move(endpoints)},
                                      observe::Cache{});
  }
  return parts(*region);
}

controller::Parts Regions::parts_without_aws() {
  auto& region = regions_[""];
  if (!region) {
    region = std::make_unique<Region>(wire::Caller{context_.network, context_.clock, context_.random, {}, {}},
                                      observe::Cache{});
  }
  return parts(*region);
}

}  // namespace evenkeel::cli
