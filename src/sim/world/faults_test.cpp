#include "sim/world/faults.h"

#include <gtest/gtest.h>

namespace evenkeel::sim {
namespace {

constexpr Time kFaultsNow{std::chrono::seconds{1'000'000}};

Fault fault(FaultKind kind, double rate) {
  Fault made;
  made.kind = kind;
  made.rate = rate;
  return made;
}

TEST(FaultDice, KindsHaveNamesThatCanBeReadBack) {
  for (int i = 0; i <= static_cast<int>(FaultKind::wrong_date); ++i)
    EXPECT_EQ(from_word<FaultKind>(name(static_cast<FaultKind>(i))), static_cast<FaultKind>(i));
  EXPECT_EQ(from_word<FaultKind>("meteor"), std::nullopt);
  EXPECT_STREQ(name(FaultKind::lose_reply_after), "lose_reply_after");
}

TEST(FaultDice, HitsAtItsRate) {
  FaultDice dice({fault(FaultKind::throttle, 0.25)}, 3);
  int hits = 0;
  for (int i = 0; i < 10'000; ++i) hits += dice.roll("ec2.DescribeInstances", false, kFaultsNow) != nullptr;
  EXPECT_NEAR(hits, 2500, 150);
  EXPECT_EQ(dice.fired().at("throttle"), hits);
}

TEST(FaultDice, RollsTheSameForTheSameSeed) {
  FaultDice one({fault(FaultKind::throttle, 0.5)}, 3), same({fault(FaultKind::throttle, 0.5)}, 3);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(one.roll("a.B", false, kFaultsNow) == nullptr, same.roll("a.B", false, kFaultsNow) == nullptr);
}

TEST(FaultDice, AnotherFaultLeavesTheFirstAsItWas) {
  FaultDice alone({fault(FaultKind::throttle, 0.3)}, 3);
  FaultDice both({fault(FaultKind::throttle, 0.3), fault(FaultKind::slow, 0.3)}, 3);
  for (int i = 0; i < 200; ++i) {
    const bool hit = alone.roll("a.B", false, kFaultsNow) != nullptr;
    const Fault* met = both.roll("a.B", false, kFaultsNow);
    EXPECT_EQ(hit, met != nullptr && met->kind == FaultKind::throttle);
  }
}

TEST(FaultDice, WithTimesAloneHitsTheFirstCalls) {
  Fault twice = fault(FaultKind::garbage, 0);
  twice.times = 2;
  FaultDice dice({twice}, 3);
  EXPECT_TRUE(dice.roll("a.B", false, kFaultsNow));
  EXPECT_TRUE(dice.roll("a.B", false, kFaultsNow));
  EXPECT_FALSE(dice.roll("a.B", false, kFaultsNow));
  EXPECT_EQ(dice.fired().at("garbage"), 2);
}

TEST(FaultDice, WithNeitherRateNorTimesNeverHits) {
  FaultDice dice({fault(FaultKind::garbage, 0)}, 3);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(dice.roll("a.B", false, kFaultsNow));
  EXPECT_EQ(dice.fired().at("garbage"), 0);
}

TEST(FaultDice, HitsOnlyItsActionAndOnlyInItsTime) {
  Fault bounded = fault(FaultKind::denied, 1);
  bounded.action = "ec2.RebootInstances";
  bounded.from = kFaultsNow;
  bounded.until = kFaultsNow + std::chrono::seconds{10};
  FaultDice dice({bounded}, 3);
  EXPECT_FALSE(dice.roll("ec2.DescribeInstances", false, kFaultsNow));
  EXPECT_FALSE(dice.roll("ec2.RebootInstances", false, kFaultsNow - Duration{1}));
  EXPECT_TRUE(dice.roll("ec2.RebootInstances", false, kFaultsNow));
  EXPECT_TRUE(dice.roll("ec2.RebootInstances", false, bounded.until - Duration{1}));
  EXPECT_FALSE(dice.roll("ec2.RebootInstances", false, bounded.until));
}

TEST(FaultDice, ADryRunMeetsOnlyDenialsAndWhatHitsEveryAction) {
  Fault named = fault(FaultKind::lose_reply_after, 1);
  named.action = "ec2.RebootInstances";
  Fault denied = named;
  denied.kind = FaultKind::denied;
  EXPECT_FALSE(FaultDice({named}, 3).roll("ec2.RebootInstances", true, kFaultsNow));
  EXPECT_TRUE(FaultDice({named}, 3).roll("ec2.RebootInstances", false, kFaultsNow));
  EXPECT_TRUE(FaultDice({denied}, 3).roll("ec2.RebootInstances", true, kFaultsNow));
  EXPECT_TRUE(FaultDice({fault(FaultKind::throttle, 1)}, 3).roll("ec2.RebootInstances", true, kFaultsNow));
}

TEST(FaultDice, WithoutAnEndStaysFromItsBeginningOn) {
  Fault open = fault(FaultKind::denied, 1);
  open.from = kFaultsNow;
  FaultDice dice({open}, 3);
  EXPECT_FALSE(dice.roll("a.B", false, kFaultsNow - Duration{1}));
  EXPECT_TRUE(dice.roll("a.B", false, kFaultsNow + std::chrono::hours{1000}));
}

}  // namespace
}  // namespace evenkeel::sim
