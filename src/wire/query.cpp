#include "wire/query.h"

#include "base/text.h"

namespace evenkeel::wire {

std::string percent_encode(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      encoded.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded.push_back('%');
      encoded.push_back(kDigits[byte >> 4U]);
      encoded.push_back(kDigits[byte & 15U]);
    }
  }
  return encoded;
}

std::string member(std::string_view list, std::size_t number) {
  return std::string{list} + ".member." + std::to_string(number);
}

Parameters& Parameters::add(std::string name, std::string value) {
  pairs_.emplace_back(std::move(name), std::move(value));
  return *this;
}

Parameters& Parameters::add(std::string name, const char* value) {
  return add(std::move(name), std::string{value});
}

Parameters& Parameters::add(std::string name, std::int64_t value) {
  return add(std::move(name), std::to_string(value));
}

Parameters& Parameters::add(std::string name, int value) {
  return add(std::move(name), std::to_string(value));
}

Parameters& Parameters::add(std::string name, bool value) {
  return add(std::move(name), std::string{value ? "true" : "false"});
}

Parameters& Parameters::add(std::string name, Time value) { return add(std::move(name), iso8601(value)); }

Parameters& Parameters::add_members(std::string_view name, std::span<const std::string> values) {
  for (std::size_t i = 0; i < values.size(); ++i) add(member(name, i + 1), values[i]);
  return *this;
}

Parameters& Parameters::add_list(std::string_view name, std::span<const std::string> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    add(std::string{name} + "." + std::to_string(i + 1), values[i]);
  }
  return *this;
}

std::string Parameters::form() const {
  std::string body;
  for (const auto& [name, value] : pairs_) {
    if (!body.empty()) body.push_back('&');
    body += percent_encode(name);
    body.push_back('=');
    body += percent_encode(value);
  }
  return body;
}

}  // namespace evenkeel::wire
