// One invocation: a tick of every fleet, or an operator's command. What it needs is made at the first one and
// kept for those that find the process warm.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "lambda/event.h"
#include "lambda/log_lines.h"
#include "lambda/metrics.h"
#include "lambda/runtime.h"
#include "lambda/settings.h"
#include "record/journal.h"
#include "wire/environment.h"
#include "wire/transport.h"
#include "wiring/notifiers.h"
#include "wiring/pass.h"
#include "wiring/policies.h"
#include "wiring/regions.h"

namespace evenkeel::lambda {

// Everything that enters from outside.
struct HandlerContext {
  std::ostream& out;  // the function's log
  wire::Environment environment;
  Clock& clock;
  Random& random;
  wire::Transport& network;
};

struct HandlerAnswer {
  std::string text;        // JSON; of a failure: the message
  std::string error_type;  // "Evenkeel.AWS" …; empty: it went well
};

class Handler {
 public:
  // The context must outlive this.
  Handler(HandlerContext& context, Settings settings);

  // Never throws. A tick fails when a fleet could not be ticked, the state could not be reached, or no policy
  // could be read: restores of what is open are then made all the same, by the policy that each was begun
  // under. A command never fails: its answer says how it ended.
  HandlerAnswer handle(const Invocation& invocation);

 private:
  // `until`: when every notification has been sent.
  HandlerAnswer tick(const Tick& asked, Time until);
  struct Ended;
  void run_pass(const Policy& policy, const wiring::PassSettings& pass, Ended& ended);
  Result<Policy> read_policy(PassMetrics& metrics);
  void send_notifications(Time until, PassMetrics& metrics);
  HandlerAnswer command(const CommandEvent& asked);
  Result<void> open_state();
  credentials::Sources sources() const;

  HandlerContext& context_;
  Settings settings_;
  Log log_;
  wiring::PolicySource policies_;
  wiring::Notifiers notifiers_;
  std::unique_ptr<record::Journal> journal_;
  std::optional<wiring::NotifyingJournal> notifying_journal_;
  std::optional<wiring::Regions> regions_;
};

}  // namespace evenkeel::lambda
