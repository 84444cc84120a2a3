#include "lambda/metrics.h"

#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"

namespace evenkeel::lambda {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

const Time kNow = parse_iso8601("2026-11-22T06:45:00Z").value();

struct MetricsOf : testing::Test {
  FleetPolicy policy;
  controller::TickReport report;

  MetricsOf() {
    policy.name = "web";
    report.observation.taken_at = kNow;
  }
  Remediation& open(FleetState& state, const char* id, Phase phase, Duration since_start, Duration in_phase) {
    Remediation remediation;
    remediation.id = remediation.instance_id = id;
    remediation.phase = phase;
    remediation.started_at = kNow - since_start;
    remediation.phase_since = kNow - in_phase;
    state.open.push_back(std::move(remediation));
    return state.open.back();
  }
  std::vector<Json> lines() {
    std::vector<Json> parsed;
    for (const auto& line : metrics_of({policy, report, 1200ms, 17}, kNow)) {
      EXPECT_EQ(line.find('\n'), std::string::npos);
      parsed.push_back(Json::parse(line));
    }
    return parsed;
  }
  // What CloudWatch makes of the lines: "Fleet=web,Reason=start Members" → value.
  std::map<std::string, double> counted() {
    std::map<std::string, double> values;
    for (const auto& line : lines()) {
      for (const auto& directive : line["_aws"]["CloudWatchMetrics"]) {
        EXPECT_EQ(directive["Namespace"], "Evenkeel");
        for (const auto& set : directive["Dimensions"]) {
          std::string key;
          for (const auto& dimension : set)
            key += dimension.get<std::string>() + "=" +
                   line.at(dimension.get<std::string>()).get<std::string>() + " ";
          for (const auto& metric : directive["Metrics"]) {
            const auto name = metric["Name"].get<std::string>();
            values[key + name] = line.at(name).get<double>();
          }
        }
      }
    }
    return values;
  }
};

TEST_F(MetricsOf, AQuietTickSaysSoInTotalAndForItsFleet) {
  const auto values = counted();
  for (const char* prefix : {"", "Fleet=web "}) {
    const std::string of = prefix;
    EXPECT_EQ(values.at(of + "Ticks"), 1);
    EXPECT_EQ(values.at(of + "Errors"), 0);
    EXPECT_EQ(values.at(of + "LostRaces"), 0);
    EXPECT_EQ(values.at(of + "MembersOut"), 0);
    EXPECT_EQ(values.at(of + "MembersHeld"), 0);
    EXPECT_EQ(values.at(of + "OldestOpenAge"), 0);
    EXPECT_EQ(values.at(of + "TickDuration"), 1200);
    EXPECT_EQ(values.at(of + "ApiCalls"), 17);
  }
  EXPECT_EQ(lines().front()["_aws"]["Timestamp"], kNow.time_since_epoch().count());
}

TEST_F(MetricsOf, WhoIsOutAndForHowLong) {
  open(report.plan.next, "i-1", Phase::booting, 20min, 3min);
  open(report.plan.next, "i-2", Phase::held, 90min, 60min);
  const auto values = counted();
  EXPECT_EQ(values.at("Fleet=web MembersOut"), 2);
  EXPECT_EQ(values.at("MembersHeld"), 1);
  EXPECT_EQ(values.at("OldestOpenAge"), 5400);
}

TEST_F(MetricsOf, ABlindFleetSaysForHowLong) {
  report.plan.next.ability = {Ability::Kind::waiting, kNow - 1h, {"paused"}};
  EXPECT_EQ(counted().at("Fleet=web Blind"), 0);
  EXPECT_EQ(counted().at("BlindFor"), 0);
  report.plan.next.ability = {
      Ability::Kind::blind, kNow - 20min, {}, {{Blindness::metric_unread, "mem", "denied"}}};
  EXPECT_EQ(counted().at("Fleet=web Blind"), 1);
  EXPECT_EQ(counted().at("BlindFor"), 1200);
  EXPECT_EQ(counted().at("Fleet=web BlindFor"), 1200);
}

TEST_F(MetricsOf, VerdictsAreCountedByReason) {
  for (const char* id : {"i-1", "i-2", "i-3"}) report.plan.members[id].reason = Reason::below_limit;
  report.plan.members["i-4"].reason = Reason::start;
  const auto values = counted();
  EXPECT_EQ(values.at("Fleet=web Reason=below_limit Members"), 3);
  EXPECT_EQ(values.at("Fleet=web Reason=start Members"), 1);
}

TEST_F(MetricsOf, APhaseThatEndedAndARemediationsOutcome) {
  open(report.before, "i-1", Phase::draining, 10min, 5min);
  open(report.plan.next, "i-1", Phase::booting, 10min, 0min);
  open(report.before, "i-2", Phase::soaking, 30min, 6min);
  PastRemediation past;
  past.id = "i-2";
  past.ending = Ending::cured;
  report.plan.next.recent.push_back(past);
  past.id = "i-of-yesterday";
  report.plan.next.recent.push_back(past);
  open(report.before, "i-3", Phase::held, 30min, 6min);
  open(report.plan.next, "i-3", Phase::held, 30min, 6min);
  const auto values = counted();
  EXPECT_EQ(values.at("Fleet=web Phase=draining PhaseDuration"), 300);
  EXPECT_EQ(values.at("Fleet=web Phase=soaking PhaseDuration"), 360);
  EXPECT_EQ(values.at("Fleet=web Outcome=cured Remediations"), 1);
  EXPECT_FALSE(values.contains("Fleet=web Phase=held PhaseDuration"));
}

TEST_F(MetricsOf, ALostRaceSaysNothingAboutWhoIsOut) {
  report.lost_race = true;
  open(report.plan.next, "i-1", Phase::draining, 10min, 5min);
  const auto values = counted();
  EXPECT_EQ(values.at("LostRaces"), 1);
  EXPECT_FALSE(values.contains("MembersOut"));
}

TEST_F(MetricsOf, AFailedTickIsAnErrorAndNoTick) {
  const auto lines = metrics_of({policy, fail(ErrorKind::denied, "no"), 5ms, 1}, kNow);
  ASSERT_EQ(lines.size(), 1U);
  const auto line = Json::parse(lines[0]);
  EXPECT_EQ(line["Ticks"], 0);
  EXPECT_EQ(line["Errors"], 1);
  EXPECT_FALSE(line.contains("MembersOut"));
}

TEST_F(MetricsOf, WhatBelongsToNoFleetHasNoDimension) {
  const auto line =
      Json::parse(metrics_of({.failed = true, .policy_broken = true, .notifications_failed = 2}, kNow));
  EXPECT_EQ(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], Json::array({Json::array()}));
  EXPECT_EQ(line["PolicyBroken"], 1);
  EXPECT_EQ(line["NotificationsFailed"], 2);
  EXPECT_EQ(line["Errors"], 1);
  EXPECT_FALSE(Json::parse(metrics_of(PassMetrics{}, kNow)).contains("Errors"));
}

}  // namespace
}  // namespace evenkeel::lambda
