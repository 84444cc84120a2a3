#include "sim/judges/checkers.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"

namespace evenkeel::sim {
namespace {

constexpr Duration kBetweenReboots{300'000};

// No look could show an external change so shortly before a reboot took effect: a look, a request, EC2's delay.
constexpr Duration kUnseen{12'000};

// So long after a return from Standby what Auto Scaling does about the size is still our doing.
constexpr Duration kAftermath{900'000};

constexpr Duration kImpairmentTolerated{300'000};  // by Auto Scaling

std::string group_name(const std::string& arn) {
  const auto parts = split(arn, '/');
  return parts.size() > 2 ? parts[parts.size() - 2] : parts.back();
}

std::string target_text(const TargetKey& place) {
  return fmt::format("{}:{}", group_name(place.first), place.second);
}

// What the facts say so far about one Auto Scaling group.
struct GroupTally {
  int rebalanced = 0;            // units launched because of Evenkeel, for which nothing was scaled in yet
  int evened_out = 0;            // the same, not because of Evenkeel
  int oversized = 0;             // units that a replacement counts more than what it replaced
  std::vector<int> to_replace;   // units of each member that was terminated as asked, and not replaced yet
  std::optional<Time> exiting;   // when our last return from Standby was asked for
  std::optional<Time> exited;    // … and its end, as far as it got
  std::optional<Time> sized_by;  // an operator's last change of the sizes
};

// What the facts say so far about one instance.
struct Outage {
  std::map<TargetKey, Time> taken;    // by us, and not healthy there again
  std::map<TargetKey, Time> missing;  // by us, and not registered there again
  std::set<TargetKey> ever_taken;     // by us
  std::set<TargetKey> misplaced;      // registered by us where we had not taken it
  std::map<TargetKey, Time> put_in;   // by an external change
  std::optional<Time> standby;        // by us, and not in service again
  std::optional<Time> stopped;        // by us, and not started again
  std::optional<Time> down;           // by our reboot or stop, and not up again
  std::optional<Time> parked;         // by an operator's Standby, and not in service again
  bool decremented = false;           // by our Standby, and not incremented again
  bool ordered_gone = false;          // its termination was asked for by us
  bool struck = false;                // it died, its boot hung, or it was stopped; not up again
  int reboots = 0;                    // by us, that took effect since it was last back
  std::optional<Time> rebooted;       // … the last one
  Time running_since{};
  bool gone = false;

  bool out() const { return !gone && (standby || !taken.empty()); }
};

class Judge {
 public:
  Judge(const Account& account, const Promise& promise) : account_(account), promise_(promise) {}

  CheckerReport judge() {
    for (const auto& fact : account_.facts()) read(fact);
    for (auto& [id, outage] : outages_) close(id, outage);
    for (const auto& id : retained_) {
      if (outages_[id].gone) continue;
      ++judgement_.retained;
      find(account_.now(), id, "terminated by Evenkeel and left in Terminating:Retained, running and billed");
    }
    return std::move(judgement_);
  }

 private:
  void find(Time at, const std::string& id, const std::string& what) {
    const auto server = account_.servers.find(id);
    const auto& shown = server == account_.servers.end() ? id : server->second.name;
    judgement_.findings.push_back(fmt::format("{} {}: {}", iso8601(at), printable(shown), what));
  }

  void read(const Fact& fact) {
    if (fact.kind == FactKind::group_deleted) return forget_group(fact.target_group);
    if (fact.kind == FactKind::zone_outage || fact.kind == FactKind::zone_restored) {
      zones_out_until_[fact.detail] = fact.kind == FactKind::zone_outage ? Time::max() : fact.at;
      return;
    }
    read_consequences(fact);
    auto& outage = outages_[fact.instance_id];
    const TargetKey place{fact.target_group, fact.port};
    const bool by_others = fact.actor == Actor::outsider &&
                           (fact.kind == FactKind::stop_accepted || fact.kind == FactKind::stop);
    outage.struck = outage.struck || by_others || fact.kind == FactKind::crash ||
                    fact.kind == FactKind::event || fact.kind == FactKind::boot_hangs;
    if (fact.kind == FactKind::deregistration) {
      if (fact.actor == Actor::evenkeel) return read_deregister(fact, outage, place);
      outage.missing.erase(place);  // where it belongs is now the outsider's decision
    } else if (fact.kind == FactKind::registration) {
      read_register(fact, outage, place);
    } else if (fact.kind == FactKind::healthy) {
      outage.taken.erase(place);
      if (!outage.out()) outage.reboots = 0;
    } else if (fact.kind == FactKind::reboot_effect) {
      if (fact.actor == Actor::evenkeel) read_reboot(fact, outage);
    } else if (fact.kind == FactKind::stop_accepted) {
      if (fact.actor == Actor::evenkeel) read_stop(fact, outage);
    } else if (fact.kind == FactKind::command) {
      if (fact.actor == Actor::evenkeel) read_drained(fact, "treated by a command");
    } else if (fact.kind == FactKind::start) {
      outage.stopped.reset();
    } else if (fact.kind == FactKind::boot_done) {
      outage.running_since = fact.at;
      outage.down.reset();
      outage.struck = false;
      if (!outage.out()) outage.reboots = 0;
    } else if (fact.kind == FactKind::terminate) {
      outage.gone = true;
    } else {
      read_auto_scaling(fact, outage);
    }
  }

  void read_auto_scaling(const Fact& fact, Outage& outage) {
    const bool ours = fact.actor == Actor::evenkeel;
    if (fact.kind == FactKind::standby) {
      if (!ours) outage.parked = fact.at;
      if (ours) read_standby(fact, outage);
    } else if (fact.kind == FactKind::exit_standby) {
      if (ours && !outage.standby) {
        ++judgement_.guard_violations;
        find(fact.at, fact.instance_id, "moved out of a Standby that was not Evenkeel's");
      }
      // Brought into service as it was, perhaps stopped.
      if (!ours) outage.struck = true;
      outage.decremented = false;
    } else if (fact.kind == FactKind::in_service) {
      outage.standby.reset();
      unpark(fact.at, outage);
      if (!outage.out()) outage.reboots = 0;
    } else if (fact.kind == FactKind::detach) {  // where it belongs is now the outsider's decision
      forget_places(outage);
      outage.decremented = false;
    } else if (fact.kind == FactKind::retained) {
      if (outage.ordered_gone) retained_.insert(fact.instance_id);
      forget_places(outage);  // it is no member any more
    } else if (fact.kind == FactKind::scale_in) {
      outage.ordered_gone = outage.ordered_gone || ours;
      if (ours && (outage.decremented || fact.detail == "asked, decrement")) {
        ++judgement_.size_changes;
        find(fact.at, fact.instance_id, "terminated so that the desired size stays one smaller");
      }
      outage.decremented = false;
    }
  }

  static void forget_places(Outage& outage) {
    outage.taken.clear();
    outage.missing.clear();
    outage.standby.reset();
    outage.parked.reset();
  }

  // What an operator keeps in Standby is to be registered nowhere, until it is in service again. What was forgotten
  // before that stays forgotten.
  bool to_be_left_parked(const Outage& outage, Time since) const {
    return outage.parked && *outage.parked - since < promise_.forgotten_after;
  }

  void unpark(Time at, Outage& outage) const {
    for (auto& [place, since] : outage.missing) {
      if (to_be_left_parked(outage, since)) since = std::max(since, at);
    }
    outage.parked.reset();
  }

  // Judged before the fact changes what is known of its instance.
  void read_consequences(const Fact& fact) {
    if (fact.kind == FactKind::resize) {
      groups_[split(fact.detail, ' ').front()].sized_by = fact.at;
      return;
    }
    const auto server = account_.servers.find(fact.instance_id);
    if (server == account_.servers.end() || server->second.auto_scaling_group.empty()) return;
    auto& group = groups_[server->second.auto_scaling_group];
    const auto& outage = outages_[fact.instance_id];
    const bool returns = fact.kind == FactKind::exit_standby || fact.kind == FactKind::in_service;
    if (returns && outage.standby) group.exited = fact.at;
    if (fact.kind == FactKind::exit_standby && outage.standby) group.exiting = fact.at;
    if (fact.kind == FactKind::replace) {
      if (!fact.detail.empty())
        group.oversized += std::max(0, units_of(fact.detail) - units_of(fact.instance_id));
      return read_replacement(fact, outage);
    }
    if (fact.kind == FactKind::scale_in && fact.detail == "asked")
      group.to_replace.push_back(units_of(fact.instance_id));
    if (fact.kind == FactKind::launch && fact.detail == "size" && !group.to_replace.empty()) {
      group.oversized += std::max(0, units_of(fact.instance_id) - group.to_replace.back());
      group.to_replace.pop_back();
    }
    const bool lately = group.exited && fact.at - *group.exited <= kAftermath;
    if (fact.kind == FactKind::launch && fact.detail == "rebalance")
      (fact.actor == Actor::evenkeel ? group.rebalanced : group.evened_out) += units_of(fact.instance_id);
    if (fact.kind != FactKind::scale_in || fact.detail != "size") return;
    if (group.rebalanced > 0) {
      group.rebalanced = std::max(0, group.rebalanced - units_of(fact.instance_id));
      charge(fact, "terminated by Auto Scaling to even out zones that Evenkeel's Standby had made uneven");
    } else if (group.evened_out > 0) {
      group.evened_out = std::max(0, group.evened_out - units_of(fact.instance_id));
    } else if (group.oversized > 0) {
      group.oversized = std::max(0, group.oversized - units_of(fact.instance_id));
    } else if (lately && !(group.sized_by && *group.sized_by >= group.exiting.value_or(*group.exited))) {
      charge(fact, "terminated by Auto Scaling as one too many after Evenkeel's return from Standby");
    }
  }

  // One where the group has no weights.
  int units_of(const std::string& id) const {
    const auto server = account_.servers.find(id);
    if (server == account_.servers.end()) return 1;
    const auto group = account_.auto_scaling_groups.find(server->second.auto_scaling_group);
    return group == account_.auto_scaling_groups.end()
               ? 1
               : std::max(1, group->second.weight_of(server->second.type));
  }

  void read_replacement(const Fact& fact, const Outage& outage) {
    if (outage.struck || outage.gone || was_impaired(fact) || was_in_a_zone_outage(fact)) return;
    if (outage.down)
      return charge(fact, "replaced by Auto Scaling because Evenkeel had stopped or rebooted it");
    if (!outage.taken.empty()) charge(fact, "replaced by Auto Scaling because Evenkeel had deregistered it");
  }

  bool was_in_a_zone_outage(const Fact& fact) const {
    const auto server = account_.servers.find(fact.instance_id);
    if (server == account_.servers.end()) return false;
    const auto out = zones_out_until_.find(server->second.zone);
    return out != zones_out_until_.end() &&
           (out->second == Time::max() || fact.at - out->second <= kAftermath);
  }

  // For long enough that Auto Scaling would have replaced it anyway. What it replaces stays as it was then.
  bool was_impaired(const Fact& fact) const {
    const auto server = account_.servers.find(fact.instance_id);
    if (server == account_.servers.end()) return false;
    const auto for_long = [&](const std::optional<Time>& since) {
      return since && fact.at - *since >= kImpairmentTolerated;
    };
    return for_long(server->second.impaired_since) || for_long(server->second.system_impaired_since);
  }

  void charge(const Fact& fact, const char* what) {
    ++judgement_.consequences;
    find(fact.at, fact.instance_id, what);
  }

  void read_standby(const Fact& fact, Outage& outage) {
    const bool starts = !outage.out();
    outage.standby = fact.at;
    outage.decremented = fact.detail == "decrement";
    if (!outage.decremented) {
      ++judgement_.size_changes;
      find(fact.at, fact.instance_id, "moved to Standby with the desired size kept, which launches another");
    }
    if (starts) count_out(fact);
  }

  void count_out(const Fact& fact) {
    const auto out = std::ranges::count_if(outages_, [](const auto& entry) { return entry.second.out(); });
    if (out <= promise_.out_at_most) return;
    ++judgement_.guard_violations;
    find(fact.at, fact.instance_id,
         fmt::format(
             "taken out while others were: {} members are out because of Evenkeel; promised are at most {}",
             out, promise_.out_at_most));
  }

  void read_deregister(const Fact& fact, Outage& outage, const TargetKey& place) {
    const bool promised =
        std::ranges::find(promise_.target_group_arns, place.first) != promise_.target_group_arns.end();
    if (promised && fact.detail == "healthy" && fact.count < promise_.healthy_at_least) {
      ++judgement_.guard_violations;
      find(fact.at, fact.instance_id,
           fmt::format("deregistered from {}, which left {} healthy there; promised are {}",
                       target_text(place), fact.count, promise_.healthy_at_least));
    }
    outage.ever_taken.insert(place);
    if (fact.detail.empty() || fact.detail == "draining") return;  // an outsider had taken it already
    const bool starts = !outage.out();
    if (outage.taken.empty() && fact.detail == "healthy") outage.reboots = 0;
    outage.taken[place] = outage.missing[place] = fact.at;
    if (starts) count_out(fact);
  }

  void read_register(const Fact& fact, Outage& outage, const TargetKey& place) {
    outage.missing.erase(place);
    if (fact.actor == Actor::outsider) outage.put_in[place] = fact.at;
    const bool to_be_put_back =
        outage.ever_taken.contains(place) || promise_.about_to_take.contains({fact.instance_id, place});
    if (fact.actor == Actor::evenkeel && !to_be_put_back) outage.misplaced.insert(place);
  }

  void read_drained(const Fact& fact, const char* done) {
    const auto unseen = std::ranges::count_if(outages_[fact.instance_id].put_in, [&](const auto& place) {
      return fact.at - place.second <= kUnseen;
    });
    if (fact.count <= unseen) return;
    ++judgement_.undrained_reboots;
    find(fact.at, fact.instance_id,
         fmt::format("{} while still registered or draining in {} places{}", done, fact.count,
                     fact.target_group.empty() ? "" : ", one of them " + group_name(fact.target_group)));
  }

  void read_stop(const Fact& fact, Outage& outage) {
    outage.stopped = outage.down = fact.at;
    read_drained(fact, "stopped");
  }

  void read_reboot(const Fact& fact, Outage& outage) {
    outage.down = fact.at;
    read_drained(fact, "rebooted");
    const bool at_once = outage.rebooted && fact.at - *outage.rebooted < kBetweenReboots;
    outage.rebooted = fact.at;
    ++outage.reboots;
    if (outage.reboots > promise_.reboots_at_most || (outage.reboots > 1 && at_once)) {
      ++judgement_.double_reboots;
      find(fact.at, fact.instance_id,
           fmt::format("rebooted for the {}. time without having been back in between", outage.reboots));
    }
  }

  void forget_group(const std::string& arn) {
    const auto in_group = [&](const auto& entry) { return entry.first.first == arn; };
    for (auto& [id, outage] : outages_) {
      std::erase_if(outage.taken, in_group);
      std::erase_if(outage.missing, in_group);
    }
  }

  bool in_standby(const std::string& id) const {
    return std::ranges::any_of(account_.auto_scaling_groups, [&](const auto& entry) {
      return std::ranges::any_of(entry.second.members, [&](const AutoScalingMember& member) {
        return member.instance_id == id && member.lifecycle_state.ends_with("Standby");
      });
    });
  }

  // From when a member that went into Standby then could be brought back: AWS lets none out while Launch is suspended.
  // What was forgotten before that stays forgotten.
  Time returnable_from(const std::string& id, Time since) const {
    for (const auto& [name, group] : account_.auto_scaling_groups) {
      const auto member = std::ranges::find(group.members, id, &AutoScalingMember::instance_id);
      if (member == group.members.end()) continue;
      if (group.launch_suspended_at - since >= promise_.forgotten_after) return since;
      if (!group.suspended("Launch")) return std::max(since, group.launch_resumed_at);
      return account_.now();
    }
    return since;
  }

  void close(const std::string& id, const Outage& outage) {
    const auto server = account_.servers.find(id);
    if (server == account_.servers.end()) return;
    bool forgotten = false;
    const auto returnable = [&](Time since) { return outage.standby ? returnable_from(id, since) : since; };
    const auto abandoned = [&](const std::optional<Time>& since, Server::Life life, const char* what) {
      if (!since || server->second.life != life) return;
      if (account_.now() - std::max(*since, outage.running_since) < promise_.forgotten_after) return;
      forgotten = true;
      find(account_.now(), id, fmt::format("{} at {} and forgotten", what, iso8601(*since)));
    };
    if (outage.standby && account_.now() - returnable(*outage.standby) >= promise_.forgotten_after)
      abandoned(outage.standby, Server::Life::running, "moved to Standby");
    abandoned(outage.stopped, Server::Life::stopped, "stopped");
    if (server->second.life == Server::Life::running) {
      for (const auto& [place, since] : outage.missing) {
        if (to_be_left_parked(outage, since)) continue;
        const Time from = std::max(returnable(since), outage.running_since);
        if (account_.now() - from < promise_.forgotten_after) continue;
        forgotten = true;
        find(account_.now(), id,
             fmt::format("taken out of {} at {} and forgotten", target_text(place), iso8601(since)));
      }
    }
    for (const auto& place : outage.misplaced) {
      forgotten = true;
      find(account_.now(), id,
           fmt::format("registered in {}, where it had not been taken from", target_text(place)));
    }
    judgement_.forgotten += forgotten;
    if (outage.decremented && !in_standby(id)) {
      ++judgement_.size_changes;
      find(account_.now(), id, "left its Standby without the desired size being incremented");
    }
  }

  const Account& account_;
  const Promise& promise_;
  std::map<std::string, Outage> outages_;
  std::map<std::string, GroupTally> groups_;     // by name
  std::set<std::string> retained_;               // instances
  std::map<std::string, Time> zones_out_until_;  // by zone; max: it is out
  CheckerReport judgement_;
};

}  // namespace

CheckerReport judge(const Account& account, const Promise& promise) {
  return Judge(account, promise).judge();
}

}  // namespace evenkeel::sim
