#include "sim/world/attribute.h"

#include <algorithm>
#include <charconv>

namespace evenkeel::sim {
namespace {

constexpr std::size_t kMostDigits = 38;
constexpr int kHighest = 126;  // 9.99e125 is 0.999 with so many places before the point
constexpr int kLowest = -129;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// 0.<digits> × 10^point, without zeros at either end.
struct Decimal {
  bool negative = false;
  std::string digits;
  int point = 0;
};

bool take_sign(std::string_view& text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  return negative;
}

std::optional<int> exponent_of(std::string_view text) {
  const bool negative = take_sign(text);
  int value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = !text.empty() && is_digit(text.front()) && read.ptr == text.data() + text.size();
  if (!whole || read.ec != std::errc() || value > 100'000) return std::nullopt;
  return negative ? -value : value;
}

std::optional<Decimal> decimal_of(std::string_view text) {
  Decimal decimal;
  decimal.negative = take_sign(text);
  bool fraction = false, any = false;
  while (!text.empty() && (is_digit(text.front()) || (text.front() == '.' && !fraction))) {
    if (text.front() == '.') {
      fraction = true;
    } else {
      any = true;
      decimal.digits += text.front();
      if (!fraction) ++decimal.point;
    }
    text.remove_prefix(1);
  }
  if (!any) return std::nullopt;
  if (!text.empty()) {
    if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
    const auto exponent = exponent_of(text.substr(1));
    if (!exponent) return std::nullopt;
    decimal.point += *exponent;
  }
  const std::size_t zeros = std::min(decimal.digits.find_first_not_of('0'), decimal.digits.size());
  decimal.digits.erase(0, zeros);
  decimal.point -= static_cast<int>(zeros);
  decimal.digits.erase(decimal.digits.find_last_not_of('0') + 1);
  return decimal;
}

// Of plain numbers without a sign.
int compare_magnitudes(std::string_view one, std::string_view other) {
  const std::size_t whole = std::min(one.find('.'), one.size());
  const std::size_t other_whole = std::min(other.find('.'), other.size());
  if (whole != other_whole) return whole < other_whole ? -1 : 1;
  return one.compare(other);
}

int compare_numbers(std::string_view one, std::string_view other) {
  const bool negative = take_sign(one), other_negative = take_sign(other);
  if (negative != other_negative) return negative ? -1 : 1;
  return negative ? compare_magnitudes(other, one) : compare_magnitudes(one, other);
}

}  // namespace

std::optional<std::string> plain_number(std::string_view text) {
  const auto decimal = decimal_of(text);
  if (!decimal || decimal->digits.size() > kMostDigits) return std::nullopt;
  if (decimal->digits.empty()) return "0";
  if (decimal->point > kHighest || decimal->point < kLowest) return std::nullopt;
  std::string plain = decimal->digits;
  const auto length = static_cast<int>(plain.size());
  if (decimal->point <= 0) {
    plain.insert(0, "0." + std::string(static_cast<std::size_t>(-decimal->point), '0'));
  } else if (decimal->point >= length) {
    plain.append(static_cast<std::size_t>(decimal->point - length), '0');
  } else {
    plain.insert(static_cast<std::size_t>(decimal->point), ".");
  }
  return decimal->negative ? "-" + plain : plain;
}

std::optional<int> compare(const Attribute& one, const Attribute& other) {
  if (one.type != other.type) return std::nullopt;
  if (one.type == "N") return compare_numbers(one.text, other.text);
  if (one.type == "S" || one.type == "B") return one.text.compare(other.text);
  return std::nullopt;
}

std::size_t size_of(const Attribute& attribute) {
  const auto& [type, text, list, members] = attribute;
  if (type == "BOOL" || type == "NULL") return 1;
  if (type == "N") {
    const auto digits = static_cast<std::size_t>(std::ranges::count_if(text, is_digit));
    return (digits + 1) / 2 + 1 + (text.starts_with('-') ? 1 : 0);
  }
  const bool nested = type == "L" || type == "M";
  std::size_t size = text.size() + (nested ? 3 : 0);
  for (const auto& element : list) size += size_of(element) + (nested ? 1 : 0);
  for (const auto& [name, member] : members) size += name.size() + size_of(member) + 1;
  return size;
}

std::size_t size_of(const Item& item) {
  std::size_t size = 0;
  for (const auto& [name, attribute] : item) size += name.size() + size_of(attribute);
  return size;
}

}  // namespace evenkeel::sim
