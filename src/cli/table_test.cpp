#include "cli/table.h"

#include <gtest/gtest.h>

namespace evenkeel::cli {
namespace {

TEST(Table, AlignsByDisplayWidthNotByBytes) {
  Table table{{{"NAME"}, {"VALUE", Table::Align::right}, {"WHY"}}};
  table.add({"wëb", "7", "…"});
  table.add({"longer", "71.25", "text"});
  EXPECT_EQ(table.text(),
            "NAME    VALUE  WHY\n"
            "wëb         7  …\n"
            "longer  71.25  text\n");
}

TEST(Table, MakesCellsFromOutsideHarmless) {
  Table table{{{"A"}, {"B"}}};
  table.add({"\x1b[31mred", "two\nlines"});
  EXPECT_EQ(table.text(),
            "A            B\n"
            "\\x1b[31mred  two\\x0alines\n");
}

TEST(Table, WrapsOnlyTheLastColumnAndKeepsLinesWithinTheTerminal) {
  Table table{{{"ID"}, {"WHY"}}};
  table.add({"i-1", "it is below the limit of sixty-five percent"});
  const auto text = table.text("  ", 40);
  EXPECT_EQ(text,
            "  ID   WHY\n"
            "  i-1  it is below the limit of\n"
            "       sixty-five percent\n");
}

TEST(Table, PutsWhatHasNoRoomToBeReadBelowItsRow) {
  Table table{{{"ID"}, {"WHY"}}};
  table.add({"a-very-long-identifier", "two"});
  table.add({"another-one", "it is below the limit of sixty-five percent"});
  EXPECT_EQ(table.text(" ", 36),
            " ID                      WHY\n"
            " a-very-long-identifier  two\n"
            " another-one\n"
            "     it is below the limit of\n"
            "     sixty-five percent\n");
}

TEST(Table, LeavesOutAHeaderWithoutTitles) {
  Table table{{{""}, {""}}};
  table.add({"a", "b"});
  EXPECT_EQ(table.text(), "a  b\n");
}

TEST(Wrapped, KeepsALongWordWhole) {
  EXPECT_EQ(wrapped("one abcdefghij two", 5), (std::vector<std::string>{"one", "abcdefghij", "two"}));
}

}  // namespace
}  // namespace evenkeel::cli
