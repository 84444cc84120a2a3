#include "observe/gates.h"

#include "observe/testing/observing.h"

namespace evenkeel::observe {
namespace {

std::string alarm_xml(const std::string& name, const std::string& state) {
  return "<member><AlarmName>" + name + "</AlarmName><StateValue>" + state + "</StateValue></member>";
}

struct ObservingGates : Observing {
  void alarms(const std::string& items) {
    answers["DescribeAlarms"] = query_answer("DescribeAlarms", "<MetricAlarms>" + items + "</MetricAlarms>");
  }
  void ask_for_alarm(const std::string& name) {
    policy.also_when.push_back(
        {.name = name,
         .priority = 0,
         .all = {{.kind = Condition::Kind::alarm, .metric = {}, .longer_than = {}, .name = name}}});
  }
};

TEST_F(ObservingGates, AlarmsAreReadByNameAndByPrefixUnderThePolicysWords) {
  policy.gates.alarms = {"deploy", "gone", "web-*"};
  scripts["DescribeAlarms"] = [](const Form& form) {
    const bool prefix = form.contains("AlarmNamePrefix");
    if (prefix) {
      EXPECT_EQ(form.at("AlarmNamePrefix"), "web-");
    }
    return query_answer("DescribeAlarms",
                        "<MetricAlarms>" +
                            (prefix ? alarm_xml("web-5xx", "OK") + alarm_xml("web-slow", "ALARM")
                                    : alarm_xml("deploy", "INSUFFICIENT_DATA")) +
                            "</MetricAlarms>");
  };
  const auto seen = observed();
  using Alarms = std::vector<Alarm>;
  EXPECT_EQ(seen.alarms, (std::map<std::string, Alarms>{
                             {"deploy", {{"deploy", AlarmState::insufficient_data}}},
                             {"gone", {}},
                             {"web-*", {{"web-5xx", AlarmState::ok}, {"web-slow", AlarmState::alarm}}}}));
  EXPECT_EQ(asked["DescribeAlarms"], 2);
  EXPECT_TRUE(seen.problems.empty());
}

TEST_F(ObservingGates, AnAlarmThatCouldNotBeReadHasNoEntryAndTheOthersHave) {
  policy.gates.alarms = {"deploy", "web-*"};
  scripts["DescribeAlarms"] = [](const Form& form) {
    if (!form.contains("AlarmNamePrefix")) return query_error(403, "AccessDenied", "not you");
    return query_answer("DescribeAlarms", "<MetricAlarms>" + alarm_xml("web-5xx", "OK") + "</MetricAlarms>");
  };
  const auto seen = observed();
  EXPECT_FALSE(seen.alarms.contains("deploy"));
  EXPECT_EQ(seen.alarms.at("web-*").size(), 1U);
  EXPECT_EQ(seen.problems.size(), 1U);
}

TEST_F(ObservingGates, AnAlarmTellsWhenItWentIntoItsState) {
  ask_for_alarm("slow");
  auto xml = alarm_xml("slow", "ALARM");
  xml.replace(xml.find("</member>"), 0,
              "<StateTransitionedTimestamp>2026-11-22T06:00:00Z</StateTransitionedTimestamp>");
  alarms(xml);
  EXPECT_EQ(observed().alarms.at("slow").at(0).changed_at, parse_iso8601("2026-11-22T06:00:00Z"));
}

TEST_F(ObservingGates, AnAlarmOfARuleIsAskedForEachMember) {
  ask_for_alarm("oom-{instance_id}");
  ask_for_alarm("all");
  alarms(alarm_xml(std::string("oom-") + kTwo, "ALARM"));
  const auto seen = observed();
  EXPECT_EQ(asked["DescribeAlarms"], 1);
  ASSERT_EQ(seen.alarms.size(), 3U);
  EXPECT_TRUE(seen.alarms.at(std::string("oom-") + kOne).empty());
  EXPECT_EQ(seen.alarms.at(std::string("oom-") + kTwo).at(0).state, AlarmState::alarm);
  EXPECT_TRUE(seen.alarms.contains("all"));
}

TEST_F(ObservingGates, EveryPlaceOfTheIdIsFilledIn) {
  ask_for_alarm("{instance_id}/oom/{instance_id}");
  alarms("");
  EXPECT_TRUE(observed().alarms.contains(std::string(kOne) + "/oom/" + kOne));
}

TEST_F(ObservingGates, AnAlarmThatWasNotAskedForIsNotBelieved) {
  policy.gates.alarms = {"deploy"};
  alarms(alarm_xml("deploy-2", "OK"));
  const auto seen = observed();
  EXPECT_EQ(seen.alarms.size(), 1U);
  EXPECT_TRUE(seen.alarms.at("deploy").empty());
}

TEST_F(ObservingGates, CalendarsAreReadEachByItself) {
  policy.gates.calendars = {"freeze", "arn:aws:ssm:eu-west-1:123456789012:document/other"};
  answers["GetCalendarState"] = wire::respond(200, R"({"State":"OPEN"})");
  auto seen = observed();
  EXPECT_EQ(asked["GetCalendarState"], 2);
  EXPECT_EQ(seen.calendars.at("freeze"), CalendarState::open);
  answers["GetCalendarState"] = wire::respond(200, R"({"State":"CLOSED"})");
  EXPECT_EQ(observed().calendars.at("freeze"), CalendarState::closed);
}

TEST_F(ObservingGates, ACalendarThatCouldNotBeReadIsUnknown) {
  policy.gates.calendars = {"freeze"};
  answers["GetCalendarState"] = wire::respond(400, R"({"__type":"InvalidDocument","message":"no such one"})");
  auto seen = observed();
  EXPECT_EQ(seen.calendars.at("freeze"), CalendarState::unknown);
  EXPECT_EQ(seen.problems.size(), 1U);
  EXPECT_EQ(seen.absent_names, std::vector<std::string>{"freeze"});
  answers["GetCalendarState"] = wire::respond(400, R"({"__type":"AccessDeniedException","message":"no"})");
  EXPECT_EQ(observed().absent_names, std::vector<std::string>{});
  answers["GetCalendarState"] = wire::respond(200, R"({"State":"AJAR"})");
  seen = observed();
  EXPECT_EQ(seen.calendars.at("freeze"), CalendarState::unknown);
  EXPECT_EQ(seen.problems.size(), 1U);
}

}  // namespace
}  // namespace evenkeel::observe
