// The function's log: one JSON object a line on standard output, for CloudWatch Logs Insights. Keys: at,
// level, kind, text; fleet, instance, remediation where they apply; numbers of a tick.
#pragma once

#include <ostream>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "wiring/pass.h"

namespace evenkeel::lambda {

class Log {
 public:
  Log(std::ostream& out, const Clock& clock) : out_(out), clock_(clock) {}

  // Whose invocation the lines that follow are about.
  void begin(std::string_view request_id) { request_id_ = request_id; }

  void info(std::string_view kind, std::string_view text);
  void warning(std::string_view kind, std::string_view text);
  void error(std::string_view kind, std::string_view text);
  // What a fleet's tick saw and did: every event, every problem, and one line that sums it up.
  void tick(const wiring::FleetTick& tick);
  // A line that is a JSON document already.
  void line(std::string_view document);

 private:
  void write(const char* level, std::string_view kind, std::string_view text);

  std::ostream& out_;
  const Clock& clock_;
  std::string request_id_;
};

}  // namespace evenkeel::lambda
