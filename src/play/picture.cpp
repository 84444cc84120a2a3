#include "play/picture.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <map>

#include "base/text.h"
#include "cli/colours.h"
#include "cli/table.h"

namespace evenkeel::play {
namespace {

constexpr std::array<const char*, 8> kLevels = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

const char* level(double percent) {
  const auto step = static_cast<std::size_t>(std::clamp(percent, 0.0, 99.9) * kLevels.size() / 100.0);
  return kLevels[step];
}

}  // namespace

int healthy_members(const sim::Account& account) {
  std::map<std::string, bool> healthy;
  for (const auto& [arn, group] : account.target_groups) {
    for (const auto& target : group.targets) {
      const auto known = healthy.try_emplace(target.instance_id, true).first;
      known->second = known->second && target.state == "healthy";
    }
  }
  return static_cast<int>(std::ranges::count_if(healthy, [](const auto& one) { return one.second; }));
}

Picture::Picture(const sim::Account& account, Time start, Duration duration)
    : start_(start), duration_(std::max(duration, Duration{1})), fewest_(kColumns, -1) {
  for (const auto& [id, server] : account.servers) rows_.push_back({id, server.name, {}});
  // web-10 after web-9.
  std::ranges::sort(rows_, {}, [](const Row& row) { return std::pair(row.name.size(), row.name); });
  if (rows_.size() > kRows) {
    left_out_ = rows_.size() - kRows;
    rows_.resize(kRows);
  }
  for (auto& row : rows_) row.cells.resize(kColumns);
}

std::size_t Picture::column(Time time) const {
  const auto at = (time - start_) * kColumns / duration_;
  return static_cast<std::size_t>(std::clamp<std::int64_t>(at, 0, kColumns - 1));
}

void Picture::look(const sim::Account& account) {
  const auto now = column(account.now());
  const int healthy = healthy_members(account);
  fewest_[now] = fewest_[now] < 0 ? healthy : std::min(fewest_[now], healthy);
  for (auto& row : rows_) {
    const auto server = account.servers.find(row.instance_id);
    Cell& cell = row.cells[now];
    if (server == account.servers.end()) {
      cell.down = true;
      continue;
    }
    using Life = sim::Server::Life;
    const auto life = server->second.life;
    if (life == Life::hung || life == Life::stopped || life == Life::terminated) cell.down = true;
    if (life == Life::running) cell.memory = std::max(cell.memory, server->second.memory);
  }
}

void Picture::finish(const sim::Account& account) {
  for (const auto& fact : account.facts()) {
    const bool crash = fact.kind == sim::FactKind::crash, reboot = fact.kind == sim::FactKind::reboot_effect;
    if ((!crash && !reboot) || fact.at < start_) continue;
    for (auto& row : rows_) {
      if (row.instance_id != fact.instance_id) continue;
      (crash ? row.cells[column(fact.at)].down : row.cells[column(fact.at)].rebooted) = true;
    }
  }
}

std::string Picture::hours(std::size_t name_width) const {
  // A label every tenth of the width or so, at round hours where the story is long enough to have some.
  using std::chrono::hours;
  const auto every = duration_ >= hours{12}  ? duration_ / hours{24} >= 1 ? Duration{hours{4}} : hours{2}
                      : duration_ >= hours{4} ? Duration{hours{1}}
                                             : Duration{std::chrono::minutes{15}};
  std::string line(kColumns + 6, ' ');
  for (Duration at{0}; at < duration_; at += every * std::max<std::int64_t>(1, duration_ / (every * 12))) {
    const auto text = iso8601(start_ + at).substr(11, 5);
    const auto place = static_cast<std::size_t>(at * kColumns / duration_);
    if (place + text.size() <= line.size()) line.replace(place, text.size(), text);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return std::string(name_width + 2, ' ') + line;
}

std::string Picture::text(std::string_view indent, double limit, bool colours) const {
  const cli::Colours paint{colours};
  std::size_t name_width = 7;
  for (const auto& row : rows_) name_width = std::max(name_width, row.name.size());
  std::string all;
  for (const auto& row : rows_) {
    all += fmt::format("{}{:<{}}  ", indent, printable(row.name), name_width);
    for (const auto& cell : row.cells) {
      if (cell.down) {
        all += paint.red("×");
      } else if (cell.rebooted) {
        all += paint.cyan("↻");
      } else if (cell.memory == 0) {
        all += " ";  // booting all the time
      } else if (cell.memory > limit) {
        all += paint.yellow(level(cell.memory));
      } else {
        all += paint.green(level(cell.memory));
      }
    }
    all += "\n";
  }
  if (left_out_ > 0) all += fmt::format("{}… and {} more\n", indent, left_out_);
  all += fmt::format("{}{:<{}}  ", indent, "healthy", name_width);
  for (const int count : fewest_) {
    all += count < 0 ? " " : count > 9 ? "+" : std::to_string(count);
  }
  return all + "\n" + std::string(indent) + hours(name_width) + "\n";
}

}  // namespace evenkeel::play
