#include "sim/world/attribute.h"

#include <gtest/gtest.h>

#include "sim/api/attribute_json.h"

namespace evenkeel::sim {
namespace {

Attribute number(const char* text) { return {"N", plain_number(text).value_or("?"), {}, {}}; }

TEST(PlainNumber, HasOneFormForEachValue) {
  for (const auto& [given, plain] : std::vector<std::pair<const char*, const char*>>{{"007", "7"},
                                                                                     {"+7", "7"},
                                                                                     {"-0", "0"},
                                                                                     {"0.00", "0"},
                                                                                     {"1.50", "1.5"},
                                                                                     {".5", "0.5"},
                                                                                     {"5.", "5"},
                                                                                     {"1.5e1", "15"},
                                                                                     {"-12E2", "-1200"},
                                                                                     {"12e-4", "0.0012"},
                                                                                     {"1234.5", "1234.5"},
                                                                                     {"0e99999", "0"}})
    EXPECT_EQ(plain_number(given), plain) << given;
}

TEST(PlainNumber, HoldsThirtyEightDigitsAndNoMore) {
  const std::string most(38, '9');
  EXPECT_EQ(plain_number(most), most);
  EXPECT_EQ(plain_number(most + "9"), std::nullopt);
  EXPECT_EQ(plain_number("000" + most + "000").value_or(""), most + "000") << "zeros at the ends don't count";
  EXPECT_TRUE(plain_number("9.99e125"));
  EXPECT_FALSE(plain_number("1e126"));
  EXPECT_TRUE(plain_number("1e-130"));
  EXPECT_FALSE(plain_number("1e-131"));
}

TEST(PlainNumber, IsNothingElse) {
  for (const char* text :
       {"", "-", ".", "1e", "1e+", "e5", "1 ", " 1", "0x10", "1.2.3", "--1", "1e9999999", "nan", "1,5"})
    EXPECT_EQ(plain_number(text), std::nullopt) << text;
}

TEST(Compare, OrdersNumbersByValueAndTextByBytes) {
  EXPECT_LT(*compare(number("9"), number("10")), 0);
  EXPECT_LT(*compare(number("-10"), number("-9")), 0);
  EXPECT_LT(*compare(number("-1"), number("0")), 0);
  EXPECT_GT(*compare(number("0.5"), number("0.25")), 0);
  EXPECT_GT(*compare(number("1.5"), number("1")), 0);
  EXPECT_EQ(*compare(number("1.0"), number("1")), 0);
  EXPECT_GT(*compare({"S", "9", {}, {}}, {"S", "10", {}, {}}), 0);
  EXPECT_GT(*compare({"S", "\xc3\xa9", {}, {}}, {"S", "z", {}, {}}), 0) << "bytes have no sign";
  EXPECT_EQ(compare(number("1"), {"S", "1", {}, {}}), std::nullopt);
  EXPECT_EQ(compare({"BOOL", "true", {}, {}}, {"BOOL", "true", {}, {}}), std::nullopt);
}

TEST(AttributeJson, ReadsEveryTypeAndWritesItBack) {
  const Json json = {{"s", {{"S", "text"}}},
                     {"n", {{"N", "15"}}},
                     {"b", {{"B", "AAEC/w=="}}},
                     {"yes", {{"BOOL", true}}},
                     {"no", {{"BOOL", false}}},
                     {"null", {{"NULL", true}}},
                     {"list", {{"L", {{{"S", "a"}}, {{"N", "1"}}}}}},
                     {"map", {{"M", {{"inner", {{"L", Json::array()}}}}}}},
                     {"set", {{"SS", {"a", "b"}}}},
                     {"numbers", {{"NS", {"1", "2"}}}}};
  const auto item = read_item(json);
  ASSERT_TRUE(item) << item.error().message;
  EXPECT_EQ(json_of(*item), json);
  EXPECT_EQ(item->at("b").text, std::string("\0\1\2\xff", 4));
}

TEST(AttributeJson, RefusesWhatIsNotExactlyOneValue) {
  const auto code = [](const char* json) {
    const auto read = read_attribute(Json::parse(json));
    return read ? "" : read.error().code;
  };
  for (const char* json :
       {"{}", R"({"S": "a", "N": "1"})", R"({"N": "abc"})",
        R"({"N": "123456789012345678901234567890123456789"})", R"({"SS": []})", R"({"NS": ["1", "1.0"]})"})
    EXPECT_EQ(code(json), "ValidationException") << json;
  for (const char* json : {"\"a\"", R"({"N": 1})", R"({"S": null})", R"({"T": "a"})", R"({"BOOL": "true"})",
                           R"({"NULL": false})", R"({"B": "a"})", R"({"L": {}})", R"({"M": []})"})
    EXPECT_EQ(code(json), "SerializationException") << json;
  std::string deep = R"({"S": "a"})";
  for (int i = 0; i < 31; ++i) deep = R"({"L": [)" + deep + "]}";
  EXPECT_EQ(code(deep.c_str()), "");
  EXPECT_EQ(code((R"({"L": [)" + deep + "]}").c_str()), "ValidationException");
}

TEST(SizeOf, CountsNamesAndValues) {
  const auto size = [](const char* json) { return size_of(*read_item(Json::parse(json))); };
  EXPECT_EQ(size(R"({"name": {"S": "12345"}})"), 9U);
  EXPECT_EQ(size(R"({"é": {"S": "é"}})"), 4U);
  EXPECT_EQ(size(R"({"n": {"N": "12345"}})"), 5U);
  EXPECT_EQ(size(R"({"b": {"BOOL": true}})"), 2U);
  EXPECT_EQ(size(R"({"l": {"L": [{"S": "a"}]}})"), 6U);
  EXPECT_EQ(size(R"({"m": {"M": {"k": {"S": "a"}}}})"), 7U);
}

}  // namespace
}  // namespace evenkeel::sim
