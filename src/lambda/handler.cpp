#include "lambda/handler.h"

#include <algorithm>
#include <exception>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "base/text.h"
#include "cli/command.h"
#include "cli/json_views.h"
#include "cli/options.h"
#include "cli/summary.h"
#include "lambda/metrics.h"
#include "wiring/pass.h"
#include "wiring/stores.h"

namespace evenkeel::lambda {
namespace {

using cli::OrderedJson;

// Of the time that Lambda gives: to answer, and before that to notify operators.
constexpr Duration kKeptForAnswer{1'500};
constexpr Duration kTimeToNotify = notify::Outbox::kRoundWithin;
// Of a function whose time limit is longer: as on the command line.
constexpr Duration kLongestPass{50'000};

const char* error_type(int exit_code) {
  switch (exit_code) {
    case cli::kUsage:
      return "Evenkeel.Policy";
    case cli::kAws:
      return "Evenkeel.AWS";
    case cli::kState:
      return "Evenkeel.State";
    case cli::kInternal:
      return controller::kMistakeCode;
    default:
      return "";
  }
}

// What a command printed: one JSON document, or one a line.
OrderedJson output_of(const std::string& text) {
  if (trim(text).empty()) return nullptr;
  if (auto whole = OrderedJson::parse(text, nullptr, false); !whole.is_discarded()) return whole;
  OrderedJson list = OrderedJson::array();
  for (const auto& line : split(std::string{trim(text)}, '\n')) {
    auto one = OrderedJson::parse(line, nullptr, false);
    list.push_back(one.is_discarded() ? OrderedJson(line) : std::move(one));
  }
  return list;
}

OrderedJson lines_of(const std::string& text) {
  OrderedJson list = OrderedJson::array();
  for (const auto& line : split(text, '\n')) {
    if (!line.empty()) list.push_back(line);
  }
  return list;
}

}  // namespace

// What a pass came to, put together from its ticks.
struct Handler::Ended {
  int code = cli::kDone;
  std::vector<std::string> errors;
  OrderedJson fleets = OrderedJson::array();

  void failed(int with, std::string error) {
    code = std::max(code, with);
    errors.push_back(std::move(error));
  }
  void add(const wiring::FleetTick& tick) {
    const auto& fleet = tick.fleet;
    if (!tick.report) {
      fleets.push_back(cli::error_view(fleet.name, tick.report.error()));
      failed(cli::exit_code_of(tick.report.error()), fleet.name + ": " + tick.report.error().message);
      return;
    }
    fleets.push_back(cli::view(fleet, *tick.report));
    if (const auto& error = tick.report->not_recorded)
      failed(cli::exit_code_of(*error), fleet.name + ": " + error->message);
    code = std::max<int>(code, cli::exit_code_of(*tick.report));
  }
  HandlerAnswer answer() const {
    if (!errors.empty()) return {join(errors, "; "), error_type(code)};
    return {cli::dump({{"exit_code", code}, {"fleets", fleets}}, false), ""};
  }
};

Handler::Handler(HandlerContext& context, Settings settings)
    : context_(context),
      settings_(std::move(settings)),
      log_(context.out, context.clock),
      policies_(settings_.policy, sources(), ""),
      notifiers_(settings_.notify, sources(), "") {
  for (const auto& problem : notifiers_.problems()) log_.error("notify", "not notified: " + problem);
}

credentials::Sources Handler::sources() const {
  return {context_.network, context_.clock, context_.random, context_.environment, {}, std::nullopt};
}

Result<void> Handler::open_state() {
  if (journal_) return {};
  journal_ = TRY(wiring::open_state(settings_.state, wiring::Access::write, sources(), ""));
  notifying_journal_.emplace(*journal_, notifiers_);
  regions_.emplace(sources(), *notifying_journal_);
  return {};
}

Result<Policy> Handler::read_policy(PassMetrics& metrics) {
  const auto current = policies_.current();
  if (!current) {
    metrics.policy_broken = true;
    log_.error("policy", current.error().message + "; what is open is restored all the same");
    return std::unexpected(current.error());
  }
  if (!current->problem.empty()) {
    metrics.policy_broken = true;
    log_.warning("policy", current->problem);
  }
  return current->policy;
}

void Handler::send_notifications(Time until, PassMetrics& metrics) {
  const auto delivery = notifiers_.send(until);
  metrics.notifications_failed = delivery.failed;
  for (const auto& problem : delivery.problems) log_.warning("notify", problem);
}

HandlerAnswer Handler::tick(const Tick& asked, Time until) {
  Ended ended;
  PassMetrics metrics;
  wiring::PassSettings pass;
  pass.until = until - kTimeToNotify;
  if (!asked.fleet.empty()) pass.only = {asked.fleet};
  pass.late_by = late_by(asked, context_.clock.now(), settings_.period);
  if (pass.late_by > Duration::zero()) {
    log_.warning("late",
                 fmt::format("{}: {}; this tick only restores", asked.source,
                             asked.time_unreadable
                                 ? "the time of its event can't be read"
                                 : fmt::format("asked for {} {}", format_duration(pass.late_by),
                                               asked.asked_at > context_.clock.now() ? "from now" : "ago")));
  }
  const auto policy = read_policy(metrics);
  if (!policy) ended.failed(cli::kUsage, policy.error().message);
  if (const auto opened = open_state(); !opened) {
    ended.failed(cli::kState, opened.error().message);
    log_.error("state", opened.error().message);
  } else {
    run_pass(policy ? *policy : Policy{.fleets = {}, .unread = true}, pass, ended);
  }
  send_notifications(until, metrics);
  metrics.failed = !ended.errors.empty() && ended.fleets.empty();
  log_.line(metrics_of(metrics, context_.clock.now()));
  return ended.answer();
}

void Handler::run_pass(const Policy& policy, const wiring::PassSettings& pass, Ended& ended) {
  const auto watch = [&](const wiring::FleetTick& tick) {
    log_.tick(tick);
    for (const auto& line : metrics_of(tick, context_.clock.now())) log_.line(line);
    ended.add(tick);
  };
  const auto end = wiring::make_pass(policy, pass, *notifying_journal_, *regions_, context_.clock, watch);
  const auto failed = [&](int code, const std::string& message) {
    ended.failed(code, message);
    log_.error("pass", message);
  };
  if (!end) return failed(cli::kUsage, end.error().message);
  for (const auto& problem : end->problems) failed(cli::kState, problem);
  if (!end->left.empty()) failed(cli::kAws, "no time left for " + join(end->left, ", "));
}

HandlerAnswer Handler::command(const CommandEvent& asked) {
  std::ostringstream out, err;
  cli::Context context{.out = out,
                       .err = err,
                       .environment = context_.environment,
                       .clock = context_.clock,
                       .random = context_.random,
                       .network = context_.network};
  const cli::Options options{.policy = settings_.policy,
                             .state = settings_.state,
                             .notify = settings_.notify,
                             .json = true,
                             .aws = {}};
  const int code = cli::run_command(asked.command, options, context);
  log_.info("command", fmt::format("{}: exit code {}", asked.name, code));
  return {
      cli::dump({{"exit_code", code}, {"output", output_of(out.str())}, {"messages", lines_of(err.str())}},
                false),
      ""};
}

HandlerAnswer Handler::handle(const Invocation& invocation) {
  log_.begin(invocation.id);
  try {
    const auto asked = read_event(invocation.payload);
    if (!asked) {
      // A schedule that sends something else would do nothing, and nothing would show it.
      if (asked.error().code == kNoKnownEvent) {
        log_.error("event", asked.error().message);
        return {asked.error().message, "Evenkeel.Event"};
      }
      log_.warning("command", asked.error().message);
      return {
          cli::dump({{"exit_code", cli::kUsage}, {"output", nullptr}, {"messages", {asked.error().message}}},
                    false),
          ""};
    }
    if (const auto* command_event = std::get_if<CommandEvent>(&*asked)) return command(*command_event);
    const Time latest = context_.clock.now() + kLongestPass;
    const Time until = invocation.deadline ? std::min(latest, *invocation.deadline - kKeptForAnswer) : latest;
    return tick(std::get<Tick>(*asked), until);
  } catch (const std::exception& mistake) {
    log_.error("mistake", mistake.what());
    return {fmt::format("a mistake in evenkeel itself: {}", mistake.what()), controller::kMistakeCode};
  }
}

}  // namespace evenkeel::lambda
