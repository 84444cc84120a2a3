#include "play/killable.h"

#include "cli/testing/terminal.h"
#include "record/sqlite_journal.h"

namespace evenkeel::play {
namespace {

// Answers everything, and counts it.
class LivingNetwork final : public wire::Transport {
 public:
  std::vector<Result<wire::Response>> exchange(std::span<const wire::Request> requests) override {
    answered += static_cast<int>(requests.size());
    return {requests.size(), Result<wire::Response>(wire::Response{200, {}, ""})};
  }
  int answered = 0;
};

wire::Request request(std::string body) {
  wire::Request made;
  made.body = std::move(body);
  return made;
}

class Killable : public ::testing::Test {
 protected:
  LivingNetwork living;
  KillSwitch kill;
  KillableTransport network{living, kill};
  std::unique_ptr<record::Journal> store = *record::open_sqlite(":memory:");
  KillableJournal journal{*store, kill};
};

TEST_F(Killable, DiesAtTheFirstCallThatWouldChangeTheWorldAndNotBefore) {
  kill.armed = true;
  const std::vector look{request("Action=DescribeTargetHealth&Version=1")};
  const std::vector ask{request("Action=RebootInstances&DryRun=true&InstanceId.1=i-1")};
  const std::vector act{request("Action=RebootInstances&InstanceId.1=i-1&Version=1")};
  EXPECT_TRUE(network.exchange(look)[0]);
  EXPECT_TRUE(network.exchange(ask)[0]);
  EXPECT_FALSE(kill.dead);
  EXPECT_FALSE(network.exchange(act)[0]);
  EXPECT_TRUE(kill.dead);
  EXPECT_FALSE(network.exchange(look)[0]);
  EXPECT_EQ(living.answered, 2);
}

TEST_F(Killable, KnowsEveryCallThatChangesTheWorldFromOneThatOnlyAsks) {
  kill.armed = true;
  EXPECT_TRUE(network.exchange(std::vector{
      request("Action=ExitStandby&AutoScalingGroupName=a&InstanceIds.member.1=i-00000000000000000")})[0]);
  for (const auto* action : {"StopInstances", "StartInstances", "EnterStandby", "ExitStandby",
                             "TerminateInstanceInAutoScalingGroup", "RegisterTargets"}) {
    kill.dead = false;
    EXPECT_FALSE(network.exchange(std::vector{request(std::string("Action=") + action + "&Id=i-1")})[0])
        << action;
  }
  kill.dead = false;
  auto command = request("{}");
  command.headers.emplace_back("X-Amz-Target", "AmazonSSM.SendCommand");
  EXPECT_FALSE(network.exchange(std::vector{command})[0]);
}

TEST_F(Killable, TheDeadWriteNothingDownAndTheLivingFindWhatWasThere) {
  FleetState state;
  state.fleet = "web";
  state.revision = 1;
  ASSERT_TRUE(journal.replace(state, {}));
  kill.dead = true;
  state.revision = 2;
  EXPECT_FALSE(journal.replace(state, {}));
  EXPECT_FALSE(journal.load("web"));
  kill = {};
  const auto loaded = journal.load("web");
  ASSERT_TRUE(loaded && *loaded);
  EXPECT_EQ((*loaded)->revision, 1);
}

}  // namespace
}  // namespace evenkeel::play
