// The virtual clock: sleeping moves the account's world forward, so a simulated day costs only what it
// computes.
#pragma once

#include "sim/world/account.h"

namespace evenkeel::sim {

class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(Account& account) : account_(account) {}
  Time now() const override { return account_.now(); }
  void sleep(Duration duration) override { account_.advance_to(account_.now() + duration); }

 private:
  Account& account_;
};

}  // namespace evenkeel::sim
