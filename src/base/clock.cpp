#include "base/clock.h"

#include <algorithm>
#include <atomic>
#include <thread>

namespace evenkeel {
namespace {

std::atomic<bool> stop_requested{false};

// A signal handler can't notify a condition variable, so a sleep looks at the flag this often.
constexpr Duration kLook{50};

}  // namespace

Time SystemClock::now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

void SystemClock::sleep(Duration duration) {
  const auto until = std::chrono::steady_clock::now() + duration;
  while (!stop_requested) {
    const auto left = std::chrono::duration_cast<Duration>(until - std::chrono::steady_clock::now());
    if (left <= Duration::zero()) return;
    std::this_thread::sleep_for(std::min(left, kLook));
  }
}

void SystemClock::interrupt() noexcept { stop_requested = true; }
bool SystemClock::interrupted() noexcept { return stop_requested; }

}  // namespace evenkeel
