#include "base/result.h"

#include <gtest/gtest.h>
#include <memory>
#include <set>
#include <string>

namespace evenkeel {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(ErrorKind::rejected, "odd", "OddNumber");
  return number / 2;
}

Result<std::string> quarter(int number) {
  const int first = TRY(half(number));
  return std::to_string(TRY(half(first)));
}

Result<void> check(int number, bool& reached) {
  TRY_VOID(half(number));
  reached = true;
  return {};
}

TEST(Try, GivesTheValue) { EXPECT_EQ(*quarter(12), "3"); }

TEST(Try, LeavesWithTheErrorAndAllOfIt) {
  const auto failed = quarter(6);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::rejected);
  EXPECT_EQ(failed.error().message, "odd");
  EXPECT_EQ(failed.error().code, "OddNumber");
}

TEST(Try, VoidGoesOnOrLeaves) {
  bool reached = false;
  EXPECT_FALSE(check(3, reached));
  EXPECT_FALSE(reached);
  EXPECT_TRUE(check(4, reached));
  EXPECT_TRUE(reached);
}

TEST(Try, MovesWhatCannotBeCopied) {
  const auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(7); };
  const auto use = [&]() -> Result<int> {
    const auto owned = TRY(make());
    return *owned;
  };
  EXPECT_EQ(*use(), 7);
}

TEST(ErrorKind, NamesAreDistinct) {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(ErrorKind::corrupt); ++i)
    names.insert(name(static_cast<ErrorKind>(i)));
  EXPECT_EQ(names.size(), 9U);
  EXPECT_STREQ(name(ErrorKind::maybe_happened), "maybe_happened");
}

}  // namespace
}  // namespace evenkeel
