#include "wire/query.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace evenkeel::wire {

namespace {

constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (const unsigned char c :
       std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"})
    plain[c] = true;
  return plain;
}();

void append_encoded(std::string_view text, std::string& into) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  while (!text.empty()) {
    const auto end =
        std::ranges::find_if(text, [](char c) { return !kPlain[static_cast<unsigned char>(c)]; });
    into.append(text.begin(), end);
    if (end == text.end()) return;
    const auto byte = static_cast<unsigned char>(*end);
    into.push_back('%');
    into.push_back(kDigits[byte >> 4U]);
    into.push_back(kDigits[byte & 15U]);
    text = {end + 1, text.end()};
  }
}

}  // namespace

std::string percent_encode(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size() + 16);
  append_encoded(text, encoded);
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
    append_encoded(name, body);
    body.push_back('=');
    append_encoded(value, body);
  }
  return body;
}

}  // namespace evenkeel::wire
