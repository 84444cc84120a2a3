// What a generated policy is drawn with and written to.
#pragma once

#include <array>
#include <cstdint>
#include <fmt/core.h>
#include <set>
#include <string>

#include "base/random.h"

namespace evenkeel::play {

class PolicyDice {
 protected:
  // Through one more draw: the streams of two seeds that follow each other must not be the same one, shifted.
  explicit PolicyDice(std::uint64_t seed) : random_(SeededRandom(seed).next()) {}

  bool chance(double share) { return random_.unit() < share; }
  int whole(int low, int high) {
    return low + static_cast<int>(random_.next() % static_cast<std::uint64_t>(high - low + 1));
  }
  template <std::size_t N>
  std::string one_of(const std::array<const char*, N>& list) {
    return list[random_.next() % N];
  }

  void line(int depth, const std::string& text) {
    policy_ += std::string(static_cast<std::size_t>(4 + 2 * depth), ' ') + text + "\n";
  }
  // A key with its value; `path` is its place in the schema.
  void key(int depth, const std::string& path, const std::string& value) {
    keys_.insert(path);
    line(depth, fmt::format("{}: {}", path.substr(path.rfind('.') + 1), value));
  }
  void section(int depth, const std::string& path) {
    keys_.insert(path);
    line(depth, path.substr(path.rfind('.') + 1) + ":");
  }
  std::string quoted(const std::string& text) { return '"' + text + '"'; }

  std::string commented() const {
    std::string text;
    for (std::size_t at = 0; at < policy_.size();) {
      const auto end = policy_.find('\n', at);
      text += "# " + policy_.substr(at, end - at) + "\n";
      at = end + 1;
    }
    return text;
  }

  SeededRandom random_;
  std::string policy_;
  std::set<std::string> keys_;
};

}  // namespace evenkeel::play
