// What the tests of members of an Auto Scaling group share.
#pragma once

#include <algorithm>
#include <string>

#include "decide/testing/fleet.h"

namespace evenkeel::decide {

// Member 3 of eight leaks. tg1 is attached to the Auto Scaling group; tg1-80 is not.
struct Scaling : FleetForTest {
  Scaling() {
    policy.auto_scaling_group = "web-asg";
    AutoScalingGroup seen;
    seen.name = "web-asg";
    seen.min = 2;
    seen.max = 10;
    seen.desired = 8;
    seen.elb_health_check = true;
    seen.instance_refresh = "";
    seen.activities.emplace();
    for (int i = 1; i <= 8; ++i) seen.members.push_back({id(i), LifecycleState::in_service, true});
    observation.auto_scaling_group = seen;
    for (auto& [member, instance] : observation.instances) instance.auto_scaling_group = "web-asg";
    group(0).attached = true;
    group(0).port = 443;
    group(1).port = 80;
  }

  LifecycleState& lifecycle(int member) {
    auto& members = observation.auto_scaling_group->members;
    return std::ranges::find(members, id(member), &AutoScalingMember::instance_id)->lifecycle_state;
  }

  // … in Standby, drained from tg1 by Auto Scaling and from tg1-80 by us.
  void in_standby() {
    start_of_three();
    lifecycle(3) = LifecycleState::standby;
    --observation.auto_scaling_group->desired;
    gone_from(0, 3);
    pass(1min);
    tick();
    gone_from(1, 3);
    pass(2min);
  }

  void rebooted() {
    in_standby();
    tick();
    auto& samples = observation.signals[id(3)].samples;
    pass(8min);
    samples = {{observation.taken_at - 7min, 80}, {observation.taken_at - 1min, 30}};
  }

  // … and back in service, healthy everywhere, soaking.
  void back() {
    rebooted();
    tick();
    lifecycle(3) = LifecycleState::in_service;
    ++observation.auto_scaling_group->desired;
    registered(3, TargetState::healthy);
    pass(2min);
    tick();
  }

  const Event* event(const Plan& plan, EventKind kind) {
    const auto found = std::ranges::find(plan.events, kind, &Event::kind);
    return found == plan.events.end() ? nullptr : &*found;
  }
};

}  // namespace evenkeel::decide
