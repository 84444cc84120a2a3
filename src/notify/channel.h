// A way to people. A closed set: an SNS topic, a webhook (notify/channels.h).
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "notify/notice.h"

namespace evenkeel::notify {

class Channel {
 public:
  virtual ~Channel() = default;

  // How it is called in messages; never holds a secret.
  virtual std::string name() const = 0;

  // Tells one notice and is over within `within`. Errors: `rejected` it will never take this notice;
  // `maybe_happened` it may have; every other kind: not told, worth trying again. None holds a secret.
  virtual Result<void> notify(const Notice& notice, Duration within) = 0;
};

}  // namespace evenkeel::notify
