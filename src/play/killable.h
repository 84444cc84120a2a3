// A process that can be killed at the worst moment: after it has written down what it is about to do, and
// before it does it. Its transport and its journal fail together from then on, so nothing that it would still
// do has any effect; the runner then starts a new one with empty hands.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "record/journal.h"
#include "wire/transport.h"

namespace evenkeel::play {

struct KillSwitch {
  bool armed = false;  // dies at the next call that would change the world
  bool dead = false;
};

class KillableTransport final : public wire::Transport {
 public:
  KillableTransport(wire::Transport& network, KillSwitch& kill) : network_(network), kill_(kill) {}
  std::vector<Result<wire::Response>> exchange(std::span<const wire::Request> requests) override;

 private:
  wire::Transport& network_;
  KillSwitch& kill_;
};

class KillableJournal final : public record::Journal {
 public:
  KillableJournal(record::Journal& journal, const KillSwitch& kill) : journal_(journal), kill_(kill) {}
  Result<std::optional<FleetState>> load(const std::string& fleet) override;
  Result<void> replace(const FleetState& next, std::span<const Event> events) override;
  Result<std::vector<Event>> history(const std::string& fleet, const std::string& instance_id,
                                     int limit) override;
  Result<std::vector<std::string>> fleets() override;

 private:
  record::Journal& journal_;
  const KillSwitch& kill_;
};

}  // namespace evenkeel::play
