// What a command is doing, on a terminal, while there is nothing else to see; gone afterwards.
#pragma once

#include <ostream>
#include <string>

#include "cli/context.h"

namespace evenkeel::cli {

class ProgressLine {
 public:
  explicit ProgressLine(Context& context) : context_(context) {}
  ~ProgressLine() {
    if (!shown_.empty()) context_.err << "\r\x1b[K" << std::flush;
  }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(std::string text) {
    if (!context_.err_is_terminal || text == shown_) return;
    shown_ = std::move(text);
    context_.err << "\r\x1b[K" << shown_ << std::flush;
  }

 private:
  Context& context_;
  std::string shown_;
};

}  // namespace evenkeel::cli
