#include "notify/outbox.h"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

#include "base/text.h"

namespace evenkeel::notify {
namespace {

// More than any day brings; forgetting one means at worst that it is told twice.
constexpr std::size_t kIdsKnown = 500;
// A request is not worth beginning with less.
constexpr Duration kLeastTime{200};

}  // namespace

Outbox::Outbox(const Clock& clock, std::vector<std::unique_ptr<Channel>> channels) : clock_(clock) {
  for (auto& channel : channels) lines_.push_back({.channel = std::move(channel), .waiting = {}});
}

void Outbox::add(Notice notice) {
  if (const auto known = known_.find(notice.id); known != known_.end()) {
    if (notice.at - known->second < kSentAgainAfter) return;
  } else if (known_.size() >= kIdsKnown) {
    known_.erase(std::ranges::min_element(known_, {}, [](const auto& one) { return one.second; }));
  }
  known_[notice.id] = notice.at;
  for (auto& line : lines_) {
    if (line.waiting.size() >= kKept) {
      line.waiting.pop_front();
      ++line.dropped;
    }
    line.waiting.push_back({notice, 0});
  }
}

Delivery Outbox::send(Time until) {
  Delivery delivery;
  until = std::min(until, clock_.now() + kRoundWithin);
  std::ranges::stable_partition(lines_, [](const Line& line) { return !line.failing; });
  for (auto& line : lines_) {
    send(line, until, delivery);
    delivery.waiting += static_cast<int>(line.waiting.size());
  }
  return delivery;
}

void Outbox::send(Line& line, Time until, Delivery& delivery) {
  std::string problem;
  line.failing = false;
  while (!line.waiting.empty() && !line.failing) {
    const Duration left = until - clock_.now();
    if (left < kLeastTime) {
      problem = "no time left in this pass";
      break;
    }
    auto& [notice, uncertain] = line.waiting.front();
    const auto sent = line.channel->notify(notice, std::min(left, kRequestWithin));
    if (sent) {
      ++delivery.sent;
      line.waiting.pop_front();
      continue;
    }
    ++delivery.failed;
    line.failing = true;
    problem = sent.error().message;
    const bool lost_count = sent.error().kind == ErrorKind::maybe_happened && ++uncertain >= kUncertainTries;
    if (lost_count || sent.error().kind == ErrorKind::rejected) {
      problem += fmt::format("; given up: {}", notice.subject);
      line.waiting.pop_front();
    }
  }
  if (line.dropped > 0) {
    problem += fmt::format("{}{} older given up, as only {} are kept", problem.empty() ? "" : "; ",
                           line.dropped, kKept);
    delivery.failed += std::exchange(line.dropped, 0);
  }
  if (problem.empty()) return;
  if (!line.waiting.empty()) problem += fmt::format("; {} kept for the next pass", line.waiting.size());
  delivery.problems.push_back(fmt::format("{}: {}", line.channel->name(), printable(problem, 1000)));
}

}  // namespace evenkeel::notify
