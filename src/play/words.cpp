#include "play/words.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "base/text.h"

namespace evenkeel::play {
namespace {

using sim::FactKind;

std::string launched(const sim::Fact& fact) {
  if (fact.detail == "replace") return "is launched by Auto Scaling to replace another";
  if (fact.detail == "rebalance") return "is launched by Auto Scaling to balance the zones";
  return fmt::format("is launched by Auto Scaling for a desired size of {}", fact.count);
}

std::string scaled_in(const sim::Fact& fact) {
  if (fact.detail == "replace") return "is being replaced by Auto Scaling";
  if (fact.detail.starts_with("asked")) return "is taken out of its Auto Scaling group, as asked";
  return fmt::format("is scaled in by Auto Scaling to a desired size of {}", fact.count);
}

// Of a fact that is as much part of the story when Evenkeel caused it.
std::string of_any(const sim::Fact& fact) {
  const bool ours = fact.actor == sim::Actor::evenkeel;
  if (fact.kind == FactKind::crash) return "dies: its memory is full";
  if (fact.kind == FactKind::repair) return "is restarted by the operator on call";
  if (fact.kind == FactKind::stop) return ours ? "is stopped" : "is stopped by hand";
  if (fact.kind == FactKind::start) return ours ? "is started" : "is started by hand";
  if (fact.kind == FactKind::replace) return "is replaced by Auto Scaling";
  if (fact.kind == FactKind::reboot_effect) return ours ? "goes down for the reboot" : "is rebooted by hand";
  if (fact.kind == FactKind::boot_done) return "is up";
  if (fact.kind == FactKind::group_deleted) return "the target group is deleted by hand";
  if (fact.kind == FactKind::in_service) return "is in service in " + fact.detail;
  if (fact.kind == FactKind::launch) return launched(fact);
  if (fact.kind == FactKind::scale_in) return scaled_in(fact);
  if (fact.kind == FactKind::retained)
    return "is retained by its Auto Scaling group: it keeps running and no longer counts";
  if (fact.kind == FactKind::root_volume) return "gets another root volume by an instance refresh";
  if (fact.kind == FactKind::event) return "meets its scheduled event: " + fact.detail;
  if (fact.kind == FactKind::command)
    return fmt::format("runs {}{}", fact.detail, ours ? "" : ", sent by hand");
  if (fact.kind == FactKind::command_done) return "has run " + fact.detail;
  return "";
}

std::string of_outsider(const sim::Fact& fact, const char* who) {
  if (fact.kind == FactKind::deregistration)
    return fmt::format("is deregistered by {}, port {}", who, fact.port);
  if (fact.kind == FactKind::registration) return fmt::format("is registered by {}, port {}", who, fact.port);
  if (fact.kind == FactKind::standby) return "enters Standby by hand";
  if (fact.kind == FactKind::exit_standby) return "leaves Standby by hand";
  if (fact.kind == FactKind::detach) return "is detached from its Auto Scaling group by hand";
  if (fact.kind == FactKind::stop_accepted) return "begins to stop by hand";
  if (fact.kind == FactKind::resize)
    return "is resized by hand:" + fact.detail.substr(std::min(fact.detail.size(), fact.detail.find(' ')));
  return "";
}

}  // namespace

FactWords::FactWords(const std::vector<sim::Fact>& facts) {
  constexpr std::array kMoves = {FactKind::standby, FactKind::in_service, FactKind::detach,
                                 FactKind::launch,  FactKind::scale_in,   FactKind::replace};
  std::set<std::string> gone;  // before Auto Scaling did anything about it
  for (const auto& fact : facts) {
    if (fact.kind == FactKind::terminate) gone.insert(fact.instance_id);
    const bool retires = fact.kind == FactKind::replace || fact.kind == FactKind::scale_in;
    if (retires && !gone.contains(fact.instance_id)) retired_.insert(fact.instance_id);
    if (std::ranges::find(kMoves, fact.kind) != kMoves.end()) by_scaling_.emplace(fact.at, fact.instance_id);
  }
}

std::string FactWords::of(const sim::Fact& fact) const {
  if (fact.kind == FactKind::terminate) {
    return retired_.contains(fact.instance_id) ? "is terminated by Auto Scaling" : "is terminated by hand";
  }
  auto words = of_any(fact);
  if (!words.empty() || fact.actor == sim::Actor::evenkeel) return words;
  const bool scaling = by_scaling_.contains({fact.at, fact.instance_id});
  return of_outsider(fact, scaling ? "Auto Scaling" : "hand");
}

std::string subject_of(const sim::Fact& fact) {
  if (!fact.instance_id.empty()) return fact.instance_id;
  return fact.target_group.empty() ? split(fact.detail, ' ').front() : fact.target_group;
}

}  // namespace evenkeel::play
