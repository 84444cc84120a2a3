#include "wiring/pass.h"

#include <algorithm>
#include <exception>
#include <fmt/core.h>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "controller/beside_ticks.h"
#include "controller/other_fleets.h"

namespace evenkeel::wiring {
namespace {

// A mistake of ours in one fleet's tick is that fleet's: the others are served.
Result<controller::TickReport> tick_or_mistake(const FleetPolicy& fleet, controller::Parts& parts) {
  try {
    return controller::tick(fleet, parts);
  } catch (const std::exception& mistake) {
    return std::unexpected(
        Error{ErrorKind::maybe_happened,
              fmt::format("a mistake in evenkeel itself ({}): this tick was not finished; please report this",
                          mistake.what()),
              controller::kMistakeCode});
  }
}

FleetTick tick_one(const FleetPolicy& fleet, const PassSettings& settings, Regions& regions,
                   record::Journal& journal, const Clock& clock, controller::OtherFleets& others) {
  const Time began = clock.now();
  auto parts = regions.parts_for(fleet);
  if (!parts) {
    controller::note_failure(fleet.name, parts.error(), clock.now(), journal);
    return {fleet, std::unexpected(std::move(parts).error()), clock.now() - began};
  }
  const auto before = parts->aws.statistics().requests();
  parts->deadline = settings.until;
  parts->late_by = settings.late_by;
  parts->others = &others;
  auto report = tick_or_mistake(fleet, *parts);
  if (!report && report.error().kind != ErrorKind::conflict)
    controller::note_failure(fleet.name, report.error(), clock.now(), journal);
  if (report && !report->lost_race) others.note(report->plan.next, !fleet.retired);
  return {fleet, std::move(report), clock.now() - began, parts->aws.statistics().requests() - before};
}

}  // namespace

Result<PassEnd> make_pass(const Policy& policy, const PassSettings& settings, record::Journal& journal,
                          Regions& regions, const Clock& clock, const OnFleetTick& watch) {
  controller::OtherFleets others;
  auto all = controller::fleets_to_tick(policy, journal, clock.now(), &others);
  // Fleets that left the policy are only restored, and no other process looks after them: they are never left out.
  std::vector<FleetPolicy> retired;
  std::ranges::copy_if(all.fleets, std::back_inserter(retired), [&](const FleetPolicy& fleet) {
    return fleet.retired && !settings.only.empty() &&
           std::ranges::find(settings.only, fleet.name) == settings.only.end();
  });
  auto fleets = TRY(chosen_fleets(std::move(all.fleets), settings.only));
  fleets.insert(fleets.begin(), retired.begin(), retired.end());
  PassEnd end{{}, std::move(all.problems)};
  for (const auto& fleet : fleets) {
    if (settings.stopped()) break;
    if (settings.until - clock.now() < kLeastTime)
      end.left.push_back(fleet.name);
    else
      watch(tick_one(fleet, settings, regions, journal, clock, others));
  }
  return end;
}

Result<std::vector<FleetPolicy>> chosen_fleets(std::vector<FleetPolicy> fleets,
                                               const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const auto& fleet : fleets) known.push_back(fleet.name);
  for (const auto& name : names) {
    if (std::ranges::find(known, name) == known.end()) {
      return fail(ErrorKind::not_found, fmt::format("--fleet {}: there is no such fleet; there is {}",
                                                    printable(name), join(known, ", ")));
    }
  }
  if (!names.empty()) {
    std::erase_if(fleets, [&](const FleetPolicy& fleet) {
      return std::ranges::find(names, fleet.name) == names.end();
    });
  }
  return fleets;
}

}  // namespace evenkeel::wiring
