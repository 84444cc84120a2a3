// A day of a fleet as a few lines of text: one row a server, one column a slice of time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "sim/world/account.h"

namespace evenkeel::play {

class Picture {
 public:
  static constexpr int kColumns = 72;
  static constexpr std::size_t kRows = 12;  // more servers aren't drawn

  Picture() = default;
  Picture(const sim::Account& account, Time start, Duration duration);

  // Looks at the world now; often enough that no slice is missed.
  void look(const sim::Account& account);
  // Enters what happened between the looks: crashes and reboots.
  void finish(const sim::Account& account);

  // The rows, the hours below them, each line beginning with `indent`. `limit` is what the policy reboots at.
  std::string text(std::string_view indent, double limit, bool colours) const;

 private:
  struct Cell {
    double memory = 0;
    bool down = false, rebooted = false;
  };
  struct Row {
    std::string instance_id, name;
    std::vector<Cell> cells;
  };
  std::size_t column(Time time) const;
  std::string hours(std::size_t name_width) const;

  Time start_{};
  Duration duration_{1};
  std::vector<Row> rows_;
  std::size_t left_out_ = 0;
  std::vector<int> fewest_;  // healthy, by column; -1: never looked at
};

// How many servers are registered and healthy wherever they are registered.
int healthy_members(const sim::Account& account);

}  // namespace evenkeel::play
