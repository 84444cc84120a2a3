#include "wiring/regions.h"

#include <utility>

#include "credentials/chain.h"
#include "credentials/imds.h"
#include "credentials/sts.h"
#include "wire/endpoint.h"

namespace evenkeel::wiring {
namespace {

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional{text};
}

}  // namespace

Regions::Regions(credentials::Sources sources, record::Journal& journal, std::string region)
    : sources_(std::move(sources)),
      journal_(journal),
      region_(std::move(region)),
      base_(std::make_shared<wire::RefreshingCredentials>(credentials::credentials_chain(sources_))) {}

controller::Parts Regions::parts(Region& region) {
  return {region.aws, journal_, sources_.clock, sources_.random, region.cache};
}

// A machine that is no instance takes a second to find out: not for every fleet, and not at every tick.
Result<std::string> Regions::instance_region() {
  const bool known = instance_region_ && !instance_region_->empty();
  if (known || sources_.clock.now() < ask_instance_again_) return instance_region_;
  const auto found = TRY(credentials::instance_region(sources_, *config_));
  instance_region_ = found ? wire::checked_region(*found, "the region of this instance")
                           : wire::resolve_region(sources_.environment, {}, *config_);
  if (!instance_region_)
    ask_instance_again_ = sources_.clock.now() + wire::RefreshingCredentials::kTryAgainAfter;
  return instance_region_;
}

Result<std::string> Regions::region_of(const FleetPolicy& fleet) {
  const auto& asked = region_.empty() ? fleet.region : region_;
  const auto found = TRY(wire::find_region(sources_.environment, unless_empty(asked), *config_));
  return found ? *found : instance_region();
}

Result<std::unique_ptr<Regions::Region>> Regions::make(const FleetPolicy& fleet, const std::string& name) {
  auto endpoints = TRY(wire::resolve_endpoints(name, sources_.environment, *config_));
  auto identity = base_;
  if (!fleet.role_arn.empty()) {
    credentials::RoleToAssume role;
    role.arn = fleet.role_arn;
    role.external_id = fleet.external_id;
    role.region = name;
    identity = std::make_shared<wire::RefreshingCredentials>(
        credentials::assumed_role(sources_, std::move(role), base_));
  }
  wire::Caller aws{sources_.transport, sources_.clock, sources_.random, identity, std::move(endpoints)};
  return std::make_unique<Region>(std::move(identity), std::move(aws), observe::Cache{});
}

Result<controller::Parts> Regions::parts_for(const FleetPolicy& fleet) {
  if (!config_) config_ = TRY(wire::SharedConfig::load(sources_.environment, sources_.profile));
  const auto name = TRY(region_of(fleet));
  auto& region = regions_[{fleet.role_arn, fleet.external_id, name}];
  if (!region) region = TRY(make(fleet, name));
  TRY_VOID(region->identity->credentials(region->aws.now()));
  return parts(*region);
}

controller::Parts Regions::parts_without_aws() {
  auto& region = regions_[{}];
  if (!region) {
    region = std::make_unique<Region>(nullptr,
                                      wire::Caller{sources_.transport, sources_.clock, sources_.random,
                                                   wire::Credentials{}, wire::Endpoints{}},
                                      observe::Cache{});
  }
  return parts(*region);
}

}  // namespace evenkeel::wiring
