#include "notify/notice.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace evenkeel::notify {
namespace {

const Time kAt = parse_iso8601("2026-11-22T03:12:00Z").value();
const std::string kId = "i-0123456789abcdef0";

Event event(std::string_view kind, std::string text, std::string word = {}) {
  return {.at = kAt,
          .fleet = "web",
          .instance_id = kId,
          .remediation_id = kId + "@2026-11-22T02:50:00Z",
          .kind = from_word<EventKind>(kind).value_or(EventKind::other),
          .text = std::move(text),
          .word = std::move(word)};
}

Event about_fleet(std::string_view kind, std::string text, std::string word = {}) {
  return {.at = kAt,
          .fleet = "web",
          .instance_id = "",
          .remediation_id = "",
          .kind = from_word<EventKind>(kind).value_or(EventKind::other),
          .text = std::move(text),
          .word = std::move(word)};
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(Notice, SaysWhatIsHeldWhyAndWhatToDo) {
  const auto notice = notice_of(event("held", "put back, but not healthy by 03:12 (tg1 port 80: unhealthy)"));
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->kind, "held");
  EXPECT_EQ(notice->fleet, "web");
  EXPECT_EQ(notice->instance, kId);
  EXPECT_EQ(notice->at, kAt);
  EXPECT_EQ(notice->subject, "evenkeel web: " + kId + " is held: it needs an operator");
  EXPECT_TRUE(holds(notice->text, "put back, but not healthy by 03:12 (tg1 port 80: unhealthy)"));
  EXPECT_TRUE(holds(notice->text, "2026-11-22T03:12:00Z"));
  EXPECT_TRUE(holds(notice->text, "evenkeel restore " + kId)) << notice->text;
  EXPECT_TRUE(holds(notice->text, "evenkeel history --instance " + kId));
}

TEST(Notice, SaysWhoIsTakenOutAndHowToStopIt) {
  const auto notice = notice_of(event("start", "mem at 82, above 65"));
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->kind, "start");
  EXPECT_EQ(notice->subject, "evenkeel web: " + kId + " is taken out to be treated");
  EXPECT_TRUE(holds(notice->text, "mem at 82, above 65"));
  EXPECT_TRUE(holds(notice->text, "evenkeel pause web --reason"));
}

TEST(Notice, EveryEndingHasWordsOfItsOwn) {
  const std::map<std::string, std::string> words{
      {"cured", "is back, and the signal came down"},
      {"back", "is back"},
      {"not_cured", "is back, but the treatment did not help"},
      {"not_rebooted", "is back, untreated"},
      {"terminated", "is gone"},
      {"handed_over", "is left to you"},
      {"replaced", "is replaced by its Auto Scaling group"},
  };
  for (auto ending = 1; ending <= static_cast<int>(Ending::replaced); ++ending) {
    const std::string word = name(static_cast<Ending>(ending));
    ASSERT_TRUE(words.contains(word)) << word;
    const auto notice = notice_of(event("done", word + ": back; 82 before, 34 after", word));
    ASSERT_TRUE(notice);
    EXPECT_EQ(notice->subject, "evenkeel web: " + kId + " " + words.at(word));
    EXPECT_TRUE(holds(notice->text, "82 before, 34 after"));
  }
  EXPECT_TRUE(notice_of(event("done", "a word that is not known yet")));
}

TEST(Notice, TellsOfTheFleetAsAWhole) {
  const auto breaker = notice_of(about_fleet("breaker", "breaker tripped: 6 of 10 members jumped over 65"));
  ASSERT_TRUE(breaker);
  EXPECT_EQ(breaker->subject, "evenkeel web: the breaker is open: nothing more is started");
  EXPECT_EQ(breaker->instance, "");
  EXPECT_TRUE(holds(breaker->text, "6 of 10 members"));
  EXPECT_TRUE(holds(breaker->text, "evenkeel resume web --reason"));
  const auto paused = notice_of(about_fleet("pause", "paused by ada: deploy"));
  ASSERT_TRUE(paused);
  EXPECT_EQ(paused->kind, "paused");
  EXPECT_TRUE(holds(paused->text, "paused by ada: deploy"));
  EXPECT_EQ(notice_of(about_fleet("resume", "ended the pause of ada"))->kind, "resumed");
  EXPECT_EQ(notice_of(about_fleet("violation", "the plan broke an invariant"))->kind, "violation");
  EXPECT_EQ(notice_of(event("restore", "return requested by ada"))->kind, "restore");
}

TEST(Notice, TellsThatAFleetIsBlindAndThatItSeesAgain) {
  const auto blind = notice_of(about_fleet("blind", "blind for 10m, it could not act if it had to: no tg9"));
  ASSERT_TRUE(blind);
  EXPECT_EQ(blind->kind, "blind");
  EXPECT_EQ(blind->subject, "evenkeel web: is blind: it could not act if it had to");
  EXPECT_TRUE(holds(blind->text, "no tg9"));
  EXPECT_TRUE(holds(blind->text, "evenkeel check --fleet web"));
  const auto sees = notice_of(about_fleet("sees", "sees again; it was blind for 20m"));
  ASSERT_TRUE(sees);
  EXPECT_EQ(sees->kind, "sees");
  EXPECT_NE(sees->id, blind->id);
}

TEST(Notice, WhatIsOnlyForTheHistoryIsNotTold) {
  for (const auto* kind : {"phase", "intent", "outcome", "group-vanished", "other"})
    EXPECT_FALSE(notice_of(event(kind, "text"))) << kind;
}

TEST(Notice, OfAChangedReasonOnlyWhatNeedsAPersonIsTold) {
  auto spent = event("verdict", "relapsing: sooner each time: 3d, 2d, 1d", "relapsing");
  ASSERT_TRUE(notice_of(spent));
  EXPECT_EQ(notice_of(spent)->kind, "spent");
  EXPECT_EQ(notice_of(spent)->subject,
            "evenkeel web: " + kId + " is no longer treated: it needs an operator");
  EXPECT_TRUE(notice_of(event("verdict", "remedy_does_not_help: two of three", "remedy_does_not_help")));
  EXPECT_FALSE(notice_of(event("verdict", "cooldown: treated 5m ago", "cooldown")));
  const auto gate =
      notice_of(about_fleet("fleet", "alarm_unreadable: no state of the alarm deploys", "alarm_unreadable"));
  ASSERT_TRUE(gate);
  EXPECT_EQ(gate->kind, "blocked");
  EXPECT_TRUE(holds(gate->text, "evenkeel check --fleet web"));
  EXPECT_FALSE(notice_of(about_fleet("fleet", "outside_window: opens at 22:00", "outside_window")));
  EXPECT_FALSE(notice_of(about_fleet("fleet", "nothing holds it back")));
  EXPECT_EQ(notice_of(event("judged", "not_cured: 82 before, 80 after", "not_cured"))->kind, "judged");
  EXPECT_FALSE(notice_of(event("judged", "cured: 82 before, 31 after", "cured")));
  EXPECT_EQ(
      notice_of(event("judged", "not_gone: after reboot it is still there: alarm slow", "not_gone"))->kind,
      "judged");
  EXPECT_FALSE(notice_of(event("judged", "gone: event e1", "gone")));
  EXPECT_FALSE(notice_of(event("judged", "unknown: nothing says whether its reason is gone", "unknown")));
  EXPECT_EQ(
      notice_of(event("verdict", "reason_remains: nothing ends instance-reboot", "reason_remains"))->kind,
      "spent");
  EXPECT_FALSE(notice_of(event("verdict", "already_served: reboot ended it", "already_served")));
}

TEST(Notice, GoesByTheWordAndNeverByTheText) {
  EXPECT_FALSE(notice_of(event("judged", "not_cured: 82 before, 80 after")));
  EXPECT_FALSE(notice_of(event("verdict", "relapsing: an alarm is called so", "alarm_unreadable")));
  EXPECT_TRUE(notice_of(event("verdict", "sooner each time", "relapsing")));
  EXPECT_EQ(notice_of(event("done", "cured: said the operator", "handed_over"))->subject,
            "evenkeel web: " + kId + " is left to you");
}

TEST(Notice, OneRemediationIsTheSameAndEveryPauseIsAnother) {
  auto later = event("held", "other words");
  later.at += Duration{60'000};
  EXPECT_EQ(notice_of(event("held", "x"))->id, notice_of(later)->id);
  EXPECT_NE(notice_of(event("held", "x"))->id, notice_of(event("start", "x"))->id);
  auto other = event("held", "x");
  other.remediation_id = kId + "@2026-11-23T02:50:00Z";
  EXPECT_NE(notice_of(event("held", "x"))->id, notice_of(other)->id);
  auto again = about_fleet("pause", "x");
  again.at += Duration{60'000};
  EXPECT_NE(notice_of(about_fleet("pause", "x"))->id, notice_of(again)->id);
  auto elsewhere = about_fleet("pause", "x");
  elsewhere.fleet = "api";
  EXPECT_NE(notice_of(about_fleet("pause", "x"))->id, notice_of(elsewhere)->id);
}

TEST(Notice, WhatComesFromOutsideIsMadePrintable) {
  auto hostile = event("held", "red \x1b[31m\nSubject: forged" + std::string(5000, 'x'));
  hostile.fleet = "we\nb";
  hostile.instance_id = "i-\x07";
  const auto notice = notice_of(hostile);
  ASSERT_TRUE(notice);
  EXPECT_FALSE(holds(notice->text, "\x1b"));
  EXPECT_FALSE(holds(notice->text, "\nSubject: forged"));
  EXPECT_FALSE(holds(notice->subject + notice->text + notice->id, "\x07"));
  EXPECT_FALSE(holds(notice->subject, "\n"));
  EXPECT_LT(notice->text.size(), 3000U);
}

}  // namespace
}  // namespace evenkeel::notify
