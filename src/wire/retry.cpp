#include "wire/retry.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"

namespace evenkeel::wire {

bool is_throttle_code(std::string_view code) {
  static constexpr std::array<std::string_view, 15> kCodes = {
      "Throttling",
      "ThrottlingException",
      "ThrottledException",
      "RequestThrottledException",
      "RequestThrottled",
      "TooManyRequestsException",
      "ProvisionedThroughputExceededException",
      "TransactionInProgressException",
      "RequestLimitExceeded",
      "BandwidthLimitExceeded",
      "LimitExceededException",
      "SlowDown",
      "EC2ThrottledException",
      "PriorRequestNotComplete",
      "Throttled",  // SNS
  };
  return std::ranges::find(kCodes, code) != kCodes.end();
}

bool is_transient_code(std::string_view code, std::string_view message) {
  if (code == "InvalidIdentityToken")
    return lower(message).find("retrieve verification key") != std::string::npos;
  return code == "RequestTimeout" || code == "RequestTimeoutException" || code == "IDPCommunicationError";
}

bool is_transient_status(int status) {
  return status == 500 || status == 502 || status == 503 || status == 504;
}

Duration retry_delay(int failed_attempts, Random& random) {
  constexpr double kLongest = 20;
  const double seconds = random.unit() * std::min(std::exp2(failed_attempts - 1), kLongest);
  return Duration{static_cast<Duration::rep>(seconds * 1000)};
}

bool RetryQuota::acquire(int cost) {
  if (cost > available_) return false;
  available_ -= cost;
  return true;
}

void RetryQuota::release(int amount) { available_ = std::min(available_ + amount, kCapacity); }

}  // namespace evenkeel::wire
