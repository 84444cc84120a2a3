#include "cli/table.h"

#include <algorithm>
#include <cassert>

#include "base/text.h"

namespace evenkeel::cli {
namespace {

constexpr std::string_view kGap = "  ";
constexpr int kNarrowest = 32;  // into less than this the last column isn't wrapped: it goes below its row
constexpr int kInset = 4;       // what goes below stands so much further in
constexpr std::size_t kCellLimit = 2000;

std::string padded(const std::string& cell, int width, Table::Align align) {
  const std::string blanks(static_cast<std::size_t>(std::max(0, width - display_width(cell))), ' ');
  return align == Table::Align::left ? cell + blanks : blanks + cell;
}

}  // namespace

int display_width(std::string_view text) {
  int width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("\x1b[")) {  // a colour, up to its m
      i = std::min(text.find('m', i), text.size());
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) {
      ++width;
    }
  }
  return width;
}

std::vector<std::string> wrapped(std::string_view text, int width) {
  std::vector<std::string> lines;
  std::string line;
  for (const auto& word : split(text, ' ')) {
    if (!line.empty() && display_width(line) + 1 + display_width(word) > width) {
      lines.push_back(std::move(line));
      line.clear();
    }
    line += line.empty() ? word : " " + word;
  }
  lines.push_back(std::move(line));
  return lines;
}

void Table::add(std::vector<std::string> cells) {
  assert(cells.size() == columns_.size());
  for (auto& cell : cells) cell = printable(cell, kCellLimit);
  rows_.push_back(std::move(cells));
}

std::string Table::text(std::string_view indent, int wrap_at) const {
  std::vector<int> widths;
  int before_last = display_width(indent);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    int width = display_width(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[i]));
    widths.push_back(width);
    if (i + 1 < columns_.size()) before_last += width + static_cast<int>(kGap.size());
  }
  const int room = wrap_at > 0 ? wrap_at - before_last : 0;

  std::string all;
  const auto add_line = [&](const std::vector<std::string>& cells) {
    std::string line{indent};
    for (std::size_t i = 0; i + 1 < cells.size(); ++i) {
      line += padded(cells[i], widths[i], columns_[i].align);
      line += kGap;
    }
    const bool fits = wrap_at <= 0 || display_width(cells.back()) <= room;
    const bool below = !fits && room < kNarrowest;
    const int inset = below ? display_width(indent) + kInset : before_last;
    const auto last =
        fits ? std::vector{cells.back()} : wrapped(cells.back(), below ? wrap_at - inset : room);
    const int last_width = room >= kNarrowest ? std::min(room, widths.back()) : widths.back();
    if (below) {
      line.erase(line.find_last_not_of(' ') + 1);
      all += line + "\n";
    }
    for (std::size_t i = 0; i < last.size(); ++i) {
      if (i > 0 || below) line = std::string(static_cast<std::size_t>(inset), ' ');
      line += below ? last[i] : padded(last[i], last_width, columns_.back().align);
      line.erase(line.find_last_not_of(' ') + 1);
      all += line + "\n";
    }
  };
  std::vector<std::string> titles;
  for (const auto& column : columns_) titles.push_back(column.title);
  if (!std::ranges::all_of(titles, &std::string::empty)) add_line(titles);
  for (const auto& row : rows_) add_line(row);
  return all;
}

}  // namespace evenkeel::cli
