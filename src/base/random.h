// Randomness as a seam: retry jitter, ids and the simulator draw from here and from nowhere else.
#pragma once

#include <cstdint>
#include <string>

namespace evenkeel {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;  // 64 uniformly distributed bits

  double unit();                             // in [0, 1)
  std::uint64_t below(std::uint64_t limit);  // in [0, limit); limit > 0
  std::string hex(int digits);               // lower-case hex digits, for nonces
};

class SystemRandom final : public Random {
 public:
  std::uint64_t next() override;  // from the operating system; throws when it has none to give
};

// splitmix64: the same seed gives the same numbers on every machine.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override;

 private:
  std::uint64_t state_;
};

}  // namespace evenkeel
