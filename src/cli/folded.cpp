#include "cli/folded.h"

#include <algorithm>

#include "cli/table.h"

namespace evenkeel::cli {
namespace {

std::string blanks_of(int count) { return std::string(static_cast<std::size_t>(std::max(0, count)), ' '); }

// The column under which the rest of a broken line stands.
int hanging(std::string_view line, int width) {
  const auto begin = std::min(line.find_first_not_of(' '), line.size());
  int column = static_cast<int>(begin) + 2;
  for (auto at = line.find("  ", begin); at != std::string_view::npos; at = line.find("  ", at)) {
    at = std::min(line.find_first_not_of(' ', at), line.size());
    const int here = display_width(line.substr(0, at));
    if (here <= width / 2) column = here;
  }
  return std::min(column, width / 2);
}

}  // namespace

std::string folded(std::string_view line, int width) {
  if (display_width(line) <= width) return std::string(line);
  const int hang = hanging(line, width);
  std::string all;
  std::string now;
  for (std::size_t at = 0; at < line.size();) {
    const auto begin = std::min(line.find_first_not_of(' ', at), line.size());
    const auto end = std::min(line.find(' ', begin), line.size());
    const auto word = line.substr(begin, end - begin);
    auto gap = std::string(line.substr(at, begin - at));
    const bool first = at == 0;
    at = end;
    if (word.empty()) break;
    const int wide = display_width(word);
    if (display_width(now) + display_width(gap) + wide > width) {
      if (!first) all += now + "\n";
      now.clear();
      gap = blanks_of(std::min(first ? display_width(gap) : hang, width - wide));
    }
    now += gap;
    now += word;
  }
  return all + now;
}

Folding::~Folding() { Folding::sync(); }

Folding::int_type Folding::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  if (c != '\n') {
    line_ += traits_type::to_char_type(c);
    return c;
  }
  to_ << (line_.find('\r') == std::string::npos ? folded(line_, width_) : line_) << '\n';
  line_.clear();
  return c;
}

int Folding::sync() {
  to_ << line_ << std::flush;
  line_.clear();
  return to_ ? 0 : -1;
}

bool is_prose(std::span<const std::string> arguments) {
  const auto given = [&](std::string_view option) {
    return std::ranges::any_of(arguments, [&](const std::string& one) { return one == option; });
  };
  if (given("--help") || given("-h")) return true;
  const bool other = !arguments.empty() && (arguments.front() == "iam" || arguments.front() == "simulate");
  return !other && !given("--json");
}

}  // namespace evenkeel::cli
