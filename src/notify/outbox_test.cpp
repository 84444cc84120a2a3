#include "notify/outbox.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "base/text.h"
#include "wire/testing/scripted_transport.h"

namespace evenkeel::notify {
namespace {

// Takes what it is told, or does what the test wants; every telling takes `takes`.
struct Ear {
  std::vector<std::string> heard;  // ids
  std::vector<Duration> within;
  std::optional<ErrorKind> fails;
  Duration takes{0};
};

class FakeChannel final : public Channel {
 public:
  FakeChannel(std::string name, Ear& ear, wire::ManualClock& clock)
      : name_(std::move(name)), ear_(ear), clock_(clock) {}
  std::string name() const override { return name_; }
  Result<void> notify(const Notice& notice, Duration within) override {
    ear_.within.push_back(within);
    clock_.time += std::min(ear_.takes, within);
    if (ear_.fails) return fail(*ear_.fails, "it is broken\n");
    if (ear_.takes > within) return fail(ErrorKind::maybe_happened, "it is slow");
    ear_.heard.push_back(notice.id);
    return {};
  }

 private:
  std::string name_;
  Ear& ear_;
  wire::ManualClock& clock_;
};

class OutboxTest : public ::testing::Test {
 protected:
  OutboxTest() : outbox(clock, two()) {}

  std::vector<std::unique_ptr<Channel>> two() {
    std::vector<std::unique_ptr<Channel>> channels;
    channels.push_back(std::make_unique<FakeChannel>("a", a, clock));
    channels.push_back(std::make_unique<FakeChannel>("b", b, clock));
    return channels;
  }
  Notice notice(const std::string& id) const {
    return {id, "held", "web", "i-1", clock.time, "subject of " + id, "text"};
  }
  Delivery send() { return outbox.send(clock.time + Duration{50'000}); }

  wire::ManualClock clock;
  Ear a, b;
  Outbox outbox;
};

using Ids = std::vector<std::string>;

TEST_F(OutboxTest, TellsEveryChannelOnceAndInOrder) {
  outbox.add(notice("1"));
  outbox.add(notice("2"));
  const auto delivery = send();
  EXPECT_EQ(delivery.sent, 4);
  EXPECT_EQ(delivery.failed, 0);
  EXPECT_TRUE(delivery.problems.empty());
  EXPECT_EQ(a.heard, (Ids{"1", "2"}));
  EXPECT_EQ(b.heard, (Ids{"1", "2"}));
  EXPECT_EQ(send().sent, 0);
}

TEST_F(OutboxTest, TheSameIsToldOnceAlsoLater) {
  outbox.add(notice("1"));
  outbox.add(notice("1"));
  send();
  clock.time += Outbox::kSentAgainAfter - Duration{1};
  outbox.add(notice("1"));
  send();
  EXPECT_EQ(a.heard, (Ids{"1"}));
}

TEST_F(OutboxTest, WhatHappensAgainLongAfterIsSentAgain) {
  outbox.add(notice("1"));
  send();
  clock.time += Outbox::kSentAgainAfter;
  outbox.add(notice("1"));
  send();
  EXPECT_EQ(a.heard, (Ids{"1", "1"}));
}

TEST_F(OutboxTest, WhatFailedIsToldAtTheNextPassAndOnce) {
  a.fails = ErrorKind::unavailable;
  outbox.add(notice("1"));
  outbox.add(notice("2"));
  const auto first = send();
  EXPECT_EQ(first.failed, 1);  // the channel is left alone after the first failure
  EXPECT_EQ(first.waiting, 2);
  ASSERT_EQ(first.problems.size(), 1U);
  EXPECT_EQ(first.problems.front(), "a: it is broken\\x0a; 2 kept for the next pass");
  EXPECT_EQ(b.heard, (Ids{"1", "2"}));
  a.fails.reset();
  EXPECT_EQ(send().sent, 2);
  EXPECT_EQ(a.heard, (Ids{"1", "2"}));
  EXPECT_EQ(b.heard, (Ids{"1", "2"}));
}

TEST_F(OutboxTest, ASlowChannelTakesNoMoreThanItsShareAndComesLastNextTime) {
  a.takes = Duration{60'000};
  outbox.add(notice("1"));
  const Time began = clock.time;
  EXPECT_EQ(send().sent, 1);
  EXPECT_EQ(clock.time - began, Outbox::kRequestWithin);
  EXPECT_EQ(b.heard, (Ids{"1"}));
  b.takes = Duration{1'500};
  outbox.add(notice("2"));
  const Time again = clock.time;
  send();
  EXPECT_EQ(b.heard, (Ids{"1", "2"}));
  EXPECT_EQ(b.within.back(), Outbox::kRequestWithin);
  EXPECT_EQ(a.within.back(), Duration{1'500});
  EXPECT_EQ(clock.time - again, Outbox::kRoundWithin);
}

TEST_F(OutboxTest, IsOverByTheEndOfThePass) {
  a.takes = b.takes = Duration{60'000};
  outbox.add(notice("1"));
  const Time began = clock.time;
  outbox.send(began + Duration{700});
  EXPECT_EQ(clock.time, began + Duration{700});
  const auto none = outbox.send(clock.time - Duration{5'000});
  EXPECT_EQ(a.within.size() + b.within.size(), 1U);
  EXPECT_EQ(none.sent, 0);
  EXPECT_EQ(none.waiting, 2);
  EXPECT_EQ(none.problems.size(), 2U);
}

TEST_F(OutboxTest, WhatTheChannelWillNeverTakeIsGivenUp) {
  a.fails = ErrorKind::rejected;
  outbox.add(notice("1"));
  outbox.add(notice("2"));
  const auto delivery = send();
  EXPECT_EQ(delivery.problems.front(),
            "a: it is broken\\x0a; given up: subject of 1; 1 kept for the next pass");
  a.fails.reset();
  send();
  EXPECT_EQ(a.heard, (Ids{"2"}));
}

TEST_F(OutboxTest, WhatMayHaveBeenToldIsNotToldForEver) {
  a.takes = Duration{60'000};
  outbox.add(notice("1"));
  for (int pass = 0; pass < 10; ++pass) send();
  EXPECT_EQ(a.within.size(), static_cast<std::size_t>(Outbox::kUncertainTries));
}

TEST_F(OutboxTest, ADeadChannelKeepsTheNewestAndCountsTheOthers) {
  a.fails = ErrorKind::unavailable;
  for (std::size_t i = 0; i < Outbox::kKept + 3; ++i) outbox.add(notice(std::to_string(i)));
  const auto delivery = send();
  EXPECT_EQ(delivery.failed, 1 + 3 + 3);
  EXPECT_NE(delivery.problems.back().find("3 older given up"), std::string::npos) << delivery.problems.back();
  a.fails.reset();
  EXPECT_EQ(send().failed, 0);
  ASSERT_EQ(a.heard.size(), Outbox::kKept);
  EXPECT_EQ(a.heard.front(), "3");
}

TEST_F(OutboxTest, RemembersWhatADayBringsAndForgetsTheOldestBeyond) {
  const auto others = [&](int count) {
    for (int i = 0; i < count; ++i) {
      clock.time += Duration{1};
      outbox.add(notice(iso8601(clock.time)));
      send();
    }
  };
  const auto first = notice("first");
  outbox.add(first);
  others(400);
  outbox.add(first);
  send();
  EXPECT_EQ(std::ranges::count(a.heard, "first"), 1);
  others(200);
  outbox.add(first);
  send();
  EXPECT_EQ(std::ranges::count(a.heard, "first"), 2);
}

}  // namespace
}  // namespace evenkeel::notify
