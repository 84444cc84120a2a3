#include "cli/run_cli.h"

#include "cli/exit_codes.h"
#include "cli/options.h"
#include "cli/testing/terminal.h"
#include "model/identity.h"

namespace evenkeel::cli {
namespace {

class RunCli : public TerminalTest {};

bool contains(const std::ostringstream& stream, std::string_view text) {
  return stream.str().find(text) != std::string::npos;
}

TEST_F(RunCli, HelpNamesEverySubcommandAndTheExitCodes) {
  EXPECT_EQ(run({"--help"}), kDone);
  for (const char* word : {"plan", "run", "status", "explain", "history", "pause", "resume", "restore",
                           "state", "Exit codes", "5  another process changed the state first"})
    EXPECT_TRUE(contains(out, word)) << word;
}

TEST_F(RunCli, VersionIsOneLine) {
  EXPECT_EQ(run({"--version"}), kDone);
  EXPECT_EQ(out.str(), "evenkeel " EVENKEEL_VERSION "\n");
}

TEST_F(RunCli, AWrongCommandLineIsAUsageErrorThatSaysWhereToLook) {
  EXPECT_EQ(run({}), kCommandLine);
  EXPECT_TRUE(contains(err, "Usage: evenkeel"));
  EXPECT_EQ(run({"reboot"}), kCommandLine);
  EXPECT_EQ(err.str(), "evenkeel: reboot: there is no such command; see `evenkeel --help`\n");
  EXPECT_EQ(run({"plan", "--polcy", "x"}), kCommandLine);
  EXPECT_TRUE(err.str().starts_with("evenkeel: "));
  EXPECT_TRUE(contains(err, "--polcy"));
  EXPECT_TRUE(contains(err, "see `evenkeel plan --help`"));
  EXPECT_EQ(run({"history", "--limit", "0"}), kUsage) << "the option is there, and its value is wrong";
  EXPECT_EQ(run({"history", "--limit", "many"}), kUsage);
  EXPECT_EQ(run({"history", "--limit"}), kCommandLine);
  EXPECT_EQ(run({"pause", "web"}), kCommandLine);
  EXPECT_TRUE(contains(err, "--reason"));
  EXPECT_EQ(out.str(), "");
}

TEST_F(RunCli, APolicyErrorIsShownWholeWithItsPlaces) {
  write("evenkeel.yaml", "fleets:\n  - nme: web\n    target_groups: 7\n");
  EXPECT_EQ(run({"run"}), kUsage);
  EXPECT_TRUE(contains(err, "evenkeel.yaml:2:")) << err.str();
  EXPECT_TRUE(contains(err, "evenkeel.yaml:3:")) << err.str();
  EXPECT_FALSE(std::filesystem::exists(path("evenkeel.db")));
}

TEST_F(RunCli, AMissingPolicyIsAUsageError) {
  EXPECT_EQ(run({"plan"}), kUsage);
  EXPECT_TRUE(contains(err, path("evenkeel.yaml")));
}

TEST_F(RunCli, PlanWithoutAStateSaysSoAndCreatesNone) {
  write_policy();
  environment["AWS_REGION"] = "eu-west-1";
  EXPECT_EQ(run({"plan"}), kAws);
  EXPECT_TRUE(contains(out, "planned as if nothing were under way"));
  EXPECT_FALSE(std::filesystem::exists(path("evenkeel.db")));
}

TEST_F(RunCli, MissingCredentialsAreNamedBeforeAnythingIsSent) {
  write_policy();
  environment["AWS_REGION"] = "eu-west-1";
  environment["AWS_EC2_METADATA_DISABLED"] = "true";
  EXPECT_EQ(run({"run"}), kAws);
  EXPECT_TRUE(contains(err, "AWS_ACCESS_KEY_ID")) << err.str();
  EXPECT_EQ(dead.tried, 0);
}

TEST_F(RunCli, AnUnreachableAwsIsReportedAndLeavesExitCodeThree) {
  write_policy();
  environment["AWS_REGION"] = "eu-west-1";
  environment["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE";
  environment["AWS_SECRET_ACCESS_KEY"] = "hush-hush";
  EXPECT_EQ(run({"run", "--json"}), kAws);
  EXPECT_GT(dead.tried, 0);
  EXPECT_EQ(json()["error"]["kind"], "unavailable");
  EXPECT_TRUE(err.str().starts_with("evenkeel: web: "));
  EXPECT_FALSE(contains(err, "hush-hush"));
}

TEST_F(RunCli, OtherStoresAreRefusedByName) {
  write_policy();
  EXPECT_EQ(run({"run", "--state", "redis://table"}), kUsage);
  EXPECT_TRUE(contains(err, "give PATH, sqlite:PATH or dynamodb://TABLE"));
  EXPECT_EQ(run({"run", "--state", "sqlite::memory:"}), kUsage);
  EXPECT_TRUE(contains(err, "would be forgotten"));
}

TEST_F(RunCli, AnUnreadableStateIsExitCodeFour) {
  write_policy();
  write("evenkeel.db", "this is no database, but it is long enough to look like one at first sight");
  EXPECT_EQ(run({"run"}), kState);
  EXPECT_EQ(run({"plan"}), kState);
  EXPECT_EQ(run({"status"}), kState);
}

TEST_F(RunCli, StatusWithoutAStateIsExitCodeFour) {
  EXPECT_EQ(run({"status"}), kState);
  EXPECT_TRUE(contains(err, path("evenkeel.db")));
  EXPECT_FALSE(std::filesystem::exists(path("evenkeel.db")));
}

TEST_F(RunCli, AnUnknownFleetIsRefusedWithTheKnownOnes) {
  write_policy();
  EXPECT_EQ(run({"plan", "--fleet", "wbe"}), kUsage);
  EXPECT_TRUE(contains(err, "wbe"));
  EXPECT_TRUE(contains(err, "there is web"));
}

TEST_F(RunCli, AMistypedFleetCanNotBePaused) {
  write_policy();
  EXPECT_EQ(run({"pause", "wbe", "--reason", "release"}), kUsage);
  EXPECT_TRUE(contains(err, "there is web"));
  EXPECT_EQ(run({"status", "--json"}), kDone);
  EXPECT_TRUE(json()["fleets"].empty());
}

TEST_F(RunCli, APauseIsShownWithReasonAndAuthorUntilItIsEnded) {
  write_policy();
  ASSERT_EQ(run({"pause", "web", "--reason", "big release"}), kDone) << err.str();
  ASSERT_EQ(run({"status", "--json"}), kDone);
  EXPECT_EQ(json()["fleets"][0]["pause"]["reason"], "big release");
  EXPECT_EQ(json()["fleets"][0]["pause"]["author"], "ada");
  ASSERT_EQ(run({"status"}), kDone);
  EXPECT_TRUE(contains(out, "paused by ada: big release; the next tick begins it")) << out.str();
  EXPECT_TRUE(contains(out, "evenkeel resume web"));
  ASSERT_EQ(run({"resume", "web", "--reason", "done", "--json"}), kDone);
  EXPECT_EQ(json()["fleet"], "web");
  EXPECT_EQ(json()["did"][0], "the next tick ends the pause of ada: big release");
  ASSERT_EQ(run({"status", "--json"}), kDone);
  EXPECT_TRUE(json()["fleets"][0]["pause"].is_null());
  EXPECT_EQ(json()["fleets"][0]["wishes"].size(), 2U);
  EXPECT_EQ(dead.tried, 0);
}

TEST_F(RunCli, AFleetThatHasMovedIsAcceptedWithoutEndingItsPause) {
  write_policy();
  ASSERT_EQ(run({"pause", "web", "--reason", "moving"}), kDone) << err.str();
  ASSERT_EQ(run({"resume", "web", "--here", "--reason", "moved"}), kDone) << err.str();
  EXPECT_EQ(
      out.str(),
      "web belonged to no place that is known; the next tick takes the account and region that it finds\n");
  ASSERT_EQ(run({"status", "--json"}), kDone);
  EXPECT_EQ(json()["fleets"][0]["pause"]["reason"], "moving");
  EXPECT_EQ(exit_code_of({ErrorKind::invalid, "elsewhere", kWrongAccount}), kUsage);
}

TEST_F(RunCli, APauseMayEndByItself) {
  write_policy();
  ASSERT_EQ(run({"pause", "web", "--reason", "deploy", "--for", "90m"}), kDone) << err.str();
  EXPECT_TRUE(contains(out, "web is paused for 1h30m, from the next tick on")) << out.str();
  ASSERT_EQ(run({"status"}), kDone);
  EXPECT_TRUE(contains(out, "paused by ada: deploy, for 1h30m; the next tick begins it")) << out.str();
  ASSERT_EQ(run({"pause", "web", "--reason", "feast", "--until", "2026-12-24T18:00:00Z"}), kDone)
      << err.str();
  ASSERT_EQ(run({"status", "--json"}), kDone);
  EXPECT_EQ(json()["fleets"][0]["pause"]["until"], "2026-12-24T18:00:00Z");
  EXPECT_TRUE(json()["fleets"][0]["pause"]["since"].is_null()) << "no tick has dated it";
}

TEST_F(RunCli, AnEndThatIsNoneIsRefusedAndNothingIsPaused) {
  write_policy();
  const std::vector<std::vector<std::string>> wrong = {{"--for", "soon"},
                                                       {"--for", "0s"},
                                                       {"--for", "367d"},
                                                       {"--until", "18:00"},
                                                       {"--until", "2026-11-21T00:00:00Z"},
                                                       {"--until", "2028-01-01T00:00:00Z"}};
  for (const auto& end : wrong) {
    EXPECT_EQ(run({"pause", "web", "--reason", "deploy", end[0], end[1]}), kUsage) << end[1];
    EXPECT_TRUE(contains(err, end[1])) << err.str();
  }
  EXPECT_EQ(run({"pause", "web", "--reason", "x", "--for", "1h", "--until", "2026-12-24T18:00:00Z"}),
            kCommandLine);
  EXPECT_FALSE(std::filesystem::exists(path("evenkeel.db")));
}

TEST_F(RunCli, RestoreOfWhatIsNotUnderWayIsRefused) {
  write_policy();
  ASSERT_EQ(run({"pause", "web", "--reason", "release"}), kDone);
  EXPECT_EQ(run({"restore", "i-0123456789abcdef0"}), kUsage);
  EXPECT_TRUE(contains(err, "i-0123456789abcdef0: nothing is under way"));
}

TEST_F(RunCli, WhatIsOfNoFormIsRefusedByItsOption) {
  write_policy();
  const std::pair<std::vector<std::string>, const char*> wrong[] = {
      {{"explain", "web-2"}, "ID: found \"web-2\"; must be an instance's id, such as i-0123456789abcdef0"},
      {{"restore", "i-0123"}, "ID: found \"i-0123\""},
      {{"history", "--instance", "i-XYZ45678"}, "--instance: found"},
      {{"plan", "--fleet", "we b"}, "--fleet: found \"we b\"; must be a fleet's name"},
      {{"pause", "we\nb", "--reason", "r"}, "FLEET: found \"we\\x0ab\""},
      {{"pause", "web", "--reason", "r\x1b[31m"},
       "--reason: found \"r\\x1b[31m\"; must be a text of 1 to 1000"},
      {{"pause", "web", "--reason", ""}, "--reason: found \"\""},
      {{"resume", "web", "--reason", std::string(1001, 'x')}, "--reason: found"},
      {{"explain", "i-01234567", "--at", "noon"}, "--at: found \"noon\"; must be a time in UTC"},
  };
  for (const auto& [line, said] : wrong) {
    EXPECT_EQ(run(line), kUsage) << said;
    EXPECT_TRUE(contains(err, said)) << err.str();
    EXPECT_EQ(out.str(), "");
  }
  EXPECT_FALSE(std::filesystem::exists(path("evenkeel.db")));
}

TEST_F(RunCli, ASecretThatIsNamedAsThePolicyIsNotShown) {
  environment["AWS_SECRET_ACCESS_KEY"] = "hush-hush";
  for (const char* command : {"plan", "check", "run", "iam"}) {
    EXPECT_EQ(run({command, "--policy", "env:AWS_SECRET_ACCESS_KEY"}), kUsage);
    EXPECT_FALSE(contains(err, "hush") || contains(out, "hush")) << err.str();
    EXPECT_TRUE(contains(err, "env:AWS_SECRET_ACCESS_KEY, line 1, column 1: must be a map")) << err.str();
  }
}

TEST_F(RunCli, EveryIsBounded) {
  write_policy();
  for (const char* wrong : {"1", "0s", "2h", "soon"}) {
    EXPECT_EQ(run({"run", "--every", wrong}), kUsage) << wrong;
    EXPECT_TRUE(contains(err, "such as 1m"));
  }
}

TEST_F(RunCli, StaysThroughErrorsUntilItIsToldToStop) {
  write_policy();
  environment["AWS_REGION"] = "eu-west-1";
  const Time began = clock.now();
  stop_when = [&] { return clock.now() >= began + std::chrono::minutes{3}; };
  EXPECT_EQ(run({"run", "--every", "1m"}), kDone);
  EXPECT_EQ(clock.now(), began + std::chrono::minutes{3});
}

}  // namespace
}  // namespace evenkeel::cli
