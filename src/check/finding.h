// What check has to say about a fleet: a value, for people and for machines.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/words.h"

namespace evenkeel::check {

// From bad to good: the worst finding's severity is the fleet's.
enum class Severity {
  would_not_work,  // switched on like this, Evenkeel could not do its job, for no member
  warning,         // it would go wrong for some, or sometimes
  note,            // good to know; nothing to do
};

struct Finding {
  Severity severity = Severity::warning;
  std::string text;                       // what will go wrong, with its numbers; whole sentences, printable
  std::string remedy;                     // how to fix it, what to type; empty: there is nothing to fix
  std::string target_group = {};          // the group's name; empty: it is about the whole fleet
  std::vector<std::string> members = {};  // instance ids; empty: it is not about certain members
  std::map<std::string, double> numbers = {};  // for machines: "members", "required" …
  std::string rule = {};                       // its stable word, explained in docs/check.md; set by check()
};

}  // namespace evenkeel::check

template <>
inline constexpr auto evenkeel::kWords<evenkeel::check::Severity> =
    evenkeel::word_table<evenkeel::check::Severity::note>("would_not_work", "warning", "note");
