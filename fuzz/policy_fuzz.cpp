// The policy file. What is accepted must keep its bounds, and survive being pinned in a state document.
#include "fuzz/property.h"
#include "policy/policy_file.h"
#include "record/state_json.h"

namespace {

using namespace evenkeel;
using fuzz::require;

void check(const FleetPolicy& fleet) {
  require(!fleet.name.empty(), "a fleet has a name");
  require(!fleet.target_groups.empty() || !fleet.auto_scaling_group.empty(), "a fleet is somewhere");
  require(fleet.reboot_when.period >= std::chrono::minutes(1), "a period is a minute or more");
  require(fleet.reboot_when.datapoints >= 1 &&
              fleet.reboot_when.datapoints <= fleet.reboot_when.over / fleet.reboot_when.period,
          "the window has the samples that must agree");
  require(fleet.keep.out >= 1, "one may be out");
  require(fleet.keep.healthy.percent >= 0 && fleet.keep.healthy.percent <= 100, "a share is a share");

  FleetState state;
  state.fleet = fleet.name;
  state.revision = 1;
  state.pinned = fleet;
  const auto again = record::state_from_json(record::to_json(state));
  require(again && again->pinned == fleet, "a pinned policy is read back as it was");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = policy::parse(fuzz::text_of(data, size), "evenkeel.yaml");
  if (parsed) {
    for (const auto& fleet : parsed->fleets) check(fleet);
    return 0;
  }
  fuzz::require_presentable(parsed.error(), 64 * 1024);
  for (const auto& line : split(parsed.error().message, '\n')) {
    require(line.starts_with("evenkeel.yaml:") || line.starts_with("…") ||
                line.find(" more") != std::string::npos,
            "every problem has its place");
  }
  return 0;
}
