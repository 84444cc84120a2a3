#include "policy/spelling.h"

#include <gtest/gtest.h>
#include <vector>

namespace evenkeel::policy {
namespace {

const std::vector<std::string> kWords = {"healthy", "out", "over", "cooldown", "starts_per_hour"};

TEST(Spelling, FindsTheWordThatWasMeant) {
  EXPECT_EQ(nearest("helthy", kWords), "healthy");
  EXPECT_EQ(nearest("haelthy", kWords), "healthy");
  EXPECT_EQ(nearest("HEALTHY", kWords), "healthy");
  EXPECT_EQ(nearest("starts-per-hours", kWords), "starts_per_hour");
  EXPECT_EQ(nearest("ovr", kWords), "over");
  EXPECT_EQ(nearest("uot", kWords), "out");
}

TEST(Spelling, SuggestsNothingForAnUnrelatedWord) {
  EXPECT_EQ(nearest("zebra", kWords), std::nullopt);
  EXPECT_EQ(nearest("", kWords), std::nullopt);
  EXPECT_EQ(nearest("x", kWords), std::nullopt);
  EXPECT_EQ(nearest(std::string(1'000'000, 'o'), kWords), std::nullopt);
  EXPECT_EQ(nearest("out", {}), std::nullopt);
}

}  // namespace
}  // namespace evenkeel::policy
