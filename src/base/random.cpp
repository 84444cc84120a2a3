#include "base/random.h"

#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace evenkeel {

double Random::unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

std::uint64_t Random::below(std::uint64_t limit) { return next() % limit; }

std::string Random::hex(int digits) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  while (digits-- > 0) text.push_back(kDigits[next() & 15U]);
  return text;
}

std::uint64_t SystemRandom::next() {
  std::uint64_t bits = 0;
  if (getentropy(&bits, sizeof bits) != 0)
    throw std::system_error(errno, std::generic_category(), "getentropy");
  return bits;
}

std::uint64_t SeededRandom::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

}  // namespace evenkeel
