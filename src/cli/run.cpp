// `evenkeel run`: one tick of every fleet, or one after the other until it is told to stop.
#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/options.h"
#include "cli/remembered.h"
#include "cli/summary.h"
#include "decide/selection.h"
#include "policy/changes.h"
#include "wiring/pass.h"
#include "wiring/policies.h"

namespace evenkeel::cli {
namespace {

struct RunOptions : Line {
  std::string every;  // empty: one tick
  std::string deadline = "50s";
};

constexpr Duration kShortest{1'000};
constexpr Duration kLongestPeriod{3'600'000};

// "no rule asks for it (29.9 is not above 65); if one did: " before a reason that only keeps it from leaving.
std::string unasked_words(const FleetPolicy& fleet, const controller::TickReport& report,
                          const std::string& id) {
  const auto verdict = report.plan.members.find(id);
  if (verdict == report.plan.members.end()) return "";
  const decide::FleetView seen{fleet, report.observation, report.plan.next};
  const auto unasked = decide::why_not_asked(seen, id, verdict->second);
  return unasked ? fmt::format("no rule asks for it ({}); if one did: ", printable(unasked->text, 500)) : "";
}

void show_tick(Context& context, const FleetPolicy& fleet, const controller::TickReport& report) {
  for (const auto& problem : report.observation.problems)
    context.err << "evenkeel: " << fleet.name << ": " << printable(describe(problem), 1000) << "\n";
  for (const auto& event : report.events) {
    context.out << fmt::format(
        "{} {}: {}{}{}\n", iso8601(event.at), event.fleet,
        event.instance_id.empty() ? "" : printable(event.instance_id) + ": ",
        event.kind == EventKind::verdict ? unasked_words(fleet, report, event.instance_id) : "",
        printable(event.text, 1000));
  }
  const auto& ability = report.plan.next.ability;
  if (ability.kind == Ability::Kind::blind && !report.lost_race)
    context.err << "evenkeel: " << fleet.name << ": " << blind_words(ability, report.observation.taken_at)
                << "\n";
  for (const auto& stuck : not_brought_forward(report))
    context.err << "evenkeel: " << fleet.name << ": " << stuck << "\n";
  if (report.events.empty())
    context.out << iso8601(report.observation.taken_at) << " " << summary(fleet, report) << "\n";
  context.out.flush();
}

int show_tick(Context& context, const RunOptions& options, record::Journal& journal,
              const wiring::FleetTick& tick) {
  const auto& [fleet, report, took, requests] = tick;
  if (!report) {
    if (options.json) context.out << dump(error_view(fleet.name, report.error()), false) << std::flush;
    return fail_with(context, exit_code_of(report.error()),
                     fleet.name + ": " + report.error().message + left_out(journal, fleet.name));
  }
  if (options.json) {
    context.out << dump(view(fleet, *report), false) << std::flush;
  } else {
    show_tick(context, fleet, *report);
  }
  if (report->not_recorded)
    return fail_with(context, exit_code_of(*report->not_recorded),
                     fleet.name + ": " + report->not_recorded->message);
  return exit_code_of(*report);
}

// Fleets that left the policy are looked for again each time: their last remediation may have ended.
// What a pass found that the next one of this process will find again.
struct Lasting {
  bool unknown_fleet = false;  // --fleet names one that does not exist
  bool unwritable = false;     // the store can't be written
};

int tick_all(Context& context, const RunOptions& options, const Policy& policy, Time until,
             record::Journal& journal, Regions& regions, Lasting& lasting) {
  int code = kDone;
  const auto end =
      wiring::make_pass(policy, {.only = options.fleets, .until = until, .stopped = context.stopped}, journal,
                        regions, context.clock, [&](const wiring::FleetTick& tick) {
                          const auto* error = tick.error();
                          if (error != nullptr && error->code == record::kReadOnlyCode)
                            lasting.unwritable = true;
                          code = std::max(code, show_tick(context, options, journal, tick));
                        });
  if (!end) {
    lasting.unknown_fleet = true;
    return fail_with(context, kUsage, end.error().message);
  }
  for (const auto& problem : end->problems) code = std::max(code, fail_with(context, kState, problem));
  if (end->left.empty()) return code;
  return std::max<int>(code, fail_with(context, kAws,
                                       fmt::format("no time left in this pass for {}; give it more with "
                                                   "--deadline, or look at what AWS is slow with",
                                                   join(end->left, ", "))));
}

Result<Duration> duration_of(const char* option, const std::string& text, Duration shortest,
                             const char* example) {
  const auto value = parse_duration(text);
  if (value && *value >= shortest && *value <= kLongestPeriod) return *value;
  return fail(ErrorKind::invalid,
              fmt::format("{} {}: give a duration from {} to {}, such as {}", option, printable(text),
                          format_duration(shortest), format_duration(kLongestPeriod), example));
}

// One pass after the other, each with the policy as it is by then.
class Passes {
 public:
  Passes(Context& context, const RunOptions& options, wiring::PolicySource& source,
         wiring::Notifiers& notifiers, record::Journal& journal, Regions& regions, Duration deadline)
      : context_(context),
        options_(options),
        source_(source),
        notifiers_(notifiers),
        journal_(journal),
        regions_(regions),
        deadline_(deadline) {}

  int one(const Result<wiring::PolicySource::Current>& policy) {
    const Time until = context_.clock.now() + deadline_;
    if (!policy) return restore_only(policy.error(), until);
    say_what_changed(*policy);
    const int code = tick_all(context_, options_, policy->policy, until, journal_, regions_, lasting_);
    send_notifications(context_, notifiers_, until);
    return problem_.empty() ? code : std::max<int>(code, kNeedsPerson);
  }

  // `first` is what the first pass goes by. Without a policy a server was out when this process began, and is
  // brought back all the same.
  int every(Duration period, const Result<wiring::PolicySource::Current>& first) {
    Time due = context_.clock.now();
    // A mistyped --fleet stays wrong; everything else may pass, a name that AWS doesn't know (yet) included.
    // A store that could not be written when it was opened stays so: the next process opens it again.
    int code = one(first);
    if ((first && lasting_.unknown_fleet) || lasting_.unwritable) return code;
    while (true) {
      due = std::max(due + period, context_.clock.now());
      if (!context_.stopped()) context_.clock.sleep(due - context_.clock.now());
      if (context_.stopped()) {
        // With a server out, what its last pass ended with says why it stays out.
        const int with = stopped();
        return with == kDone ? kDone : std::max(with, code);
      }
      code = one(source_.current());
    }
  }

  // This process was told to stop: who is out now stays out until another tick.
  int stopped() {
    std::vector<std::string> out;
    const auto fleets = journal_.fleets();
    if (!fleets) return cannot_say(fleets.error());
    for (const auto& name : *fleets) {
      const auto state = journal_.load(name);
      if (!state) return cannot_say(state.error());
      if (!*state) continue;
      for (const auto& remediation : (*state)->open) {
        out.push_back(fmt::format("{} of {} ({} since {})", printable(remediation.instance_id), name,
                                  evenkeel::name(remediation.phase), iso8601(remediation.phase_since)));
      }
    }
    if (out.empty()) return kDone;
    return fail_with(
        context_, kNeedsPerson,
        fmt::format("stopped with {} server{} out of service: {}\n  nothing puts {} back until a "
                    "tick runs again: evenkeel run",
                    out.size(), out.size() == 1 ? "" : "s", join(out, "; "),
                    out.size() == 1 ? "it" : "them"));
  }

 private:
  // A broken policy is told once, and so is that it is not broken any more, and what a good one changes.
  void say_what_changed(const wiring::PolicySource::Current& policy) {
    const auto changes = in_use_ ? policy::changes(*in_use_, policy.policy) : "";
    in_use_ = policy.policy;
    say_whether_broken(policy);
    if (changes.empty()) return;
    context_.err << "evenkeel: policy " << printable(policy.version)
                 << " read again: " << printable(changes, 1000) << "\n"
                 << std::flush;
  }

  void say_whether_broken(const wiring::PolicySource::Current& policy) {
    if (policy.problem == problem_) return;
    problem_ = policy.problem;
    if (!problem_.empty()) {
      fail_with(context_, kUsage, problem_);
    } else {
      context_.err << "evenkeel: policy " << printable(policy.version)
                   << " reads again: it is used from this pass on\n"
                   << std::flush;
    }
  }

  int cannot_say(const Error& error) {
    return fail_with(context_, kState, "stopped; whether a server is out is unknown: " + error.message);
  }

  // What is out goes back by the policy under which it was taken out.
  int restore_only(const Error& no_policy, Time until) {
    problem_ = no_policy.message;
    fail_with(
        context_, kUsage,
        problem_ +
            "\n  no policy is in use: servers that are out are put back all the same, and none is taken out");
    const int code = tick_all(context_, options_, Policy{.fleets = {}, .unread = true}, until, journal_,
                              regions_, lasting_);
    send_notifications(context_, notifiers_, until);
    return std::max<int>(code, exit_code_of_policy(no_policy));
  }

  Context& context_;
  const RunOptions& options_;
  wiring::PolicySource& source_;
  wiring::Notifiers& notifiers_;
  record::Journal& journal_;
  Regions& regions_;
  Duration deadline_;
  std::string problem_;           // that was said last
  std::optional<Policy> in_use_;  // by the last pass that had one
  Lasting lasting_;
};

// Never creates the state.
bool anything_out(Context& context, const Options& options) {
  const auto states = remembered(context, options, {});
  return states && std::ranges::any_of(*states, [](const auto& state) { return !state.open.empty(); });
}

int run_run(const RunOptions& options, Context& context) {
  const bool stays = !options.every.empty();
  const auto every = duration_of("--every", stays ? options.every : "1m", kShortest, "1m");
  const auto deadline = duration_of("--deadline", options.deadline, 2 * wiring::kLeastTime, "50s");
  for (const auto& given : {every, deadline}) {
    if (!given) return fail_with(context, kUsage, given.error().message);
  }
  wiring::PolicySource source{options.policy, sources(context, options.aws), options.aws.region};
  const auto policy = source.current();
  if (!policy && !anything_out(context, options))
    return fail_with(context, exit_code_of_policy(policy.error()), policy.error().message);
  wiring::Notifiers notifiers{options.notify, sources(context, options.aws), options.aws.region};
  if (!notifiers.problems().empty()) return fail_with(context, kUsage, join(notifiers.problems(), "\n"));
  auto journal = open_state(context, options);
  if (!journal) {
    const bool usage = journal.error().kind == ErrorKind::invalid;
    return fail_with(context, usage ? kUsage : kState, journal.error().message);
  }
  wiring::NotifyingJournal notifying_journal{**journal, notifiers};
  Regions regions{sources(context, options.aws), notifying_journal, options.aws.region};
  Passes passes{context, options, source, notifiers, notifying_journal, regions, *deadline};
  if (stays) return passes.every(*every, policy);
  const int code = passes.one(policy);
  return context.stopped() ? std::max(code, passes.stopped()) : code;
}

}  // namespace

void add_run(Subcommands& all) {
  const auto [command, options] = all.add(
      "run", "one tick of every fleet: look, decide, record, act",
      exit_codes_help(
          {kNeedsPerson, kAws, kState, kLostRace},
          "a server is held, the breaker is open, a plan was refused,\n     a changed policy is broken, or it was "
          "stopped with a server out"),
      run_run);
  add_options(command, options, {add_policy, add_state, add_notify});
  command.add_option(
      "--every", options.every,
      "keep running, and tick this often; SIGTERM or Ctrl-C ends it after the tick under way, with 1 when a "
      "server is out then, and a second one at once. The next pass uses a changed policy; a broken one is not "
      "used, and the last good one stays in use",
      {.shown = "1m"});
  command.add_option(
      "--deadline", options.deadline,
      "a pass over all fleets ends within this time; fleets that are left wait for the next one",
      {.shown = "DURATION", .shows_default = true});
  add_options(command, options, {add_fleet, add_json, add_aws});
}

}  // namespace evenkeel::cli
