// What programs decide by in the history is a word of its own, never the text.
#include <gtest/gtest.h>
#include <set>

#include "decide/bookkeeping.h"
#include "decide/rules/served.h"
#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

// "phase rebooting", of those kinds whose text alone would tell.
std::set<std::string> kinds_of(const std::vector<Event>& events) {
  static const std::set<std::string> kinds{"verdict", "fleet", "phase", "outcome", "done", "judged"};
  std::set<std::string> words;
  for (const auto& event : events) {
    const std::string kind = name(event.kind);
    if (kinds.contains(kind)) words.insert(kind + " " + event.word);
  }
  return words;
}

using WordSet = std::set<std::string>;

TEST(EventWords, OfARemediation) {
  FleetForTest fleet;
  EXPECT_EQ(kinds_of(fleet.start_of_three().events), WordSet{"phase draining"});
  fleet.gone(3);
  fleet.pass(2min);
  const auto plan = fleet.tick(OutcomeKind::unknown);
  EXPECT_EQ(kinds_of(plan.events), WordSet{"phase rebooting"});
  const std::vector<Outcome> accepted{
      {plan.actions.at(0).remediation_id, plan.actions.at(0).nonce, OutcomeKind::accepted, false, ""}};
  EXPECT_EQ(kinds_of(apply_outcomes(fleet.policy, plan.next, accepted, fleet.observation.taken_at).events),
            (WordSet{"outcome accepted", "phase booting"}));
}

TEST(EventWords, OfAnEnding) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.observation.instances.at(id(3)).state = InstanceState::terminated;
  fleet.pass(1min);
  EXPECT_TRUE(kinds_of(fleet.tick().events).contains("done terminated"));
}

TEST(EventWords, OfVerdictsAndOfWhatHoldsBackTheFleet) {
  FleetForTest fleet;
  fleet.observation.signals[id(4)].state = SignalState::stale;
  EXPECT_EQ(kinds_of(fleet.tick().events), WordSet{"verdict signal_stale"});
  fleet.state.pause = Pause{"deploy", "ann", fleet.observation.taken_at, std::nullopt};
  fleet.memory(4, 40);
  fleet.pass(1min);
  EXPECT_EQ(kinds_of(fleet.tick().events), (WordSet{"fleet paused", "verdict below_limit"}));
  fleet.state.pause.reset();
  fleet.pass(1min);
  EXPECT_EQ(kinds_of(fleet.tick().events), WordSet{"fleet "});
}

TEST(EventWords, OfWhatAMetricJudges) {
  FleetForTest fleet;
  PastRemediation past;
  past.instance_id = id(3);
  past.ended_at = fleet.observation.taken_at - 1h;
  past.ending = Ending::back;
  past.metric = fleet.policy.reboot_when.metric;
  const auto judged = [&] {
    past.judge_until = fleet.observation.taken_at - 30min;
    fleet.state.recent = {past};
    std::vector<Event> events;
    judge_ended(fleet.state, fleet.policy, fleet.observation, events);
    return kinds_of(events);
  };
  EXPECT_EQ(judged(), WordSet{"judged cured"});
  fleet.memory(3, 80);
  EXPECT_EQ(judged(), WordSet{"judged not_cured"});
  fleet.observation.signals[id(3)] = {};
  EXPECT_EQ(judged(), WordSet{"judged back"});
}

TEST(EventWords, OfReasonsThatAreLookedFor) {
  FleetForTest fleet;
  fleet.policy.also_when = {Rule{
      "rule", 0, {{.kind = Condition::Kind::scheduled_event, .metric = {}, .longer_than = {}, .name = ""}}}};
  auto& status = fleet.observation.instances.at(id(3)).status;
  PastRemediation past;
  past.instance_id = id(3);
  past.ended_at = fleet.observation.taken_at - 30h;
  past.ending = Ending::back;
  past.rule = "rule";
  past.reason = "event e1";
  const auto judged = [&] {
    past.judge_until = fleet.observation.taken_at - 26h;
    fleet.state.recent = {past};
    std::vector<Event> events;
    judge_reasons(fleet.state, FleetView{fleet.policy, fleet.observation, fleet.state}, events);
    return kinds_of(events);
  };
  status = InstanceStatus{StatusCheck::ok, {}, {{"instance-retirement", "", std::nullopt, "e1"}}};
  EXPECT_EQ(judged(), WordSet{"judged not_gone"});
  status->events.clear();
  EXPECT_EQ(judged(), WordSet{"judged gone"});
  status.reset();
  EXPECT_EQ(judged(), WordSet{"judged unknown"});
}

}  // namespace
}  // namespace evenkeel::decide
