// Real processes: /bin/sh and its like, which are on every machine that builds this.
#include "credentials/process.h"

#include <gtest/gtest.h>

#include "credentials/testing/sources.h"

namespace evenkeel::credentials {
namespace {

using Arguments = std::vector<std::string>;

Result<std::string> shell(const std::string& script, const ProcessLimits& limits = {},
                          const Arguments& variables = {"PATH=/usr/bin:/bin"}) {
  SystemClock clock;
  return run_process({"/bin/sh", "-c", script}, variables, clock, limits);
}

TEST(SplitCommand, DividesAsAShellDoesButExpandsNothing) {
  EXPECT_EQ(split_command("/opt/my/tool --a  b"), (Arguments{"/opt/my/tool", "--a", "b"}));
  EXPECT_EQ(split_command(R"("/opt/my tool" 'a "b" c' d\ e "f\"g\h" '')"),
            (Arguments{"/opt/my tool", "a \"b\" c", "d e", "f\"g\\h", ""}));
  EXPECT_EQ(split_command("echo $HOME `id` *; rm"), (Arguments{"echo", "$HOME", "`id`", "*;", "rm"}));
  EXPECT_EQ(split_command("a b\"c d\"e"), (Arguments{"a", "bc de"}));
  EXPECT_EQ(split_command("  "), Arguments{});
  for (const char* open : {"a \"b", "a 'b", "a \\"}) EXPECT_EQ(split_command(open), std::nullopt) << open;
}

TEST(Process, GivesItsOutputWhole) {
  EXPECT_EQ(shell("echo one; echo two"), "one\ntwo\n");
  EXPECT_EQ(shell("echo noise >&2; printf x"), "x");
}

TEST(Process, SeesOnlyTheEnvironmentItIsHandedAndAnEmptyInput) {
  EXPECT_EQ(shell("echo $A$HOME; cat", {}, {"PATH=/usr/bin:/bin", "A=b"}), "b\n");
}

TEST(Process, ThatFailsShowsWhatItComplainedOfButNotWhatItPrinted) {
  const auto failed = shell("echo hush-secret; echo 'no \033[31mlogin' >&2; exit 7");
  ASSERT_EQ(kind_of(failed), ErrorKind::denied);
  EXPECT_EQ(failed.error().message, "ended with code 7; it said: no \\x1b[31mlogin");
  EXPECT_EQ(shell("kill -9 $$").error().message, "was ended by signal 9");
}

TEST(Process, ThatIsNotThereIsNamed) {
  SystemClock clock;
  const auto none = run_process({"/nonexistent/tool"}, {}, clock);
  ASSERT_EQ(kind_of(none), ErrorKind::invalid);
  EXPECT_NE(none.error().message.find("can't be started: No such file"), std::string::npos);
}

TEST(Process, IsKilledWithItsChildrenWhenItTakesTooLong) {
  SystemClock clock;
  const Time before = clock.now();
  const auto slow = shell("sleep 60 & echo waiting >&2; wait", {.time = Duration{200}});
  ASSERT_EQ(kind_of(slow), ErrorKind::unavailable);
  EXPECT_NE(slow.error().message.find("took longer than"), std::string::npos);
  EXPECT_NE(slow.error().message.find("waiting"), std::string::npos);
  const auto closed = shell("exec >&- 2>&-; sleep 60", {.time = Duration{200}});
  ASSERT_EQ(kind_of(closed), ErrorKind::unavailable);
  EXPECT_LT(clock.now() - before, Duration{20'000});
}

TEST(Process, MayNotPrintWithoutEnd) {
  const auto much = shell("yes", {.output = 10'000});
  ASSERT_EQ(kind_of(much), ErrorKind::invalid);
  EXPECT_EQ(much.error().message, "printed more than 10000 bytes");
}

struct Profile : SourcesWorld {
  Result<Found> run(const std::string& line) {
    home.write("config", "[default]\ncredential_process = " + line + "\n");
    SystemClock real;
    const Sources sources{network, real, random, environment(), {"PATH=/usr/bin:/bin"}, std::nullopt};
    return process_credentials(sources, config().value(), "default");
  }
};

TEST(ProcessCredentials, AreReadFromItsJson) {
  Profile profile;
  const auto json = profile.home.write("answer", json_of("AKPROC"));
  const auto found = profile.run("/bin/cat \"" + json + "\"");
  EXPECT_EQ(who(found), "AKPROC");
  EXPECT_EQ(session_of(found)->expires, parse_iso8601("2026-11-22T12:00:00Z"));
}

TEST(ProcessCredentials, NameProfileAndProgramWhenTheyFail) {
  Profile profile;
  const auto failed = who(profile.run("/bin/sh -c 'echo sign in first >&2; exit 1'"));
  EXPECT_TRUE(failed.starts_with("error: credential_process of profile 'default' in ")) << failed;
  EXPECT_NE(failed.find("'/bin/sh' ended with code 1; it said: sign in first; try the command by hand"),
            std::string::npos)
      << failed;
  const auto garbage = who(profile.run("/bin/echo hush-secret"));
  EXPECT_NE(garbage.find("is no JSON object; it must print"), std::string::npos) << garbage;
  EXPECT_EQ(garbage.find("hush"), std::string::npos);
  EXPECT_NE(who(profile.run("'open")).find("a quote is not closed"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::credentials
