// The people who are told, by the addresses that --notify and EVENKEEL_NOTIFY give: sns:TOPIC_ARN,
// webhook:env:NAME, webhook:ssm:/NAME (docs/notifications.md).
//
//   People people{addresses, sources, region};
//   Overheard journal{*opened, people};           // whatever is written to the history is told
//   …a pass or a command, on this journal…
//   const auto delivery = people.send(until);     // afterwards, never before an act
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "credentials/source.h"
#include "model/plan.h"
#include "notify/outbox.h"
#include "record/journal.h"

namespace evenkeel::wiring {

class Notifiers {
 public:
  // What `sources` refers to must outlive this. `region` is that of a parameter (webhook:ssm:), when it isn't
  // the environment's; empty: not given. Makes no call. Addresses that make no sense are in problems(), and
  // left out.
  Notifiers(const std::vector<std::string>& addresses, const credentials::Sources& sources,
            const std::string& region);

  // What is wrong with which address, and the remedy. An entry point that an operator uses refuses to start; one
  // that brings machines back goes on without.
  const std::vector<std::string>& problems() const { return problems_; }

  void add(std::span<const Event> events);

  // Never an error of the pass: what could not be sent is kept for the next one, as long as this lives.
  // Takes at most 3 s, and is over by `until`. `failed` is the metric NotificationsFailed.
  notify::Delivery send(Time until) { return outbox_.send(until); }

 private:
  std::vector<std::string> problems_;
  notify::Outbox outbox_;
};

// A journal that passes on what was written to it.
class NotifyingJournal final : public record::Journal {
 public:
  NotifyingJournal(record::Journal& journal, Notifiers& notifiers)
      : journal_(journal), notifiers_(notifiers) {}

  Result<std::optional<FleetState>> load(const std::string& fleet) override { return journal_.load(fleet); }
  Result<void> replace(const FleetState& next, std::span<const Event> events) override;
  Result<std::vector<Event>> history(const std::string& fleet, const std::string& instance_id,
                                     int limit) override {
    return journal_.history(fleet, instance_id, limit);
  }
  Result<std::vector<std::string>> fleets() override { return journal_.fleets(); }

 private:
  record::Journal& journal_;
  Notifiers& notifiers_;
};

// The addresses in a text, with white space between them (EVENKEEL_NOTIFY).
std::vector<std::string> split_addresses(std::string_view text);

}  // namespace evenkeel::wiring
