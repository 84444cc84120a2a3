#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>

#include "policy/policy_file.h"

namespace evenkeel::policy {
namespace {

TEST(PolicyFile, IsReadFromDisk) {
  const auto path =
      std::filesystem::temp_directory_path() / ("evenkeel-policy-test-" + std::to_string(getpid()));
  std::ofstream(path) << "fleets: [{name: web, target_groups: [tg1], reboot_when: {metric: m, above: 65}, "
                         "keep: {healthy: 5}}]\n";
  const auto policy = load(path.string());
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->fleets[0].name, "web");

  std::ofstream(path, std::ios::app) << std::string(1'048'576, '#');
  const auto large = load(path.string());
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().message,
            path.string() + ":1:1: larger than 1048576 bytes; is this the policy file?");
  std::filesystem::remove(path);

  const auto missing = load(path.string());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  EXPECT_EQ(missing.error().message,
            path.string() + ": can't be opened: No such file or directory; name an existing policy file");

  const auto directory = load("/tmp");
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().message, "/tmp: is a directory; name the policy file itself");
}

}  // namespace
}  // namespace evenkeel::policy
