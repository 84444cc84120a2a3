#include "wire/environment.h"

namespace evenkeel::wire {

std::optional<std::string> lookup(const Environment& environment, std::string_view name) {
  auto value = environment(name);
  if (value && value->empty()) return std::nullopt;
  return value;
}

}  // namespace evenkeel::wire
