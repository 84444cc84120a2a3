#include "sim/scenario/events.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace evenkeel::sim {
namespace {

using namespace std::chrono_literals;

constexpr const char* kStory = R"(# One sentence.
start 2026-11-22T10:00:00Z
duration 2h
fleet web servers=4 groups=tg1:443,tg1-80:80 shares=75,25 peak=200 zones=a,b
fleet api servers=2 groups=tg2:443 peak=100
asg web-asg fleet=web min=2 max=6
)";

// The world of the story and of some lines more.
struct StoryOf {
  explicit StoryOf(const std::string& lines) {
    auto read = parse_scenario(kStory + lines, "s.txt");
    EXPECT_TRUE(read) << (read ? "" : read.error().message);
    if (read) account = build_account(*read, 1);
  }
  void at(Duration time) { account->advance_to(start + time); }
  Server& server(const std::string& name) { return account->servers.at(instance_id_of(name)); }
  AutoScalingGroup& asg() { return account->auto_scaling_groups.at("web-asg"); }
  std::string lifecycle(const std::string& name) {
    const auto* member = asg().find(instance_id_of(name));
    return member == nullptr ? "gone" : member->lifecycle_state;
  }
  TargetGroup& group(const std::string& name) { return *account->find_group(target_group_arn_of(name)); }

  std::unique_ptr<Account> account = std::make_unique<Account>(Time{}, 1);
  Time start = Time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}} + 10h;
};

std::string event_error(const std::string& line) {
  const auto scenario = parse_scenario(kStory + line + "\n", "s.txt");
  return scenario ? "none" : scenario.error().message;
}

bool starts(const std::string& text, const std::string& with) {
  EXPECT_TRUE(text.starts_with(with)) << text;
  return text.starts_with(with);
}

TEST(ScenarioEvents, OfAnAutoScalingGroup) {
  StoryOf story(
      "at 1m standby web-1\nat 10m exit-standby web-1\nat 20m detach web-2\nat 21m suspend web-asg Launch\n"
      "at 22m resume-process web-asg Launch\nat 23m refresh web-asg start\nat 24m refresh web-asg end\n"
      "at 25m resize web-asg min=1 desired=3 max=9\n");
  story.at(9min);
  EXPECT_EQ(story.lifecycle("web-1"), "Standby");
  EXPECT_EQ(story.asg().desired, 3);
  story.at(19min);
  EXPECT_EQ(story.lifecycle("web-1"), "InService");
  story.at(21min);
  EXPECT_NE(story.lifecycle("web-2"), "InService");
  EXPECT_TRUE(story.asg().suspended("Launch"));
  story.at(22min);
  EXPECT_FALSE(story.asg().suspended("Launch"));
  story.at(23min);
  ASSERT_EQ(story.asg().refreshes.size(), 1U);
  EXPECT_FALSE(story.asg().refreshes[0].ended);
  story.at(24min);
  EXPECT_TRUE(story.asg().refreshes[0].ended);
  story.at(25min);
  EXPECT_EQ(story.asg().min_size, 1);
  EXPECT_EQ(story.asg().max_size, 9);
}

TEST(ScenarioEvents, ScaleInAndOut) {
  StoryOf story("at 1m scale-in web-3\nat 30m scale-out\nat 40m scale-out web-asg\n");
  story.at(20min);
  EXPECT_EQ(story.lifecycle("web-3"), "gone");
  EXPECT_EQ(story.asg().desired, 3);
  story.at(50min);
  EXPECT_EQ(story.asg().desired, 5);
}

TEST(ScenarioEvents, OfASingleServer) {
  StoryOf story(
      "at 1m tag web-1 evenkeel:hold yes\nat 2m untag web-1 evenkeel:hold\nat 1m impair web-2\n"
      "at 2m unimpair web-2\nat 1m impair web-3 system\nat 1m unmanage web-1\nat 2m manage web-1\n"
      "at 1m schedule-event web-4 instance-reboot in=1h\nat 2m cancel-event web-4\nat 5m reboot web-1\n");
  story.at(1min);
  EXPECT_EQ(story.server("web-1").tags.at("evenkeel:hold"), "yes");
  EXPECT_TRUE(story.server("web-2").impaired_since);
  EXPECT_TRUE(story.server("web-3").system_impaired_since);
  EXPECT_TRUE(story.server("web-1").unmanaged);
  ASSERT_EQ(story.server("web-4").events.size(), 1U);
  EXPECT_EQ(story.server("web-4").events[0].code, "instance-reboot");
  EXPECT_EQ(story.server("web-4").events[0].not_before, story.start + 1min + 1h);
  EXPECT_FALSE(story.server("web-4").events[0].over());
  story.at(2min);
  EXPECT_FALSE(story.server("web-1").tags.contains("evenkeel:hold"));
  EXPECT_FALSE(story.server("web-2").impaired_since);
  EXPECT_FALSE(story.server("web-1").unmanaged);
  EXPECT_TRUE(story.server("web-4").events.empty() || story.server("web-4").events[0].over());
  story.at(6min);
  EXPECT_NE(story.server("web-1").life, Server::Life::running);
  EXPECT_EQ(story.server("web-1").reboots_by_api, 0) << "a stranger's reboot is not ours";
}

TEST(ScenarioEvents, OfZones) {
  StoryOf story(
      "at 1m zonal-shift a start\nat 2m zonal-shift a end\nat 3m zone-outage b start\n"
      "at 4m zone-outage b end\n");
  story.at(1min);
  EXPECT_TRUE(story.account->shifted_zones.contains("a"));
  story.at(3min);
  EXPECT_TRUE(story.account->shifted_zones.empty());
  EXPECT_TRUE(story.account->zones_out.contains("b"));
  story.at(4min);
  EXPECT_TRUE(story.account->zones_out.empty());
}

TEST(ScenarioEvents, SetAlarmsAndCalendars) {
  StoryOf story(
      "alarm deploy-running ok\nalarm oom-{web-1} insufficient\nalarm all-of-it alarm composite\n"
      "at 1m alarm deploy-running alarm\ncalendar freeze open\nat 1h calendar freeze closed\n");
  EXPECT_EQ(story.account->alarms.at("deploy-running").state, "OK");
  EXPECT_EQ(story.account->alarms.at("oom-" + instance_id_of("web-1")).state, "INSUFFICIENT_DATA");
  EXPECT_TRUE(story.account->alarms.at("all-of-it").composite);
  const auto& calendar = story.account->calendars.at("freeze");
  EXPECT_TRUE(calendar.open_at(story.start));
  EXPECT_EQ(calendar.next_transition(story.start), story.start + 1h) << "known from the start";
  EXPECT_FALSE(calendar.open_at(story.start + 1h));
  story.at(1min);
  EXPECT_EQ(story.account->alarms.at("deploy-running").state, "ALARM");
}

TEST(ScenarioEvents, ChangeTheLoadOfOneFleetOnly) {
  StoryOf story("at 1m peak 400\nat 2m peak 0 web\nat 3m peak 200 web\n");
  const auto requests = [&](const char* name) {
    return story.account->peak_requests_per_second * story.group(name).traffic_share;
  };
  EXPECT_DOUBLE_EQ(requests("tg1"), 150);
  story.at(1min);
  EXPECT_DOUBLE_EQ(requests("tg1"), 300);
  EXPECT_DOUBLE_EQ(requests("tg1-80"), 100);
  EXPECT_DOUBLE_EQ(requests("tg2"), 100);
  story.at(2min);
  EXPECT_DOUBLE_EQ(requests("tg1"), 0);
  EXPECT_DOUBLE_EQ(requests("tg2"), 100);
  story.at(3min);
  EXPECT_DOUBLE_EQ(requests("tg1"), 150);
}

TEST(ScenarioEvents, RefuseWhatTheyDoNotKnowWithPlaceAndUsage) {
  starts(event_error("at 1m standby web-9"), "s.txt:7:15: 'web-9' is no server declared above");
  starts(event_error("at 1m standby"),
         "s.txt:7:7: 'standby' ends the line too early; it is written: standby SERVER");
  starts(event_error("at 1m alarm deploy red"),
         "s.txt:7:20: 'red' is not known here; allowed are ok, alarm, insufficient");
  starts(event_error("at 1m alarm oom-{web-9} ok"), "s.txt:7:13: 'oom-{web-9}' names no server");
  starts(event_error("at 1m alarm deploy ok simple"), "s.txt:7:23: 'simple' is not known here");
  starts(event_error("at 1m calendar freeze shut"), "s.txt:7:23: 'shut' is not known here; allowed are open");
  starts(event_error("at 1m suspend web-asg Sleep"),
         "s.txt:7:23: 'Sleep' is not known here; allowed are Launch");
  starts(event_error("at 1m suspend asg Launch"),
         "s.txt:7:15: 'asg' is no Auto Scaling group declared above");
  starts(event_error("at 1m refresh web-asg stop"),
         "s.txt:7:23: 'stop' is not known here; allowed are start, end");
  starts(event_error("at 1m resize web-asg size=4"),
         "s.txt:7:22: 'size=4' is one word too many; it is written");
  starts(event_error("at 1m resize web-asg min=many"), "s.txt:7:22: 'many' is no number from 0 to 2000");
  starts(event_error("at 1m resize web-asg min=1 min=2"), "s.txt:7:28: 'min=2' is one word too many");
  starts(event_error("at 1m zonal-shift c start"), "s.txt:7:19: 'c' is no zone of a fleet declared above");
  starts(event_error("at 1m zone-outage a begin"), "s.txt:7:21: 'begin' is not known here");
  starts(event_error("at 1m schedule-event web-1 lunch in=1h"), "s.txt:7:28: 'lunch' is not known here");
  starts(event_error("at 1m schedule-event web-1 instance-stop"),
         "s.txt:7:28: 'instance-stop' ends the line too");
  starts(event_error("at 1m schedule-event web-1 instance-stop in=soon"),
         "s.txt:7:42: 'soon' is no duration");
  starts(event_error("at 1m peak many"), "s.txt:7:12: 'many' is no number");
  starts(event_error("at 1m peak 100 shop"), "s.txt:7:16: 'shop' is no fleet declared above");
  starts(event_error("at 1m impair web-1 badly"),
         "s.txt:7:20: 'badly' is not known here; allowed are system");
  starts(event_error("at 1m tag web-1 key"), "s.txt:7:17: 'key' ends the line too early; it is written: tag");
}

TEST(ScenarioEvents, KeepValuesThatLookLikeOptions) {
  StoryOf story("tag web-1 note a=b\n");
  EXPECT_EQ(story.server("web-1").tags.at("note"), "a=b");
}

TEST(ScenarioDeclarations, OfAutoScalingGroups) {
  StoryOf story("asg api-asg fleet=api min=0 max=2 desired=1 health=EC2,ELB grace=90s attach=tg2\n");
  const auto& group = story.account->auto_scaling_groups.at("api-asg");
  EXPECT_EQ(group.desired, 1);
  EXPECT_EQ(group.health_check_grace_period, 90s);
  EXPECT_EQ(group.target_group_arns, (std::vector<std::string>{target_group_arn_of("tg2")}));
  EXPECT_EQ(story.asg().target_group_arns.size(), 2U) << "all of the fleet's";
  starts(event_error("asg web-asg fleet=api"),
         "s.txt:7:5: 'web-asg' names an Auto Scaling group for the second");
  starts(event_error("asg x fleet=api attach=tg9"), "s.txt:7:24: 'tg9' names a target group not declared");
  starts(event_error("asg x fleet=api min=3 max=2"), "s.txt:7:21: '3' doesn't fit: min=3 desired=2 max=2");
  starts(event_error("asg x fleet=api health=ELB"), "s.txt:7:24: 'ELB' must be EC2 or EC2,ELB");
}

TEST(ScenarioDeclarations, OfDocuments) {
  StoryOf story(
      "document Shop-Recycle heals=yes takes=20s timeout=5m output=\"pool: web\\nrecycled\"\n"
      "document Shop-Fails fails=yes\n");
  const auto& document = story.account->documents.at("Shop-Recycle");
  EXPECT_TRUE(document.frees_memory);
  EXPECT_EQ(document.takes, 20s);
  EXPECT_EQ(document.timeout, 5min);
  EXPECT_EQ(document.output, "pool: web\nrecycled");
  EXPECT_TRUE(story.account->documents.at("Shop-Fails").fails);
  starts(event_error("document"), "s.txt:7:1: 'document' needs the document's name");
  starts(event_error("document x"), "s.txt:7:10: 'x' is no document's name");
  starts(event_error("document Shop heals=maybe"), "s.txt:7:21: 'maybe' must be yes or no");
  starts(event_error("document Shop output=\"open"), "s.txt:7:15: 'output=open' has no closing quote");
  starts(event_error("document Shop kills=yes"),
         "s.txt:7:15: 'kills=yes' is not known here; allowed are heals=");
}

TEST(ScenarioDeclarations, OfMonitoring) {
  StoryOf story("fleet dim servers=1 groups=tg3:80 monitoring=basic\n");
  EXPECT_FALSE(story.server("dim-1").detailed_monitoring);
  EXPECT_TRUE(story.server("web-1").detailed_monitoring);
  starts(event_error("fleet dim servers=1 groups=tg3:80 monitoring=none"),
         "s.txt:7:46: 'none' must be basic or");
}

TEST(Scenario, RestoresAServerNowWhenItSaysSo) {
  const auto scenario =
      parse_scenario(std::string(kStory) + "at 10m restore web-1\nat 11m restore web-1 now\n", "s.txt");
  ASSERT_TRUE(scenario) << scenario.error().message;
  EXPECT_EQ(scenario->operator_events[1].argument, instance_id_of("web-1"));
  EXPECT_FALSE(scenario->operator_events[0].now);
  EXPECT_TRUE(scenario->operator_events[1].now);
  starts(event_error("at 10m restore web-1 later"), "s.txt:7:22: 'later' is not known here; it may be: now");
}

TEST(Scenario, EndsAPauseWhenItSaysSo) {
  const auto scenario = parse_scenario(
      std::string(kStory) + "at 10m pause \"a deployment\" for=30m\nat 50m pause \"for good\"\n", "s.txt");
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->operator_events[0].argument, "a deployment");
  EXPECT_EQ(scenario->operator_events[0].duration, 30min);
  EXPECT_EQ(scenario->operator_events[1].duration, Duration{});
  starts(event_error("at 10m pause"), "s.txt:7:8: 'pause' ends the line too early; it is written: pause");
  starts(event_error("at 10m pause \"why\" until=3h"),
         "s.txt:7:20: 'until=3h' is not known here; allowed are for=");
  starts(event_error("at 10m pause \"why\" for=ever"), "s.txt:7:24: 'ever' is no duration");
}

}  // namespace
}  // namespace evenkeel::sim
