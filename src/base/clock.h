// Time as a value, and the one seam through which it enters. Nothing else reads a clock or sleeps.
#pragma once

#include <chrono>

namespace evenkeel {

using Duration = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Duration>;  // UTC; AWS's clock wherever a decision depends on it

class Clock {
 public:
  virtual ~Clock() = default;
  // This machine's idea of the time: for deadlines inside the process and for signing the first request.
  // Decisions use AWS's own time (the Date header), never this.
  virtual Time now() const = 0;
  // Returns after `duration`, or earlier when interrupted.
  virtual void sleep(Duration duration) = 0;
};

// The real clock: the only place that calls system_clock::now.
class SystemClock final : public Clock {
 public:
  Time now() const override;
  void sleep(Duration duration) override;

  // Makes every sleep, now and later, return at once. Async-signal-safe: SIGTERM's handler calls it.
  static void interrupt() noexcept;
  static bool interrupted() noexcept;
};

}  // namespace evenkeel
