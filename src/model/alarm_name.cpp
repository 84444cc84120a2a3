#include "model/alarm_name.h"

namespace evenkeel {
namespace {

constexpr std::string_view kInstanceId = "{instance_id}";

}  // namespace

bool names_each_member(std::string_view alarm) { return alarm.find(kInstanceId) != std::string_view::npos; }

std::string alarm_of(const std::string& alarm, const std::string& instance_id) {
  std::string filled;
  filled.reserve(alarm.size() + instance_id.size());
  std::size_t from = 0;
  for (auto at = alarm.find(kInstanceId); at != std::string::npos; at = alarm.find(kInstanceId, from)) {
    filled.append(alarm, from, at - from).append(instance_id);
    from = at + kInstanceId.size();
  }
  filled.append(alarm, from);
  return filled;
}

}  // namespace evenkeel
