#include "lambda/settings.h"

#include <gtest/gtest.h>
#include <map>

namespace evenkeel::lambda {
namespace {

using namespace std::chrono_literals;

Result<Settings> settings(std::map<std::string, std::string> variables) {
  return read_settings(
      [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(std::string{name});
        return found == variables.end() ? std::nullopt : std::optional{found->second};
      });
}

TEST(Settings, AreTheEnvironmentsWithSafeDefaults) {
  const auto given = settings({{"EVENKEEL_STATE", "dynamodb://evenkeel"}});
  ASSERT_TRUE(given) << given.error().message;
  EXPECT_EQ(given->policy, "evenkeel.yaml");
  EXPECT_EQ(given->state, "dynamodb://evenkeel");
  EXPECT_EQ(given->period, 1min);
}

TEST(Settings, ThePolicysAddressIsTakenAsItIsWritten) {
  for (const char* address : {"/etc/evenkeel.yaml", "ssm:/evenkeel/policy", "env:POLICY"}) {
    const auto given = settings({{"EVENKEEL_STATE", "dynamodb://t"}, {"EVENKEEL_POLICY", address}});
    ASSERT_TRUE(given);
    EXPECT_EQ(given->policy, address);
  }
}

TEST(Settings, AStateThatTheFunctionWouldForgetIsRefused) {
  for (const char* address : {"", "evenkeel.db", "sqlite:/tmp/x.db"}) {
    const auto given = settings({{"EVENKEEL_STATE", address}});
    ASSERT_FALSE(given) << address;
    EXPECT_NE(given.error().message.find("give dynamodb://TABLE"), std::string::npos);
  }
}

TEST(Settings, APeriodIsADurationOfAMinuteToAnHour) {
  EXPECT_EQ(settings({{"EVENKEEL_STATE", "dynamodb://t"}, {"EVENKEEL_PERIOD", "5m"}})->period, 5min);
  for (const char* text : {"10s", "2h", "often", "-1m"})
    EXPECT_FALSE(settings({{"EVENKEEL_STATE", "dynamodb://t"}, {"EVENKEEL_PERIOD", text}})) << text;
}

}  // namespace
}  // namespace evenkeel::lambda
