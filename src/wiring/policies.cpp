#include "wiring/policies.h"

#include "policy/policy_file.h"

namespace evenkeel::wiring {

Result<Policy> load_policy(const std::string& address, const wire::Sources& /*sources*/,
                           const std::string& /*region*/) {
  return policy::load(address);
}

}  // namespace evenkeel::wiring
