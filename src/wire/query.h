// The parameters of a Query or EC2 call, and their form encoding (docs/aws.md, The wire).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace evenkeel::wire {

// RFC 3986: everything but letters, digits and -._~ becomes %XX, upper case.
std::string percent_encode(std::string_view text);

// In order, as they are added. Values are raw; form() encodes them.
class Parameters {
 public:
  // So that add("Name", {}) and a stray pointer can't become a bool, each kind has its own overload.
  Parameters& add(std::string name, std::string value);
  Parameters& add(std::string name, const char* value);
  Parameters& add(std::string name, std::int64_t value);
  Parameters& add(std::string name, int value);
  Parameters& add(std::string name, bool value);  // true / false
  Parameters& add(std::string name, Time value);  // ISO 8601, UTC
  // name.member.1=…&name.member.2=… (Query)
  Parameters& add_members(std::string_view name, std::span<const std::string> values);
  // name.1=…&name.2=… (EC2)
  Parameters& add_list(std::string_view name, std::span<const std::string> values);

  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }
  std::string form() const;  // application/x-www-form-urlencoded

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

// "Targets.member.3": the prefix of a structure in a Query list, counted from 1.
std::string member(std::string_view list, std::size_t number);

}  // namespace evenkeel::wire
