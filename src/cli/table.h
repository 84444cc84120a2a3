// Text in columns for a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::cli {

// How many columns the text takes: its code points, but for colours. (Wide and combining characters are counted as one; what
// AWS lets into ids and names has neither.)
int display_width(std::string_view text);

// `text` broken at spaces into lines of at most `width` columns; a longer word stands alone.
std::vector<std::string> wrapped(std::string_view text, int width);

// Columns are as wide as their widest cell. Every cell is made printable, so text from AWS may go in as it
// is.
class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as there are columns.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  // Lines that end in "\n", without trailing blanks, each beginning with `indent`. With `wrap_at` > 0 the
  // last column is wrapped so that lines stay within that many columns where they can.
  std::string text(std::string_view indent = "", int wrap_at = 0) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace evenkeel::cli
