#include "sim/api/cbor.h"

#include <gtest/gtest.h>

namespace evenkeel::sim {
namespace {

using namespace std::string_literals;

bool named_time(std::string_view member) { return member == "T" || member == "Ts"; }

std::string hex_of(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[static_cast<unsigned char>(byte) >> 4U];
    text += kDigits[static_cast<unsigned char>(byte) & 15U];
  }
  return text;
}

// The value of {"a": …} whose bytes are these.
Json read_value(const std::string& bytes, const std::string& name = "a") {
  const auto read = read_cbor("\xA1"s + static_cast<char>(0x60 + name.size()) + name + bytes, named_time);
  return read ? (*read)[name] : Json("refused: " + read.error().code);
}

const Json kRefused = "refused: SerializationException";

// RFC 8949, appendix A.
TEST(Cbor, ReadsTheExamplesOfItsStandard) {
  EXPECT_EQ(read_value("\x17"), 23);
  EXPECT_EQ(read_value("\x18\x18"), 24);
  EXPECT_EQ(read_value("\x19\x03\xe8"), 1000);
  EXPECT_EQ(read_value("\x1b\x00\x00\x00\xe8\xd4\xa5\x10\x00"s), 1'000'000'000'000);
  EXPECT_EQ(read_value("\x20"), -1);
  EXPECT_EQ(read_value("\x39\x03\xe7"), -1000);
  EXPECT_EQ(read_value("\xf9\x3c\x00"s), 1.0);
  EXPECT_EQ(read_value("\xf9\x00\x01"s), 5.960464477539063e-8);
  EXPECT_EQ(read_value("\xf9\xc4\x00"s), -4.0);
  EXPECT_EQ(read_value("\xfa\x47\xc3\x50\x00"s), 100000.0);
  EXPECT_EQ(read_value("\xfb\xc0\x10\x66\x66\x66\x66\x66\x66"), -4.1);
  EXPECT_EQ(read_value("\xf4"), false);
  EXPECT_EQ(read_value("\xf5"), true);
  EXPECT_EQ(read_value("\xf6"), nullptr);
  EXPECT_EQ(read_value("\x62\xc3\xbc"), "\xc3\xbc");
  EXPECT_EQ(read_value("\x82\x01\x02"), (Json{1, 2}));
  EXPECT_EQ(read_value("\x9f\x01\x82\x02\x03\xff"), (Json{1, {2, 3}}));
  EXPECT_EQ(read_value("\xbf\x61\x62\x61\x63\xff"), (Json{{"b", "c"}}));
  EXPECT_EQ(read_value("\x7f\x65\x73\x74\x72\x65\x61\x64\x6d\x69\x6e\x67\xff"), "streaming");
}

TEST(Cbor, TagsTimestampsAndNothingElse) {
  const std::string half_past = "\xc1\xfb\x41\xd4\x52\xd9\xec\x20\x00\x00"s;  // RFC 8949: 1363896240.5
  EXPECT_EQ(read_value(half_past, "T"), 1363896240.5);
  EXPECT_EQ(read_value("\xc1\x1a\x51\x4b\x67\xb0", "T"), 1363896240);
  EXPECT_EQ(read_value("\x81\xc1\x1a\x51\x4b\x67\xb0", "Ts"), (Json{1363896240}));
  EXPECT_EQ(read_value("\xf6", "T"), nullptr);
  EXPECT_EQ(read_value("\x1a\x51\x4b\x67\xb0", "T"), kRefused) << "a timestamp without its tag";
  EXPECT_EQ(read_value(half_past), kRefused) << "not a timestamp";
  EXPECT_EQ(read_value("\xc1\x61\x37", "T"), kRefused);
  EXPECT_EQ(read_value("\xc0\x61\x37", "T"), kRefused);
  EXPECT_EQ(hex_of(write_cbor({{"T", 1363896240.5}}, named_time)), "a16154c1fb41d452d9ec200000");
  EXPECT_EQ(hex_of(write_cbor({{"Ts", {1363896240}}}, named_time)), "a162547381c1fb41d452d9ec000000");
}

TEST(Cbor, WritesTheShortestHeadAndReadsItBack) {
  EXPECT_EQ(hex_of(write_cbor({{"a", 23}, {"b", 24}, {"c", 1000}, {"d", -1000}}, named_time)),
            "a46161176162181861631903e861643903e7");
  const Json all = {{"none", nullptr},
                    {"flag", true},
                    {"text", std::string(300, 'x')},
                    {"many", Json(std::vector<double>(70'000, 0.25))},
                    {"numbers", {0, 255, 256, 65'536, 4'294'967'296, -1, -4'294'967'297}},
                    {"T", 1.5},
                    {"inside", {{"Ts", {1.0, 2.5}}}}};
  const auto again = read_cbor(write_cbor(all, named_time), named_time);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, all);
}

TEST(Cbor, RefusesWhatIsNone) {
  const auto refused = [](const std::string& bytes) {
    const auto read = read_cbor(bytes, named_time);
    return !read && read.error().code == "SerializationException";
  };
  EXPECT_FALSE(refused("\xa0"));
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused("\x01")) << "no map";
  EXPECT_TRUE(refused("\xa0\xa0")) << "something behind it";
  EXPECT_TRUE(refused("\xa1\x01\x02")) << "a key that is no text";
  EXPECT_TRUE(refused("\xa2\x61\x61\x01\x61\x61\x02")) << "a key twice";
  EXPECT_TRUE(refused("\xa1\x61\x61\x41\x61")) << "a byte string";
  EXPECT_TRUE(refused("\xa1\x61\x61\x61\xff")) << "no UTF-8";
  EXPECT_TRUE(refused("\xa1\x61\x61\xff")) << "a break out of place";
  EXPECT_TRUE(refused("\xa1\x61\x61\x1c")) << "a length that is reserved";
  EXPECT_TRUE(refused("\xa1\x61\x61\x3b\xff\xff\xff\xff\xff\xff\xff\xff")) << "less than 64 bits hold";
  EXPECT_TRUE(refused("\xa1\x61\x61\x9b\xff\xff\xff\xff\xff\xff\xff\xff")) << "an endless list";
  EXPECT_TRUE(refused("\xa1\x61\x61\x7b\xff\xff\xff\xff\xff\xff\xff\xff")) << "endless text";
  EXPECT_TRUE(refused("\xa1\x61\x61" + std::string(100'000, '\x81') + "\x01")) << "too deep";
  const std::string good = write_cbor({{"a", {1, 1000, "text", {{"T", 1.5}}}}}, named_time);
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_TRUE(refused(good.substr(0, size))) << size;
}

}  // namespace
}  // namespace evenkeel::sim
