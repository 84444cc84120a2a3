#include "wire/call.h"

namespace evenkeel::wire {

std::string full_name(const Call& call) {
  return std::string{facts(call.service).iam_prefix} + ":" + call.action;
}

}  // namespace evenkeel::wire
