#include "observe/words.h"

#include <gtest/gtest.h>

namespace evenkeel::observe {
namespace {

using namespace std::chrono_literals;

TEST(Words, WhatWeDoNotKnowIsOther) {
  EXPECT_EQ(or_other<TargetState>("unhealthy.draining"), TargetState::unhealthy_draining);
  EXPECT_EQ(or_other<TargetState>("healthyish"), TargetState::other);
  EXPECT_EQ(or_other<InstanceState>("hibernating"), InstanceState::other);
  EXPECT_EQ(or_other<TargetType>("instance"), TargetType::instance);
  EXPECT_EQ(or_other<TargetReason>(""), TargetReason::none);
  EXPECT_EQ(lifecycle_state("Terminating:Wait"), LifecycleState::terminating_wait);
  EXPECT_EQ(lifecycle_state("Terminating:Anew"), LifecycleState::terminating)
      << "a part of a state that is known";
  EXPECT_EQ(lifecycle_state("Warmed:Running"), LifecycleState::other);
}

TEST(Words, TheStricterOfTwoThresholdsCounts) {
  const std::string health = "target_group_health.";
  const auto attributes =
      group_attributes({{health + "dns_failover.minimum_healthy_targets.count", "3"},
                        {health + "unhealthy_state_routing.minimum_healthy_targets.count", "2"},
                        {health + "unhealthy_state_routing.minimum_healthy_targets.percentage", "off"},
                        {health + "dns_failover.minimum_healthy_targets.percentage", "50"}});
  EXPECT_EQ(attributes->fail_open_count, 3);
  EXPECT_EQ(attributes->fail_open_percent, 50);
  EXPECT_EQ(attributes->deregistration_delay, 300s);
}

TEST(Words, TheWorstOfTheChecksCounts) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(worst_check(Words{"ok", "ok", "not-applicable"}), StatusCheck::ok);
  EXPECT_EQ(worst_check(Words{"ok", "impaired", "ok"}), StatusCheck::impaired);
  EXPECT_EQ(worst_check(Words{"impaired", "initializing"}), StatusCheck::impaired);
  EXPECT_EQ(worst_check(Words{"insufficient-data", "initializing"}), StatusCheck::insufficient_data);
  EXPECT_EQ(worst_check(Words{"ok", "sparkling"}), StatusCheck::unknown);
  EXPECT_EQ(worst_check(Words{"", "not-applicable"}), StatusCheck::unknown) << "nobody said that it is well";
}

TEST(Words, ACommandHasEndedOnlyWhereAwsSaysSo) {
  using enum CommandResult::State;
  for (const char* word : {"Pending", "InProgress", "Delayed", "Cancelling"})
    EXPECT_EQ(command_state(word), running) << word;
  for (const char* word : {"Failed", "Cancelled", "TimedOut"}) EXPECT_EQ(command_state(word), failed) << word;
  EXPECT_EQ(command_state("Success"), success);
  EXPECT_EQ(command_state("Succeeded"), unknown);
}

TEST(Words, OnlyAnOpenCalendarIsOpen) {
  EXPECT_EQ(calendar_state("OPEN"), CalendarState::open);
  EXPECT_EQ(calendar_state("CLOSED"), CalendarState::closed);
  EXPECT_EQ(calendar_state("open"), CalendarState::unknown);
}

TEST(Words, ALongTextIsCutBetweenTwoCharacters) {
  const std::string ascii(300, 'a');
  EXPECT_EQ(bounded(ascii), ascii.substr(0, 256));
  EXPECT_EQ(bounded(ascii.substr(0, 256)).size(), 256U);
  EXPECT_EQ(bounded(ascii.substr(0, 255) + "\u00fcber"), ascii.substr(0, 255));
}

TEST(Words, ATargetMeansAnInstanceByItsIdOrAnyOfItsAddresses) {
  std::map<std::string, Instance> instances;
  instances["i-1"].addresses = {"10.0.0.1", "10.0.2.16/28", "fd00::1", "fd00:1::/80"};
  const auto is_meant = [&](const std::string& target) {
    const auto named = Addresses(instances).by_instance({{target, 80, TargetState::healthy}});
    return named.size() == 1 && named.front().instance_id == "i-1";
  };
  for (const auto* target :
       {"i-1", "10.0.0.1", "10.0.2.16", "10.0.2.31", "fd00:0:0:0::1", "FD00::1", "fd00:1::5"})
    EXPECT_TRUE(is_meant(target)) << target;
  for (const auto* target : {"", "i-2", "10.0.0.10", "10.0.2.32", "10.0.2.15", "fd00::2", "fd00:1:0:0:1::"})
    EXPECT_FALSE(is_meant(target)) << target;
  instances["i-1"].addresses = {"10.0.0.1/x", "10.0.0.1/40", ""};
  EXPECT_FALSE(is_meant("10.0.0.1"));
}

TEST(Words, ATargetByAddressIsNamedByTheInstanceThatHasIt) {
  std::map<std::string, Instance> instances;
  instances["i-1"].addresses = {"10.0.0.1", "fd00::1"};
  instances["i-2"].private_ip = instances["i-3"].private_ip = "10.0.0.2";  // in another network
  instances["i-2"].addresses = {"10.0.2.16/28"};
  const auto named = [&](const std::string& target) {
    std::vector<std::string> ids;
    for (const auto& one :
         Addresses(instances).by_instance({{target, 80, TargetState::healthy, TargetReason::none}})) {
      ids.push_back(one.instance_id);
      EXPECT_EQ(one.by_address, target.front() != 'i');
    }
    return ids;
  };
  EXPECT_EQ(named("10.0.0.1"), std::vector<std::string>{"i-1"});
  EXPECT_EQ(named("FD00:0::1"), std::vector<std::string>{"i-1"});
  EXPECT_EQ(named("10.0.2.31"), std::vector<std::string>{"i-2"});
  EXPECT_EQ(named("10.0.0.2"), (std::vector<std::string>{"i-2", "i-3"}));
  EXPECT_EQ(named("10.0.0.9"), std::vector<std::string>{"10.0.0.9"});
  EXPECT_EQ(named("i-1"), std::vector<std::string>{"i-1"});
}

}  // namespace
}  // namespace evenkeel::observe
