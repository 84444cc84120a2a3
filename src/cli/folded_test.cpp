#include "cli/folded.h"

#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <vector>

namespace evenkeel::cli {
namespace {

TEST(Folded, BreaksAtSpacesAndStandsUnderTheLastColumn) {
  EXPECT_EQ(folded("short", 20), "short");
  EXPECT_EQ(folded("  one two three four five", 14), "  one two\n    three four\n    five");
  EXPECT_EQ(folded("  --name  what it is for", 20), "  --name  what it is\n          for");
}

TEST(Folded, ALongWordStandsAloneAndAsFarInAsItFits) {
  EXPECT_EQ(folded("see arn:aws:elasticloadbalancing", 10), "see\narn:aws:elasticloadbalancing");
  EXPECT_EQ(folded("  --name  abc abcdefghijklmnop", 20), "  --name  abc\n    abcdefghijklmnop");
  EXPECT_EQ(folded("               abcdefgh", 10), "  abcdefgh");
}

TEST(Folded, ColoursTakeNoColumns) { EXPECT_EQ(folded("\x1b[1mone two\x1b[0m", 7), "\x1b[1mone two\x1b[0m"); }

TEST(Folded, WhatIsFlushedWithoutAnEndPassesAsItIs) {
  std::ostringstream to;
  {
    Folding folding{to, 7};
    std::ostream out{&folding};
    out << "\rone two three" << std::flush << "\r             \r";
    out << "one two three\n";
  }
  EXPECT_EQ(to.str(), "\rone two three\r             \rone two three\n");
}

TEST(Folded, EveryLineOfAStreamIs) {
  std::ostringstream to;
  {
    Folding folding{to, 7};
    std::ostream out{&folding};
    out << "one two three\nfour\nfive";
  }
  EXPECT_EQ(to.str(), "one two\n  three\nfour\nfive");
}

TEST(Folded, JsonAndPicturesAreNoProse) {
  using Arguments = std::vector<std::string>;
  EXPECT_TRUE(is_prose(Arguments{"plan"}));
  EXPECT_FALSE(is_prose(Arguments{"plan", "--json"}));
  EXPECT_FALSE(is_prose(Arguments{"iam"}));
  EXPECT_FALSE(is_prose(Arguments{"simulate", "story.txt"}));
  EXPECT_TRUE(is_prose(Arguments{"simulate", "--help"}));
}

}  // namespace
}  // namespace evenkeel::cli
