#include "sim/world/faults.h"

#include <utility>

namespace evenkeel::sim {

FaultDice::FaultDice(std::vector<Fault> faults, std::uint64_t seed) {
  SeededRandom seeds(seed);
  for (Fault& fault : faults) {
    fired_[name(fault.kind)] = 0;
    dice_.push_back({std::move(fault), SeededRandom(seeds.next()), 0});
  }
}

const Fault* FaultDice::roll(std::string_view action, bool dry_run, Time now) {
  const Fault* hit = nullptr;
  for (auto& [fault, random, times] : dice_) {
    const bool named = !fault.action.empty();
    if (named && (fault.action != action || (dry_run && fault.kind != FaultKind::denied))) continue;
    if (now < fault.from || (fault.until != Time{} && now >= fault.until)) continue;
    const bool drawn = random.unit() < (fault.rate == 0 && fault.times ? 1 : fault.rate);
    if (hit || !drawn || (fault.times && times >= *fault.times)) continue;
    hit = &fault;
    ++times;
    ++fired_[name(fault.kind)];
  }
  return hit;
}

}  // namespace evenkeel::sim
