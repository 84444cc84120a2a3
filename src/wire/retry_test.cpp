#include "wire/retry.h"

#include <gtest/gtest.h>

namespace evenkeel::wire {
namespace {

class FixedRandom final : public Random {
 public:
  explicit FixedRandom(std::uint64_t bits) : bits_(bits) {}
  std::uint64_t next() override { return bits_; }

 private:
  std::uint64_t bits_;
};

TEST(Retry, DoublesTheLongestDelayUpToTwentySeconds) {
  FixedRandom half(std::uint64_t{1} << 63U);
  EXPECT_EQ(retry_delay(1, half), Duration{500});
  EXPECT_EQ(retry_delay(2, half), Duration{1000});
  EXPECT_EQ(retry_delay(5, half), Duration{8000});
  EXPECT_EQ(retry_delay(6, half), Duration{10'000});
  EXPECT_EQ(retry_delay(60, half), Duration{10'000});
}

TEST(Retry, JittersOverTheWholeRange) {
  SeededRandom random(7);
  Duration least{1000};
  Duration most{0};
  for (int i = 0; i < 1000; ++i) {
    const Duration delay = retry_delay(1, random);
    ASSERT_GE(delay, Duration{0});
    ASSERT_LT(delay, Duration{1000});
    least = std::min(least, delay);
    most = std::max(most, delay);
  }
  EXPECT_LT(least, Duration{50});
  EXPECT_GT(most, Duration{950});
}

TEST(Retry, QuotaRunsOutAfterAHundredRetries) {
  RetryQuota quota;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(quota.acquire(RetryQuota::kRetryCost));
  EXPECT_FALSE(quota.acquire(RetryQuota::kRetryCost));
  EXPECT_EQ(quota.available(), 0);
  quota.release(RetryQuota::kFirstTryGain);
  EXPECT_FALSE(quota.acquire(RetryQuota::kRetryCost));
  EXPECT_EQ(quota.available(), 1);
}

TEST(Retry, QuotaNeverGrowsAboveItsCapacity) {
  RetryQuota quota;
  quota.release(10);
  EXPECT_EQ(quota.available(), 500);
}

TEST(Retry, KnowsThrottlesAndPassingTroubles) {
  for (const char* code : {"Throttling", "ThrottlingException", "RequestLimitExceeded", "SlowDown",
                           "EC2ThrottledException", "TooManyRequestsException", "PriorRequestNotComplete"}) {
    EXPECT_TRUE(is_throttle_code(code)) << code;
  }
  EXPECT_FALSE(is_throttle_code("ValidationError"));
  EXPECT_FALSE(is_throttle_code(""));
  for (const int status : {500, 502, 503, 504}) EXPECT_TRUE(is_transient_status(status));
  for (const int status : {200, 400, 403, 429, 501, 505}) EXPECT_FALSE(is_transient_status(status));
  EXPECT_TRUE(is_transient_code("RequestTimeoutException", ""));
  EXPECT_TRUE(is_transient_code("IDPCommunicationError", ""));
  EXPECT_TRUE(is_transient_code("InvalidIdentityToken",
                                "Couldn't retrieve verification key from your identity provider"));
  EXPECT_FALSE(is_transient_code("InvalidIdentityToken", "The token is not valid"));
  EXPECT_FALSE(is_transient_code("AccessDenied", "Couldn't retrieve verification key"));
}

}  // namespace
}  // namespace evenkeel::wire
