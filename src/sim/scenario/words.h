// Internal to scenario.cpp: the words of a line, each with its place, and what they may mean.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sim/scenario/scenario.h"
#include "sim/world/account.h"

namespace evenkeel::sim {

// The largest fleet and the largest number of targets that a scenario may ask for.
inline constexpr double kMostMembers = 2'000;

struct Location {
  std::string file;
  int line = 0;
};

struct Word {
  std::string text;
  int column = 0;
  Location place;
  // "file:line:column: 'text' <what>".
  std::unexpected<Error> wrong(std::string_view what) const;
  Word part(std::string part_of_text) const { return {std::move(part_of_text), column, place}; }
};

using Words = std::vector<Word>;

// At least one word. An unended quote is an error.
Result<Words> words_of(std::string_view line, const Location& place);
// An error unless there are exactly so many.
Result<void> expect(const Words& words, std::size_t count);

Result<double> number_of(const Word& word, double least, double most);
Result<int> port_of(const Word& word);
Result<Duration> duration_of(const Word& word);  // as parse_duration, and "25ms"

// The key=value words of a line.
class LineOptions {
 public:
  const Word* find(std::string_view key) const;
  Result<double> number(std::string_view key, double otherwise, double least, double most) const;
  Result<Duration> duration(std::string_view key, Duration otherwise) const;
  Result<bool> yes_or_no(std::string_view key, bool otherwise) const;
  // A..B or one value; as percentages, or as durations in seconds.
  Result<Range> range(std::string_view key, Range otherwise, bool durations) const;

 private:
  friend Result<LineOptions> options_of(const Words&, std::size_t, std::initializer_list<std::string_view>);
  std::map<std::string, Word, std::less<>> values_;
};

// Reads words[first…]; unknown and repeated keys are errors that name those allowed.
Result<LineOptions> options_of(const Words& words, std::size_t first,
                               std::initializer_list<std::string_view> allowed);

bool is_operator_event(std::string_view word);
std::string known_operator_events();
// False when there is no such switch or the value doesn't fit it.
bool set_switch(Switches& switches, std::string_view name, const std::string& value);
std::string wrong_switch();

}  // namespace evenkeel::sim
