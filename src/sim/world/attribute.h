// DynamoDB's values: what an attribute can be, how two compare and how large an item is. docs/aws.md, DynamoDB;
// docs.aws.amazon.com: "DynamoDB item sizes and formats", "Supported data types".
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::sim {

struct Attribute {
  std::string type;             // as on the wire: S N B BOOL NULL L M SS NS BS; empty: there is none
  std::string text;             // of S; of N in its plain form; of B decoded; of BOOL "true" or "false"
  std::vector<Attribute> list;  // of L, and of the sets, which are sorted
  std::map<std::string, Attribute> members;  // of M

  bool operator==(const Attribute&) const = default;
};

using Item = std::map<std::string, Attribute>;

// "007" → "7", "1.50e1" → "15". None when it is no number, or none that DynamoDB can hold: at most 38 digits,
// magnitudes from 1e-130 to 9.99…e125.
std::optional<std::string> plain_number(std::string_view text);

// Below, at or above zero. None when the two don't have one type, or one without an order: only S, N and B
// have.
std::optional<int> compare(const Attribute& one, const Attribute& other);

std::size_t size_of(const Attribute& attribute);
std::size_t size_of(const Item& item);

}  // namespace evenkeel::sim
