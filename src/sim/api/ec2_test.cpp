#include <gtest/gtest.h>
#include <set>

#include "sim/testing/front.h"

namespace evenkeel::sim {
namespace {

const std::string kIds = "/DescribeInstancesResponse/reservationSet/item/instancesSet/item/instanceId";

std::set<std::string> set_of(const std::vector<std::string>& list) { return {list.begin(), list.end()}; }

TEST(DescribeInstances, AnswersInEc2sShapeWithoutAResultWrapper) {
  World world;
  const FrontReply reply = world.ec2("DescribeInstances");
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.body.starts_with(
      "<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>"));
  EXPECT_EQ(set_of(reply.texts(kIds)), set_of(world.ids));
  EXPECT_EQ(reply.text("//instanceState/code"), "16");
  EXPECT_EQ(reply.text("//instanceState/name"), "running");
  EXPECT_EQ(reply.text("//launchTime"), "2026-11-22T04:46:40Z");
  EXPECT_EQ(reply.text("//placement/availabilityZone"), "eu-west-1a");
  EXPECT_EQ(set_of(reply.texts("//tagSet/item[key='Name']/value")),
            (std::set<std::string>{"web-1", "web-2", "web-3"}));
}

TEST(DescribeInstances, SaysTheVolumesOfAnInstance) {
  World world;
  world.account.servers.at(world.ids[1]).instance_store = true;
  world.account.servers.at(world.ids[2]).life = Server::Life::terminated;
  world.wait(std::chrono::minutes{1});
  const FrontReply reply = world.ec2("DescribeInstances");
  const auto volumes = [&](const std::string& id) {
    return reply.texts("//item[instanceId='" + id +
                       "']/blockDeviceMapping/item[deviceName='/dev/xvda']/ebs/volumeId");
  };
  EXPECT_EQ(volumes(world.ids[0]), std::vector{"vol-" + world.ids[0].substr(2)});
  EXPECT_EQ(reply.texts("//blockDeviceMapping/item/ebs/attachTime"),
            std::vector<std::string>{"2026-11-22T04:46:40Z"});
  EXPECT_TRUE(volumes(world.ids[1]).empty());
  EXPECT_TRUE(volumes(world.ids[2]).empty());
  EXPECT_EQ(reply.text("//item[instanceId='" + world.ids[0] + "']/rootDeviceName"), "/dev/xvda");
}

TEST(DescribeInstances, EscapesWhatTagsHold) {
  World world;
  EXPECT_EQ(world.ec2("DescribeInstances").text("//tagSet/item[key='role']/value"), "web & <co>");
}

TEST(DescribeInstances, OneUnknownIdFailsTheWholeCall) {
  World world;
  const FrontReply one =
      world.ec2("DescribeInstances", {{"InstanceId.1", world.ids[0]}, {"InstanceId.2", "i-00000000"}});
  EXPECT_EQ(one.status, 400);
  EXPECT_EQ(one.text("/Response/Errors/Error/Code"), "InvalidInstanceID.NotFound");
  EXPECT_EQ(one.message(), "The instance ID 'i-00000000' does not exist");
  EXPECT_FALSE(one.text("/Response/RequestID").empty());
  const FrontReply two =
      world.ec2("DescribeInstances", {{"InstanceId.1", "i-00000000"}, {"InstanceId.2", "i-00000001"}});
  EXPECT_EQ(two.message(), "The instance IDs 'i-00000000, i-00000001' do not exist");
}

TEST(DescribeInstances, RefusesIdsThatAreNoIds) {
  World world;
  for (const char* id : {"web-1", "i-", "i-0000000g", "i-000000000", "I-00000000", "${aws:InstanceId}"})
    EXPECT_EQ(world.ec2("DescribeInstances", {{"InstanceId.1", id}}).code(), "InvalidInstanceID.Malformed")
        << id;
}

TEST(DescribeInstances, AFiltersUnknownIdIsSimplyAbsent) {
  World world;
  const FrontReply reply = world.ec2("DescribeInstances", {{"Filter.1.Name", "instance-id"},
                                                           {"Filter.1.Value.1", world.ids[1]},
                                                           {"Filter.1.Value.2", "i-00000000"}});
  EXPECT_EQ(reply.texts(kIds), std::vector{world.ids[1]});
}

TEST(DescribeInstances, FiltersAreJoinedByAndTheirValuesByOr) {
  World world;
  world.account.stop(world.ids[0]);
  world.wait(std::chrono::minutes{5});
  const FormFields stopped = {{"Filter.1.Name", "instance-state-name"}, {"Filter.1.Value.1", "stopped"}};
  EXPECT_EQ(world.ec2("DescribeInstances", stopped).texts(kIds), std::vector{world.ids[0]});
  FormFields named = stopped;
  named.insert(named.end(), {{"Filter.2.Name", "tag:Name"}, {"Filter.2.Value.1", "web-2"}});
  EXPECT_TRUE(world.ec2("DescribeInstances", named).texts(kIds).empty());
  named.insert(named.end(), {{"Filter.1.Value.2", "running"}, {"Filter.2.Value.2", "web-3"}});
  EXPECT_EQ(world.ec2("DescribeInstances", named).texts(kIds).size(), 2);
}

TEST(DescribeInstances, RefusesFiltersItWouldGetWrong) {
  World world;
  for (const auto& [name, value] : FormFields{{"vpc-id", "vpc-1"}, {"tag:Name", "web-*"}, {"tag:Name", ""}})
    EXPECT_NE(world.ec2("DescribeInstances", {{"Filter.1.Name", name}, {"Filter.1.Value.1", value}}).status,
              200);
  EXPECT_EQ(world.ec2("DescribeInstances", {{"Filter.1.Name", "instance-id"}}).code(),
            "InvalidParameterValue");
}

TEST(DescribeInstances, PagesUntilEverythingWasShownOnce) {
  World world;
  for (int i = 0; i < 10; ++i) world.account.add_server({});
  std::vector<std::string> seen;
  std::string token;
  int pages = 0;
  do {
    FormFields form = {{"MaxResults", "5"}};
    if (!token.empty()) form.emplace_back("NextToken", token);
    const FrontReply page = world.ec2("DescribeInstances", form);
    const auto ids = page.texts(kIds);
    EXPECT_LE(ids.size(), 5);
    seen.insert(seen.end(), ids.begin(), ids.end());
    token = page.text("/DescribeInstancesResponse/nextToken");
    ++pages;
  } while (!token.empty() && pages < 10);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(seen.size(), 13);
  EXPECT_EQ(set_of(seen).size(), 13);
}

TEST(DescribeInstances, ATokenIsGoodForNothingElse) {
  World world;
  for (int i = 0; i < 10; ++i) world.account.add_server({});
  const std::string token = world.ec2("DescribeInstances", {{"MaxResults", "5"}}).text("//nextToken");
  ASSERT_FALSE(token.empty());
  for (const FormFields& form : {FormFields{{"MaxResults", "6"}, {"NextToken", token}},
                                 FormFields{{"MaxResults", "5"}, {"NextToken", token + "0"}},
                                 FormFields{{"MaxResults", "5"}, {"NextToken", "made up"}}})
    EXPECT_EQ(world.ec2("DescribeInstances", form).code(), "InvalidNextToken");
}

TEST(DescribeInstances, TellWhetherARebootByTheUserMayMigrate) {
  World world;
  const std::string path = "//maintenanceOptions/rebootMigration";
  const FormFields one = {{"InstanceId.1", world.ids[0]}};
  EXPECT_EQ(world.ec2("DescribeInstances", one).text(path), "disabled");
  world.account.servers.at(world.ids[0]).reboot_migration = true;
  EXPECT_EQ(world.ec2("DescribeInstances", one).text(path), "default");
}

TEST(DescribeInstances, IdsAndPagesExcludeEachOther) {
  World world;
  const FrontReply reply =
      world.ec2("DescribeInstances", {{"InstanceId.1", world.ids[0]}, {"MaxResults", "5"}});
  EXPECT_EQ(reply.code(), "InvalidParameterCombination");
  for (const char* size : {"4", "1001", "many", "-5", "5.5", "99999999999"})
    EXPECT_EQ(world.ec2("DescribeInstances", {{"MaxResults", size}}).code(), "InvalidParameterValue") << size;
}

TEST(DescribeInstances, ATerminatedOneStaysVisibleForAWhileWithoutItsAddress) {
  World world;
  world.account.terminate(world.ids[0]);
  world.wait(std::chrono::minutes{5});
  const FrontReply reply = world.ec2("DescribeInstances", {{"InstanceId.1", world.ids[0]}});
  EXPECT_EQ(reply.text("//instanceState/code"), "48");
  EXPECT_EQ(reply.text("//instanceState/name"), "terminated");
  EXPECT_TRUE(reply.texts("//privateIpAddress").empty());
  world.wait(std::chrono::hours{2});
  EXPECT_EQ(world.ec2("DescribeInstances", {{"InstanceId.1", world.ids[0]}}).code(),
            "InvalidInstanceID.NotFound");
}

TEST(DescribeInstances, AnUnknownParameterIsRefused) {
  World world;
  const FrontReply reply = world.ec2("DescribeInstances", {{"InstanceIds.1", world.ids[0]}});
  EXPECT_EQ(reply.code(), "UnknownParameter");
  EXPECT_EQ(world.ec2("DescribeInstances", {{"InstanceId.2", world.ids[0]}}).code(), "UnknownParameter");
}

TEST(DescribeInstanceStatus, ShowsOnlyTheRunningUnlessAsked) {
  World world;
  world.account.stop(world.ids[0]);
  world.wait(std::chrono::minutes{5});
  EXPECT_EQ(world.ec2("DescribeInstanceStatus").texts("//instanceStatusSet/item").size(), 2);
  const FrontReply all = world.ec2("DescribeInstanceStatus", {{"IncludeAllInstances", "true"}});
  EXPECT_EQ(all.texts("//instanceStatusSet/item").size(), 3);
  EXPECT_EQ(all.text("//item[instanceState/name='stopped']/instanceStatus/status"), "not-applicable");
  EXPECT_EQ(all.text("//item[instanceState/name='running']/instanceStatus/status"), "ok");
  EXPECT_EQ(all.text("//item[instanceState/name='running']/systemStatus/details/item/status"), "passed");
  EXPECT_NE(world.ec2("DescribeInstanceStatus", {{"IncludeAllInstances", "yes"}}).status, 200);
}

TEST(DescribeInstanceStatus, AHungSystemIsImpairedThoughItRuns) {
  World world;
  world.account.crash(world.ids[0]);
  world.wait(std::chrono::minutes{1});
  const FrontReply reply = world.ec2("DescribeInstanceStatus", {{"InstanceId.1", world.ids[0]}});
  EXPECT_EQ(reply.text("//instanceState/name"), "running");
  EXPECT_EQ(reply.text("//instanceStatus/status"), "impaired");
  EXPECT_EQ(reply.text("//systemStatus/status"), "ok");
}

TEST(DescribeInstanceStatus, TakesAHundredIdsAtMost) {
  World world;
  FormFields form;
  for (int i = 1; i <= 101; ++i) form.emplace_back("InstanceId." + std::to_string(i), world.ids[0]);
  EXPECT_EQ(world.ec2("DescribeInstanceStatus", form).code(), "InvalidParameterValue");
  form.pop_back();
  EXPECT_EQ(world.ec2("DescribeInstanceStatus", form).status, 200);
}

TEST(RebootInstances, AnswersTrueAndNothingShowsIt) {
  World world;
  const std::string launched =
      world.ec2("DescribeInstances", {{"InstanceId.1", world.ids[0]}}).text("//launchTime");
  const FrontReply reply = world.ec2("RebootInstances", {{"InstanceId.1", world.ids[0]}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.text("/RebootInstancesResponse/return"), "true");
  world.wait(std::chrono::seconds{30});
  const FrontReply after = world.ec2("DescribeInstances", {{"InstanceId.1", world.ids[0]}});
  EXPECT_EQ(after.text("//instanceState/name"), "running");
  EXPECT_EQ(after.text("//launchTime"), launched);
  EXPECT_EQ(world.account.counters().reboots, 1);
}

TEST(RebootInstances, ADryRunOnlySaysThatItWouldDo) {
  World world;
  const FormFields form = {{"InstanceId.1", world.ids[0]}, {"DryRun", "true"}};
  const FrontReply reply = world.ec2("RebootInstances", form);
  EXPECT_EQ(reply.status, 412);
  EXPECT_EQ(reply.code(), "DryRunOperation");
  EXPECT_EQ(reply.message(), "Request would have succeeded, but DryRun flag is set.");
  world.wait(std::chrono::minutes{5});
  EXPECT_EQ(world.account.counters().reboots, 0);
}

TEST(RebootInstances, ADeniedDryRunSaysSo) {
  Fault denied;
  denied.kind = FaultKind::denied;
  denied.action = "ec2.RebootInstances";
  denied.rate = 1;
  World world({{denied}});
  const FrontReply reply = world.ec2("RebootInstances", {{"InstanceId.1", world.ids[0]}, {"DryRun", "true"}});
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.code(), "UnauthorizedOperation");
}

TEST(RebootInstances, ATerminatedOneIsSilentlyIgnored) {
  World world;
  world.account.terminate(world.ids[0]);
  world.wait(std::chrono::minutes{5});
  const FrontReply reply = world.ec2("RebootInstances", {{"InstanceId.1", world.ids[0]}});
  EXPECT_EQ(reply.text("//return"), "true");
  world.wait(std::chrono::minutes{5});
  EXPECT_EQ(world.account.counters().reboots, 0);
}

TEST(RebootInstances, AStoppedOneIsInTheWrongStateAndNothingIsRebooted) {
  World world;
  world.account.stop(world.ids[0]);
  world.wait(std::chrono::minutes{5});
  const FrontReply reply =
      world.ec2("RebootInstances", {{"InstanceId.1", world.ids[1]}, {"InstanceId.2", world.ids[0]}});
  EXPECT_EQ(reply.code(), "IncorrectInstanceState");
  world.wait(std::chrono::minutes{5});
  EXPECT_EQ(world.account.counters().reboots, 0);
}

TEST(RebootInstances, NeedsKnownIds) {
  World world;
  EXPECT_EQ(world.ec2("RebootInstances").code(), "MissingParameter");
  EXPECT_EQ(world.ec2("RebootInstances", {{"InstanceId.1", ""}}).code(), "MissingParameter");
  EXPECT_EQ(world.ec2("RebootInstances", {{"InstanceId.1", "i-00000000"}}).code(),
            "InvalidInstanceID.NotFound");
  EXPECT_EQ(world.ec2("RebootInstances", {{"InstanceId.1", "i-00000000"}, {"DryRun", "true"}}).code(),
            "InvalidInstanceID.NotFound");
}

TEST(GetConsoleOutput, ItsTimestampMovesWithABoot) {
  World world;
  const FormFields form = {{"InstanceId", world.ids[0]}};
  const auto before = parse_iso8601(world.ec2("GetConsoleOutput", form).text("//timestamp"));
  ASSERT_TRUE(before);
  const Time rebooted = world.account.now();
  world.ec2("RebootInstances", {{"InstanceId.1", world.ids[0]}});
  world.wait(std::chrono::minutes{10});
  const FrontReply reply = world.ec2("GetConsoleOutput", form);
  EXPECT_GT(parse_iso8601(reply.text("//timestamp")), rebooted);
  EXPECT_LT(*before, rebooted);
  EXPECT_FALSE(reply.text("//output").empty());
}

TEST(GetConsoleOutput, HasNoTimestampWhereNothingWasPosted) {
  World world;
  world.account.servers[world.ids[0]].console_at.reset();
  const FrontReply reply = world.ec2("GetConsoleOutput", {{"InstanceId", world.ids[0]}, {"Latest", "true"}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.texts("//timestamp").empty());
}

TEST(Tags, ArePutOnTakenOffAndFilteredBy) {
  World world;
  const auto& id = world.ids[0];
  const auto with = [&](FormFields more) {
    more.emplace_back("ResourceId.1", id);
    return more;
  };
  const auto carriers = [&] {
    return world
        .ec2("DescribeInstances", {{"Filter.1.Name", "tag-key"}, {"Filter.1.Value.1", "evenkeel:state"}})
        .texts(kIds);
  };
  EXPECT_TRUE(carriers().empty());
  EXPECT_EQ(world.ec2("CreateTags", with({{"Tag.1.Key", "evenkeel:state"}, {"Tag.1.Value", "web/1"}})).status,
            200);
  EXPECT_EQ(carriers(), std::vector{id});
  EXPECT_EQ(world.ec2("DeleteTags", with({{"Tag.1.Key", "evenkeel:state"}, {"Tag.1.Value", "web/2"}})).status,
            200);
  EXPECT_EQ(carriers(), std::vector{id}) << "it has another value";
  EXPECT_EQ(world.ec2("DeleteTags", with({{"Tag.1.Key", "evenkeel:state"}, {"Tag.1.Value", "web/1"}})).status,
            200);
  EXPECT_TRUE(carriers().empty());
  EXPECT_EQ(world.ec2("DeleteTags", with({{"Tag.1.Key", "evenkeel:state"}})).status, 200)
      << "nor is it there";
}

TEST(Tags, AreRefusedBeyondWhatAwsTakes) {
  World world;
  const auto code = [&](const std::string& instance, const std::string& key, const std::string& value) {
    return world.ec2("CreateTags", {{"ResourceId.1", instance}, {"Tag.1.Key", key}, {"Tag.1.Value", value}})
        .text("/Response/Errors/Error/Code");
  };
  const auto& id = world.ids[0];
  EXPECT_EQ(code(id, std::string(128, 'k'), "v"), "InvalidParameterValue");
  EXPECT_EQ(code(id, "k", std::string(257, 'v')), "InvalidParameterValue");
  EXPECT_EQ(code(id, "aws:k", "v"), "InvalidParameterValue");
  EXPECT_EQ(code("i-00000000", "k", "v"), "InvalidInstanceID.NotFound");
  EXPECT_EQ(code(id, std::string(127, 'k'), std::string(256, 'v')), "");
  for (int i = 0; i < 48; ++i) world.account.servers.at(id).tags["k" + std::to_string(i)] = "v";
  EXPECT_EQ(code(id, "one more", "v"), "TagLimitExceeded");
  EXPECT_EQ(world.ec2("CreateTags", {{"ResourceId.1", id}, {"Tag.1.Key", "k"}, {"DryRun", "true"}})
                .text("/Response/Errors/Error/Code"),
            "DryRunOperation");
}

}  // namespace
}  // namespace evenkeel::sim
