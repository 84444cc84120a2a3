// The parts that the controller works with, for each region that the fleets are in. Kept from tick to tick:
// connections, the retry quota and what observe remembers are shared by the fleets of a region.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "cli/context.h"
#include "controller/assemble.h"
#include "model/policy.h"
#include "observe/cache.h"
#include "record/journal.h"
#include "wire/caller.h"

namespace evenkeel::cli {

class Regions {
 public:
  // Both must outlive this.
  Regions(Context& context, record::Journal& journal) : context_(context), journal_(journal) {}

  // Error `denied` or `invalid`: the environment has no credentials, no region, or a broken endpoint.
  Result<controller::Parts> parts_for(const FleetPolicy& fleet);

  // For commands that change only the state: the caller has no credentials and must not be used.
  controller::Parts parts_without_aws();

 private:
  struct Region {
    wire::Caller aws;
    observe::Cache cache;
  };
  controller::Parts parts(Region& region);

  Context& context_;
  record::Journal& journal_;
  std::map<std::string, std::unique_ptr<Region>> regions_;
};

}  // namespace evenkeel::cli
