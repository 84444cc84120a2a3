// A scenario's text; small worlds are also built and played for some minutes.
#include "fuzz/property.h"
#include "sim/scenario/scenario.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace evenkeel;
  const auto text = fuzz::text_of(data, size);
  const auto scenario = sim::parse_scenario(text, "story.txt");
  if (!scenario) {
    fuzz::require_presentable(scenario.error());
    fuzz::require(scenario.error().message.starts_with("story.txt:"), "an error names its place");
    return 0;
  }
  int servers = 0;
  for (const auto& fleet : scenario->fleets) servers += fleet.servers;
  if (servers > 6 || scenario->events.size() > 20) return 0;
  const auto account = sim::build_account(*scenario, 1);
  account->advance_to(scenario->start + std::chrono::minutes(3));
  fuzz::require(account->now() == scenario->start + std::chrono::minutes(3), "time moves on");
  return 0;
}
