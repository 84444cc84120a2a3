// Output for a terminal: no line is wider than it, whatever a command writes.
#pragma once

#include <ostream>
#include <span>
#include <streambuf>
#include <string>
#include <string_view>

#include "cli/context.h"

namespace evenkeel::cli {

// `line` broken at spaces into lines of at most `width` columns. What follows a break stands under the last column
// of the line (what comes after a gap of two spaces), or a little further in than the line. A word that is longer
// stands alone.
std::string folded(std::string_view line, int width);

// Folds each line that is written, and hands it on. What is flushed without a line's end, such as progress that is
// written over, passes as it is.
class Folding final : public std::streambuf {
 public:
  Folding(std::ostream& to, int width) : to_(to), width_(width) {}
  ~Folding() override;
  Folding(const Folding&) = delete;
  Folding& operator=(const Folding&) = delete;

 protected:
  int_type overflow(int_type c) override;
  int sync() override;

 private:
  std::ostream& to_;
  int width_;
  std::string line_;
};

// Whether what the command writes is for people to read: not JSON, nor a picture.
bool is_prose(std::span<const std::string> arguments);

}  // namespace evenkeel::cli
