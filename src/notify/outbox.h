// What is still to be told, for every channel on its own: a dead channel keeps no other waiting, and none of
// them a restore.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "notify/channel.h"
#include "notify/notice.h"

namespace evenkeel::notify {

// What one round of sending came to.
struct Delivery {
  int sent = 0;
  int failed = 0;                     // tries that failed, and notices given up
  int waiting = 0;                    // kept for the next round, over all channels
  std::vector<std::string> problems;  // one for each channel that failed, for people
};

class Outbox {
 public:
  // A round takes at most this, and one request no more than half a second less.
  static constexpr Duration kRoundWithin{3'000};
  static constexpr Duration kRequestWithin{2'000};
  // A channel keeps so many; the oldest go first.
  static constexpr std::size_t kKept = 50;
  // What has been sent is sent again only when it happens again after this time.
  static constexpr Duration kSentAgainAfter{15 * 60'000};
  // A channel that swallows a notice without an answer so often may have told it every time.
  static constexpr int kUncertainTries = 3;

  // The clock must outlive this.
  Outbox(const Clock& clock, std::vector<std::unique_ptr<Channel>> channels);

  // Keeps it for the next round, unless the same was kept already.
  void add(Notice notice);

  // Sends what is kept, in order, and keeps what could not be sent. Over by `until`, or earlier. A channel
  // that fails is left alone until the next round, where it comes last.
  Delivery send(Time until);

 private:
  struct Waiting {
    Notice notice;
    int uncertain = 0;
  };
  struct Line {
    std::unique_ptr<Channel> channel;
    std::deque<Waiting> waiting;
    int dropped = 0;
    bool failing = false;
  };

  void send(Line& line, Time until, Delivery& delivery);

  const Clock& clock_;
  std::vector<Line> lines_;
  std::map<std::string, Time> known_;  // by a notice's id: when it happened last
};

}  // namespace evenkeel::notify
