// What is wrong with a policy file: all of it, not just the first thing, each at its place.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace evenkeel::policy {

// 1-based, as editors count.
struct Position {
  int line = 1;
  int column = 1;
  auto operator<=>(const Position&) const = default;
};

// policy.yaml:3:5, or "ssm:/evenkeel/policy version 7, line 3, column 5" for what is no file. What is no file
// may be anything, a variable with a secret in it too: then nothing of the text that stands there is repeated,
// neither a value nor a key that no policy has.
enum class PositionStyle { as_editors_write, in_words };

struct PolicyProblem {
  Position place;
  std::string key;   // "fleets[0].keep.out"; empty: about the file
  std::string text;  // what is wrong; what is allowed. May quote what was found
  // The same without a quotation; empty: only that something is wrong here.
  std::string unquoted = {};
};

class Problems {
 public:
  // A text without its unquoted form counts as a quotation; a literal can't be one.
  void add(Position place, std::string key, std::string text, std::string unquoted = {});
  template <std::size_t size>
  void add(Position place, std::string key, const char (&literal)[size]) {
    add(place, std::move(key), std::string(literal), std::string(literal));
  }
  void add(PolicyProblem problem);
  bool empty() const { return found_.empty(); }
  // Whether something is wrong with this key or with what stands under it.
  bool about(std::string_view key) const;

  // `invalid`, with one line a problem in the order of the file: at most 20 of them, then how many more there
  // are.
  Error report(std::string_view file_name, PositionStyle places = PositionStyle::as_editors_write) const;

 private:
  std::multimap<Position, PolicyProblem> found_;  // equal places keep the order in which they came
};

}  // namespace evenkeel::policy
