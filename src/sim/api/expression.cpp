#include "sim/api/expression.h"

#include <algorithm>

#include "base/result.h"
#include "base/text.h"
#include "sim/api/reserved_words.h"

namespace evenkeel::sim {
namespace {

constexpr std::size_t kLongestExpression = 4096;
constexpr int kDeepestExpression = 100;

using Kind = Condition::Kind;

struct Token {
  std::string text;  // empty: the end
  std::size_t at = 0;

  bool is_word(std::string_view word) const { return lower(text) == word; }
};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_comparator(std::string_view text) {
  return text == "=" || text == "<>" || text == "<" || text == "<=" || text == ">" || text == ">=";
}

bool is_reserved(const std::string& word) {
  std::string upper = word;
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return kReservedWords.find(" " + upper + " ") != std::string_view::npos;
}

// Recursive descent: OR binds least, then AND, then NOT.
class ExpressionParser {
 public:
  ExpressionParser(std::string_view text, const char* what, Placeholders& placeholders)
      : text_(text), what_(what), placeholders_(placeholders) {
    token_ = next();
  }

  Answer<Condition> whole() {
    TRY_VOID(check_length());
    auto condition = TRY(either());
    TRY_VOID(expect_end());
    return condition;
  }

  Answer<std::vector<std::string>> attributes() {
    TRY_VOID(check_length());
    std::vector<std::string> names;
    while (true) {
      const Operand operand = TRY(this->operand());
      if (operand.attribute.empty() || contains(names, operand.attribute))
        return wrong("An attribute's name is wanted, and each only once");
      names.push_back(operand.attribute);
      if (token_.text != ",") break;
      advance();
    }
    TRY_VOID(expect_end());
    return names;
  }

 private:
  std::unexpected<Refusal> wrong(const std::string& message) const {
    return refuse(400, "ValidationException", std::string("Invalid ") + what_ + ": " + message);
  }

  std::unexpected<Refusal> syntax_error() const {
    const std::size_t from = token_.at < 10 ? 0 : token_.at - 10;
    return wrong("Syntax error; token: \"" + (token_.text.empty() ? "<EOF>" : printable(token_.text)) +
                 "\", near: \"" + printable(text_.substr(from, 20)) + "\"");
  }

  Answer<void> check_length() const {
    if (text_.empty()) return wrong("The expression can not be empty;");
    if (text_.size() > kLongestExpression)
      return wrong("Expression size has exceeded the maximum allowed size");
    return {};
  }

  Answer<void> expect_end() const {
    if (token_.text.empty()) return {};
    return syntax_error();
  }

  Answer<void> expect(std::string_view text) {
    if (token_.text != text) return syntax_error();
    advance();
    return {};
  }

  Token next() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
    const std::size_t begin = at_;
    if (at_ == text_.size()) return {"", begin};
    ++at_;
    if (is_name_character(text_[begin]) || text_[begin] == '#' || text_[begin] == ':') {
      while (at_ < text_.size() && is_name_character(text_[at_])) ++at_;
    } else if (at_ < text_.size() && is_comparator(text_.substr(begin, 2))) {
      ++at_;
    }
    return {std::string(text_.substr(begin, at_ - begin)), begin};
  }

  void advance() { token_ = next(); }

  Answer<Condition> joined(const char* word, Kind kind, Answer<Condition> (ExpressionParser::*part)()) {
    Condition first = TRY((this->*part)());
    if (!token_.is_word(word)) return first;
    Condition all{kind, {}, {std::move(first)}, {}, false};
    while (token_.is_word(word)) {
      advance();
      all.parts.push_back(TRY((this->*part)()));
    }
    return all;
  }

  Answer<Condition> either() { return joined("or", Kind::either, &ExpressionParser::both); }
  Answer<Condition> both() { return joined("and", Kind::both, &ExpressionParser::negated); }

  Answer<Condition> negated() {
    if (++depth_ > kDeepestExpression) return wrong("The expression nests too deep");
    const bool negates = token_.is_word("not");
    if (negates) advance();
    auto condition = TRY(negates ? negated() : primary());
    --depth_;
    return negates ? Condition{Kind::negation, {}, {std::move(condition)}, {}, false} : condition;
  }

  Answer<Condition> primary() {
    if (token_.text == "(") {
      advance();
      Condition inside = TRY(either());
      TRY_VOID(expect(")"));
      if (inside.in_parentheses) return wrong("The expression has redundant parentheses;");
      inside.in_parentheses = true;
      return inside;
    }
    const Token first = token_;
    const std::size_t after = text_.find_first_not_of(" \t\r\n", at_);
    if (is_name_character(first.text.empty() ? ' ' : first.text.front()) && after != std::string_view::npos &&
        text_[after] == '(')
      return function();
    const Operand left = TRY(operand());
    if (token_.is_word("between")) {
      advance();
      Operand low = TRY(operand());
      if (!token_.is_word("and")) return syntax_error();
      advance();
      Operand high = TRY(operand());
      if (compare(low.value, high.value).value_or(0) > 0)
        return wrong("The BETWEEN operator requires upper bound to be greater than or equal to lower bound");
      return Condition{Kind::between, {}, {}, {left, std::move(low), std::move(high)}, false};
    }
    if (!is_comparator(token_.text)) return syntax_error();
    const std::string comparator = token_.text;
    advance();
    Operand right = TRY(operand());
    if (!left.attribute.empty() && left.attribute == right.attribute)
      return wrong("The first operand must be distinct from the remaining operands for this operator");
    return Condition{Kind::comparison, comparator, {}, {left, std::move(right)}, false};
  }

  Answer<Condition> function() {
    static const std::map<std::string, std::pair<Kind, std::size_t>, std::less<>> functions = {
        {"attribute_exists", {Kind::exists, 1}},
        {"attribute_not_exists", {Kind::not_exists, 1}},
        {"begins_with", {Kind::begins_with, 2}}};
    const std::string name = token_.text;
    const auto found = functions.find(name);
    if (found == functions.end())
      return wrong("Invalid function name; function: " + printable(name) +
                   " (this account knows attribute_exists, attribute_not_exists and begins_with)");
    advance();
    TRY_VOID(expect("("));
    Condition condition{found->second.first, {}, {}, {}, false};
    while (true) {
      condition.operands.push_back(TRY(operand()));
      if (token_.text != ",") break;
      advance();
    }
    TRY_VOID(expect(")"));
    if (condition.operands.size() != found->second.second)
      return wrong("Incorrect number of operands for operator or function; operator or function: " + name);
    if (condition.operands[0].attribute.empty())
      return wrong("Operator or function requires a document path; operator or function: " + name);
    if (condition.operands.size() == 2 && condition.operands[1].attribute.empty() &&
        condition.operands[1].value.type != "S" && condition.operands[1].value.type != "B")
      return wrong("Incorrect operand type for operator or function; operator or function: " + name);
    return condition;
  }

  Answer<Operand> operand() {
    const std::string text = token_.text;
    if (text.starts_with('#')) {
      const std::string* name = placeholders_.name(text);
      if (!name)
        return wrong(
            "An expression attribute name used in the document path is not defined; attribute name: " +
            printable(text));
      advance();
      return Operand{*name, {}};
    }
    if (text.starts_with(':')) {
      const Attribute* value = placeholders_.value(text);
      if (!value)
        return wrong("An expression attribute value used in expression is not defined; attribute value: " +
                     printable(text));
      advance();
      return Operand{"", *value};
    }
    const bool letter = !text.empty() && is_name_character(text[0]) && text[0] != '-' && text[0] != '_' &&
                        (text[0] < '0' || text[0] > '9');
    if (!letter || text.find('-') != std::string::npos) return syntax_error();
    if (is_reserved(text))
      return wrong("Attribute name is a reserved keyword; reserved keyword: " + printable(text));
    advance();
    return Operand{text, {}};
  }

  std::string_view text_;
  const char* what_;
  Placeholders& placeholders_;
  std::size_t at_ = 0;
  Token token_;
  int depth_ = 0;
};

const Attribute* value_of(const Operand& operand, const Item* item) {
  if (operand.attribute.empty()) return &operand.value;
  if (!item) return nullptr;
  const auto found = item->find(operand.attribute);
  return found == item->end() ? nullptr : &found->second;
}

bool comparison_holds(const std::string& comparator, const Attribute* left, const Attribute* right) {
  const bool equal = left && right && *left == *right;
  if (comparator == "=") return equal;
  if (comparator == "<>") return !equal;
  const auto order = left && right ? compare(*left, *right) : std::nullopt;
  if (!order) return false;
  if (comparator == "<") return *order < 0;
  if (comparator == "<=") return *order <= 0;
  return comparator == ">" ? *order > 0 : *order >= 0;
}

}  // namespace

Answer<Placeholders> Placeholders::read(Members& members) {
  const auto wrong = [](const std::string& message) { return refuse(400, "ValidationException", message); };
  const auto check_key = [](const std::string& key, char first) {
    return key.size() > 1 && key[0] == first && std::all_of(key.begin() + 1, key.end(), is_name_character);
  };
  Placeholders placeholders;
  if (const Json* names = members.object("ExpressionAttributeNames")) {
    placeholders.given_names_ = true;
    if (names->empty()) return wrong("ExpressionAttributeNames must not be empty");
    for (const auto& [key, name] : names->items()) {
      if (!check_key(key, '#') || !name.is_string() || name.get<std::string>().empty())
        return wrong("ExpressionAttributeNames contains invalid key: Syntax error; key: \"" + printable(key) +
                     "\"");
      placeholders.names_.emplace(key, name.get<std::string>());
    }
  }
  if (const Json* values = members.object("ExpressionAttributeValues")) {
    placeholders.given_values_ = true;
    if (values->empty()) return wrong("ExpressionAttributeValues must not be empty");
    for (const auto& [key, value] : values->items()) {
      if (!check_key(key, ':'))
        return wrong("ExpressionAttributeValues contains invalid key: Syntax error; key: \"" +
                     printable(key) + "\"");
      placeholders.values_.emplace(key, TRY(read_attribute(value)));
    }
  }
  return placeholders;
}

const std::string* Placeholders::name(const std::string& placeholder) {
  used_.insert(placeholder);
  const auto found = names_.find(placeholder);
  return found == names_.end() ? nullptr : &found->second;
}

const Attribute* Placeholders::value(const std::string& placeholder) {
  used_.insert(placeholder);
  const auto found = values_.find(placeholder);
  return found == values_.end() ? nullptr : &found->second;
}

Answer<void> Placeholders::finish(bool any_expression) const {
  const auto wrong = [](const std::string& message) { return refuse(400, "ValidationException", message); };
  if (!any_expression && given_names_)
    return wrong("ExpressionAttributeNames can only be specified when using expressions");
  if (!any_expression && given_values_)
    return wrong("ExpressionAttributeValues can only be specified when using expressions");
  for (const auto& [key, name] : names_) {
    if (!used_.contains(key))
      return wrong("Value provided in ExpressionAttributeNames unused in expressions: keys: {" + key + "}");
  }
  for (const auto& [key, value] : values_) {
    if (!used_.contains(key))
      return wrong("Value provided in ExpressionAttributeValues unused in expressions: keys: {" + key + "}");
  }
  return {};
}

Answer<Condition> parse_condition(std::string_view text, const char* what, Placeholders& placeholders) {
  return ExpressionParser(text, what, placeholders).whole();
}

Answer<std::vector<std::string>> parse_attributes(std::string_view text, const char* what,
                                                  Placeholders& placeholders) {
  return ExpressionParser(text, what, placeholders).attributes();
}

bool holds(const Condition& condition, const Item* item) {
  const auto& [kind, comparator, parts, operands, in_parentheses] = condition;
  const auto part_holds = [item](const Condition& part) { return holds(part, item); };
  if (kind == Kind::both) return std::ranges::all_of(parts, part_holds);
  if (kind == Kind::either) return std::ranges::any_of(parts, part_holds);
  if (kind == Kind::negation) return !holds(parts[0], item);
  const Attribute* first = value_of(operands[0], item);
  if (kind == Kind::exists || kind == Kind::not_exists) return (first != nullptr) == (kind == Kind::exists);
  const Attribute* second = value_of(operands[1], item);
  if (kind == Kind::comparison) return comparison_holds(comparator, first, second);
  if (kind == Kind::between)
    return comparison_holds(">=", first, second) &&
           comparison_holds("<=", first, value_of(operands[2], item));
  return first && second && first->type == second->type && (first->type == "S" || first->type == "B") &&
         first->text.starts_with(second->text);
}

}  // namespace evenkeel::sim
