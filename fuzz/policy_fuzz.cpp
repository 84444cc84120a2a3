// The policy file. What is accepted must keep its bounds, and survive being pinned in a state document.
#include "fuzz/property.h"
#include "policy/policy_file.h"
#include "record/state_json.h"

namespace {

using namespace evenkeel;
using fuzz::require;

void check(const MetricCondition& condition) {
  require(condition.period >= std::chrono::minutes(1), "a period is a minute or more");
  require(condition.datapoints >= 1 && condition.datapoints <= condition.over / condition.period,
          "the window has the samples that must agree");
  require(condition.down_at() <= condition.above, "what came down is not above");
}

void check(const FleetPolicy& fleet) {
  require(!fleet.name.empty(), "a fleet has a name");
  require(!fleet.target_groups.empty() || !fleet.auto_scaling_group.empty(), "a fleet is somewhere");
  require(fleet.reboot_when.given() || !fleet.also_when.empty(), "there is a reason");
  if (fleet.reboot_when.given()) check(fleet.reboot_when);
  for (const auto& rule : fleet.also_when) {
    require(!rule.name.empty() && !rule.all.empty(), "a rule has a name and a condition");
    for (const auto& condition : rule.all) {
      if (condition.kind == Condition::Kind::metric) check(condition.metric);
    }
  }
  require(fleet.keep.out.at_most(1) >= 1, "one may be out");
  require(!fleet.treatments.empty(), "there is a treatment");
  for (std::size_t i = 1; i < fleet.treatments.size(); ++i) {
    require(fleet.treatments[i - 1].treatment < fleet.treatments[i].treatment, "the ladder climbs");
  }
  for (const auto& window : fleet.windows) {
    require((window.days & 0x7fU) == window.days && window.days != 0, "a window has days");
    require(window.zone.name == "UTC" || !window.zone.shifts.empty(), "a zone has its offsets");
  }
  for (const auto& freeze : fleet.freezes) require(freeze.first <= freeze.last, "a freeze goes forward");
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
