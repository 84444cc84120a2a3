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
#include "sim/account.h"
#include "sim/scenario.h"

namespace evenkeel::cli {

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
    for (const auto& verdict : report->plan.fleet) judge("", verdict);
    for (const auto& [id, verdict] : report->plan.members) judge(id, verdict);
    remember();
  }

  const std::vector<std::string>& findings() const { return findings_; }

 private:
  struct Truth {
    std::set<std::string> out, held, scheduled, not_running, not_healthy, elsewhere;
    bool refresh = false, at_min = false, alarm = false, insufficient = false, closed = false,
         shifted = false;
  };

  // A fault of the wire is active, or was a moment ago: what could not be read may say so.
  bool faulty() const {
    return std::ranges::any_of(scenario_.faults.list, [&](const sim::Fault& fault) {
      return now_ + Duration{60'000} >= fault.from &&
             (fault.until == Time{} || now_ <= fault.until + Duration{600'000});
    });
  }

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
      if (server.tags.contains("evenkeel:hold")) seen.held.insert(id);
      if (std::ranges::any_of(server.events, [](const auto& event) { return !event.over(); }))
        seen.scheduled.insert(id);
      if (!server.runs()) seen.not_running.insert(id);
      for (const auto& [arn, group] : account_->target_groups) {
        if (of_fleet(group) && !serves(id, group)) seen.not_healthy.insert(id);
        if (!of_fleet(group) &&
            std::ranges::find(group.targets, id, &sim::RegisteredTarget::instance_id) != group.targets.end())
          seen.elsewhere.insert(id);
      }
    }
    seen.out = seen.not_healthy;
    for (const auto& [name, group] : account_->auto_scaling_groups) {
      for (const auto& member : group.members) {
        if (member.lifecycle_state != "InService") seen.out.insert(member.instance_id);
      }
      seen.at_min |= group.desired - 1 < group.min_size;
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

  bool of_fleet(const sim::TargetGroup& group) const {
    const auto& named = policy_->target_groups;
    if (!named.empty()) return std::ranges::find(named, group.name) != named.end();
    return std::ranges::any_of(account_->auto_scaling_groups, [&](const auto& one) {
      const auto& attached = one.second.target_group_arns;
      return std::ranges::find(attached, group.arn) != attached.end();
    });
  }

  // A rule names an alarm of each member; the generated account has none of them.
  bool names_alarms_of_members() const {
    return std::ranges::any_of(policy_->also_when, [](const Rule& rule) {
      return std::ranges::any_of(rule.all, [](const Condition& one) {
        return one.kind == Condition::Kind::alarm && one.name.contains('{');
      });
    });
  }

  // True now or within the last three minutes: what the tick saw is a moment old.
  template <typename Holds>
  bool lately(Holds holds) {
    if (holds(truth())) return true;
    return std::ranges::any_of(past_, [&](const auto& one) { return holds(one); });
  }

  void remember() {
    past_.push_back(truth());
    if (past_.size() > 3) past_.pop_front();
  }

  static bool is_of(const sim::Series& series, const std::string& id, const MetricCondition& condition) {
    return series.metric == condition.metric && series.metric_namespace == condition.metric_namespace &&
           std::ranges::any_of(series.dimensions, [&](const auto& one) {
             return one.first == "InstanceId" && one.second == id;
           });
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

  void judge(const std::string& id, const Verdict& verdict) {
    const auto has = [&](std::set<std::string> Truth::* set) {
      return lately([&](const Truth& seen) { return (seen.*set).contains(id); });
    };
    const auto is = [&](bool Truth::* flag) { return lately([&](const Truth& seen) { return seen.*flag; }); };
    switch (verdict.reason) {
      case Reason::retired:
      case Reason::plan_violates_invariants:
      case Reason::state_full:
      case Reason::state_unreadable:
      case Reason::clock_backwards:
      case Reason::asked_late:
        return need(false, id, verdict);
      case Reason::too_many_out:
        return need(lately([&](const Truth& seen) {
                      auto out = seen.out;
                      for (const auto& one : plan_->next.open) out.insert(one.instance_id);
                      for (const auto& one : before_->open) out.insert(one.instance_id);
                      return static_cast<int>(out.size()) >=
                             policy_->keep.out.at_most(static_cast<int>(plan_->members.size()));
                    }),
                    id, verdict);
      case Reason::paused:
        return need(plan_->next.pause &&
                        (!plan_->next.pause->until || *plan_->next.pause->until > now_ - Duration{60'000}),
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
      case Reason::survey_incomplete:
        return need(faulty(), id, verdict);
      case Reason::alarm_unreadable:
        return need(faulty() || (!id.empty() && names_alarms_of_members()) ||
                        (policy_->gates.insufficient_data_blocks && is(&Truth::insufficient)),
                    id, verdict);
      case Reason::cooldown:
        return need(ended_.contains(id) && now_ - ended_[id] < policy_->keep.cooldown + Duration{60'000}, id,
                    verdict);
      case Reason::daily_limit:
        return need(starts_since(id, 24h) >= policy_->keep.remediations_per_day, id, verdict);
      case Reason::starts_per_hour:
        return need(starts_since("", 1h + 1min) >= policy_->keep.starts_per_hour, id, verdict);
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
        return need(has(&Truth::not_healthy), id, verdict);
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
        return need(is(&Truth::closed) || faulty(), id, verdict);
      case Reason::zonal_shift:
        return need(is(&Truth::shifted) || faulty(), id, verdict);
      default:
        return;
    }
  }

  const sim::Scenario& scenario_;
  const sim::Account* account_ = nullptr;
  const FleetPolicy* policy_ = nullptr;
  const Plan* plan_ = nullptr;
  const FleetState* before_ = nullptr;
  Time now_{};
  std::deque<Truth> past_;
  std::map<std::string, std::pair<std::string, Time>> starts_;  // by remediation
  std::map<std::string, Time> ended_;
  std::vector<std::string> findings_;
};

}  // namespace evenkeel::cli
