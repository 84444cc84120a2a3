// DynamoDB's condition language: read from text with its placeholders, and asked of an item. Only top-level
// attributes are known. docs.aws.amazon.com: "Comparison operator and function reference".
#pragma once

#include "sim/api/attribute_json.h"

namespace evenkeel::sim {

// ExpressionAttributeNames and -Values. Each must be used by an expression of its call.
class Placeholders {
 public:
  static Answer<Placeholders> read(Members& members);

  const std::string* name(const std::string& placeholder);  // "#n"
  const Attribute* value(const std::string& placeholder);   // ":v"
  // After all expressions have been read. `any_expression`: there was one.
  Answer<void> finish(bool any_expression) const;

 private:
  std::map<std::string, std::string> names_;
  std::map<std::string, Attribute> values_;
  bool given_names_ = false, given_values_ = false;
  std::set<std::string> used_;
};

struct Operand {
  std::string attribute;  // its name; empty: a value
  Attribute value;
};

struct Condition {
  enum class Kind { both, either, negation, comparison, between, begins_with, exists, not_exists };
  Kind kind = Kind::both;
  std::string comparator;         // of a comparison: = <> < <= > >=
  std::vector<Condition> parts;   // of both, either and negation
  std::vector<Operand> operands;  // of the others
  bool in_parentheses = false;
};

// `what`: "ConditionExpression" or the like, for the words of a refusal.
Answer<Condition> parse_condition(std::string_view text, const char* what, Placeholders& placeholders);

// A comma's list of attributes, such as a ProjectionExpression.
Answer<std::vector<std::string>> parse_attributes(std::string_view text, const char* what,
                                                  Placeholders& placeholders);

// nullptr: there is no such item. What compares values of different types, or an attribute that isn't there,
// is false; but `<>` is true.
bool holds(const Condition& condition, const Item* item);

}  // namespace evenkeel::sim
