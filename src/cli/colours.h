// Colours for a terminal that wants them.
#pragma once

#include <fmt/core.h>
#include <string>
#include <string_view>

#include "cli/context.h"

namespace evenkeel::cli {

struct Colours {
  bool on = false;

  std::string red(std::string_view text) const { return paint("31", text); }
  std::string green(std::string_view text) const { return paint("32", text); }
  std::string yellow(std::string_view text) const { return paint("33", text); }
  std::string cyan(std::string_view text) const { return paint("36", text); }
  std::string bold(std::string_view text) const { return paint("1", text); }
  std::string dim(std::string_view text) const { return paint("2", text); }

 private:
  std::string paint(const char* code, std::string_view text) const {
    return on ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
};

// Only on a terminal, and not with NO_COLOR (https://no-color.org).
inline Colours colours_for(const Context& context) {
  return {context.out_is_terminal && !wire::lookup(context.environment, "NO_COLOR")};
}

}  // namespace evenkeel::cli
