#include "play/run.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <numeric>

#include "base/text.h"
#include "cli/options.h"
#include "cli/summary.h"
#include "controller/other_fleets.h"
#include "model/identity.h"
#include "play/killable.h"
#include "play/words.h"
#include "policy/policy_file.h"
#include "record/sqlite_journal.h"
#include "sim/api/front.h"
#include "sim/world/clock.h"

namespace evenkeel::play {
namespace {

constexpr Duration kLook{60'000};  // the picture is looked at so often
constexpr const char* kAuthor = "the scenario";

// "ec2:DescribeInstances", unlike the front's other counts, such as "bytes:in".
bool is_action(std::string_view name) {
  const auto colon = name.find(':');
  return colon + 1 < name.size() && name[colon + 1] >= 'A' && name[colon + 1] <= 'Z';
}

// Why a member stays changes often and is for explain; told is what a guard holds back that is seldom met.
bool is_of_the_story(const Event& event) {
  constexpr std::array kTold = {Reason::hold_tag,
                                Reason::scheduled_event,
                                Reason::elsewhere_registered,
                                Reason::standby_at_min_size,
                                Reason::cannot_stop,
                                Reason::capacity_units,
                                Reason::az_rebalance,
                                Reason::stop_protected,
                                Reason::would_be_retained,
                                Reason::zone_without_cross_zone,
                                Reason::grace_period,
                                Reason::auto_scaling_would_replace,
                                Reason::too_few_healthy_in_zone,
                                Reason::too_many_out_in_zone,
                                Reason::too_much_load,
                                Reason::load_unknown,
                                Reason::remedy_does_not_help,
                                Reason::relapsing,
                                Reason::reason_remains};
  return event.kind != EventKind::verdict ||
         std::ranges::any_of(kTold, [&](Reason reason) { return event.word == name(reason); });
}

// The servers' names by id, also of those that are gone by now.
class Names {
 public:
  void learn(const sim::Account& account) {
    for (const auto& [id, server] : account.servers) names_.try_emplace(id, server.name);
    for (const auto& [arn, group] : account.target_groups) names_.try_emplace(arn, group.name);
  }
  std::string of(const std::string& id) const {
    const auto found = names_.find(id);
    return found == names_.end() ? id : found->second;
  }
  std::string replaced(std::string text) const {
    for (const auto& [id, name] : names_) replace_all(text, id, name);
    return text;
  }

 private:
  std::map<std::string, std::string> names_;
};

sim::TargetsTaken about_to_take(const Remediation& remediation) {
  sim::TargetsTaken places;
  for (const auto& place : remediation.snapshot) {
    const auto takes_it = [&](const Intent& intent) {
      return (intent.effect == Effect::deregister && intent.target_group_arn == place.target_group_arn) ||
             (intent.effect == Effect::enter_standby && place.by_auto_scaling) ||
             intent.effect == Effect::terminate;
    };
    if (std::ranges::any_of(remediation.intents, takes_it))
      places.insert({remediation.instance_id, {place.target_group_arn, place.port}});
  }
  return places;
}

// The world of one run, and what is common to both kinds of run.
class Stage {
 public:
  Stage(const sim::Scenario& scenario, std::uint64_t seed, cli::Context& context,
        const PlayProgress& progress)
      : scenario_(scenario),
        end_(scenario.start + scenario.duration),
        context_(context),
        progress_(progress),
        began_(context.clock.now()),
        account_(sim::build_account(scenario, seed)) {
    run.picture = Picture(*account_, scenario.start, scenario.duration);
    look();
  }

  sim::Account& account() { return *account_; }
  Time end() const { return end_; }
  Time now() const { return account_->now(); }

  void advance_to(Time time) {
    while (account_->now() < time && !context_.stopped()) {
      account_->advance_to(std::min(time, account_->now() + kLook));
      look();
    }
  }

  void add_line(std::string text) { lines_.push_back({now(), "evenkeel", std::move(text), {}}); }
  void problem(const std::string& text) {
    if (std::ranges::find(run.problems, text) == run.problems.end()) run.problems.push_back(text);
  }

  ScenarioRun finish() {
    run.picture.finish(*account_);
    run.counters = account_->counters();
    auto promise = scenario_.promise;
    promise.about_to_take = about_to_take;
    run.judgement = sim::judge(*account_, promise);
    // At the same moment: the world first, then what Evenkeel recorded, then what happened to it.
    std::vector<StoryLine> world;
    const FactWords words(account_->facts());
    for (const auto& fact : account_->facts()) {
      const auto text = words.of(fact);
      if (fact.at <= scenario_.start || text.empty()) continue;
      world.push_back({fact.at, names.of(subject_of(fact)), "(" + text + ")", {}});
    }
    for (auto* lines : {&recorded, &lines_}) world.insert(world.end(), lines->begin(), lines->end());
    run.story = std::move(world);
    std::ranges::stable_sort(run.story, {}, &StoryLine::at);
    run.wall = std::chrono::duration_cast<Duration>(context_.clock.now() - began_);
    return std::move(run);
  }

  ScenarioRun run;
  Names names;
  std::vector<StoryLine> recorded;  // by Evenkeel, in its history
  sim::TargetsTaken about_to_take;  // by Evenkeel's record

 private:
  void look() {
    names.learn(*account_);
    run.picture.look(*account_);
    if (progress_) {
      progress_(static_cast<double>((now() - scenario_.start).count()) /
                static_cast<double>(std::max<std::int64_t>(1, scenario_.duration.count())));
    }
  }

  std::vector<StoryLine> lines_;  // of Evenkeel, by the runner
  const sim::Scenario& scenario_;
  Time end_;
  cli::Context& context_;
  const PlayProgress& progress_;
  Time began_;
  std::unique_ptr<sim::Account> account_;
};

// Evenkeel as it runs beside the world: killed and started again as the scenario wants.
class EvenkeelRun {
 public:
  EvenkeelRun(const sim::Scenario& scenario, std::uint64_t seed, Policy policy, record::Journal& journal,
              Stage& stage, cli::Context& outer, const TickObserver& watch, const Edit& edit)
      : scenario_(scenario),
        watch_(watch),
        edit_(edit),
        policy_(std::move(policy)),
        store_(journal),
        stage_(stage),
        clock_(stage.account()),
        random_(seed ^ 0x6576656e6b65656cU),
        front_(stage.account(), scenario.faults, seed),
        network_(front_, kill_),
        journal_(journal, kill_),
        context_{.out = outer.out,
                 .err = outer.err,
                 .environment = variables(stage.account().region),
                 .clock = clock_,
                 .random = random_,
                 .network = network_} {
    start_process();
  }

  // One tick of every fleet, as Lambda would run it; what the scenario does to Evenkeel comes first.
  void tick();
  Result<void> finish();

 private:
  static wire::Environment variables(const std::string& region) {
    return [values = example_environment(region)](std::string_view name) -> std::optional<std::string> {
      const auto found = std::ranges::find(values, name, &std::pair<std::string, std::string>::first);
      return found == values.end() ? std::nullopt : std::optional(found->second);
    };
  }

  void start_process() {
    kill_ = {};
    regions_.emplace(cli::sources(context_), journal_);
  }
  void happen(const sim::OperatorEvent& event);
  void apply_operator_event(const sim::OperatorEvent& event, const std::string& fleet);
  void tick_fleet(const FleetPolicy& fleet, controller::OtherFleets& others);
  void remember(const FleetPolicy& fleet, const controller::TickReport& report);

  const sim::Scenario& scenario_;
  const TickObserver& watch_;
  const Edit& edit_;
  Policy policy_;
  record::Journal& store_;
  Stage& stage_;
  sim::VirtualClock clock_;
  SeededRandom random_;
  sim::Front front_;
  KillSwitch kill_;
  KillableTransport network_;
  KillableJournal journal_;
  cli::Context context_;
  std::optional<wiring::Regions> regions_;
  std::size_t events_done_ = 0;
  Time not_before_{};
  std::map<std::string, PastRemediation> remediations_;  // by id; ending none: still open
  std::map<std::string, std::string> last_words_;        // by fleet
};

void EvenkeelRun::apply_operator_event(const sim::OperatorEvent& event, const std::string& fleet) {
  auto parts = regions_->parts_without_aws();
  OperatorRequest request{OperatorRequest::Kind::resume, "", event.argument, kAuthor};
  if (event.name == "pause") {
    request.kind = OperatorRequest::Kind::pause;
    if (event.duration > Duration::zero()) request.lasting = event.duration;
  } else if (event.name == "restore") {
    request = {OperatorRequest::Kind::restore, event.argument, "", kAuthor, {}, {}, false, event.now};
  }
  const auto done = controller::record_request(fleet, request, parts);
  // Open in another fleet, or nowhere.
  if (!done && request.kind == OperatorRequest::Kind::restore && done.error().kind == ErrorKind::not_found)
    return;
  if (!done) stage_.problem(fmt::format("{} of {}: {}", event.name, fleet, done.error().message));
}

void EvenkeelRun::happen(const sim::OperatorEvent& event) {
  if (event.name == "kill") {
    kill_.armed = true;
  } else if (event.name == "tick-late") {
    not_before_ = stage_.now() + event.duration;
    stage_.add_line(fmt::format("(does not tick for {})", format_duration(event.duration)));
  } else {
    for (const auto& fleet : policy_.fleets) apply_operator_event(event, fleet.name);
  }
}

void EvenkeelRun::remember(const FleetPolicy& fleet, const controller::TickReport& report) {
  last_words_[fleet.name] = cli::summary(fleet, report);
  if (report.lost_race) ++stage_.run.lost_races;
  for (const auto& violation : report.violations) stage_.problem("plan refused: " + violation);
  for (const auto& open : report.plan.next.open) {
    remediations_.insert_or_assign(open.id, past(open));
    stage_.about_to_take.merge(about_to_take(open));
  }
  for (const auto& ended : report.plan.next.recent) remediations_.insert_or_assign(ended.id, ended);
}

void EvenkeelRun::tick_fleet(const FleetPolicy& fleet, controller::OtherFleets& others) {
  auto parts = regions_->parts_for(fleet);
  if (parts) parts->others = &others;
  const auto report = parts ? controller::tick(fleet, *parts) : std::unexpected(std::move(parts).error());
  if (kill_.dead) return;
  if (watch_) watch_(fleet, report, stage_.account());
  if (report && !report->lost_race) others.note(report->plan.next, !fleet.retired);
  if (report) return remember(fleet, *report);
  ++stage_.run.failed_ticks;
  auto words = fleet.name + ": " + report.error().message;
  if (report.error().code == kWrongAccount && last_words_[fleet.name] != words)
    stage_.add_line("(does nothing: " + report.error().message + ")");
  last_words_[fleet.name] = std::move(words);
}

void EvenkeelRun::tick() {
  const auto& events = scenario_.operator_events;
  while (events_done_ < events.size() && scenario_.start + events[events_done_].at <= stage_.now())
    happen(events[events_done_++]);
  if (stage_.now() < not_before_) return;
  const Time began = stage_.now();
  if (edit_) {
    if (auto edited = edit_(began)) policy_ = *std::move(edited);
  }
  ++stage_.run.ticks;
  controller::OtherFleets others;
  const auto found = controller::fleets_to_tick(policy_, journal_, std::nullopt, &others);
  for (const auto& problem : found.problems) {
    ++stage_.run.failed_ticks;
    stage_.problem(problem);
  }
  for (const auto& fleet : found.fleets) {
    if (!kill_.dead) tick_fleet(fleet, others);
  }
  stage_.run.billed += (stage_.now() - began) + kComputing;
  if (kill_.dead) {
    stage_.add_line("(is killed after it recorded what it is about to do, before it does it)");
    start_process();
  }
}

Result<void> EvenkeelRun::finish() {
  auto& run = stage_.run;
  for (const auto& [name, count] : front_.calls()) {
    if (name == "cloudwatch:metrics") run.metrics_read = count;
    if (is_action(name)) run.api_calls += count;
  }
  run.faults = front_.faults_fired();
  std::vector<const PastRemediation*> by_start;
  for (const auto& [id, remediation] : remediations_) {
    ++run.endings[remediation.ending == Ending::none ? "open" : name(remediation.ending)];
    by_start.push_back(&remediation);
  }
  std::ranges::sort(by_start, {}, [](const auto* one) { return std::pair(one->started_at, one->id); });
  const auto whole =
      std::ranges::find_if(by_start, [](const auto* one) { return one->ending == Ending::cured; });
  if (!by_start.empty()) run.first_remediation = (whole == by_start.end() ? by_start.front() : *whole)->id;

  stage_.names.learn(stage_.account());
  for (const auto& fleet : TRY(store_.fleets())) {
    for (const auto& event : TRY(store_.history(fleet, "", record::kWholeHistory))) {
      if (!is_of_the_story(event)) continue;
      stage_.recorded.push_back({event.at,
                                 event.instance_id.empty() ? fleet : stage_.names.of(event.instance_id),
                                 stage_.names.replaced(event.text), event.remediation_id});
    }
  }
  for (const auto& [fleet, words] : last_words_) run.last_words.push_back(stage_.names.replaced(words));
  return {};
}

}  // namespace

bool ScenarioRun::clean() const {
  return counters.dropped_by_our_doing == 0 && judgement.undrained_reboots == 0 &&
         judgement.double_reboots == 0 && judgement.forgotten == 0 && judgement.guard_violations == 0 &&
         judgement.size_changes == 0 && judgement.consequences == 0 && judgement.retained == 0 &&
         problems.empty();
}

double gigabyte_seconds(const ScenarioRun& run) {
  return static_cast<double>(run.billed.count()) / 1000.0 * kGigabytes;
}

std::vector<std::pair<std::string, std::string>> example_environment(const std::string& region) {
  const sim::AccessKey access;
  return {{"AWS_ACCESS_KEY_ID", access.access_key_id},
          {"AWS_SECRET_ACCESS_KEY", access.secret_access_key},
          {"AWS_REGION", region}};
}

ScenarioRun run_without(const sim::Scenario& scenario, std::uint64_t seed, cli::Context& context,
                        const PlayProgress& progress) {
  Stage stage{scenario, seed, context, progress};
  stage.advance_to(stage.end());
  return stage.finish();
}

Result<ScenarioRun> run_with(const sim::Scenario& scenario, std::uint64_t seed, cli::Context& context,
                             const PlayProgress& progress, const TickObserver& watch, const Edit& edit) {
  if (trim(scenario.policy).empty()) {
    return fail(ErrorKind::invalid,
                scenario.file + ": has no policy; add the lines `policy:` and, indented, `fleets: …`");
  }
  auto policy = TRY(policy::parse(scenario.policy, scenario.file + " (policy)"));
  const auto journal = TRY(record::open_sqlite(":memory:"));
  Stage stage{scenario, seed, context, progress};
  stage.run.with_evenkeel = true;
  EvenkeelRun operation{scenario, seed, std::move(policy), *journal, stage, context, watch, edit};
  for (Time due = scenario.start; due < stage.end(); due += scenario.tick) {
    stage.advance_to(due);
    // A tick that took longer than the period swallows the next ones.
    if (stage.now() < due + scenario.tick) operation.tick();
    if (context.stopped()) return fail(ErrorKind::unavailable, "stopped before the story's end");
  }
  stage.advance_to(stage.end());
  TRY_VOID(operation.finish());
  return stage.finish();
}

}  // namespace evenkeel::play
