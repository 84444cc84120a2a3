// What the gate counts: how many are treated at once.
#include <gtest/gtest.h>

#include "decide/remediation/gate.h"
#include "decide/testing/escalating.h"

namespace evenkeel::decide {
namespace {

// Members 3 and 4 were let out while `keep.out` allowed two, and both are drained by now.
struct TwoOut : Escalating {
  explicit TwoOut(std::vector<Step> steps = {step(Treatment::reboot)}) : Escalating(std::move(steps)) {
    policy.keep.out.count = 2;
    policy.keep.healthy.count = 4;
    memory(3, 80);
    tick();
    pass(1min);
    memory(4, 80);
    tick();
    gone(3);
    gone(4);
    pass(2min);
  }
  const Remediation& out(int member) const {
    return *std::ranges::find(state.open, id(member), &Remediation::instance_id);
  }
};

TEST(AtOnce, AsManyAreTreatedAtOnceAsMayBeOut) {
  TwoOut fleet;
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::reboot, Effect::reboot}));
  EXPECT_TRUE(fleet.broken.empty());
}

TEST(AtOnce, OneAfterTheOtherOnceFewerMayBeOut) {
  TwoOut fleet;
  fleet.policy.keep.out.count = 1;
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::reboot});
  EXPECT_TRUE(fleet.broken.empty()) << join(fleet.broken, "; ");
  EXPECT_EQ(fleet.out(3).phase, Phase::booting);
  EXPECT_EQ(fleet.out(4).phase, Phase::draining);
  EXPECT_EQ(fleet.out(4).why_untreated,
            "1 server is being treated (" + id(3) + "); keep.out allows 1 at once");

  fleet.pass(1min);
  EXPECT_TRUE(fleet.tick().actions.empty()) << "the first has not come up yet";
  fleet.state.open[0].phase = Phase::rejoining;
  fleet.state.open[0].without_waiting = true;
  fleet.pass(1min);
  EXPECT_EQ(fleet.tick().actions.back().effect, Effect::reboot) << "its turn";
  EXPECT_EQ(fleet.out(4).phase, Phase::booting);
}

TEST(AtOnce, WhoseTurnDoesNotComeIsPutBackInTimeAndSaysWhy) {
  TwoOut fleet;
  fleet.policy.keep.out.count = 1;
  fleet.tick();
  for (int minute = 0; minute < 7; ++minute) {
    fleet.pass(1min);
    fleet.tick();
  }
  EXPECT_EQ(fleet.out(4).phase, Phase::rejoining);
  EXPECT_TRUE(fleet.out(4).why_untreated.contains("keep.out allows 1 at once")) << fleet.out(4).why_untreated;
}

TEST(AtOnce, AShareIsOfAllServersThoseThatAreOutIncluded) {
  TwoOut fleet;
  fleet.policy.keep.out = {.count = 0, .percent = 25};  // of eight, six of which are registered
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::reboot, Effect::reboot}));
  EXPECT_TRUE(fleet.broken.empty());
}

TEST(AtOnce, EveryTreatmentCountsUntilItHasShownItself) {
  for (const auto treatment : {Treatment::command, Treatment::stop_start}) {
    TwoOut fleet({step(treatment)});
    fleet.policy.keep.out.count = 1;
    EXPECT_EQ(fleet.tick().actions.size(), 1U) << name(treatment);
    fleet.pass(1min);
    EXPECT_TRUE(fleet.tick().actions.empty()) << name(treatment);
    EXPECT_EQ(fleet.out(4).phase, Phase::draining);
  }
}

TEST(AtOnce, EvidenceIsCapturedMeanwhileForItChangesNothing) {
  TwoOut fleet;
  fleet.policy.keep.out.count = 1;
  fleet.tick();
  ASSERT_EQ(fleet.out(3).phase, Phase::booting);
  fleet.policy.evidence = Evidence{.document = {.name = "Dump", .parameters = {}, .within = 5min}};
  for (auto& [name, started_under] : fleet.state.policies) started_under.evidence = fleet.policy.evidence;
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::capture});
  EXPECT_EQ(fleet.out(4).phase, Phase::capturing);
}

}  // namespace
}  // namespace evenkeel::decide
