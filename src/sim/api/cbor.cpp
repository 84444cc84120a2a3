#include "sim/api/cbor.h"

#include <bit>
#include <cmath>
#include <limits>

#include "base/result.h"

namespace evenkeel::sim {
namespace {

constexpr int kDeepestCbor = 64;
constexpr unsigned kBreak = 0xFF;

enum Major : unsigned { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kTag, kSimple };

std::unexpected<ApiRefusal> no_cbor(const std::string& why) {
  return refuse(400, "SerializationException", "The body is no CBOR that this service reads: " + why);
}

double from_half(std::uint64_t half) {
  const auto exponent = static_cast<int>(half >> 10U & 31U);
  const auto fraction = static_cast<double>(half & 1023U);
  double value = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25);
  if (exponent == 31)
    value =
        fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  return (half >> 15U) == 0 ? value : -value;
}

bool is_utf8(const std::string& text) {
  const Json json(text);
  return json.dump(-1, ' ', false, Json::error_handler_t::ignore) ==
         json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

class CborReader {
 public:
  CborReader(std::string_view bytes, IsTime is_time) : bytes_(bytes), is_time_(is_time) {}

  ApiResult<Json> document() {
    Json value = TRY(item("", 0));
    if (!value.is_object()) return no_cbor("it is no map");
    if (at_ != bytes_.size()) return no_cbor("something follows its end");
    return value;
  }

 private:
  struct Head {
    unsigned major, info;
    std::uint64_t argument;
    bool indefinite() const { return info == 31; }
  };

  ApiResult<Head> head() {
    if (at_ >= bytes_.size()) return no_cbor("it ends too early");
    const unsigned first = static_cast<unsigned char>(bytes_[at_++]);
    Head head{first >> 5U, first & 31U, first & 31U};
    if (head.info < 24 || head.info == 31) return head;
    if (head.info > 27) return no_cbor("a length that no version of it knows");
    const std::size_t size = std::size_t{1} << (head.info - 24);
    if (bytes_.size() - at_ < size) return no_cbor("it ends too early");
    head.argument = 0;
    for (std::size_t i = 0; i < size; ++i)
      head.argument = head.argument << 8U | static_cast<unsigned char>(bytes_[at_++]);
    return head;
  }

  // Behind the last item of an indefinite length; steps over it.
  bool at_break() {
    const bool ends = at_ < bytes_.size() && static_cast<unsigned char>(bytes_[at_]) == kBreak;
    if (ends) ++at_;
    return ends;
  }
  bool more(const Head& head, std::uint64_t done) {
    return head.indefinite() ? !at_break() : done < head.argument;
  }

  ApiResult<Json> item(const std::string& member, int depth) {
    if (depth > kDeepestCbor) return no_cbor("it nests too deep");
    const Head head = TRY(this->head());
    const bool time = is_time_(member);
    if (head.major == kTag) {
      if (head.argument != 1 || !time) return no_cbor("a tag where none is known");
      const Head number = TRY(this->head());
      Json since_1970 = TRY(scalar(number));
      if (!since_1970.is_number()) return no_cbor("tag 1 without a number");
      return since_1970;
    }
    if (head.major == kArray) return list(head, member, depth);
    if (head.major == kMap) return map(head, depth);
    Json value = TRY(scalar(head));
    if (time && !value.is_null()) return no_cbor("the timestamp " + member + " without tag 1");
    return value;
  }

  ApiResult<Json> list(const Head& head, const std::string& member, int depth) {
    Json list = Json::array();
    while (more(head, list.size())) list.push_back(TRY(item(member, depth + 1)));
    return list;
  }

  ApiResult<Json> map(const Head& head, int depth) {
    Json map = Json::object();
    for (std::uint64_t read = 0; more(head, read); ++read) {
      const Head key = TRY(this->head());
      if (key.major != kText) return no_cbor("a key that is no text");
      const std::string name = TRY(text(key));
      if (map.contains(name)) return no_cbor("the key " + name + " twice");
      map[name] = TRY(item(name, depth + 1));
    }
    return map;
  }

  ApiResult<Json> scalar(const Head& head) {
    if (head.major == kText) return Json(TRY(text(head)));
    if (head.major == kUnsigned && !head.indefinite()) return Json(head.argument);
    if (head.major == kNegative && !head.indefinite() && head.argument >> 63U == 0)
      return Json(-1 - static_cast<std::int64_t>(head.argument));
    if (head.major != kSimple) return no_cbor("a byte string, or a length where none belongs");
    switch (head.info) {
      case 20:
      case 21:
        return Json(head.info == 21);
      case 22:
      case 23:
        return Json();
      case 25:
        return Json(from_half(head.argument));
      case 26:
        return Json(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(head.argument))));
      case 27:
        return Json(std::bit_cast<double>(head.argument));
      default:
        return no_cbor("a simple value that is unknown here");
    }
  }

  ApiResult<std::string> text(const Head& head) {
    std::string text;
    if (head.indefinite()) {
      while (!at_break()) {
        const Head part = TRY(this->head());
        if (part.major != kText || part.indefinite()) return no_cbor("text in parts that are none");
        text += TRY(this->text(part));
      }
      return text;
    }
    if (head.argument > bytes_.size() - at_) return no_cbor("it ends too early");
    text = bytes_.substr(at_, head.argument);
    at_ += head.argument;
    if (!is_utf8(text)) return no_cbor("text that is not UTF-8");
    return text;
  }

  std::string_view bytes_;
  IsTime is_time_;
  std::size_t at_ = 0;
};

void encode_head(std::string& out, Major major, std::uint64_t argument) {
  const auto lead = static_cast<unsigned char>(major << 5U);
  if (argument < 24) {
    out += static_cast<char>(lead | argument);
    return;
  }
  unsigned power = 0;
  while (power < 3 && argument >> (8U << power) != 0) ++power;
  out += static_cast<char>(lead | (24 + power));
  for (unsigned left = 1U << power; left-- > 0;) out += static_cast<char>(argument >> (8 * left));
}

void encode_double(std::string& out, double value) {
  out += '\xFB';
  const auto bits = std::bit_cast<std::uint64_t>(value);
  for (unsigned left = 8; left-- > 0;) out += static_cast<char>(bits >> (8 * left));
}

void encode_item(std::string& out, const Json& value, const std::string& member, IsTime is_time) {
  if (value.is_object()) {
    encode_head(out, kMap, value.size());
    for (const auto& [name, inner] : value.items()) {
      encode_head(out, kText, name.size());
      out += name;
      encode_item(out, inner, name, is_time);
    }
  } else if (value.is_array()) {
    encode_head(out, kArray, value.size());
    for (const Json& inner : value) encode_item(out, inner, member, is_time);
  } else if (value.is_number() && is_time(member)) {
    encode_head(out, kTag, 1);
    encode_double(out, value.get<double>());
  } else if (value.is_number_float()) {
    encode_double(out, value.get<double>());
  } else if (value.is_number_unsigned() || (value.is_number_integer() && value >= 0)) {
    encode_head(out, kUnsigned, value.get<std::uint64_t>());
  } else if (value.is_number_integer()) {
    encode_head(out, kNegative, static_cast<std::uint64_t>(-1 - value.get<std::int64_t>()));
  } else if (value.is_boolean()) {
    out += value.get<bool>() ? '\xF5' : '\xF4';
  } else if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    encode_head(out, kText, text.size());
    out += text;
  } else {
    out += '\xF6';
  }
}

}  // namespace

ApiResult<Json> read_cbor(std::string_view bytes, IsTime is_time) {
  return CborReader(bytes, is_time).document();
}

std::string write_cbor(const Json& value, IsTime is_time) {
  std::string out;
  encode_item(out, value, "", is_time);
  return out;
}

}  // namespace evenkeel::sim
