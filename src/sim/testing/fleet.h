// A small fleet in an account, for the tests of sim/: servers healthy behind one target group.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "sim/world/account.h"

namespace evenkeel::sim {

using namespace std::chrono_literals;

inline const Time kNoon = Time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}} + 12h;

struct SmallFleet {
  explicit SmallFleet(int servers, double requests_per_server = 0, std::uint64_t seed = 7)
      : account(kNoon, seed) {
    group = add_group("tg1", 443);
    account.peak_requests_per_second = requests_per_server * servers / Account::day_curve(kNoon);
    for (int i = 1; i <= servers; ++i) {
      Server server;
      server.name = "web-" + std::to_string(i);
      server.capacity = 100;
      server.boot_time = 60s;
      ids.push_back(account.add_server(server));
      place(ids.back(), group, 443);
    }
  }

  std::string add_group(const std::string& name, int port, double share = 1) {
    TargetGroup made;
    made.name = name;
    made.port = port;
    made.traffic_share = share;
    made.load_balancer_arns = {"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/1"};
    made.attributes["deregistration_delay.timeout_seconds"] = "60";
    return account.add_target_group(made);
  }

  // Registered and healthy since long ago.
  void place(const std::string& id, const std::string& arn, int port) {
    RegisteredTarget target;
    target.instance_id = id;
    target.port = port;
    target.state = "healthy";
    target.ever_healthy = true;
    account.find_group(arn)->targets.push_back(target);
  }

  void pass(Duration duration) { account.advance_to(account.now() + duration); }

  // "healthy", "draining/Target.DeregistrationInProgress" …; "absent" when not listed.
  std::string health(const std::string& id) const { return health(id, group); }
  std::string health(const std::string& id, const std::string& arn) const {
    for (const auto& target : account.visible_targets(arn)) {
      if (target.instance_id != id) continue;
      return target.reason.empty() ? target.state : target.state + "/" + target.reason;
    }
    return "absent";
  }

  // Passes until the target's health is so, at most ten minutes; how long that took.
  Duration pass_until(const std::string& id, const std::string& wanted) {
    const Time from = account.now();
    while (health(id) != wanted && account.now() < from + 10min) pass(1s);
    return account.now() - from;
  }

  void take_out(const std::string& id) {
    account.deregister_target(group, id, 443);
    pass_until(id, "absent");
  }

  std::vector<Fact> facts(FactKind kind) const {
    std::vector<Fact> found;
    std::ranges::copy_if(account.facts(), std::back_inserter(found),
                         [&](const Fact& fact) { return fact.kind == kind; });
    return found;
  }

  Server& server(std::size_t index) { return account.servers.at(ids[index]); }
  TargetGroup& target_group() { return *account.find_group(group); }

  Account account;
  std::string group;
  std::vector<std::string> ids;
};

}  // namespace evenkeel::sim
