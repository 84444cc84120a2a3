#include "policy/yaml_tree.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace evenkeel::policy {
namespace {

PolicyProblem problem(const std::string& text) {
  const auto tree = parse_yaml(text);
  EXPECT_FALSE(tree) << "was accepted";
  return tree ? PolicyProblem{} : tree.error();
}

TEST(YamlTree, KnowsWhereEverythingStands) {
  const auto tree = parse_yaml("a: 1\nb:\n  - 'x'\n  - {c: d}\ne:\nf: ~\n");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->keys[1].place, (Position{2, 1}));
  EXPECT_EQ(tree->find("a")->place, (Position{1, 4}));
  EXPECT_FALSE(tree->find("a")->quoted);
  const YamlNode& list = *tree->find("b");
  EXPECT_TRUE(list.values[0].quoted);
  EXPECT_EQ(list.values[0].place, (Position{3, 5}));
  EXPECT_EQ(list.values[1].find("c")->place, (Position{4, 9}));
  EXPECT_EQ(tree->find("e")->place, (Position{5, 1})) << "a missing value is placed at its key";
  EXPECT_EQ(tree->find("f")->place, (Position{6, 4}));
  EXPECT_EQ(tree->find("f")->kind, YamlNode::Kind::nothing);
  EXPECT_EQ(tree->find("g"), nullptr);
}

TEST(YamlTree, KeepsDuplicates) {
  const auto tree = parse_yaml("a: 1\na: 2\n");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->keys.size(), 2U);
  EXPECT_EQ(tree->find("a")->text, "1");
}

TEST(YamlTree, WritesAliasesOut) {
  const auto tree = parse_yaml("a: &x {k: v}\nb: *x\n");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->find("b")->find("k")->text, "v");
  EXPECT_EQ(tree->find("b")->place, (Position{1, 4})) << "an alias is placed where its text stands";
}

TEST(YamlTree, RefusesAQuoteThatIsNotClosedInItsLine) {
  const auto refused = [](const char* text) {
    const auto tree = parse_yaml(text);
    return tree ? std::string()
                : fmt::format("{}:{} {}", tree.error().place.line, tree.error().place.column,
                              tree.error().text);
  };
  for (const char* text : {"a: \"Christmas\nb: {c: 1}\nd: \"e\"\n", "a: 'Christmas\nb: {c: 1}\nd: 'e'\n",
                           "a: [\"\xc3\xbc\", \"b\nc: 1\nd: \"]\n"})
    EXPECT_NE(refused(text).find("is its closing quote missing?"), std::string::npos)
        << text << refused(text);
  EXPECT_TRUE(refused("a: \"Christmas\nb: {c: 1}\nd: \"\n")
                  .starts_with("1:4 this quoted text ends 2 lines further down"));
  for (const char* text :
       {"a: \"it's \\\"so\\\"\"\nb: 1\n", "a: 'it''s \"so'\nb: 1\n", "a: |\n  say \"so\n  it's\nb: 1\n",
        "a: >-\n  \"x\n  y\nb: 1\n", "a: it's\nb: \"c\"\n", "a: b # it's \"so\nc: 1\n"})
    EXPECT_EQ(refused(text), "") << text;
}

TEST(YamlTree, RefusesASecondDocument) {
  EXPECT_EQ(problem("a: 1\n---\nb: 2\n").place, (Position{2, 1}));
  EXPECT_TRUE(problem("- a\nb: c\n").text.starts_with("a second YAML document begins here"));
}

TEST(YamlTree, RefusesAnAliasBomb) {
  std::string text = "a0: &a0 [~, ~, ~, ~, ~, ~, ~, ~, ~, ~]\n";
  for (int i = 1; i < 6; ++i) {
    const auto last = std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + last;
    for (int k = 0; k < 9; ++k) text += ", *a" + last;
    text += "]\n";
  }
  EXPECT_TRUE(problem(text).text.starts_with("more than 10000 values or 1048576 bytes of text"));
}

TEST(YamlTree, RefusesALongTextRepeatedByAliases) {
  std::string text = "a: &a " + std::string(200'000, 'x') + "\nb: [*a, *a, *a, *a, *a]\n";
  EXPECT_TRUE(problem(text).text.starts_with("more than 10000 values or 1048576 bytes of text"));
}

TEST(YamlTree, RefusesManyEmptyLists) {
  std::string text = "[";
  for (int i = 0; i < 10'001; ++i) text += "[],";
  EXPECT_TRUE(problem(text + "]").text.starts_with("more than 10000 values"));
}

TEST(YamlTree, RefusesWhatIsNestedTooDeeply) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_yaml(nested(16)));
  EXPECT_TRUE(problem(nested(17)).text.starts_with("nested deeper than 16 levels"));
  EXPECT_TRUE(problem(nested(400'000)).text.starts_with("nested deeper than 16 levels"));
  EXPECT_TRUE(problem("a: &a [[[[[[[[1]]]]]]]]\nb: [[[[[[[*a]]]]]]]\n").text.starts_with("nested deeper"));
}

TEST(YamlTree, RefusesAnAliasToWhatHoldsIt) {
  EXPECT_TRUE(problem("a: &a [*a]\n").text.starts_with("this alias stands inside of what it refers to"));
  EXPECT_EQ(problem("a: &a [*a]\n").place, (Position{1, 8}));
}

TEST(YamlTree, RefusesTags) {
  EXPECT_EQ(problem("a: !!str 5\n").text,
            "the tag tag:yaml.org,2002:str is not used in policies; leave it out");
}

TEST(YamlTree, RefusesWhatIsNotUtf8Text) {
  EXPECT_EQ(problem(std::string("a\0:", 3)).text,
            "holds a zero byte, so it isn't UTF-8 text; save it as UTF-8");
}

TEST(YamlTree, SaysWhereTheYamlIsBroken) {
  const auto broken = problem("a: b: c\n");
  EXPECT_EQ(broken.place, (Position{1, 5}));
  EXPECT_EQ(
      broken.text,
      "not valid YAML: illegal map value; check the indentation (spaces, no tabs), the colons and the quotes "
      "here and in the line above");
  EXPECT_EQ(problem("a:\n\t- b\n").place, (Position{2, 2}));
  EXPECT_EQ(problem("a: *nope\n").place, (Position{1, 4}));
}

TEST(YamlTree, SurvivesEveryBrokenBeginningOfAPolicy) {
  const std::string text =
      "fleets:\n  - {name: \"web\", target_groups: [a, 'b'], x: &q {y: *q}}\n  - !!t |\n   z\n";
  for (std::size_t length = 0; length <= text.size(); ++length) {
    for (const char* tail : {"", "\"", "{", "\t", "&", "*", "%", "\xff", "\xff\xfe"}) {
      const auto tree = parse_yaml(text.substr(0, length) + tail);
      if (tree) continue;
      EXPECT_FALSE(tree.error().text.empty());
      EXPECT_GE(tree.error().place, (Position{1, 1})) << length << tail;
    }
  }
}

}  // namespace
}  // namespace evenkeel::policy
