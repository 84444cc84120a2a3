// What must hold for every input. A broken promise is an exception that nobody catches: libFuzzer stops at
// it, and the replay test names the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/text.h"

namespace evenkeel::fuzz {

inline void require(bool holds, const char* promise) {
  if (!holds) throw std::logic_error(promise);
}

// What every error must be: something to read, bounded, and harmless on a terminal, line by line.
inline void require_presentable(const Error& error, std::size_t limit = 8192) {
  require(!error.message.empty(), "an error says something");
  require(error.message.size() <= limit, "an error is bounded");
  for (const auto& line : split(error.message, '\n')) {
    require(printable(line, line.size() + 1) == line, "an error is printable");
  }
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace evenkeel::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
