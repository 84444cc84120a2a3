// The keys that lists and maps of their own bring: rules, zones, load, calendar, gates, treatments, evidence.
#include <gtest/gtest.h>
#include <string>

#include "policy/policy_file.h"

namespace evenkeel::policy {
namespace {

using std::chrono::days;

// The smallest fleet in an Auto Scaling group, with lines of its own before `keep`.
std::string fleet(const std::string& lines) {
  return "fleets:\n  - name: web\n    auto_scaling_group: asg\n" + lines + "    keep: {healthy: 5}\n";
}
const std::string kCondition = "    reboot_when: {metric: m, above: 65}\n";

FleetPolicy read(const std::string& lines) {
  const auto policy = parse(fleet(lines), "p");
  EXPECT_TRUE(policy) << policy.error().message;
  return policy ? policy->fleets[0] : FleetPolicy{};
}

// What is wrong with a fleet that also has these lines, without the file's name: "5:12: key: text".
std::string refusal_of(const std::string& text) {
  const auto policy = parse(text, "p");
  if (policy) return "none";
  std::string found = policy.error().message;
  return found.starts_with("p:") ? found.substr(2) : found;
}
std::string refusal(const std::string& lines) { return refusal_of(fleet(kCondition + lines)); }

MetricCondition metric(const std::string& name, double above, Duration over, int datapoints) {
  MetricCondition condition;
  condition.metric = name;
  condition.above = above;
  condition.over = over;
  condition.datapoints = datapoints;
  return condition;
}

TEST(PolicyKeys, EveryNewKeyReachesItsPlace) {
  const auto policy = parse(R"(fleets:
  - name: web
    auto_scaling_group: web-asg
    leave_by: deregister
    witness_tag: yes
    reboot_when: {metric: mem_used_percent, above: 80, back_below: 70}
    also_when:
      - {name: asked, priority: 100, tag: "evenkeel:remediate"}
      - uptime: 14d
      - age: 30d
      - scheduled_event: any
      - {name: retiring, scheduled_event: instance-retirement}
      - status_check_impaired: 10m
      - unhealthy: 15m
      - alarm: "oom-{instance_id}"
      - name: hot-and-old
        priority: -5
        all:
          - {metric: CPUUtilization, namespace: AWS/EC2, above: 90, over: 10m}
          - uptime: 1d
    order: soonest
    fails_at: 95
    keep:
      healthy: 5
      healthy_per_zone: 50%
      out: 10%
      out_per_zone: 2
      load_below: {per: instance, namespace: AWS/EC2, metric: CPUUtilization, statistic: Average, below: 70,
                   period: 5m, past: 2h}
    windows:
      - {days: [mon-wed, fri], from: "22:00", to: "05:30", time_zone: Europe/Berlin}
      - {days: [sat-mon], from: 00:00, to: 24:00}
    freezes:
      - {from: 2026-12-20, to: 2027-01-02, time_zone: Europe/Berlin, reason: Christmas}
    gates: {alarms: [deploy-running, "web-*"], insufficient_data: passes, calendars: [web-freeze]}
    treatments:
      - {command: recycle, parameters: {commands: ["a\nb", c], mode: hard}, within: 90s, attempts: 2}
      - {treatment: reboot, attempts: 3}
      - stop_start
      - replace
    evidence: {document: capture, parameters: {commands: [ps]}, within: 2m, required: yes}
    timing: {stop: 20m, judge: 1h}
)",
                            "p");
  ASSERT_TRUE(policy) << policy.error().message;
  const FleetPolicy& read = policy->fleets[0];
  using Kind = Condition::Kind;
  FleetPolicy expected;
  expected.name = "web";
  expected.auto_scaling_group = "web-asg";
  expected.leave_by = Leave::deregister;
  expected.witness_tag = true;
  expected.reboot_when = metric("mem_used_percent", 80, 5min, 3);
  expected.reboot_when.back_below = 70;
  auto cpu = metric("CPUUtilization", 90, 10min, 6);
  cpu.metric_namespace = "AWS/EC2";
  expected.also_when = {
      {"asked", 100, {{Kind::tag, {}, {}, "evenkeel:remediate"}}},
      {"uptime", 0, {{Kind::uptime, {}, days{14}, ""}}},
      {"age", 0, {{Kind::age, {}, days{30}, ""}}},
      {"scheduled_event", 0, {{Kind::scheduled_event, {}, {}, ""}}},
      {"retiring", 0, {{Kind::scheduled_event, {}, {}, "instance-retirement"}}},
      {name(Kind::status_check), 0, {{Kind::status_check, {}, 10min, ""}}},
      {name(Kind::target_unhealthy), 0, {{Kind::target_unhealthy, {}, 15min, ""}}},
      {"alarm", 0, {{Kind::alarm, {}, {}, "oom-{instance_id}"}}},
      {"hot-and-old", -5, {{Kind::metric, cpu, {}, ""}, {Kind::uptime, {}, days{1}, ""}}},
  };
  expected.order = Order::soonest;
  expected.fails_at = 95;
  expected.keep.healthy = {5, 0};
  expected.keep.healthy_per_zone = Share{0, 50};
  expected.keep.out = {0, 10};
  expected.keep.out_per_zone = Share{2, 0};
  expected.keep.load_below =
      LoadCeiling{LoadCeiling::Per::instance, "AWS/EC2", "CPUUtilization", Statistic::average, 70, 5min, 2h};
  expected.windows = {{0b0010111, 22h, 5h + 30min, {"Europe/Berlin", {}}}, {0b1100001, 0h, 24h, {}}};
  using std::chrono::year;
  expected.freezes = {{year{2026} / 12 / 20, year{2027} / 1 / 2, {"Europe/Berlin", {}}, "Christmas"}};
  expected.gates = {{"deploy-running", "web-*"}, false, {"web-freeze"}};
  expected.treatments = {
      {Treatment::command, 2, {"recycle", {{"commands", {"a\nb", "c"}}, {"mode", {"hard"}}}, 90s}},
      {Treatment::reboot, 3, {}},
      {Treatment::stop_start, 1, {}},
      {Treatment::replace, 1, {}}};
  expected.evidence = Evidence{{"capture", {{"commands", {"ps"}}}, 2min}, true};
  expected.timing.stop = 20min;
  expected.timing.judge = 1h;
  EXPECT_EQ(read, expected);
  EXPECT_GT(read.windows[0].zone.shifts.size(), 50U) << "the zone brings its clock changes";
  EXPECT_TRUE(read.windows[1].zone.shifts.empty());
}

TEST(PolicyKeys, AnAutoScalingGroupAloneIsAFleet) {
  EXPECT_TRUE(read(kCondition).target_groups.empty());
  EXPECT_EQ(read(kCondition).leave_by, Leave::standby);
}

TEST(PolicyKeys, ARuleAloneIsReasonEnough) {
  const auto policy = read("    also_when: [{uptime: 14d}]\n");
  EXPECT_FALSE(policy.reboot_when.given());
  EXPECT_EQ(policy.also_when.size(), 1U);
  EXPECT_EQ(refusal_of(fleet("")),
            "2:5: fleets[0].reboot_when: is missing; must be a map with at least metric and above; or give "
            "also_when a rule");
}

TEST(PolicyKeys, ARuleHasOneConditionOrSeveralUnderAll) {
  const auto rule = [](const std::string& text) { return refusal("    also_when: [" + text + "]\n"); };
  EXPECT_EQ(rule("{name: x}"),
            "5:17: fleets[0].also_when[0]: has no condition; give it one of metric, tag, uptime, age, "
            "scheduled_event, status_check_impaired, unhealthy or alarm");
  EXPECT_EQ(
      rule("{uptime: 1d, age: 2d}"),
      "5:17: fleets[0].also_when[0]: has both uptime and age; a condition is one of them: where both must "
      "hold, list them under all");
  EXPECT_EQ(rule("{uptime: 1d, all: [{age: 1d}, {tag: x}]}"),
            "5:17: fleets[0].also_when[0]: has both all and uptime; move uptime into the list under all");
  EXPECT_EQ(
      rule("{uptime: 1d, above: 3}"),
      "5:37: fleets[0].also_when[0].above: belongs to a metric, and this is a condition by uptime; remove "
      "it, or list both under all");
  EXPECT_EQ(rule("{metric: m}"),
            "5:17: fleets[0].also_when[0].above: is missing; must be a number such as 65 or 12.5");
  EXPECT_EQ(
      rule("{all: [{uptime: 1d}]}"),
      "5:23: fleets[0].also_when[0].all: found a list; must be a list of 2 to 8 conditions: these are 1");
  EXPECT_EQ(rule("{all: [{uptime: 1d}, {name: x, age: 1d}]}").substr(0, 61),
            "5:39: fleets[0].also_when[0].all[1].name: unknown key; it bel");
  EXPECT_EQ(
      rule("{metric: m, above: 1, period: 90s}"),
      "5:47: fleets[0].also_when[0].period: found 1m30s; must be a whole number of minutes, as CloudWatch's "
      "periods are");
  EXPECT_EQ(rule("{uptme: 1d}").substr(0, 82),
            "5:17: fleets[0].also_when[0]: has no condition; give it one of metric, tag, uptime");
}

TEST(PolicyKeys, RulesHaveNamesOfTheirOwn) {
  EXPECT_EQ(
      refusal("    also_when:\n      - uptime: 1d\n      - uptime: 2d\n"),
      "7:9: fleets[0].also_when[1].name: \"uptime\", its name by default, is already the name of the rule "
      "at line 6; give every rule a name of its own");
  EXPECT_EQ(
      refusal("    also_when:\n      - {name: reboot_when, uptime: 1d}\n"),
      "6:16: fleets[0].also_when[0].name: \"reboot_when\" is the name of the fleet's own condition; take "
      "another one");
  EXPECT_EQ(read("    also_when: [{all: [{uptime: 1d}, {unhealthy: 5m}]}]\n").also_when[0].name,
            std::string("uptime-and-") + name(Condition::Kind::target_unhealthy));
}

TEST(PolicyKeys, TheHoldTagAsksForNothing) {
  EXPECT_EQ(
      refusal("    also_when: [{tag: \"evenkeel:hold\"}]\n"),
      "5:23: fleets[0].also_when[0].tag: evenkeel:hold is the tag by which an operator keeps a server from "
      "being touched; name another one, such as evenkeel:remediate");
  EXPECT_EQ(refusal("    also_when: [{alarm: \"oom-{id}\"}]\n"),
            "5:25: fleets[0].also_when[0].alarm: found \"oom-{id}\"; only {instance_id} is filled in");
}

TEST(PolicyKeys, HysteresisComesDownBelowTheLimit) {
  EXPECT_EQ(refusal_of(fleet("    reboot_when: {metric: m, above: 65, back_below: 65}\n")), "none");
  EXPECT_EQ(
      refusal_of(fleet("    reboot_when: {metric: m, above: 65, back_below: 65.5}\n")),
      "4:53: fleets[0].reboot_when.back_below: found 65.5; must not be more than above (65): it is where "
      "the signal has come down");
}

TEST(PolicyKeys, SoonestNeedsAForecastAndAnEndOfIt) {
  EXPECT_EQ(refusal("    order: soonest\n"), "none");
  EXPECT_EQ(refusal("    order: soonest\n    fails_at: 65\n"),
            "6:15: fleets[0].fails_at: found 65; must be more than reboot_when's above (65): it is where a "
            "server fails, and above is where it is treated");
  EXPECT_EQ(refusal("    fails_at: 90\n"),
            "5:15: fleets[0].fails_at: is of no use without \"order: soonest\"; add that, or leave this out");
  EXPECT_EQ(
      refusal_of(fleet("    also_when: [{uptime: 1d}]\n    order: soonest\n")),
      "5:12: fleets[0].order: is soonest, which forecasts the signal of reboot_when; add reboot_when, or "
      "take longest_uncycled");
  EXPECT_EQ(refusal("    order: best\n"),
            "5:12: fleets[0].order: found \"best\"; must be worst, soonest or longest_uncycled");
}

TEST(PolicyKeys, WindowsSayWhenByTheWallClock) {
  const auto window = [](const std::string& text) { return refusal("    windows: [{" + text + "}]\n"); };
  EXPECT_EQ(window("from: \"22:00\", to: \"22:00\""), "none");
  EXPECT_EQ(window("from: \"22:00\", to: \"24:00\""), "none");
  EXPECT_EQ(window("from: \"24:00\", to: \"05:00\""),
            "5:22: fleets[0].windows[0].from: found \"24:00\"; must be a time of day from 00:00 to 23:59, "
            "written like \"22:00\"");
  EXPECT_EQ(
      window("from: \"22:00\""),
      "5:15: fleets[0].windows[0].to: is missing; must be a time of day from 00:00 to 24:00, written like "
      "\"22:00\"");
  for (const char* time : {"22", "9:00", "\"22:60\"", "\"24:01\"", "\"22:00:00\"", "10pm", "[]"}) {
    EXPECT_EQ(window(std::string("to: \"05:00\", from: ") + time).substr(0, 38),
              "5:35: fleets[0].windows[0].from: found")
        << time;
  }
  EXPECT_EQ(window("days: mon-fri, from: \"22:00\", to: \"05:00\""),
            "5:22: fleets[0].windows[0].days: found \"mon-fri\"; must be a list of days and ranges of them, "
            "written like [mon-thu, sat]: write [mon-fri]");
  EXPECT_EQ(
      window("days: [mon, Tuesday], from: \"22:00\", to: \"05:00\""),
      "5:28: fleets[0].windows[0].days[1]: found \"Tuesday\"; must be one of mon, tue, wed, thu, fri, sat, "
      "sun, or a range of them such as mon-fri");
  EXPECT_EQ(
      window("days: [mon-fri, wed], from: \"22:00\", to: \"05:00\""),
      "5:32: fleets[0].windows[0].days[1]: \"wed\" has a day that is already in this list; name each day "
      "once");
  EXPECT_EQ(
      refusal("    windows: []\n"),
      "5:14: fleets[0].windows: found a list; must be a list of 1 to 20 windows, each with at least from "
      "and to: leave the key out");
  EXPECT_EQ(
      refusal("    windows: {from: \"22:00\", to: \"05:00\"}\n"),
      "5:14: fleets[0].windows: found a map; must be a list of 1 to 20 windows, each with at least from "
      "and to: each item begins with \"- \"");
}

TEST(PolicyKeys, TimeZonesAreThoseOfTheDatabase) {
  const auto zone = [](const std::string& name) {
    return refusal("    windows: [{from: \"22:00\", to: \"05:00\", time_zone: " + name + "}]\n");
  };
  for (const char* name : {"UTC", "Etc/UTC", "America/Argentina/Buenos_Aires", "Asia/Kathmandu", "CET"}) {
    EXPECT_EQ(zone(name), "none") << name;
  }
  EXPECT_EQ(
      zone("europe/berlin"),
      "5:55: fleets[0].windows[0].time_zone: found \"europe/berlin\"; must be a time zone by its name in "
      "the tz database, such as Europe/Berlin, or UTC: the tz database has no such time zone (did you mean "
      "\"Europe/Berlin\"?)");
  for (const char* name : {"CEST", "/etc/passwd", "\"../UTC\"", "right/Europe/Berlin", "\"\"", "[]"}) {
    EXPECT_TRUE(zone(name).starts_with("5:55: fleets[0].windows[0].time_zone: found ")) << zone(name);
  }
}

TEST(PolicyKeys, FreezesAreDaysThatExistInTheirOrder) {
  const auto freeze = [](const std::string& from, const std::string& to) {
    return refusal("    freezes: [{from: " + from + ", to: " + to + "}]\n");
  };
  EXPECT_EQ(freeze("2026-12-24", "2026-12-24"), "none");
  EXPECT_EQ(freeze("2028-02-29", "2028-03-01"), "none");
  EXPECT_EQ(
      freeze("2027-01-02", "2026-12-20"),
      "5:38: fleets[0].freezes[0].to: lies before from; a freeze lasts from its first day to its last, both "
      "included: swap the two");
  EXPECT_EQ(freeze("2027-02-29", "2027-03-01"),
            "5:22: fleets[0].freezes[0].from: found \"2027-02-29\"; must be a day that exists, written like "
            "2026-12-20");
  EXPECT_TRUE(freeze("20.12.2026", "2027-03-01").starts_with("5:22: fleets[0].freezes[0].from: found"));
}

TEST(PolicyKeys, TreatmentsEscalate) {
  const auto treatments = [](const std::string& items) { return refusal("    treatments: " + items + "\n"); };
  EXPECT_EQ(treatments("[none]"), "none");
  EXPECT_EQ(treatments("[{command: doc}, reboot, stop_start, replace]"), "none");
  EXPECT_EQ(
      treatments("[reboot, {command: doc}]"),
      "5:26: fleets[0].treatments[1]: command doesn't destroy more than reboot, which stands before it; "
      "the order is command, reboot, stop_start, replace, each at most once");
  EXPECT_EQ(
      treatments("[reboot, reboot]"),
      "5:26: fleets[0].treatments[1]: reboot doesn't destroy more than reboot, which stands before it; the "
      "order is command, reboot, stop_start, replace, each at most once: for another try write attempts");
  EXPECT_EQ(
      treatments("[none, reboot]"),
      "5:24: fleets[0].treatments[1]: stands after none, which treats nothing; none stands alone, or not at "
      "all");
  EXPECT_EQ(treatments("[command]"),
            "5:18: fleets[0].treatments[0]: a command needs the SSM document that it runs; write {command: "
            "NAME-OF-THE-DOCUMENT}");
  EXPECT_EQ(treatments("[restart]"),
            "5:18: fleets[0].treatments[0]: found \"restart\"; must be none, reboot, stop_start or replace");
  EXPECT_EQ(treatments("[reboot, restart]"),
            "5:26: fleets[0].treatments[1]: found \"restart\"; must be none, reboot, stop_start or replace");
  EXPECT_EQ(
      treatments("reboot"),
      "5:17: fleets[0].treatments: found \"reboot\"; must be a list of 1 to 5 treatments, such as [reboot] "
      "or [reboot, stop_start]: write [reboot]");
}

TEST(PolicyKeys, WhatOnlyAnAutoScalingGroupCanDoNeedsOne) {
  const auto without = [](const std::string& line) {
    return refusal_of("fleets:\n  - name: web\n    target_groups: [tg1]\n" + kCondition + "    " + line +
                      "\n    keep: {healthy: 5}\n");
  };
  EXPECT_EQ(without("order: worst"), "none");
  EXPECT_EQ(
      without("treatments: [reboot, replace]"),
      "5:17: fleets[0].treatments: has replace, which an Auto Scaling group does; name auto_scaling_group, "
      "or take replace out");
  EXPECT_EQ(without("leave_by: standby"),
            "5:15: fleets[0].leave_by: is of no use without auto_scaling_group: a server in no group leaves "
            "by deregister; name the group, or leave this out");
}

TEST(PolicyKeys, LoadIsCountedInOneWayOrTheOther) {
  const auto load = [](const std::string& text) {
    return refusal_of("fleets:\n  - name: web\n    auto_scaling_group: asg\n" + kCondition +
                      "    keep: {healthy: 5, load_below: {" + text + "}}\n");
  };
  EXPECT_EQ(load("below: 6000"), "none");
  EXPECT_EQ(load("past: 2h"),
            "5:36: fleets[0].keep.load_below.below: is missing; must be a number such as 65 or 12.5");
  EXPECT_EQ(load("below: 0"), "5:44: fleets[0].keep.load_below.below: found 0; must be more than 0");
  EXPECT_EQ(
      load("below: 1, per: instance"),
      "5:52: fleets[0].keep.load_below.per: is instance, and AWS/ApplicationELB has no metric of single "
      "instances; give namespace and metric, such as AWS/EC2 and CPUUtilization, or leave per out");
  EXPECT_EQ(load("below: 1, period: 7m"),
            "5:55: fleets[0].keep.load_below.past: past is 1h, not a multiple of the period of 7m");
}

TEST(PolicyKeys, GatesNameAlarmsAndCalendars) {
  const auto gates = [](const std::string& text) { return refusal("    gates: {" + text + "}\n"); };
  EXPECT_EQ(gates("alarms: [a, \"b-*\"]"), "none");
  EXPECT_EQ(gates("calendars: [\"arn:aws:ssm:eu-west-1:123456789012:document/freeze\"]"), "none");
  EXPECT_EQ(gates("alarms: [\"*-web\"]"),
            "5:22: fleets[0].gates.alarms[0]: found \"*-web\"; must be a CloudWatch alarm's name, or the "
            "beginning of some with a * after it");
  EXPECT_EQ(gates("insufficient_data: no"),
            "5:32: fleets[0].gates.insufficient_data: found \"no\"; must be blocks or passes");
}

TEST(PolicyKeys, EvidenceAndCommandsAreBounded) {
  const auto evidence = [](const std::string& text) {
    return refusal("    evidence: {document: doc, " + text + "}\n");
  };
  EXPECT_EQ(evidence("required: perhaps"),
            "5:41: fleets[0].evidence.required: found \"perhaps\"; must be yes or no");
  EXPECT_EQ(evidence("parameters: {commands: [\"a\\tb\\nc\"]}"), "none");
  EXPECT_EQ(
      evidence("parameters: {commands: [\"a\\x1b\"]}"),
      "5:55: fleets[0].evidence.parameters.commands[0]: found \"a\\x1b\"; must be a text without control "
      "characters, in UTF-8");
  EXPECT_EQ(evidence("parameters: {commands: {a: b}}"),
            "5:54: fleets[0].evidence.parameters.commands: found a map; must be a text");
  EXPECT_TRUE(evidence("parameters: {commands: " + std::string(8185, 'x') + "}")
                  .ends_with("these are 8193 bytes; put a long script into the document itself"));
  EXPECT_EQ(evidence("parameters: {commands: " + std::string(8184, 'x') + "}"), "none");
  EXPECT_EQ(evidence("within: 29s"),
            "5:39: fleets[0].evidence.within: found \"29s\"; must be a duration from 30s to 1h, written like "
            "90s, 5m, 1h30m or 2d");
}

TEST(PolicyKeys, EveryBoundIsAllowedAndWhatLiesBeyondIsNot) {
  struct KeyBound {
    const char* before;
    const char* key;
    const char* after;
    const char* below;  // "": there is nothing below
    const char* least;
    const char* most;
    const char* over;
  };
  const KeyBound bounds[] = {
      {"    also_when: [{tag: x, ", "priority", "}]\n", "-101", "-100", "100", "101"},
      {"    also_when: [{", "uptime", "}]\n", "59m", "1h", "365d", "366d"},
      {"    also_when: [{", "age", "}]\n", "59m", "1h", "365d", "366d"},
      {"    also_when: [{", "status_check_impaired", "}]\n", "59s", "1m", "1d", "25h"},
      {"    also_when: [{", "unhealthy", "}]\n", "59s", "1m", "1d", "25h"},
      {"    treatments: [{treatment: reboot, ", "attempts", "}]\n", "0", "1", "5", "6"},
      {"    treatments: [{command: doc, ", "attempts", "}]\n", "0", "1", "5", "6"},
      {"    treatments: [{command: doc, ", "within", "}]\n", "29s", "30s", "1h", "61m"},
      {"    timing: {", "stop", "}\n", "299s", "5m", "2h", "121m"},
      {"    timing: {", "judge", "}\n", "", "0s", "1d", "25h"},
  };
  for (const auto& bound : bounds) {
    const auto with_value = [&](const char* value) {
      return refusal(std::string(bound.before) + bound.key + ": " + value + bound.after);
    };
    for (const char* value : {bound.least, bound.most}) {
      EXPECT_EQ(with_value(value), "none") << bound.key << " " << value;
    }
    for (const char* value : {bound.below, bound.over}) {
      if (*value == '\0') continue;
      EXPECT_NE(with_value(value).find(std::string(bound.key) + ": found \"" + value), std::string::npos)
          << with_value(value);
    }
  }
}

TEST(PolicyKeys, SharesOfZonesAreBounded) {
  const auto keep = [](const std::string& text) {
    return refusal_of("fleets:\n  - name: web\n    auto_scaling_group: asg\n" + kCondition +
                      "    keep: {healthy: 5, " + text + "}\n");
  };
  for (const char* good : {"healthy_per_zone: 0", "healthy_per_zone: 99%", "out: 99%", "out_per_zone: 10"}) {
    EXPECT_EQ(keep(good), "none") << good;
  }
  EXPECT_EQ(
      keep("healthy_per_zone: 100%"),
      "5:42: fleets[0].keep.healthy_per_zone: found \"100%\"; must be a whole number from 0 to 10000, or a "
      "share from 1% to 99%: 100% would never let a server leave");
  EXPECT_EQ(
      keep("out_per_zone: 0"),
      "5:38: fleets[0].keep.out_per_zone: found \"0\"; must be a whole number from 1 to 10, or a share from "
      "1% to 99%");
}

}  // namespace
}  // namespace evenkeel::policy
