// Holds the reasons of each tick against the truth of the simulated account, apart from decide/.
#pragma once

#include <algorithm>
#include <deque>
#include <fmt/core.h>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "controller/tick.h"
#include "play/testing/moments.h"
#include "sim/scenario/scenario.h"
#include "sim/world/account.h"

namespace evenkeel::play {

class ReasonOracle {
 public:
  explicit ReasonOracle(const sim::Scenario& scenario) : scenario_(scenario) {}

  void look(const FleetPolicy& fleet, const Result<controller::TickReport>& report,
            const sim::Account& account) {
    now_ = account.now();
    account_ = &account;
    policy_ = &fleet;
    if (!report) {
      if (!faulty()) wrong("", "the tick failed: " + report.error().message);
      return remember();
    }
    plan_ = &report->plan;
    before_ = &report->before;
    for (const auto* state : {before_, &plan_->next}) {
      for (const auto& one : state->open) starts_[one.id] = {one.instance_id, one.started_at};
      for (const auto& one : state->recent) {
        starts_[one.id] = {one.instance_id, one.started_at};
        ended_[one.instance_id] = one.ended_at;
      }
    }
    auto& open = open_[fleet.name];
    if (!report->lost_race) open.clear();
    for (const auto& one : report->plan.next.open) open.insert(one.instance_id);
    for (const auto& verdict : report->plan.fleet) judge("", verdict);
    for (const auto& [id, verdict] : report->plan.members) judge(id, verdict);
    remember();
  }

  const std::vector<std::string>& findings() const { return findings_; }

 private:
  struct Truth {
    std::set<std::string> out, held, scheduled, not_running, not_healthy, elsewhere, uneven, short_of_units,
        stop_protected, asks_by_tag, not_in_service;
    bool refresh = false, at_min = false, alarm = false, insufficient = false, closed = false,
         shifted = false, retains = false, active = false, zone_fails = false, no_launch = false;
  };

  // Members of the Auto Scaling group in a zone. What Evenkeel has out may be in service or not, and so may what is in
  // Standby, also by an external change: it comes back at any moment.
  struct InZone {
    int surely = 0, perhaps = 0;
    bool may_be_short = false;
  };

  bool faulty() const { return is_faulty(scenario_, now_); }

  bool serves(const std::string& id, const sim::TargetGroup& group) const {
    bool any = false;
    for (const auto& target : group.targets) {
      if (target.instance_id != id) continue;
      if (target.state != "healthy") return false;
      any = true;
    }
    return any;
  }

  Truth truth() const {
    Truth seen;
    for (const auto& [id, server] : account_->servers) {
      if (!server.name.starts_with(policy_->name + "-")) continue;  // of another fleet
      if (server.tags.contains("evenkeel:hold")) seen.held.insert(id);
      if (std::ranges::any_of(server.events, [](const auto& event) { return !event.over(); }))
        seen.scheduled.insert(id);
      if (!server.runs() || now_ - server.launched_at < Duration{60'000} + account_->switches.describe_lag)
        seen.not_running.insert(id);
      if (server.stop_protected) seen.stop_protected.insert(id);
      if (server.tags.contains("evenkeel:remediate")) seen.asks_by_tag.insert(id);
      for (const auto& [arn, group] : account_->target_groups) {
        if (!serves(id, group) && (of_fleet(group) || group.classic))
          (of_fleet(group) ? seen.not_healthy : seen.out).insert(id);
        if (!of_fleet(group) &&
            std::ranges::find(group.targets, id, &sim::RegisteredTarget::instance_id) != group.targets.end())
          seen.elsewhere.insert(id);
      }
    }
    seen.out.insert(seen.not_healthy.begin(), seen.not_healthy.end());
    seen.zone_fails = some_zone_fails(seen.not_healthy);
    for (const auto& [name, group] : account_->auto_scaling_groups) {
      if (name != policy_->auto_scaling_group) continue;
      const int desired = group.desired - returned_just_now(group);  // as the tick saw it
      for (const auto& member : group.members) {
        if (member.lifecycle_state != "InService") seen.out.insert(member.instance_id);
        if (member.lifecycle_state != "InService") seen.not_in_service.insert(member.instance_id);
        if (!group.weights.empty() && (member.weight != 1 || desired - member.weight < group.min_size))
          seen.short_of_units.insert(member.instance_id);
      }
      for (const auto& member : group.members) {
        if (!group.classic_names.empty() || !group.lattice_arns.empty())
          seen.elsewhere.insert(member.instance_id);
      }
      seen.retains |= group.retains;
      seen.no_launch |= group.suspended("Launch");
      seen.active |= std::ranges::any_of(group.activities, [](const auto& one) { return !one.ended; });
      find_uneven(group, seen);
      seen.at_min |= group.desired - 1 < group.min_size || desired - 1 < group.min_size;
      seen.refresh |= !group.refreshes.empty();
    }
    for (const auto& [name, alarm] : account_->alarms) {
      seen.alarm |= alarm.state == "ALARM";
      seen.insufficient |= alarm.state == "INSUFFICIENT_DATA";
    }
    for (const auto& [name, calendar] : account_->calendars) seen.closed |= !calendar.open_at(now_);
    seen.shifted = !account_->shifted_zones.empty();
    return seen;
  }

  bool some_zone_fails(const std::set<std::string>& not_healthy) const {
    std::map<std::string, std::pair<int, int>> zones;  // members, and those that are not healthy
    for (const auto& [id, server] : account_->servers) {
      if (!server.name.starts_with(policy_->name + "-") || gone_for_long(id, server) ||
          is_retained(*account_, id))
        continue;
      auto& [members, failing] = zones[server.zone];
      ++members;
      failing += not_healthy.contains(id) ? 1 : 0;
    }
    return zones.size() > 1 && std::ranges::any_of(zones, [](const auto& zone) {
             return zone.second.second * 2 > zone.second.first;
           });
  }

  // What its Auto Scaling group still lists counts as its member: its process Terminate may be suspended.
  bool gone_for_long(const std::string& id, const sim::Server& server) const {
    if (in_group(id)) return false;
    const auto& facts = account_->facts();
    for (auto fact = facts.rbegin(); fact != facts.rend() && now_ - fact->at <= Duration{180'000}; ++fact) {
      if (fact->instance_id == id && fact->kind == sim::FactKind::terminate) return false;
    }
    return server.life == sim::Server::Life::terminated;
  }

  // Units by which Evenkeel's own returns from Standby have raised the desired size since the tick looked.
  int returned_just_now(const sim::AutoScalingGroup& group) const {
    int units = 0;
    const auto& facts = account_->facts();
    for (auto fact = facts.rbegin(); fact != facts.rend() && now_ - fact->at < Duration{60'000}; ++fact) {
      if (fact->kind != sim::FactKind::exit_standby || fact->actor != sim::Actor::evenkeel) continue;
      const auto member =
          std::ranges::find(group.members, fact->instance_id, &sim::AutoScalingMember::instance_id);
      if (member != group.members.end()) units += member->units();
    }
    return units;
  }

  // Whose Standby could leave a zone two short of another one.
  void find_uneven(const sim::AutoScalingGroup& group, Truth& seen) const {
    if (group.suspended("AZRebalance") || group.suspended("Terminate")) return;
    std::map<std::string, InZone> zones;
    for (const auto& zone : group.zones) zones[zone];
    bool forgotten = false;  // EC2 may say no more where a member was
    std::map<std::string, std::pair<std::string, bool>>
        members;  // the zone, and whether it surely counts there
    for (const auto& member : group.members) {
      const auto server = account_->servers.find(member.instance_id);
      if (server == account_->servers.end()) continue;
      const bool ours = is_open(member.instance_id);
      const bool in_service = member.lifecycle_state == "InService";
      const bool stands_by = member.lifecycle_state.ends_with("Standby");
      if (server->second.life == sim::Server::Life::terminated && (in_service || stands_by)) forgotten = true;
      // … or does not say yet.
      const auto lag = account_->switches.describe_lag;
      if (lag > Duration{} && now_ - server->second.launched_at < lag + Duration{5'000}) forgotten = true;
      auto& zone = zones[server->second.zone];
      const bool surely = in_service && !ours;
      zone.surely += surely ? 1 : 0;
      zone.perhaps += in_service || stands_by || member.lifecycle_state == "Pending" ? 1 : 0;
      zone.may_be_short |= stands_by || ours;
      members[member.instance_id] = {server->second.zone, surely};
    }
    for (const auto& [id, place] : members) {
      if (forgotten) seen.uneven.insert(id);
      const auto& [own, counts] = place;
      for (const auto& [low, short_of] : zones) {
        if (low != own && !short_of.may_be_short) continue;
        const int left = short_of.surely - (low == own && counts ? 1 : 0);
        const bool two_short = std::ranges::any_of(
            zones, [&](const auto& other) { return other.first != low && other.second.perhaps - left >= 2; });
        if (two_short) seen.uneven.insert(id);
      }
    }
  }

  bool is_open(const std::string& id) const {
    const auto has = [&](const FleetState* state) {
      return state != nullptr &&
             std::ranges::find(state->open, id, &Remediation::instance_id) != state->open.end();
    };
    return has(before_) || (plan_ != nullptr && has(&plan_->next));
  }

  // A request of Evenkeel's for the instance took effect, or may have: one was lost, or it was killed.
  bool acted_on_lately(const std::string& id, Duration back) const {
    if (faulty() || was_killed(scenario_, now_)) return true;
    const auto& facts = account_->facts();
    for (auto fact = facts.rbegin(); fact != facts.rend() && now_ - fact->at <= back; ++fact) {
      if (fact->instance_id == id && fact->actor == sim::Actor::evenkeel) return true;
    }
    return false;
  }

  bool open_elsewhere(const std::string& id) const {
    return std::ranges::any_of(
        open_, [&](const auto& fleet) { return fleet.first != policy_->name && fleet.second.contains(id); });
  }

  bool is_held(const std::string& id) const {
    return std::ranges::any_of(plan_->next.open, [&](const Remediation& one) {
      return one.instance_id == id && one.phase == Phase::held;
    });
  }

  bool in_group(const std::string& id) const {
    return std::ranges::any_of(account_->auto_scaling_groups, [&](const auto& entry) {
      return std::ranges::find(entry.second.members, id, &sim::AutoScalingMember::instance_id) !=
             entry.second.members.end();
    });
  }

  // A launch, a boot, or a fall of its memory, which looks like one.
  bool booted_within(const std::string& id, Duration back) const {
    const auto server = account_->servers.find(id);
    if (server == account_->servers.end() || now_ - server->second.launched_at <= back) return true;
    const auto& facts = account_->facts();
    for (auto fact = facts.rbegin(); fact != facts.rend() && now_ - fact->at <= back; ++fact) {
      const bool returns = fact->kind == sim::FactKind::boot_done || fact->kind == sim::FactKind::start ||
                           fact->kind == sim::FactKind::reboot_effect || fact->kind == sim::FactKind::repair;
      if (returns && fact->instance_id == id) return true;
    }
    return std::ranges::any_of(scenario_.events, [&](const sim::WorldEvent& event) {
      return event.words.front() == "memory" && sim::instance_id_of(event.words.at(1)) == id;
    });
  }

  std::ptrdiff_t refused_by_survey() const {
    return std::ranges::count_if(plan_->members, [](const auto& member) {
      const auto reason = member.second.reason;
      return reason == Reason::elsewhere_registered || reason == Reason::survey_incomplete ||
             reason == Reason::reboot_denied || reason == Reason::register_denied ||
             reason == Reason::scheduled_event;
    });
  }

  bool started_before(const std::string& id) const {
    return std::ranges::any_of(starts_, [&](const auto& start) { return start.second.first == id; });
  }

  bool has_treatment(Treatment treatment) const {
    return std::ranges::find(policy_->treatments, treatment, &Step::treatment) != policy_->treatments.end();
  }

  bool of_fleet(const sim::TargetGroup& group) const {
    const auto& named = policy_->target_groups;
    if (!named.empty()) return std::ranges::find(named, group.name) != named.end();
    return std::ranges::any_of(account_->auto_scaling_groups, [&](const auto& one) {
      const auto& attached = one.second.target_group_arns;
      return std::ranges::find(attached, group.arn) != attached.end();
    });
  }

  // What the tick saw is so old, by its own clock, at the most.
  Duration a_moment() const { return Duration{60'000} + clock_behind(scenario_, now_); }

  // True now, a minute ago, or by the clock that a wrong Date has told.
  template <typename Holds>
  bool at_some_clock(Holds holds) const {
    return holds(now_) || holds(now_ - 1min) || holds(now_ - 1min - clock_behind(scenario_, now_));
  }

  // True now or within the last three minutes: what the tick saw is a moment old.
  template <typename Holds>
  bool lately(Holds holds) {
    if (holds(truth())) return true;
    return std::ranges::any_of(pasts_[policy_->name], [&](const auto& one) { return holds(one); });
  }

  void remember() {
    auto& past = pasts_[policy_->name];
    past.push_back(truth());
    if (past.size() > 3) past.pop_front();
  }

  // Some sample of the metric in the time that the verdict may be about is not above.
  bool not_above(const std::string& id, const MetricCondition& condition) const {
    const auto back = condition.max_age + 3 * condition.period + account_->switches.metric_lag;
    for (const auto& series : account_->series) {
      if (!is_of(series, id, condition)) continue;
      for (const auto& [at, value] : account_->visible_samples(series, now_ - back, now_)) {
        if (value <= condition.above) return true;
      }
    }
    return false;
  }

  // Except a series that is new: ListMetrics may not know it for a quarter of an hour.
  bool sampled_lately(const std::string& id, const MetricCondition& condition) const {
    const Time from = now_ - condition.max_age + condition.period;
    for (const auto& series : account_->series) {
      if (!is_of(series, id, condition) || series.samples.empty()) continue;
      if (now_ - series.samples.begin()->first < Duration{1'200'000}) continue;
      if (!account_->visible_samples(series, from, now_ - Duration{5'000}).empty()) return true;
    }
    return false;
  }

  void wrong(const std::string& id, const std::string& what) {
    const auto server = account_->servers.find(id);
    findings_.push_back(fmt::format("{} {}: {}", iso8601(now_),
                                    server == account_->servers.end() ? id : server->second.name, what));
  }
  void need(bool holds, const std::string& id, const Verdict& verdict) {
    if (!holds && findings_.size() < 5)
      wrong(id, fmt::format("untrue reason {}: {}", name(verdict.reason), verdict.text));
  }

  int starts_since(const std::string& id, Duration back) const {
    return static_cast<int>(std::ranges::count_if(starts_, [&](const auto& start) {
      const auto& [server, at] = start.second;
      return (id.empty() || server == id) && now_ - at <= back;
    }));
  }

  // A few lines a reason.  NOLINTNEXTLINE(readability-function-size)
  void judge(const std::string& id, const Verdict& verdict) {
    const auto has = [&](std::set<std::string> Truth::* set) {
      return lately([&](const Truth& seen) { return (seen.*set).contains(id); });
    };
    const auto is = [&](bool Truth::* flag) { return lately([&](const Truth& seen) { return seen.*flag; }); };
    switch (verdict.reason) {
      case Reason::plan_violates_invariants:
      case Reason::state_full:
      case Reason::state_unreadable:
      case Reason::state_outdated:
      case Reason::asked_late:
      case Reason::unsupported_target_type:
      case Reason::fleets_overlap:
        return need(false, id, verdict);
      case Reason::in_another_fleet:
        return need(open_elsewhere(id), id, verdict);
      case Reason::wrong_account:  // it is always ours, where AWS answers
        return need(faulty() && verdict.text.find("AWS did not say") != std::string::npos, id, verdict);
      case Reason::retired:
        return need(policy_->retired, id, verdict);
      case Reason::clock_backwards:
        return need(wrong_date(scenario_, now_, false), id, verdict);
      case Reason::clock_ahead:
        return need(wrong_date(scenario_, now_, true), id, verdict);
      case Reason::zone_without_cross_zone:
      case Reason::start_not_decided:
        return need(faulty(), id, verdict);
      case Reason::outside_window:
        return need(at_some_clock([&](Time at) { return outside_windows(*policy_, at); }), id, verdict);
      case Reason::frozen:
        return need(at_some_clock([&](Time at) { return is_frozen(*policy_, at); }), id, verdict);
      case Reason::held:
        return need(is_held(id) && has(&Truth::out), id, verdict);
      case Reason::late_effect:
        return need(started_before(id) && acted_on_lately(id, 30min), id, verdict);
      case Reason::already_served:
        return need(started_before(id), id, verdict);
      case Reason::reason_remains:
        return need(started_before(id) || !has_treatment(Treatment::replace), id, verdict);
      case Reason::remedy_does_not_help:
      case Reason::relapsing:
        return need(started_before(id), id, verdict);
      case Reason::not_surveyed:
        return need(refused_by_survey() >= 8, id, verdict);
      case Reason::az_rebalance:
        return need(policy_->leave_by == Leave::standby && has(&Truth::uneven), id, verdict);
      case Reason::capacity_units:
        return need(policy_->leave_by == Leave::standby && has(&Truth::short_of_units), id, verdict);
      case Reason::stop_protected:
        return need(has_treatment(Treatment::stop_start) && (has(&Truth::stop_protected) || faulty()), id,
                    verdict);
      case Reason::would_be_retained:
        return need(has_treatment(Treatment::replace) && is(&Truth::retains), id, verdict);
      case Reason::launch_suspended:
        return need(is(&Truth::no_launch), id, verdict);
      case Reason::scaling_activity:
        return need(is(&Truth::active) || faulty(), id, verdict);
      case Reason::zone_failing:
        return need(is(&Truth::zone_fails), id, verdict);
      case Reason::auto_scaling_state:
        return need(has(&Truth::not_in_service) || !in_group(id) || faulty(), id, verdict);
      case Reason::young:
        if (acted_on_lately(id, policy_->keep.min_uptime)) return;  // a treatment counts
        return need(booted_within(id, policy_->keep.min_uptime + Duration{180'000}), id, verdict);
      case Reason::too_many_out:
        return need(lately([&](const Truth& seen) {
                      auto out = seen.out;
                      for (const auto& one : plan_->next.open) out.insert(one.instance_id);
                      for (const auto& one : before_->open) out.insert(one.instance_id);
                      for (const auto& [fleet, open] : open_) out.insert(open.begin(), open.end());
                      return static_cast<int>(out.size()) >=
                             policy_->keep.out.at_most(static_cast<int>(plan_->members.size()));
                    }),
                    id, verdict);
      case Reason::paused:
        return need(
            plan_->next.pause && (!plan_->next.pause->until || *plan_->next.pause->until > now_ - a_moment()),
            id, verdict);
      case Reason::breaker_open:
        return need(plan_->next.breaker.has_value(), id, verdict);
      case Reason::below_limit:
        return need(!policy_->reboot_when.given() || not_above(id, policy_->reboot_when) ||
                        !policy_->also_when.empty(),
                    id, verdict);
      case Reason::signal_missing:
      case Reason::signal_stale:
        return need(faulty() || !policy_->reboot_when.given() || !sampled_lately(id, policy_->reboot_when) ||
                        policy_->reboot_when.period > Duration{60'000},
                    id, verdict);
      case Reason::signal_failed:
      case Reason::signal_partial:
      case Reason::reboot_denied:
      case Reason::register_denied:
      case Reason::mark_denied:
      case Reason::survey_incomplete:
        return need(faulty(), id, verdict);
      case Reason::alarm_unreadable:
        return need(faulty() || (!id.empty() && names_alarms_of_members(*policy_)) ||
                        (policy_->gates.insufficient_data_blocks && is(&Truth::insufficient)) ||
                        names_missing_alarm(*policy_, *account_),
                    id, verdict);
      case Reason::cooldown:
        return need(ended_.contains(id) && now_ - ended_[id] < policy_->keep.cooldown + a_moment(), id,
                    verdict);
      case Reason::daily_limit:
        return need(starts_since(id, 24h + a_moment()) >= policy_->keep.remediations_per_day, id, verdict);
      case Reason::starts_per_hour:
        return need(starts_since("", 1h + a_moment()) >= policy_->keep.starts_per_hour, id, verdict);
      case Reason::in_remediation:
        return need(
            std::ranges::find(plan_->next.open, id, &Remediation::instance_id) != plan_->next.open.end(), id,
            verdict);
      case Reason::hold_tag:
        return need(has(&Truth::held), id, verdict);
      case Reason::scheduled_event:
        return need(has(&Truth::scheduled), id, verdict);
      case Reason::not_running:
        return need(has(&Truth::not_running), id, verdict);
      case Reason::not_healthy:
      case Reason::not_registered:
      case Reason::being_drained:
        return need(has(&Truth::not_healthy) || group_was_deleted(scenario_, now_), id, verdict);
      case Reason::elsewhere_registered:
        return need(has(&Truth::elsewhere), id, verdict);
      case Reason::standby_at_min_size:
        return need(is(&Truth::at_min), id, verdict);
      case Reason::instance_refresh:
        return need(is(&Truth::refresh) || faulty(), id, verdict);
      case Reason::alarm_firing:
        return need(
            is(&Truth::alarm) || (policy_->gates.insufficient_data_blocks && is(&Truth::insufficient)), id,
            verdict);
      case Reason::calendar_closed:
        return need(is(&Truth::closed) || names_missing_calendar(*policy_, *account_) || faulty(), id,
                    verdict);
      case Reason::zonal_shift:
        return need(is(&Truth::shifted) || faulty(), id, verdict);
      default:
        return;
    }
  }

  const sim::Scenario& scenario_;
  const sim::Account* account_ = nullptr;
  const FleetPolicy* policy_ = nullptr;
  const Plan* plan_ = nullptr;  // of a tick, while it is looked at
  const FleetState* before_ = nullptr;
  Time now_{};
  std::map<std::string, std::deque<Truth>> pasts_;              // by fleet
  std::map<std::string, std::pair<std::string, Time>> starts_;  // by remediation
  std::map<std::string, Time> ended_;
  std::map<std::string, std::set<std::string>> open_;  // by fleet, as its last ticks left it
  std::vector<std::string> findings_;
};

}  // namespace evenkeel::play
