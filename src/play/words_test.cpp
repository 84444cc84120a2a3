#include "play/words.h"

#include <gtest/gtest.h>

namespace evenkeel::play {
namespace {

sim::Fact fact(sim::FactKind kind, const std::string& detail = {}, std::int64_t count = 0,
               sim::Actor actor = sim::Actor::outsider) {
  sim::Fact made;
  made.kind = kind;
  made.instance_id = "i-1";
  made.detail = detail;
  made.count = count;
  made.actor = actor;
  return made;
}

std::string text_of(const sim::Fact& told) { return FactWords({told}).of(told); }

TEST(FactsInWords, TellWhatAutoScalingDid) {
  EXPECT_EQ(text_of(fact(sim::FactKind::launch, "size", 5)),
            "is launched by Auto Scaling for a desired size of 5");
  EXPECT_EQ(text_of(fact(sim::FactKind::launch, "replace", 4)),
            "is launched by Auto Scaling to replace another");
  EXPECT_EQ(text_of(fact(sim::FactKind::scale_in, "size", 3)),
            "is scaled in by Auto Scaling to a desired size of 3");
  EXPECT_EQ(text_of(fact(sim::FactKind::in_service, "web-asg")), "is in service in web-asg");
}

TEST(FactsInWords, SayWhoDidIt) {
  EXPECT_EQ(text_of(fact(sim::FactKind::standby, "decrement")), "enters Standby by hand");
  EXPECT_EQ(text_of(fact(sim::FactKind::standby, "decrement", 4, sim::Actor::evenkeel)), "");
  EXPECT_EQ(text_of(fact(sim::FactKind::reboot_effect)), "is rebooted by hand");
  EXPECT_EQ(text_of(fact(sim::FactKind::reboot_effect, "", 0, sim::Actor::evenkeel)),
            "goes down for the reboot");
  EXPECT_EQ(text_of(fact(sim::FactKind::stop, "", 0, sim::Actor::evenkeel)), "is stopped");
  EXPECT_EQ(text_of(fact(sim::FactKind::command, "Shop-Recycle", 0, sim::Actor::evenkeel)),
            "runs Shop-Recycle");
  EXPECT_EQ(text_of(fact(sim::FactKind::command, "Shop-Recycle")), "runs Shop-Recycle, sent by hand");
}

TEST(FactsInWords, ChargeAutoScalingForTheEndOfThoseThatItTookOut) {
  const auto end = fact(sim::FactKind::terminate);
  EXPECT_EQ(text_of(end), "is terminated by hand");
  EXPECT_EQ(FactWords({fact(sim::FactKind::scale_in, "size", 3), end}).of(end),
            "is terminated by Auto Scaling");
  EXPECT_EQ(FactWords({end, fact(sim::FactKind::replace, "i-2")}).of(end), "is terminated by hand")
      << "Auto Scaling only replaced it then";
}

TEST(FactsInWords, ChargeAutoScalingForTheRegistrationsThatItMovesAlong) {
  auto left = fact(sim::FactKind::deregistration, "healthy");
  left.port = 443;
  EXPECT_EQ(text_of(left), "is deregistered by hand, port 443");
  EXPECT_EQ(FactWords({fact(sim::FactKind::standby, "decrement"), left}).of(left),
            "is deregistered by Auto Scaling, port 443");
  auto later = left;
  later.at += Duration{1'000};
  EXPECT_EQ(FactWords({fact(sim::FactKind::standby, "decrement"), later}).of(later),
            "is deregistered by hand, port 443");
}

TEST(FactsInWords, AreAboutAnInstanceOrAGroup) {
  auto resize = fact(sim::FactKind::resize, "web-asg min=2 max=6 desired=4", 4);
  resize.instance_id.clear();
  EXPECT_EQ(subject_of(resize), "web-asg");
  EXPECT_EQ(text_of(resize), "is resized by hand: min=2 max=6 desired=4");
  EXPECT_EQ(subject_of(fact(sim::FactKind::standby)), "i-1");
}

}  // namespace
}  // namespace evenkeel::play
