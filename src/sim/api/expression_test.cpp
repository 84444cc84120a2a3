#include "sim/api/expression.h"

#include <gtest/gtest.h>

#include "sim/api/reserved_words.h"

namespace evenkeel::sim {
namespace {

const Item kItem = {{"pk", {"S", "state", {}, {}}},
                    {"revision", {"N", "10", {}, {}}},
                    {"state", {"S", "open", {}, {}}},
                    {"flag", {"BOOL", "true", {}, {}}}};

struct Asked {
  std::optional<bool> holds;
  std::string refusal;
};

// With #s → state, :one → 1, :ten → 10.0, :text → "st", :flag → true.
Asked evaluate(const std::string& text, const Item* item = &kItem) {
  Members members(Json::parse(R"({
    "ExpressionAttributeNames": {"#s": "state", "#none": "nothing"},
    "ExpressionAttributeValues": {":one": {"N": "1"}, ":ten": {"N": "10.0"}, ":text": {"S": "st"},
                                  ":flag": {"BOOL": true}}})"));
  auto placeholders = Placeholders::read(members);
  if (!placeholders) return {{}, placeholders.error().message};
  const auto condition = parse_condition(text, "ConditionExpression", *placeholders);
  if (!condition) return {{}, condition.error().message};
  return {holds(*condition, item), ""};
}

struct ExpressionCase {
  const char* text;
  bool holds;
};

class Conditions : public testing::TestWithParam<ExpressionCase> {};

TEST_P(Conditions, Hold) {
  const auto asked = evaluate(GetParam().text);
  EXPECT_EQ(asked.holds, GetParam().holds) << GetParam().text << ": " << asked.refusal;
}

INSTANTIATE_TEST_SUITE_P(
    OnOneItem, Conditions,
    testing::Values(
        ExpressionCase{"attribute_exists(pk)", true}, ExpressionCase{"attribute_exists(#none)", false},
        ExpressionCase{"attribute_not_exists(#none)", true},
        ExpressionCase{"attribute_not_exists(pk)", false}, ExpressionCase{"revision = :ten", true},
        ExpressionCase{"revision = :one", false}, ExpressionCase{"revision <> :one", true},
        ExpressionCase{"revision > :one", true}, ExpressionCase{"revision < :one", false},
        ExpressionCase{"revision >= :ten", true}, ExpressionCase{"revision <= :ten", true},
        ExpressionCase{"revision <= :one", false}, ExpressionCase{"revision > :ten", false},
        ExpressionCase{":one<revision", true}, ExpressionCase{"#none = :one", false},
        ExpressionCase{"#none <> :one", true}, ExpressionCase{"#none < :one", false},
        ExpressionCase{"revision = :text", false}, ExpressionCase{"revision < :text", false},
        ExpressionCase{"flag = :flag", true}, ExpressionCase{"flag < :flag", false},
        ExpressionCase{"begins_with(pk, :text)", true}, ExpressionCase{"begins_with(#s, :text)", false},
        ExpressionCase{"begins_with(revision, :text)", false},
        ExpressionCase{"revision BETWEEN :one AND :ten", true},
        ExpressionCase{"revision between :ten and :ten", true},
        ExpressionCase{"#none BETWEEN :one AND :ten", false}, ExpressionCase{"NOT revision = :one", true},
        ExpressionCase{"not not revision = :one", false},
        // OR binds least, then AND, then NOT.
        ExpressionCase{"revision = :ten OR revision = :one AND pk = :one", true},
        ExpressionCase{"(revision = :ten OR revision = :one) AND pk = :one", false},
        ExpressionCase{"NOT revision = :one AND pk = :one", false},
        ExpressionCase{"NOT (revision = :one AND pk = :one)", true},
        ExpressionCase{"revision BETWEEN :one AND :ten AND attribute_exists(pk)", true}));

TEST(Conditions, OfAnItemThatIsNotThere) {
  EXPECT_EQ(evaluate("attribute_not_exists(pk)", nullptr).holds, true);
  EXPECT_EQ(evaluate("attribute_exists(pk)", nullptr).holds, false);
  EXPECT_EQ(evaluate("revision = :ten", nullptr).holds, false);
}

TEST(Conditions, ThatAreNotWellFormedAreRefused) {
  for (const char* text : {"",
                           "pk",
                           "pk =",
                           "= :one",
                           "pk = :one :ten",
                           "pk == :one",
                           "pk = :one AND",
                           "(pk = :one",
                           "pk = :one)",
                           "((pk = :one))",
                           "attribute_exists(pk",
                           "attribute_exists()",
                           "attribute_exists(:one)",
                           "attribute_exists(pk, #s)",
                           "begins_with(pk)",
                           "begins_with(pk, :one)",
                           "Attribute_Exists(pk)",
                           "size(pk) > :one",
                           "pk = 'text'",
                           "pk = 1",
                           "pk.inner = :one",
                           "pk[0] = :one",
                           "pk = :unknown",
                           "#unknown = :one",
                           "state = :text",
                           "revision = revision",
                           "a-b = :one",
                           "_a = :one",
                           "revision BETWEEN :ten AND :one",
                           "revision BETWEEN :one OR :ten"})
    EXPECT_TRUE(evaluate(text).refusal.starts_with("Invalid ConditionExpression: ")) << text;
  EXPECT_EQ(evaluate("state = :text").refusal,
            "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: state");
  EXPECT_FALSE(evaluate(std::string(5000, ' ')).holds);
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "NOT ";
  EXPECT_FALSE(evaluate(deep + "pk = :one").holds) << "an attack on the stack";
}

TEST(Placeholders, MustAllBeUsed) {
  const auto refusal = [](const char* members_text, const char* expression) {
    Members members(Json::parse(members_text));
    auto placeholders = Placeholders::read(members);
    if (!placeholders) return placeholders.error().message;
    if (*expression && !parse_condition(expression, "ConditionExpression", *placeholders))
      return std::string("?");
    const auto finished = placeholders->finish(*expression != '\0');
    return finished ? std::string() : finished.error().message;
  };
  EXPECT_EQ(refusal(R"({"ExpressionAttributeNames": {"#a": "a"}})", "attribute_exists(#a)"), "");
  EXPECT_EQ(refusal(R"({"ExpressionAttributeNames": {"#a": "a", "#b": "b"}})", "attribute_exists(#a)"),
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}");
  EXPECT_EQ(refusal(R"({"ExpressionAttributeValues": {":a": {"N": "1"}}})", "attribute_exists(pk)"),
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:a}");
  EXPECT_EQ(refusal(R"({"ExpressionAttributeNames": {"#a": "a"}})", ""),
            "ExpressionAttributeNames can only be specified when using expressions");
  EXPECT_EQ(refusal(R"({"ExpressionAttributeValues": {":a": {"N": "1"}}})", ""),
            "ExpressionAttributeValues can only be specified when using expressions");
  EXPECT_EQ(refusal(R"({"ExpressionAttributeNames": {}})", "attribute_exists(pk)"),
            "ExpressionAttributeNames must not be empty");
  EXPECT_NE(refusal(R"({"ExpressionAttributeNames": {"a": "a"}})", "attribute_exists(pk)"), "");
  EXPECT_NE(refusal(R"({"ExpressionAttributeValues": {"#a": {"N": "1"}}})", "attribute_exists(pk)"), "");
}

TEST(Projection, IsAListOfDistinctAttributes) {
  const auto count = [](const char* text) {
    Members members(Json::parse(R"({"ExpressionAttributeNames": {"#s": "state"}})"));
    auto placeholders = *Placeholders::read(members);
    const auto names = parse_attributes(text, "ProjectionExpression", placeholders);
    return names ? static_cast<int>(names->size()) : -1;
  };
  EXPECT_EQ(count("pk"), 1);
  EXPECT_EQ(count("pk, sk ,#s"), 3);
  for (const char* text : {"", "pk,", ",pk", "pk pk", "pk, pk", ":v", "pk, state"})
    EXPECT_EQ(count(text), -1) << text;
}

TEST(ReservedWords, AreAllOfThem) {
  EXPECT_EQ(std::ranges::count(kReservedWords, ' '), 574);
  for (const char* word : {"ABORT", "zone", "Ttl"})
    EXPECT_NE(evaluate(std::string(word) + " = :one").refusal.find("reserved keyword"), std::string::npos)
        << word;
  EXPECT_EQ(evaluate("document = :one").refusal, "");
}

}  // namespace
}  // namespace evenkeel::sim
