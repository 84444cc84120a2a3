#include <algorithm>
#include <gtest/gtest.h>

#include "sim/judges/checkers.h"
#include "sim/testing/json.h"

namespace evenkeel::sim {
namespace {

using namespace std::chrono_literals;

// Three servers that serve, and a document that recycles an application pool in ten seconds.
struct RunCommands : JsonWorld {
  RunCommands() {
    account.switches.throttling = false;
    auto& recycle = account.documents["Shop-Recycle"];
    recycle.frees_memory = true;
    recycle.takes = 10s;
    recycle.output = "recycled";
  }

  JsonReply send(Json more = Json::object()) {
    Json body = {{"DocumentName", "Shop-Recycle"}, {"InstanceIds", {ids[0]}}};
    body.update(more);
    return ssm("SendCommand", body);
  }
  std::string sent(const Json& more = Json::object()) {
    return send(more).body["Command"].value("CommandId", "");
  }
  JsonReply get(const std::string& id) {
    return ssm("GetCommandInvocation", {{"CommandId", id}, {"InstanceId", ids[0]}});
  }
  std::string status(const std::string& id) { return get(id).body.value("Status", ""); }
  Server& server() { return account.servers.at(ids[0]); }
  std::vector<Fact> facts(FactKind kind) const {
    std::vector<Fact> found;
    std::ranges::copy_if(account.facts(), std::back_inserter(found),
                         [&](const Fact& fact) { return fact.kind == kind; });
    return found;
  }
};

TEST(SendCommand, IsKnownOnlyAfterAWhileAndThenRunsToItsEnd) {
  RunCommands world;
  world.server().memory = 80;
  const auto reply = world.send({{"Comment", "nonce-1"}, {"TimeoutSeconds", 60}});
  EXPECT_EQ(reply.status, 200);
  const Json& command = reply.body["Command"];
  EXPECT_EQ(command["CommandId"].get<std::string>().size(), 36U);
  EXPECT_EQ(command["Comment"], "nonce-1");
  EXPECT_EQ(command["Status"], "Pending");
  EXPECT_EQ(command["InstanceIds"], Json::array({world.ids[0]}));
  const std::string id = command["CommandId"];
  EXPECT_EQ(world.get(id).code(), "InvocationDoesNotExist");
  world.wait(5s);
  const Json running = world.get(id).body;
  EXPECT_EQ(running["Status"], "InProgress");
  EXPECT_EQ(running["ResponseCode"], -1);
  EXPECT_EQ(running["StandardOutputContent"], "") << "empty until it has finished";
  EXPECT_GT(world.server().memory, 79);
  world.wait(10s);
  const Json done = world.get(id).body;
  EXPECT_EQ(done["Status"], "Success");
  EXPECT_EQ(done["StatusDetails"], "Success");
  EXPECT_EQ(done["ResponseCode"], 0);
  EXPECT_EQ(done["StandardOutputContent"], "recycled");
  EXPECT_EQ(done["Comment"], "nonce-1");
  EXPECT_NEAR(world.server().memory, 30, 0.5);
}

TEST(SendCommand, IsNotedWithTheRegistrationsOfItsServer) {
  RunCommands world;
  world.sent();
  world.wait(20s);
  ASSERT_EQ(world.facts(FactKind::command).size(), 1U);
  const auto fact = world.facts(FactKind::command)[0];
  EXPECT_EQ(fact.count, 2) << "it is registered in two groups";
  EXPECT_EQ(fact.detail, "Shop-Recycle");
  EXPECT_EQ(fact.actor, Actor::evenkeel);
  ASSERT_EQ(world.facts(FactKind::command_done).size(), 1U);
  EXPECT_EQ(world.facts(FactKind::command_done)[0].detail, "Shop-Recycle: Success");
}

TEST(SendCommand, IsAPromiseBrokenWhereItsServerServes) {
  RunCommands world;
  world.sent();
  world.wait(20s);
  EXPECT_EQ(judge(world.account, {}).undrained_reboots, 1);
  RunCommands drained;
  drained.account.deregister_target(drained.tg1, drained.ids[0], std::nullopt);
  drained.account.deregister_target(drained.tg80, drained.ids[0], std::nullopt);
  drained.wait(10min);
  drained.sent();
  drained.wait(20s);
  ASSERT_EQ(drained.facts(FactKind::command).size(), 1U);
  EXPECT_EQ(judge(drained.account, {}).undrained_reboots, 0);
}

TEST(SendCommand, AFailureChangesNothingAndKeepsItsOutput) {
  RunCommands world;
  world.account.documents["Shop-Recycle"].fails = true;
  world.account.documents["Shop-Recycle"].output = std::string(30'000, 'x');
  world.server().memory = 80;
  const auto id = world.sent();
  world.wait(20s);
  const Json done = world.get(id).body;
  EXPECT_EQ(done["Status"], "Failed");
  EXPECT_EQ(done["ResponseCode"], 1);
  EXPECT_EQ(done["StandardOutputContent"].get<std::string>().size(), 24'000U);
  EXPECT_NE(done["StandardErrorContent"], "");
  EXPECT_GT(world.server().memory, 79);
}

TEST(SendCommand, IsLostWithTheServerThatGoesDownAndTimesOut) {
  RunCommands world;
  world.account.documents["Shop-Recycle"].timeout = 10min;
  const auto id = world.sent();
  world.wait(5s);
  EXPECT_EQ(world.status(id), "InProgress");
  world.account.crash(world.ids[0]);
  world.wait(60s);
  EXPECT_EQ(world.status(id), "InProgress") << "nobody tells that it died";
  world.account.repair(world.ids[0]);
  world.wait(10min);
  EXPECT_EQ(world.status(id), "TimedOut");
  EXPECT_EQ(world.get(id).body["StatusDetails"], "ExecutionTimedOut");
}

TEST(SendCommand, IsDeliveredLateToAServerThatComesBackInTime) {
  RunCommands world;
  world.account.crash(world.ids[0]);
  const auto late = world.sent({{"TimeoutSeconds", 600}});
  const auto never = world.sent({{"TimeoutSeconds", 30}});
  world.wait(90s);
  EXPECT_EQ(world.status(late), "Delayed");
  EXPECT_EQ(world.status(never), "TimedOut");
  EXPECT_EQ(world.get(never).body["StatusDetails"], "DeliveryTimedOut");
  EXPECT_EQ(world.get(never).body["ResponseCode"], -1);
  world.account.repair(world.ids[0]);
  world.wait(4min);
  EXPECT_EQ(world.status(late), "Success");
}

TEST(SendCommand, RefusesServersAndDocumentsThatAreNotThere) {
  RunCommands world;
  EXPECT_EQ(world.send({{"DocumentName", "Nobodys"}}).code(), "InvalidDocument");
  EXPECT_EQ(world.send({{"InstanceIds", {"i-0123456789abcdef0"}}}).code(), "InvalidInstanceId");
  world.account.stop(world.ids[1]);
  EXPECT_EQ(world.send({{"InstanceIds", {world.ids[1]}}}).code(), "InvalidInstanceId");
  world.server().unmanaged = true;
  EXPECT_EQ(world.send().code(), "InvalidInstanceId");
  world.server().unmanaged = false;
  EXPECT_EQ(world.send({{"DocumentName", "AWS-RunShellScript"}}).code(), "InvalidParameters");
  EXPECT_EQ(
      world.send({{"DocumentName", "AWS-RunShellScript"}, {"Parameters", {{"commands", {"ps"}}}}}).status,
      200);
}

TEST(SendCommand, KeepsTheBoundsOfTheApi) {
  RunCommands world;
  EXPECT_EQ(world.send({{"Comment", std::string(100, 'c')}}).status, 200);
  EXPECT_EQ(world.send({{"Comment", std::string(101, 'c')}}).code(), "ValidationException");
  EXPECT_EQ(world.send({{"TimeoutSeconds", 30}}).status, 200);
  EXPECT_EQ(world.send({{"TimeoutSeconds", 29}}).code(), "ValidationException");
  EXPECT_EQ(world.send({{"TimeoutSeconds", 2'592'001}}).code(), "ValidationException");
  EXPECT_EQ(world.send({{"InstanceIds", Json::array()}}).code(), "ValidationException");
  EXPECT_EQ(world.send({{"InstanceIds", {"web-1"}}}).code(), "ValidationException");
  EXPECT_EQ(world.send({{"InstanceIds", {world.ids[0], world.ids[0]}}}).code(), "DuplicateInstanceId");
  EXPECT_EQ(world.send({{"DocumentVersion", "7"}}).code(), "InvalidDocumentVersion");
  EXPECT_EQ(world.send({{"Parameters", {{"commands", "ps"}}}}).code(), "ValidationException") << "no list";
  EXPECT_EQ(world.send({{"MaxErrors", "1"}}).code(), "ValidationException") << "not known here";
}

TEST(GetCommandInvocation, KnowsOnlyWhatWasSentToThatServer) {
  RunCommands world;
  const auto id = world.sent();
  world.wait(5s);
  const auto asked = [&](Json more) {
    Json body = {{"CommandId", id}, {"InstanceId", world.ids[0]}};
    body.update(more);
    return world.ssm("GetCommandInvocation", body);
  };
  EXPECT_EQ(asked(Json::object()).status, 200);
  EXPECT_EQ(asked({{"InstanceId", world.ids[1]}}).code(), "InvocationDoesNotExist");
  EXPECT_EQ(asked({{"CommandId", std::string(36, '0')}}).code(), "InvocationDoesNotExist");
  EXPECT_EQ(asked({{"CommandId", "short"}}).code(), "ValidationException");
  EXPECT_EQ(asked({{"PluginName", "aws:other"}}).code(), "InvalidPluginName");
}

TEST(ListCommandInvocations, FindsALostCommandByItsCommentPageByPage) {
  RunCommands world;
  for (int i = 0; i < 3; ++i) world.sent({{"Comment", "nonce-" + std::to_string(i)}});
  world.sent({{"InstanceIds", {world.ids[1]}}});
  const auto list = [&](Json more) {
    more.update({{"InstanceId", world.ids[0]}});
    return world.ssm("ListCommandInvocations", more).body;
  };
  EXPECT_TRUE(list(Json::object())["CommandInvocations"].empty()) << "not known yet";
  world.wait(20s);
  std::set<std::string> comments;
  Json page = list({{"MaxResults", 2}, {"Details", true}});
  EXPECT_EQ(page["CommandInvocations"].size(), 2U);
  ASSERT_TRUE(page.contains("NextToken"));
  for (const auto& each : page["CommandInvocations"]) {
    comments.insert(each["Comment"]);
    EXPECT_EQ(each["CommandPlugins"][0]["Output"], "recycled");
    EXPECT_EQ(each["CommandPlugins"][0]["ResponseCode"], 0);
  }
  page = list({{"MaxResults", 2}, {"Details", true}, {"NextToken", page["NextToken"]}});
  for (const auto& each : page["CommandInvocations"]) comments.insert(each["Comment"]);
  EXPECT_EQ(comments, (std::set<std::string>{"nonce-0", "nonce-1", "nonce-2"}));
  EXPECT_FALSE(page.contains("NextToken"));
  EXPECT_TRUE(list(Json::object())["CommandInvocations"][0]["CommandPlugins"].empty()) << "without Details";
  EXPECT_EQ(world.ssm("ListCommandInvocations", {{"NextToken", "x"}}).code(), "InvalidNextToken");
}

TEST(ListCommandInvocations, Filters) {
  RunCommands world;
  world.sent();
  world.wait(20s);
  const auto count = [&](const char* key, const std::string& value) {
    const Json filter = {{"key", key}, {"value", value}};
    return world.ssm("ListCommandInvocations", {{"Filters", {filter}}}).body["CommandInvocations"].size();
  };
  EXPECT_EQ(count("Status", "Success"), 1U);
  EXPECT_EQ(count("Status", "Failed"), 0U);
  EXPECT_EQ(count("DocumentName", "Shop-Recycle"), 1U);
  EXPECT_EQ(count("InvokedAfter", iso8601(world.account.now() - 1min)), 1U);
  EXPECT_EQ(count("InvokedBefore", iso8601(world.account.now() - 1min)), 0U);
  const Json stage = {{"key", "ExecutionStage"}, {"value", "Complete"}};
  EXPECT_EQ(world.ssm("ListCommandInvocations", {{"Filters", {stage}}}).code(), "InvalidFilterKey");
}

TEST(GetCalendarState, TellsTheStateAndWhenItChanges) {
  RunCommands world;
  const Time now = world.account.now();
  auto& calendar = world.account.calendars["freeze"];
  calendar.open_from[now + 1h] = false;
  calendar.open_from[now + 2h] = false;
  calendar.open_from[now + 3h] = true;
  const auto state = [&](Json more) {
    Json body = {{"CalendarNames", {"freeze"}}};
    body.update(more);
    return world.ssm("GetCalendarState", body).body;
  };
  EXPECT_EQ(state(Json::object()),
            (Json{{"State", "OPEN"}, {"AtTime", iso8601(now)}, {"NextTransitionTime", iso8601(now + 1h)}}));
  const Json later = state({{"AtTime", iso8601(now + 1h)}});
  EXPECT_EQ(later["State"], "CLOSED");
  EXPECT_EQ(later["NextTransitionTime"], iso8601(now + 3h));
  EXPECT_FALSE(state({{"AtTime", iso8601(now + 4h)}}).contains("NextTransitionTime"));
  world.wait(1h);
  EXPECT_EQ(state(Json::object())["State"], "CLOSED");
  world.account.calendars["always"];
  EXPECT_EQ(state({{"CalendarNames", {"freeze", "always"}}})["State"], "CLOSED") << "one of them is closed";
  EXPECT_EQ(state({{"CalendarNames", {"always", "freeze"}}})["State"], "CLOSED") << "one of them is closed";
  EXPECT_EQ(state({{"CalendarNames", {"arn:aws:ssm:eu-west-1:123456789012:document/always"}}})["State"],
            "OPEN");
}

TEST(GetCalendarState, RefusesWhatIsNoCalendar) {
  RunCommands world;
  const auto code = [&](const Json& body) { return world.ssm("GetCalendarState", body).code(); };
  EXPECT_EQ(code({{"CalendarNames", {"unknown"}}}), "InvalidDocument");
  EXPECT_EQ(code({{"CalendarNames", {"Shop-Recycle"}}}), "InvalidDocumentType");
  EXPECT_EQ(code({{"CalendarNames", Json::array()}}), "ValidationException");
  world.account.calendars["freeze"];
  EXPECT_EQ(code({{"CalendarNames", {"freeze"}}, {"AtTime", "noon"}}), "ValidationException");
}

}  // namespace
}  // namespace evenkeel::sim
