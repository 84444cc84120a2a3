#include "policy/policy_file.h"

#include <gtest/gtest.h>
#include <string>

#include "base/text.h"

namespace evenkeel::policy {
namespace {

// The smallest fleet; tests add to it or change one line of it.
constexpr const char* kSmallest = R"(fleets:
  - name: web
    target_groups: [tg1]
    reboot_when:
      metric: m
      above: 65
    keep:
      healthy: 5
)";

std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string problems(const std::string& text) {
  const auto policy = parse(text, "p.yaml");
  if (policy) return "none";
  EXPECT_EQ(policy.error().kind, ErrorKind::invalid);
  return policy.error().message;
}

// The smallest fleet with one more line under `section`, at the end of it.
std::string with_line(const std::string& section, const std::string& line) {
  if (section == "fleet")
    return with(kSmallest, "    reboot_when:\n", "    " + line + "\n    reboot_when:\n");
  if (section == "reboot_when") return with(kSmallest, "above: 65\n", "above: 65\n      " + line + "\n");
  if (section == "keep") return kSmallest + std::string("      ") + line + "\n";
  return kSmallest + std::string("    timing:\n      ") + line + "\n";
}

TEST(Policy, SmallestFleetGetsTheDefaults) {
  const auto policy = parse(kSmallest, "p.yaml");
  ASSERT_TRUE(policy) << policy.error().message;
  ASSERT_EQ(policy->fleets.size(), 1U);
  FleetPolicy expected;
  expected.name = "web";
  expected.target_groups = {"tg1"};
  expected.reboot_when.metric = "m";
  expected.reboot_when.above = 65;
  expected.reboot_when.datapoints = 3;
  expected.keep.healthy = {.count = 5, .percent = 0};
  EXPECT_EQ(policy->fleets[0], expected);
}

TEST(Policy, EveryKeyReachesItsPlace) {
  const auto policy = parse(R"(fleets:
  - name: web-1.a_b
    region: eu-west-1
    role_arn: arn:aws:iam::123456789012:role/evenkeel
    external_id: agreed
    target_groups: [tg1, tg1-80]
    auto_scaling_group: "web asg"
    reboot_when: {namespace: Win/Mem, metric: Memory, statistic: Maximum, above: -1.5e2, period: 2m, over: 20m,
                  datapoints: 9, max_age: 4m}
    keep: {healthy: 75%, out: 2, starts_per_hour: 6, cooldown: 1h30m, remediations_per_day: 3, min_uptime: 0s,
           crossing_percent: 30}
    timing: {drain_slack: 6m, boot: 20m, rejoin: 10m, soak: 0m, settle: 240s}
)",
                            "p.yaml");
  ASSERT_TRUE(policy) << policy.error().message;
  const FleetPolicy expected{
      .name = "web-1.a_b",
      .region = "eu-west-1",
      .role_arn = "arn:aws:iam::123456789012:role/evenkeel",
      .external_id = "agreed",
      .target_groups = {"tg1", "tg1-80"},
      .auto_scaling_group = "web asg",
      .reboot_when = {.metric_namespace = "Win/Mem",
                      .metric = "Memory",
                      .statistic = Statistic::maximum,
                      .above = -150,
                      .period = 2min,
                      .over = 20min,
                      .datapoints = 9,
                      .max_age = 4min,
                      .back_below = std::nullopt},
      .also_when = {},
      .keep = {.healthy = {0, 75},
               .healthy_per_zone = {},
               .out = {2, 0},
               .out_per_zone = {},
               .load_below = {},
               .starts_per_hour = 6,
               .cooldown = 90min,
               .remediations_per_day = 3,
               .min_uptime = 0min,
               .crossing_percent = 30},
      .windows = {},
      .freezes = {},
      .gates = {},
      .evidence = {},
      .timing = {.drain_slack = 6min, .boot = 20min, .rejoin = 10min, .soak = 0min, .settle = 4min},
  };
  EXPECT_EQ(policy->fleets[0], expected);
}

TEST(Policy, DatapointsAreThreeFifthsOfTheWindowRoundedUp) {
  for (const auto& [over, expected] : {std::pair{"1m", 1}, {"4m", 3}, {"5m", 3}, {"6m", 4}, {"10m", 6}}) {
    const auto policy = parse(with_line("reboot_when", std::string("over: ") + over), "p.yaml");
    ASSERT_TRUE(policy) << policy.error().message;
    EXPECT_EQ(policy->fleets[0].reboot_when.datapoints, expected) << over;
  }
}

TEST(Policy, MayHaveNoFleetsButOnlyInSoManyWords) {
  const auto policy = parse("fleets: []\n", "p.yaml");
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_TRUE(policy->fleets.empty());
  EXPECT_EQ(
      problems(""),
      "p.yaml:1:1: the policy is empty; it needs at least \"fleets: []\", and docs/policy.md has an example");
  EXPECT_EQ(problems("# only a comment\n"), problems(""));
  EXPECT_EQ(problems("fleets:\n"),
            "p.yaml:1:1: fleets: found nothing; must be a list of at most 100 fleets, each beginning with "
            "\"- name: …\"");
}

TEST(Policy, WrongShapeSaysWhatWasFound) {
  EXPECT_EQ(problems("web\n"), "p.yaml:1:1: found \"web\"; must be a map with the keys fleets");
  EXPECT_EQ(problems("fleets: [web]\n"),
            "p.yaml:1:10: fleets[0]: found \"web\"; must be a map with the keys name, region, role_arn, "
            "external_id, target_groups, auto_scaling_group, leave_by, witness_tag, "
            "reboot_when, also_when, order, fails_at, keep, windows, freezes, "
            "gates, treatments, evidence, timing");
  EXPECT_EQ(problems(with(kSmallest, "[tg1]", "tg1")),
            "p.yaml:3:20: fleets[0].target_groups: found \"tg1\"; must be a list of 1 to 100 different "
            "names, each a "
            "target group's name (not its ARN): 1 to 32 letters, digits and hyphens, no hyphen first or "
            "last: write [tg1]");
  EXPECT_EQ(
      problems(with(kSmallest, "name: web", "name: {a: b}")),
      "p.yaml:2:11: fleets[0].name: found a map; must be 1 to 64 letters, digits, dots, underscores and "
      "hyphens");
  EXPECT_EQ(
      problems(with_line("timing", "").substr(0, std::string(kSmallest).size()) + "    timing:\n"),
      "p.yaml:9:5: fleets[0].timing: found nothing; must be a map with the keys drain_slack, boot, stop, "
      "rejoin, soak, settle, judge");
}

TEST(Policy, AllProblemsAreReportedInTheOrderOfTheFile) {
  EXPECT_EQ(
      problems(R"(fleets:
  - name: we b
    target_groups: [tg1]
    reboot_when:
      metric: m
      above: lots
    keep:
      out: 11
)"),
      "p.yaml:2:11: fleets[0].name: found \"we b\"; must be 1 to 64 letters, digits, dots, underscores and "
      "hyphens\n"
      "p.yaml:6:14: fleets[0].reboot_when.above: found \"lots\"; must be a number such as 65 or 12.5\n"
      "p.yaml:8:7: fleets[0].keep.healthy: is missing; must be a whole number from 1 to 10000, or a share "
      "from 1% to 99%\n"
      "p.yaml:8:12: fleets[0].keep.out: found \"11\"; must be a whole number from 1 to 10, or a share from "
      "1% to 99%");
}

TEST(Policy, AfterTwentyProblemsTheRestIsCounted) {
  std::string text = kSmallest;
  for (int i = 0; i < 23; ++i) text += "      nonsense" + std::to_string(i) + ": 1\n";
  const auto lines = split(problems(text), '\n');
  ASSERT_EQ(lines.size(), 21U);
  EXPECT_EQ(lines.back(), "p.yaml: 3 more problems");
}

TEST(Policy, MissingKeysAreNamedAtTheirMap) {
  EXPECT_EQ(
      problems("fleets: [{name: web}]\n"),
      "p.yaml:1:10: fleets[0].keep: is missing; must be a map with at least healthy\n"
      "p.yaml:1:10: fleets[0].target_groups: is missing; must be a list of 1 to 100 different names, each a "
      "target group's name (not its ARN): 1 to 32 letters, digits and hyphens, no hyphen first or last; or "
      "name the auto_scaling_group, whose target groups are then meant\n"
      "p.yaml:1:10: fleets[0].reboot_when: is missing; must be a map with at least metric and above; or give "
      "also_when a rule");
  EXPECT_EQ(problems("{}\n"),
            "p.yaml:1:1: fleets: is missing; must be a list of at most 100 fleets, each beginning with \"- "
            "name: …\"");
}

TEST(Policy, UnknownKeysAreRefusedWithTheOneThatWasMeant) {
  EXPECT_EQ(
      problems(with_line("keep", "colldown: 1h")),
      "p.yaml:9:7: fleets[0].keep.colldown: unknown key (did you mean \"cooldown\"?); allowed here: healthy, "
      "healthy_per_zone, out, out_per_zone, load_below, starts_per_hour, cooldown, remediations_per_day, "
      "min_uptime, crossing_percent");
  EXPECT_EQ(
      problems(with_line("keep", "Starts-Per-Hour: 4")),
      "p.yaml:9:7: fleets[0].keep.Starts-Per-Hour: unknown key (did you mean \"starts_per_hour\"?); allowed "
      "here: healthy, healthy_per_zone, out, out_per_zone, load_below, starts_per_hour, cooldown, "
      "remediations_per_day, min_uptime, crossing_percent");
  EXPECT_EQ(problems(with_line("keep", "zebra: 1")),
            "p.yaml:9:7: fleets[0].keep.zebra: unknown key; allowed here: healthy, healthy_per_zone, out, "
            "out_per_zone, load_below, starts_per_hour, cooldown, "
            "remediations_per_day, min_uptime, crossing_percent");
  EXPECT_EQ(
      problems(with_line("keep", "above: 1")),
      "p.yaml:9:7: fleets[0].keep.above: unknown key; it belongs under reboot_when; allowed here: healthy, "
      "healthy_per_zone, out, out_per_zone, load_below, starts_per_hour, cooldown, remediations_per_day, "
      "min_uptime, crossing_percent");
  EXPECT_EQ(problems("fleets: []\n\x1b[2J: 1\n"), "p.yaml:2:1: \\x1b[2J: unknown key; allowed here: fleets");
}

TEST(Policy, DuplicateKeysAreRefusedWithBothPlaces) {
  EXPECT_EQ(
      problems(with_line("keep", "healthy: 6")),
      "p.yaml:9:7: fleets[0].keep.healthy: this key stands here twice, first at line 8 column 7; keep one of "
      "the two");
  EXPECT_EQ(problems("fleets: []\nfleets: []\n"),
            "p.yaml:2:1: fleets: this key stands here twice, first at line 1 column 1; keep one of the two");
}

TEST(Policy, ANameThatIsNotUtf8IsRefused) {
  EXPECT_EQ(
      problems(with(kSmallest, "metric: m", "metric: caf\xe9")),
      "p.yaml:5:15: fleets[0].reboot_when.metric: found \"caf\\xe9\"; must be a CloudWatch metric's name: 1 "
      "to 255 characters: it holds a control character or bytes that are not UTF-8; save the file as UTF-8");
  EXPECT_EQ(problems(with(kSmallest, "metric: m", "metric: café")), "none");
}

TEST(Policy, KeysAreWords) {
  EXPECT_EQ(problems("fleets: []\n? [a]\n: b\n"),
            "p.yaml:2:3: found a list where a key should stand; a key is a word");
}

TEST(Policy, FleetNamesAreShortWords) {
  EXPECT_EQ(problems(with(kSmallest, "web", std::string(64, 'x'))), "none");
  for (const auto& name :
       {std::string(65, 'x'), std::string("\"\""), std::string("\"a\\nb\""), std::string("ä")}) {
    EXPECT_TRUE(problems(with(kSmallest, "web", name)).starts_with("p.yaml:2:11: fleets[0].name: found \""))
        << name;
  }
}

TEST(Policy, FleetNamesAreUsedOnce) {
  const std::string second = with(std::string(kSmallest).substr(8), "tg1", "tg2");
  EXPECT_EQ(problems(kSmallest + second),
            "p.yaml:9:11: fleets[1].name: \"web\" is already a fleet's name, at line 2 column 11; give every "
            "fleet a name of its own");
}

TEST(Policy, RegionLooksLikeOne) {
  for (const char* region : {"eu-west-1", "us-gov-east-1", "ap-southeast-12", "eusc-de-east-1"}) {
    EXPECT_EQ(problems(with_line("fleet", std::string("region: ") + region)), "none");
  }
  EXPECT_EQ(problems(with_line("fleet", "region: eu-west1")),
            "p.yaml:4:13: fleets[0].region: found \"eu-west1\"; must be a region such as eu-west-1");
}

TEST(Policy, TargetGroupsAreNamesGivenOnce) {
  EXPECT_EQ(problems(with(kSmallest, "[tg1]", "[tg1, tg2, tg1]")),
            "p.yaml:3:31: fleets[0].target_groups[2]: \"tg1\" is already in this list, at line 3 column 21; "
            "name it once");
  EXPECT_EQ(problems(with(kSmallest, "[tg1]", "[-tg]")),
            "p.yaml:3:21: fleets[0].target_groups[0]: found \"-tg\"; must be a target group's name (not its "
            "ARN): 1 to 32 letters, digits and hyphens, no hyphen first or last");
  EXPECT_TRUE(
      problems(with(kSmallest, "[tg1]", "[]"))
          .starts_with("p.yaml:3:20: fleets[0].target_groups: found a list; must be a list of 1 to 100"));
  EXPECT_TRUE(
      problems(with(kSmallest, "[tg1]", "[" + std::string(33, 'a') + "]")).starts_with("p.yaml:3:21: "));
  std::string many = "[a0";
  for (int i = 1; i < 101; ++i) many += ", a" + std::to_string(i);
  EXPECT_TRUE(problems(with(kSmallest, "[tg1]", many + "]")).ends_with(": these are 101"));
}

TEST(Policy, AFleetMayBeInAnAccountOfItsOwn) {
  const auto add = [](const std::string& fleet, const std::string& lines) {
    return with(fleet, "    target_groups", lines + "    target_groups");
  };
  const std::string role = "    role_arn: arn:aws:iam::123456789012:role/ops/evenkeel\n";
  const auto policy = parse(add(kSmallest, role + "    external_id: 4711/x\n"), "p.yaml");
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->fleets[0].role_arn, "arn:aws:iam::123456789012:role/ops/evenkeel");
  EXPECT_EQ(policy->fleets[0].external_id, "4711/x");

  EXPECT_EQ(
      problems(add(kSmallest, "    external_id: agreed\n")),
      "p.yaml:3:18: fleets[0].external_id: is of no use without role_arn; add the role's ARN, or leave this "
      "out");
  EXPECT_EQ(
      problems(add(kSmallest, role + "    region: cn-north-1\n")),
      "p.yaml:3:15: fleets[0].role_arn: is in partition aws, and region cn-north-1 is in aws-cn; roles don't "
      "reach across: correct one of the two");
  EXPECT_EQ(problems(add(kSmallest, role + "    region: eu-west-1\n")), "none");
  for (const char* bad : {"evenkeel", "arn:aws:iam::123456789012:user/me", "arn:aws:iam::12:role/x",
                          "arn:aws:iam::123456789012:role/", "arn:aws-iso:iam::123456789012:role/x"}) {
    EXPECT_NE(
        problems(add(kSmallest, std::string("    role_arn: ") + bad + "\n")).find("must be a role's ARN"),
        std::string::npos)
        << bad;
  }

  const std::string second = with(std::string(kSmallest).substr(8), "name: web", "name: api");
  const std::string elsewhere = "    role_arn: arn:aws:iam::210987654321:role/evenkeel\n";
  EXPECT_EQ(problems(add(kSmallest, role) + add(second, elsewhere)), "none");
  EXPECT_NE(problems(add(kSmallest, role) + second), "none") << "the other may be in the same account";
  EXPECT_NE(problems(add(kSmallest, role) + add(second, role)), "none");
}

TEST(Policy, TwoFleetsDontShareATargetGroup) {
  const std::string second = with(std::string(kSmallest).substr(8), "name: web", "name: api");
  const char* clash =
      "fleets[1].target_groups[0]: target group \"tg1\" is already in fleet \"web\" at line 3 column 21; two "
      "fleets "
      "must not steer the same servers: leave it in one of them, or, if they are in different regions or "
      "accounts, give both their region or role_arn";
  EXPECT_EQ(problems(kSmallest + second), std::string("p.yaml:10:21: ") + clash);

  const auto region = [](const std::string& fleet, const std::string& value) {
    return with(fleet, "    target_groups", "    region: " + value + "\n    target_groups");
  };
  EXPECT_EQ(problems(region(kSmallest, "eu-west-1") + region(second, "eu-west-2")), "none");
  EXPECT_TRUE(
      problems(region(kSmallest, "eu-west-1") + second).starts_with("p.yaml:11:21: fleets[1].target"));
  EXPECT_TRUE(
      problems(region(kSmallest, "eu-west-1") + region(second, "eu-west-1")).starts_with("p.yaml:12:21: "));
}

TEST(Policy, TwoFleetsDontShareAnAutoScalingGroup) {
  const auto first = with_line("fleet", "auto_scaling_group: asg");
  const auto second = with(with(first.substr(8), "name: web", "name: api"), "tg1", "tg2");
  EXPECT_TRUE(
      problems(first + second)
          .starts_with("p.yaml:12:25: fleets[1].auto_scaling_group: Auto Scaling group \"asg\" is already in "
                       "fleet \"web\" at line 4 column 25; "));
}

TEST(Policy, StatisticIsOneOfThree) {
  EXPECT_EQ(
      problems(with_line("reboot_when", "statistic: average")),
      "p.yaml:7:18: fleets[0].reboot_when.statistic: found \"average\"; must be Average, Maximum or Minimum");
}

TEST(Policy, LimitIsAFinitePlainNumber) {
  const auto limit = [](const std::string& value) { return problems(with(kSmallest, "65", value)); };
  EXPECT_EQ(limit("-1e3"), "none");
  EXPECT_EQ(
      limit("\"65\""),
      "p.yaml:6:14: fleets[0].reboot_when.above: found \"65\"; must be a number such as 65 or 12.5: write it "
      "without quotes");
  EXPECT_EQ(limit("65%"),
            "p.yaml:6:14: fleets[0].reboot_when.above: found \"65%\"; must be a number such as 65 or 12.5: "
            "write it without \"%\"");
  for (const char* value :
       {".inf", ".nan", "inf", "nan", "1e999", "0x41", "065", "1_000", "+5", "6 5", "", "-"}) {
    EXPECT_TRUE(limit(value).starts_with("p.yaml:6:")) << value;
  }
}

TEST(Policy, LimitOverAPercentageIsBetweenNoneAndAll) {
  const auto limit = [](const std::string& metric, const std::string& value) {
    return problems(with(with(kSmallest, "metric: m", "metric: " + metric), "65", value));
  };
  EXPECT_EQ(limit("Memory % Committed Bytes In Use", "99.9"), "none");
  EXPECT_EQ(limit("Available Bytes", "1000000"), "none");
  EXPECT_EQ(
      limit("Memory % Committed Bytes In Use", "100"),
      "p.yaml:6:14: fleets[0].reboot_when.above: found 100; must be more than 0 and less than 100, because "
      "\"Memory % Committed Bytes In Use\" counts percent and a sample agrees only when it is above the "
      "limit");
  EXPECT_TRUE(
      limit("mem_used_percent", "0").starts_with("p.yaml:6:14: fleets[0].reboot_when.above: found 0; "));
}

TEST(Policy, WindowsFitTogether) {
  const auto lines = [](const std::string& text) { return problems(with_line("reboot_when", text)); };
  EXPECT_EQ(lines("period: 90s"),
            "p.yaml:7:15: fleets[0].reboot_when.period: found 1m30s; must be a whole number of minutes, as "
            "CloudWatch's periods are");
  EXPECT_EQ(lines("over: 150s"),
            "p.yaml:7:13: fleets[0].reboot_when.over: over is 2m30s, not a multiple of the period of 1m; "
            "must be 1m, 2m, 3m …");
  EXPECT_EQ(
      lines("period: 2m"),
      "p.yaml:7:15: fleets[0].reboot_when.over: over is 5m by default, not a multiple of the period of 2m; "
      "must be 2m, 4m, 6m …");
  EXPECT_EQ(lines("{}").substr(0, 7), "p.yaml:");
  EXPECT_EQ(lines("datapoints: 6"),
            "p.yaml:7:19: fleets[0].reboot_when.datapoints: found 6, but 5m holds only 5 samples of 1m; must "
            "be from 1 to 5");
  EXPECT_EQ(lines("datapoints: 5"), "none");
  EXPECT_EQ(
      lines("period: 10m\n      over: 30m"),
      "p.yaml:7:15: fleets[0].reboot_when.max_age: max_age is 5m by default, shorter than the period of 10m: "
      "every sample would be stale; must be at least 10m, better twice that");
  EXPECT_EQ(lines("period: 10m\n      over: 30m\n      max_age: 20m"), "none");
}

TEST(Policy, HealthyIsANumberOrAShare) {
  const auto keep = [](const std::string& value) {
    return problems(with(kSmallest, "healthy: 5", "healthy: " + value));
  };
  EXPECT_EQ(keep("10000"), "none");
  EXPECT_EQ(keep("1%"), "none");
  EXPECT_EQ(keep("\"99%\""), "none");
  EXPECT_EQ(
      keep("0"),
      "p.yaml:8:16: fleets[0].keep.healthy: found \"0\"; must be a whole number from 1 to 10000, or a share "
      "from 1% to 99%");
  EXPECT_EQ(keep("100%"),
            "p.yaml:8:16: fleets[0].keep.healthy: found \"100%\"; must be a whole number from 1 to 10000, or "
            "a share from 1% to 99%: 100% would never let a server leave");
  for (const char* value : {"10001", "0%", "7.5", "-1", "75 %", "\"5\"", "[5]", "075%"}) {
    EXPECT_TRUE(keep(value).starts_with("p.yaml:8:16: fleets[0].keep.healthy: found ")) << value;
  }
}

TEST(Policy, DurationsNeedAUnit) {
  EXPECT_EQ(
      problems(with_line("keep", "cooldown: 60")),
      "p.yaml:9:17: fleets[0].keep.cooldown: found \"60\"; must be a duration from 20m to 7d, written like "
      "90s, 5m, 1h30m or 2d: the unit is required");
  for (const char* value : {"1.5h", "1 h", "1w", "h", "-20m", "[1h]", "99999999d"}) {
    EXPECT_TRUE(problems(with_line("keep", std::string("cooldown: ") + value)).starts_with("p.yaml:9:17: "))
        << value;
  }
}

struct Bound {
  const char* section;
  const char* key;
  const char* below;  // "": there is nothing below
  const char* least;
  const char* most;
  const char* over;
};

TEST(Policy, EveryBoundIsAllowedAndWhatLiesBeyondIsNot) {
  const Bound bounds[] = {
      {"reboot_when", "period", "59s", "1m", "", "61m"},
      {"reboot_when", "over", "59s", "1m", "3h", "181m"},
      {"reboot_when", "datapoints", "0", "1", "5", "181"},
      {"reboot_when", "max_age", "59s", "1m", "1h", "61m"},
      {"keep", "out", "0", "1", "10", "11"},
      {"keep", "starts_per_hour", "0", "1", "60", "61"},
      {"keep", "cooldown", "1199s", "20m", "7d", "169h"},
      {"keep", "remediations_per_day", "0", "1", "24", "25"},
      {"keep", "min_uptime", "", "0s", "7d", "169h"},
      {"keep", "crossing_percent", "0", "1", "100", "101"},
      {"timing", "drain_slack", "59s", "1m", "1h", "61m"},
      {"timing", "boot", "299s", "5m", "2h", "121m"},
      {"timing", "rejoin", "59s", "1m", "2h", "121m"},
      {"timing", "soak", "", "0s", "1h", "61m"},
      {"timing", "settle", "239s", "4m", "30m", "31m"},
  };
  for (const auto& bound : bounds) {
    const auto with_value = [&](const char* value) {
      return problems(with_line(bound.section, std::string(bound.key) + ": " + value));
    };
    const std::string refused = std::string(": fleets[0].") + bound.section + "." + bound.key + ": found \"";
    for (const char* value : {bound.least, bound.most}) {
      if (*value == '\0') continue;
      EXPECT_EQ(with_value(value), "none") << bound.key << " " << value;
    }
    for (const char* value : {bound.below, bound.over}) {
      if (*value == '\0') continue;
      EXPECT_NE(with_value(value).find(refused + value), std::string::npos) << with_value(value);
    }
  }
}

}  // namespace
}  // namespace evenkeel::policy
