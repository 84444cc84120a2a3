#include "wire/query.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace evenkeel::wire {
namespace {

TEST(Query, EncodesEverythingButUnreservedCharacters) {
  EXPECT_EQ(percent_encode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(percent_encode("a b+c/d%&=*"), "a%20b%2Bc%2Fd%25%26%3D%2A");
  EXPECT_EQ(percent_encode("ü\n"), "%C3%BC%0A");
}

TEST(Query, KeepsTheOrderInWhichParametersAreAdded) {
  Parameters parameters;
  parameters.add("B", "2").add("A", 1).add("C", true).add("D", parse_iso8601("2026-11-22T06:45:00Z").value());
  EXPECT_EQ(parameters.form(), "B=2&A=1&C=true&D=2026-11-22T06%3A45%3A00Z");
}

TEST(Query, NumbersQueryListsWithMemberAndEc2ListsWithout) {
  const std::vector<std::string> values = {"x", "y"};
  EXPECT_EQ(Parameters{}.add_members("Names", values).form(), "Names.member.1=x&Names.member.2=y");
  EXPECT_EQ(Parameters{}.add_list("InstanceId", values).form(), "InstanceId.1=x&InstanceId.2=y");
  EXPECT_EQ(member("Targets", 3), "Targets.member.3");
}

TEST(Query, TakesAStringLiteralForTextAndNotForABoolean) {
  EXPECT_EQ(Parameters{}.add("Name", "false alarm").form(), "Name=false%20alarm");
}

}  // namespace
}  // namespace evenkeel::wire
