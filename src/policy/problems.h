// What is wrong with a policy file: all of it, not just the first thing, each at its place.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/error.h"

namespace evenkeel::policy {

// 1-based, as editors count.
struct Place {
  int line = 1;
  int column = 1;
  auto operator<=>(const Place&) const = default;
};

// policy.yaml:3:5, or "ssm:/evenkeel/policy version 7, line 3, column 5" for what is no file.
enum class Places { as_editors_write, in_words };

struct Problem {
  Place place;
  std::string key;   // "fleets[0].keep.out"; empty: about the file
  std::string text;  // what is wrong; what is allowed
};

class Problems {
 public:
  void add(Place place, std::string key, std::string text);
  bool empty() const { return found_.empty(); }

  // `invalid`, with one line a problem in the order of the file: at most 20 of them, then how many more there
  // are.
  Error report(std::string_view file_name, Places places = Places::as_editors_write) const;

 private:
  std::multimap<Place, Problem> found_;  // equal places keep the order in which they came
};

}  // namespace evenkeel::policy
