#include "play/picture.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "cli/table.h"

namespace evenkeel::play {
namespace {

using namespace std::chrono_literals;

const Time kStart = Time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

class PictureOf : public ::testing::Test {
 protected:
  PictureOf() {
    for (const char* name : {"web-10", "web-9"}) {
      sim::Server server;
      server.id = std::string("i-") + name;
      server.name = name;
      server.memory = 50;
      account.add_server(server);
    }
  }
  std::vector<std::string> lines(bool colours = false) const {
    return split(picture.text("  ", 65, colours), '\n');
  }
  sim::Account account{kStart, 1};
  Picture picture;
};

TEST_F(PictureOf, DrawsOneRowAServerInTheOrderOfTheirNumbers) {
  picture = Picture(account, kStart, 24h);
  picture.look(account);
  ASSERT_EQ(lines().size(), 5U);
  EXPECT_TRUE(lines()[0].starts_with("  web-9    ▅"));
  EXPECT_TRUE(lines()[1].starts_with("  web-10   ▅"));
  EXPECT_TRUE(lines()[2].starts_with("  healthy  0"));
  EXPECT_NE(lines()[3].find("00:00       04:00"), std::string::npos);
  EXPECT_EQ(cli::display_width(lines()[0]), 2 + 9 + Picture::kColumns);
}

TEST_F(PictureOf, MarksTheDeadAndPaintsOnlyWhenAsked) {
  account.servers.at("i-web-9").life = sim::Server::Life::hung;
  account.servers.at("i-web-10").memory = 70;
  picture = Picture(account, kStart, 24h);
  picture.look(account);
  EXPECT_TRUE(lines()[0].starts_with("  web-9    ×"));
  EXPECT_EQ(picture.text("", 65, false).find('\x1b'), std::string::npos);
  EXPECT_NE(lines(true)[1].find("\x1b[33m▆\x1b[0m"), std::string::npos);
}

TEST_F(PictureOf, DrawsADozenServersAndCountsTheOthers) {
  for (int i = 0; i < 20; ++i) account.add_server({});
  picture = Picture(account, kStart, 1h);
  EXPECT_NE(picture.text("", 65, false).find("… and 10 more"), std::string::npos);
}

TEST(HealthyMembers, AreHealthyInEveryGroupTheyAreIn) {
  sim::Account account{kStart, 1};
  const auto arn = account.add_target_group({});
  const auto other = account.add_target_group({});
  const auto put = [&](const std::string& group, const std::string& id, const char* state) {
    sim::RegisteredTarget target;
    target.instance_id = id;
    target.state = state;
    account.find_group(group)->targets.push_back(target);
  };
  put(arn, "i-1", "healthy");
  put(other, "i-1", "healthy");
  put(arn, "i-2", "healthy");
  put(other, "i-2", "draining");
  put(arn, "i-3", "unhealthy");
  EXPECT_EQ(healthy_members(account), 1);
}

}  // namespace
}  // namespace evenkeel::play
