// AWS's "standard" retry mode as values and pure functions (docs/aws.md, Credentials): at most three attempts, full
// jitter, and a quota that stops retries when most calls fail. Being throttled is no failure: it only makes
// us slower, within the deadline, so it has more attempts.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "base/random.h"

namespace evenkeel::wire {

inline constexpr int kMaxAttempts = 3;  // the first one included
inline constexpr int kMaxThrottledAttempts = 8;

bool is_throttle_code(std::string_view code);
// RequestTimeout and its kin: passing troubles that are told by code, and one by its message: STS could not
// reach the identity provider for the key that verifies a token, and calls the token invalid.
bool is_transient_code(std::string_view code, std::string_view message);
bool is_transient_status(int status);  // 500, 502, 503, 504

// rand(0,1) · min(2^(failed_attempts-1), 20) seconds; failed_attempts >= 1.
Duration retry_delay(int failed_attempts, Random& random);

// 500 tokens; a retry costs 5, after a timeout 10; a retried call that succeeds gives back what its last
// retry cost, a call that succeeds at once gives 1. One per service.
class RetryQuota {
 public:
  static constexpr int kCapacity = 500;
  static constexpr int kRetryCost = 5;
  static constexpr int kTimeoutCost = 10;
  static constexpr int kFirstTryGain = 1;

  // Takes `cost`, or takes nothing and returns false.
  bool acquire(int cost);
  void release(int amount);
  int available() const { return available_; }

 private:
  int available_ = kCapacity;
};

}  // namespace evenkeel::wire
