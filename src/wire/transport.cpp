#include "wire/transport.h"

#include "base/text.h"

namespace evenkeel::wire {

const std::string* find_header(const Headers& headers, std::string_view name) {
  const std::string wanted = lower(name);
  for (const auto& [key, value] : headers) {
    if (lower(key) == wanted) return &value;
  }
  return nullptr;
}

}  // namespace evenkeel::wire
