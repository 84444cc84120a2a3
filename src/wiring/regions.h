// The parts that the controller works with, for each account and region that the fleets are in. Kept from
// tick to tick: connections, credentials, the retry quota and what observe remembers are shared by the fleets
// of one account and region.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "base/result.h"
#include "controller/assemble.h"
#include "credentials/source.h"
#include "model/policy.h"
#include "observe/cache.h"
#include "record/journal.h"
#include "wire/caller.h"
#include "wire/shared_config.h"

namespace evenkeel::wiring {

class Regions {
 public:
  // What `sources` refers to and the journal must outlive this. `region`: of all fleets, whatever the policy
  // says; empty: not given.
  Regions(credentials::Sources sources, record::Journal& journal, std::string region = {});

  // The region is the given one, else the policy's, the environment's, the profile's, the instance's own. The
  // identity is that of the chain (credentials/chain.h), and on top of it the fleet's role.
  // Errors: there are no credentials to sign with now, no region, or a broken endpoint.
  Result<controller::Parts> parts_for(const FleetPolicy& fleet);

  // For commands that change only the state: the caller has no credentials and must not be used.
  controller::Parts parts_without_aws();

 private:
  struct Region {
    std::shared_ptr<wire::RefreshingCredentials> identity;
    wire::Caller aws;
    observe::Cache cache;
  };
  using Key = std::tuple<std::string, std::string, std::string>;  // role, external id, region

  controller::Parts parts(Region& region);
  Result<std::string> region_of(const FleetPolicy& fleet);
  Result<std::string> instance_region();
  Result<std::unique_ptr<Region>> make(const FleetPolicy& fleet, const std::string& name);

  credentials::Sources sources_;
  record::Journal& journal_;
  std::string region_;
  std::optional<wire::SharedConfig> config_;  // once it could be read
  std::shared_ptr<wire::RefreshingCredentials> base_;
  Result<std::string> instance_region_;
  Time ask_instance_again_{};
  std::map<Key, std::unique_ptr<Region>> regions_;
};

}  // namespace evenkeel::wiring
