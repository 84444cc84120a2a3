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

struct Fate {
  bool doomed = false;  // dies at the next call that would change the world
  bool dead = false;
};

class MortalTransport final : public wire::Transport {
 public:
  MortalTransport(wire::Transport& network, Fate& fate) : network_(network), fate_(fate) {}
  std::vector<Result<wire::Response>> exchange(std::span<const wire::Request> requests) override;

 private:
  wire::Transport& network_;
  Fate& fate_;
};

class MortalJournal final : public record::Journal {
 public:
  MortalJournal(record::Journal& journal, const Fate& fate) : journal_(journal), fate_(fate) {}
  Result<std::optional<FleetState>> load(const std::string& fleet) override;
  Result<void> replace(const FleetState& next, std::span<const Event> events) override;
  Result<std::vector<Event>> history(const std::string& fleet, const std::string& instance_id,
                                     int limit) override;
  Result<std::vector<std::string>> fleets() override;

 private:
  record::Journal& journal_;
  const Fate& fate_;
};

}  // namespace evenkeel::play
