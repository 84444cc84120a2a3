#include "wire/identity.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace evenkeel::wire {
namespace {

using namespace std::chrono_literals;

const Time kStart = parse_iso8601("2026-11-22T06:45:00Z").value();

// Hands out sessions that last an hour from `now`, numbered, and counts how often it was asked.
struct SessionProvider {
  Time now = kStart;
  Duration lasts = 1h;
  bool refuses = false;
  bool past_its_end = false;
  int asked = 0;

  FetchSession fetch() {
    return [this]() -> Result<Session> {
      ++asked;
      if (refuses) return fail(ErrorKind::denied, "the provider refuses");
      return Session{{"AKID" + std::to_string(asked), "secret", "token"}, now + lasts, past_its_end};
    };
  }
};

TEST(RefreshingCredentials, AsksNoSourceForLongLivedKeys) {
  RefreshingCredentials identity(Credentials{"AKID", "secret", ""});
  EXPECT_EQ(identity.credentials(kStart)->access_key_id, "AKID");
  EXPECT_EQ(identity.credentials(kStart + 10000h)->access_key_id, "AKID");
  EXPECT_FALSE(identity.renew({"AKID", "secret", ""}, kStart));
}

TEST(RefreshingCredentials, AsksOnceAndAgainAQuarterOfAnHourBeforeTheEnd) {
  SessionProvider provider;
  RefreshingCredentials identity(provider.fetch());
  EXPECT_EQ(identity.credentials(kStart)->access_key_id, "AKID1");
  EXPECT_EQ(identity.credentials(kStart + 45min - 1ms)->access_key_id, "AKID1");
  EXPECT_EQ(provider.asked, 1);
  EXPECT_EQ(identity.credentials(kStart + 45min)->access_key_id, "AKID2");
}

TEST(RefreshingCredentials, KeepsTheOldSessionWhileItIsValidAndTriesEveryMinute) {
  SessionProvider provider;
  RefreshingCredentials identity(provider.fetch());
  ASSERT_TRUE(identity.credentials(kStart));
  provider.refuses = true;
  EXPECT_EQ(identity.credentials(kStart + 50min)->access_key_id, "AKID1");
  EXPECT_EQ(identity.credentials(kStart + 50min + 59s)->access_key_id, "AKID1");
  EXPECT_EQ(provider.asked, 2);
  EXPECT_EQ(identity.credentials(kStart + 51min)->access_key_id, "AKID1");
  EXPECT_EQ(provider.asked, 3);
  ASSERT_TRUE(identity.credentials(kStart + 59min + 30s));
  const auto ended = identity.credentials(kStart + 1h);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().message, "the provider refuses");
}

TEST(RefreshingCredentials, UsesASessionPastItsEndWhereItSaysSoAndKeepsTrying) {
  SessionProvider provider;
  provider.past_its_end = true;
  RefreshingCredentials identity(provider.fetch());
  ASSERT_TRUE(identity.credentials(kStart));
  provider.refuses = true;
  EXPECT_EQ(identity.credentials(kStart + 1h)->access_key_id, "AKID1");
  EXPECT_EQ(identity.credentials(kStart + 5h)->access_key_id, "AKID1");
  EXPECT_EQ(provider.asked, 3);
  EXPECT_EQ(identity.refused()->message, "the provider refuses");
  provider.refuses = false;
  provider.now = kStart + 5h;
  EXPECT_EQ(identity.credentials(kStart + 5h + 59s)->access_key_id, "AKID1") << "not asked for every call";
  EXPECT_EQ(identity.credentials(kStart + 5h + 60s)->access_key_id, "AKID4");
  EXPECT_FALSE(identity.refused());
}

TEST(RefreshingCredentials, HasNothingWhereTheFirstSessionIsRefused) {
  SessionProvider provider;
  provider.past_its_end = true;
  provider.refuses = true;
  RefreshingCredentials identity(provider.fetch());
  EXPECT_FALSE(identity.credentials(kStart));
  EXPECT_FALSE(identity.credentials(kStart + 1s));
}

TEST(RefreshingCredentials, TakesANewSessionAsSoonAsThereIsOne) {
  SessionProvider provider;
  RefreshingCredentials identity(provider.fetch());
  ASSERT_TRUE(identity.credentials(kStart));
  provider.refuses = true;
  ASSERT_FALSE(identity.credentials(kStart + 1h));
  provider.refuses = false;
  provider.now = kStart + 2h;
  EXPECT_EQ(identity.credentials(kStart + 2h)->access_key_id, "AKID3");
}

TEST(RefreshingCredentials, BelievesAProviderWhoseSessionHasAlreadyEnded) {
  SessionProvider provider;
  provider.lasts = -5min;
  RefreshingCredentials identity(provider.fetch());
  EXPECT_EQ(identity.credentials(kStart)->access_key_id, "AKID1");
  EXPECT_EQ(identity.credentials(kStart + 30s)->access_key_id, "AKID1") << "not asked for every call";
  EXPECT_EQ(identity.credentials(kStart + 60s)->access_key_id, "AKID2");
}

TEST(RefreshingCredentials, RenewsOnceForAllWhoWereRefusedTheSameSession) {
  SessionProvider provider;
  RefreshingCredentials identity(provider.fetch());
  const auto used = identity.credentials(kStart).value();
  EXPECT_TRUE(identity.renew(used, kStart));
  EXPECT_TRUE(identity.renew(used, kStart));
  EXPECT_EQ(provider.asked, 2);
  EXPECT_EQ(identity.credentials(kStart)->access_key_id, "AKID2");
}

TEST(RefreshingCredentials, DoesNotRenewIntoTheSameCredentials) {
  const Credentials same{"AKID", "secret", "token"};
  RefreshingCredentials identity([&]() -> Result<Session> { return Session{same, kStart + 1h}; });
  EXPECT_FALSE(identity.renew(identity.credentials(kStart).value(), kStart));
}

}  // namespace
}  // namespace evenkeel::wire
