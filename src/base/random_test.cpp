#include "base/random.h"

#include <array>
#include <gtest/gtest.h>
#include <set>

namespace evenkeel {
namespace {

TEST(SeededRandom, IsSplitmix64) {
  SeededRandom random(1234567);
  for (const std::uint64_t expected : {6457827717110365317U, 3203168211198807973U, 9817491932198370423U,
                                       4593380528125082431U, 16408922859458223821U}) {
    EXPECT_EQ(random.next(), expected);
  }
}

TEST(Random, UnitLiesBetweenZeroAndOne) {
  class Extreme final : public Random {
   public:
    explicit Extreme(std::uint64_t value) : value_(value) {}
    std::uint64_t next() override { return value_; }

   private:
    std::uint64_t value_;
  };
  EXPECT_EQ(Extreme(0).unit(), 0.0);
  EXPECT_LT(Extreme(~std::uint64_t{0}).unit(), 1.0);
  SeededRandom random(1);
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) sum += random.unit();
  EXPECT_NEAR(sum / 10'000, 0.5, 0.02);
}

TEST(Random, BelowReachesEveryNumberAndNoOther) {
  SeededRandom random(2);
  std::array<int, 7> seen{};
  for (int i = 0; i < 7'000; ++i) ++seen.at(random.below(7));
  for (const int count : seen) EXPECT_NEAR(count, 1'000, 200);
  EXPECT_EQ(random.below(1), 0U);
}

TEST(Random, HexHasTheLengthAndAllDigits) {
  SeededRandom random(3);
  EXPECT_EQ(random.hex(0), "");
  const auto text = random.hex(1000);
  EXPECT_EQ(text.size(), 1000U);
  EXPECT_EQ(std::set<char>(text.begin(), text.end()).size(), 16U);
  EXPECT_EQ(text.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(SystemRandom, DoesNotRepeatItself) {
  SystemRandom random;
  EXPECT_NE(random.hex(32), random.hex(32));
}

}  // namespace
}  // namespace evenkeel
