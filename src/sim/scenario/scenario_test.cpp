#include "sim/scenario/scenario.h"

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>

namespace evenkeel::sim {
namespace {

using namespace std::chrono_literals;

constexpr const char* kSmall = R"(# One sentence.
# Another one.
start 2026-11-22T10:00:00Z
duration 2h
tick 1m
fleet web servers=4 groups=tg1:443,tg1-80:80 shares=75,25 capacity=100 peak=200 zones=a,b
)";

Scenario parsed(const std::string& text) {
  auto scenario = parse_scenario(text, "s.txt");
  EXPECT_TRUE(scenario) << (scenario ? "" : scenario.error().message);
  return scenario ? *scenario : Scenario{};
}

std::string error_of(const std::string& text) {
  const auto scenario = parse_scenario(text, "s.txt");
  return scenario ? "none" : scenario.error().message;
}

std::string error_of_line(const std::string& line) { return error_of(kSmall + line + "\n"); }

Server& server(Account& account, const std::string& name) { return account.servers.at(instance_id_of(name)); }

TEST(Scenario, KeepsIntentPolicyAndNarrativeAsText) {
  const auto scenario =
      parsed(std::string(kSmall) + "policy:\n  fleets:\n    - name: web\n\n      x: 1\n----\na\n b\n");
  EXPECT_EQ(scenario.intent, "One sentence. Another one.");
  EXPECT_EQ(scenario.policy, "fleets:\n  - name: web\n\n    x: 1\n");
  EXPECT_EQ(scenario.expected, "a\n b\n");
}

TEST(Scenario, BuildsAFleetThatServesSinceLong) {
  const auto account = build_account(parsed(kSmall), 1);
  EXPECT_EQ(account->servers.size(), 4U);
  EXPECT_EQ(account->target_groups.size(), 2U);
  EXPECT_EQ(server(*account, "web-2").zone, "b");
  EXPECT_EQ(account->peak_requests_per_second, 200);
  const auto& group = *account->find_group(target_group_arn_of("tg1-80"));
  EXPECT_EQ(group.traffic_share, 0.25);
  EXPECT_EQ(group.targets.size(), 4U);
  account->advance_to(account->now() + 10min);
  EXPECT_EQ(account->counters().min_healthy, 4);
  EXPECT_EQ(account->counters().dropped, 0);
}

TEST(Scenario, BuildsAGroupWithWeightsAHookAndALifecyclePolicy) {
  const auto account = build_account(
      parsed("start 2026-11-22T10:00:00Z\nduration 2h\n"
             "fleet web servers=3 groups=tg1:443 types=m5.large,m5.xlarge reboot_migration=yes\n"
             "asg web-asg fleet=web weights=m5.large:1,m5.xlarge:2 unit=units terminate_hook=abandons "
             "retain=yes lattice=mesh\n"),
      1);
  const auto& group = account->auto_scaling_groups.at("web-asg");
  EXPECT_EQ(group.desired, 4);  // units
  EXPECT_EQ(group.max_size, 8);
  EXPECT_EQ(group.members.at(1).weight, 2);
  EXPECT_EQ(group.terminate_hook, TerminateHook::abandons);
  EXPECT_TRUE(group.retains);
  EXPECT_EQ(group.lattice_arns, std::vector{lattice_arn_of("mesh")});
  EXPECT_EQ(server(*account, "web-2").type, "m5.xlarge");
  EXPECT_TRUE(server(*account, "web-2").reboot_migration);
  account->advance_to(account->now() + 10min);
  EXPECT_EQ(group.members.size(), 3U);
}

TEST(Scenario, BuildsAddressesGroupsOfTypeIpAndClassicLoadBalancers) {
  const auto account = build_account(
      parsed("start 2026-11-22T10:00:00Z\nduration 2h\n"
             "fleet web servers=2 groups=tg1:443 peak=60 interfaces=2 addresses=2\n"
             "group by-address:80 type=ip\nclassic old:8080 peak=40\n"
             "asg web-asg fleet=web classic=old\n"
             "register web-1 by-address address=3\nregister web-1 old\nstop-protect web-2\n"
             "at 1m register web-2 by-address address=2\nat 5m deregister web-1 by-address address=3\n"
             "at 5m stop-unprotect web-2\n"),
      1);
  const auto& addresses = server(*account, "web-1").addresses;
  ASSERT_EQ(addresses.size(), 2U);
  const auto& by_address = *account->find_group(target_group_arn_of("by-address"));
  EXPECT_EQ(by_address.targets.at(0).id(), addresses[1][0]);
  const auto& old = *account->find_group(classic_arn_of("old"));
  EXPECT_EQ(old.targets.at(0).id(), instance_id_of("web-1"));
  EXPECT_EQ(account->peak_requests_per_second, 100);
  EXPECT_EQ(old.traffic_share, 0.4);
  EXPECT_EQ(account->auto_scaling_groups.at("web-asg").classic_names, std::vector<std::string>{"old"});
  EXPECT_TRUE(server(*account, "web-2").stop_protected);
  account->advance_to(account->now() + 6min);
  EXPECT_EQ(by_address.targets.at(0).state, "draining");
  EXPECT_EQ(by_address.targets.at(1).id(), server(*account, "web-2").addresses[0][1]);
  EXPECT_FALSE(server(*account, "web-2").stop_protected);
}

TEST(Scenario, GivesNamesTheSameIdsInEveryRun) {
  const auto id = instance_id_of("web-1");
  EXPECT_EQ(id.size(), 19U);
  EXPECT_TRUE(id.starts_with("i-"));
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef", 2), std::string::npos);
  EXPECT_EQ(id, instance_id_of("web-1"));
  EXPECT_NE(id, instance_id_of("web-2"));
}

TEST(Scenario, DrawsLeaksAndBootsBySeedWithinTheirRanges) {
  const auto scenario = parsed(std::string("start 2026-11-22T00:00:00Z\nduration 1h\n") +
                               "fleet web servers=8 groups=tg1:443 peak=400 memory=30..60 dies_after=2h..3h "
                               "boot=1m..2m\n");
  const auto one = build_account(scenario, 1), again = build_account(scenario, 1),
             other = build_account(scenario, 2);
  int differs = 0;
  std::vector<double> memories;
  for (const auto& [id, made] : one->servers) {
    const double requests = 50 * Account::day_average();
    const double lasts_hours = 70 / made.leak_per_million_requests * 1e6 / requests / 3600;
    EXPECT_GE(lasts_hours, 2);
    EXPECT_LE(lasts_hours, 3);
    EXPECT_GE(made.boot_time, 1min);
    EXPECT_LE(made.boot_time, 2min);
    memories.push_back(made.memory);
    EXPECT_EQ(made.memory, again->servers.at(id).memory);
    EXPECT_EQ(made.leak_per_million_requests, again->servers.at(id).leak_per_million_requests);
    differs += made.leak_per_million_requests != other->servers.at(id).leak_per_million_requests;
  }
  EXPECT_GT(differs, 4);
  std::ranges::sort(memories);
  for (std::size_t i = 1; i < memories.size(); ++i) EXPECT_NEAR(memories[i] - memories[i - 1], 3.75, 1e-9);
}

TEST(Scenario, HasItsEventsHappenAtTheirTime) {
  const auto account = build_account(parsed(std::string(kSmall) + R"(memory web-1 50
at 1m memory all 80
at 2m stop web-1
at 3m start-server web-1
at 4m terminate web-2
at 5m deregister web-3 tg1
at 6m register web-3 tg1:8443
at 7m attribute tg1 slow_start.duration_seconds 30
at 8m delete-group tg1-80
at 9m set metric_lag 5m
)"),
                                     1);
  const Time start = account->now();
  const auto at = [&](Duration time) { account->advance_to(start + time); };
  EXPECT_EQ(server(*account, "web-1").memory, 50);
  at(1min);
  EXPECT_NEAR(server(*account, "web-4").memory, 80, 0.5);
  at(2min);
  EXPECT_EQ(server(*account, "web-1").life, Server::Life::stopped);
  at(3min);
  EXPECT_EQ(server(*account, "web-1").life, Server::Life::booting);
  at(4min);
  EXPECT_EQ(server(*account, "web-2").life, Server::Life::terminated);
  at(7min);
  const auto& group = *account->find_group(target_group_arn_of("tg1"));
  EXPECT_EQ(std::ranges::count(group.targets, 8443, &RegisteredTarget::port), 1);
  EXPECT_EQ(group.attributes.at("slow_start.duration_seconds"), "30");
  at(9min);
  EXPECT_EQ(account->find_group(target_group_arn_of("tg1-80")), nullptr);
  EXPECT_EQ(account->switches.metric_lag, 5min);
  for (const auto& fact : account->facts()) EXPECT_EQ(fact.actor, Actor::outsider);
}

TEST(Scenario, LeavesWhatHappensToEvenkeelToTheRunner) {
  const auto scenario = parsed(std::string(kSmall) +
                               "at 1h pause \"a deployment\"\nat 2h resume\nat 3m kill\nat 4m tick-late 6h\n"
                               "at 5m restore web-2\n");
  ASSERT_EQ(scenario.operator_events.size(), 5U);
  EXPECT_EQ(scenario.operator_events[0].name, "pause");
  EXPECT_EQ(scenario.operator_events[0].argument, "a deployment");
  EXPECT_EQ(scenario.operator_events[0].at, 1h);
  EXPECT_EQ(scenario.operator_events[3].duration, 6h);
  EXPECT_EQ(scenario.operator_events[4].argument, instance_id_of("web-2"));
}

TEST(Scenario, ReadsFaultsWithTimesCountedFromTheStart) {
  const auto scenario = parsed(std::string(kSmall) +
                               "fault ec2.RebootInstances lose_reply_after once\n"
                               "fault * throttle rate=0.05 from=1h until=2h\nlatency 40ms\n");
  ASSERT_EQ(scenario.faults.list.size(), 2U);
  EXPECT_EQ(scenario.faults.list[0].kind, FaultKind::lose_reply_after);
  EXPECT_EQ(scenario.faults.list[0].action, "ec2.RebootInstances");
  EXPECT_EQ(scenario.faults.list[0].times, 1);
  EXPECT_EQ(scenario.faults.list[1].action, "");
  EXPECT_EQ(scenario.faults.list[1].rate, 0.05);
  EXPECT_EQ(scenario.faults.list[1].from, scenario.start + 1h);
  EXPECT_EQ(scenario.faults.latency, 40ms);
}

TEST(Scenario, ReadsPromiseSwitchesRepairAndAutoScaling) {
  const auto scenario =
      parsed(std::string(kSmall) +
             "promise healthy=3 out=2 forgotten_after=1h\nset idle_target_drains_early true\n"
             "set throttling false\nset ttl_delay 1h\n"
             "lag describe 30s\nrepair after=20m\n"
             "asg web-asg fleet=web min=2 max=9 health=EC2,ELB suspended=HealthCheck\n");
  EXPECT_EQ(scenario.promise.healthy_at_least, 3);
  EXPECT_EQ(scenario.promise.out_at_most, 2);
  EXPECT_EQ(scenario.promise.target_group_arns.size(), 2U);
  EXPECT_TRUE(scenario.switches.idle_target_drains_early);
  EXPECT_FALSE(scenario.switches.throttling);
  EXPECT_EQ(scenario.switches.ttl_delay, 1h);
  EXPECT_EQ(scenario.switches.describe_lag, 30s);
  const auto account = build_account(scenario, 1);
  EXPECT_EQ(account->repair_after, 20min);
  const auto& group = account->auto_scaling_groups.at("web-asg");
  EXPECT_EQ(group.members.size(), 4U);
  EXPECT_EQ(group.health_check_type, "EC2,ELB");
  EXPECT_EQ(server(*account, "web-1").auto_scaling_group, "web-asg");
}

TEST(Scenario, RefusesWhatItDoesNotKnowWithLineAndColumn) {
  EXPECT_TRUE(error_of_line("flet web").starts_with("s.txt:7:1: 'flet' is no command; allowed are start"));
  EXPECT_TRUE(
      error_of_line("at 1m explode web-1").starts_with("s.txt:7:7: 'explode' is no event; allowed are"));
  EXPECT_TRUE(error_of_line("at soon stop web-1").starts_with("s.txt:7:4: 'soon' is no duration"));
  EXPECT_TRUE(error_of_line("at 1m stop web-5").starts_with("s.txt:7:12: 'web-5' is no server"));
  EXPECT_TRUE(
      error_of_line("at 1m deregister web-1 tg9").starts_with("s.txt:7:24: 'tg9' is no target group"));
  EXPECT_TRUE(error_of_line("at 1m stop web-1 now").starts_with("s.txt:7:18: 'now' is one word too many"));
  EXPECT_TRUE(error_of_line("at 1m stop").starts_with("s.txt:7:7: 'stop' ends the line too early"));
  EXPECT_TRUE(error_of_line("memory web-1 180").starts_with("s.txt:7:14: '180' is no number from 0 to 100"));
  EXPECT_TRUE(
      error_of_line("set nothing true").starts_with("s.txt:7:5: 'nothing' and its value fit no switch"));
  EXPECT_TRUE(error_of_line("fault ec2.RebootInstance denied")
                  .starts_with("s.txt:7:7: 'ec2.RebootInstance' is nothing that the account answers; the "
                               "nearest name is ec2.RebootInstances"));
  EXPECT_TRUE(error_of_line("fault elbv2.describetargethealth denied")
                  .ends_with("elasticloadbalancing.DescribeTargetHealth (* is every action)"));
  EXPECT_TRUE(error_of_line("asg w fleet=web weights=m5.large").find("write it as m5.large:1") !=
              std::string::npos);
  EXPECT_TRUE(error_of_line("asg w fleet=web terminate_hook=yes").ends_with("must be completes or abandons"));
  EXPECT_TRUE(error_of_line("asg w fleet=web unit=cpu").ends_with("must be units, vcpu or memory-mib"));
  EXPECT_TRUE(
      error_of_line("asg w fleet=web classic=tg1").find("names a Classic Load Balancer not declared") !=
      std::string::npos);
  EXPECT_TRUE(error_of_line("group g:80 type=lambda").ends_with("must be instance or ip"));
  EXPECT_TRUE(error_of_line("classic tg1:443").find("for the second time") != std::string::npos);
  EXPECT_TRUE(error_of_line("fault * melt").starts_with("s.txt:7:9: 'melt' is no kind of fault"));
  EXPECT_TRUE(
      error_of_line("promise healty=3").starts_with("s.txt:7:9: 'healty=3' is not known here; allowed"));
  EXPECT_TRUE(error_of_line("at 1m pause \"why").starts_with("s.txt:7:13: 'why' has no closing quote"));
  EXPECT_TRUE(error_of_line("fleet b servers=2 groups=tg1:443").starts_with("s.txt:7:26: 'tg1:443' names a"));
  EXPECT_TRUE(error_of_line("fleet b servers=2 servers=3 groups=x:1")
                  .starts_with("s.txt:7:19: 'servers=3' is given"));
  EXPECT_TRUE(
      error_of_line("fleet b servers=2 groups=x:99999").starts_with("s.txt:7:26: '99999' is no number"));
  EXPECT_TRUE(
      error_of_line("fleet b servers=2 groups=x:1 dies_after=3h..2h").starts_with("s.txt:7:41: '3h..2h' is"));
  EXPECT_TRUE(
      error_of_line("fleet b servers=999 groups=x:1").starts_with("s.txt:7:7: 'b' makes more than 1000"));
}

TEST(Scenario, RefusesAFileThatLacksTheNecessary) {
  EXPECT_NE(error_of("duration 1h\n").find("has no start"), std::string::npos);
  EXPECT_NE(error_of("start 2026-11-22T00:00:00Z\n").find("has no duration"), std::string::npos);
  EXPECT_NE(error_of("start 2026-11-22T00:00:00Z\nduration 1h\n").find("has no fleet"), std::string::npos);
  EXPECT_NE(error_of(std::string(300'000, '#')).find("larger than 256 KiB"), std::string::npos);
}

TEST(Scenario, PrintsHostileTextSafely) {
  EXPECT_EQ(error_of_line("\x1b[31mred").find('\x1b'), std::string::npos);
}

TEST(Scenarios, OfThisProjectAreAllReadable) {
  int read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(EVENKEEL_SOURCE_DIR "/scenarios")) {
    const auto scenario = load_scenario(entry.path());
    ASSERT_TRUE(scenario) << scenario.error().message;
    EXPECT_FALSE(scenario->intent.empty()) << entry.path();
    EXPECT_FALSE(scenario->policy.empty()) << entry.path();
    ++read;
  }
  EXPECT_GE(read, 13);
}

}  // namespace
}  // namespace evenkeel::sim
