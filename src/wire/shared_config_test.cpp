#include "wire/shared_config.h"

#include <gtest/gtest.h>

#include "wire/testing/machine.h"
#include "wire/testing/scripted_transport.h"

namespace evenkeel::wire {
namespace {

std::string wrong(std::string_view text) {
  const auto sections = parse_ini(text, "f");
  return sections ? "" : sections.error().message;
}

TEST(Ini, IsReadAsBotocoreReadsIt) {
  const auto sections = parse_ini(
      "\xEF\xBB\xBF# a comment\r\n[default]\r\nRegion = eu-west-1 # kept\r\n; another\r\n\r\n"
      "output: json\n[ profile  web ]\nempty =\nkey = a=b:c\n[services s]\nec2 =\n  endpoint_url = "
      "http://x/\n"
      "\n  # inside\n  Other=1\nsts =\n\tendpoint_url = http://y/\n",
      "f");
  ASSERT_TRUE(sections) << sections.error().message;
  EXPECT_EQ(sections->at("default"), (ProfileSettings{{"region", "eu-west-1 # kept"}, {"output", "json"}}));
  EXPECT_EQ(sections->at("profile  web"), (ProfileSettings{{"empty", ""}, {"key", "a=b:c"}}));
  EXPECT_EQ(sections->at("services s"), (ProfileSettings{{"ec2", ""},
                                                         {"ec2.endpoint_url", "http://x/"},
                                                         {"ec2.other", "1"},
                                                         {"sts", ""},
                                                         {"sts.endpoint_url", "http://y/"}}));
}

TEST(Ini, NamesFileAndLineOfWhatIsWrongAndShowsNoValue) {
  EXPECT_TRUE(wrong("[a]\nx = 1\ny\n").starts_with("f:3: no setting"));
  EXPECT_TRUE(wrong("x = hush\n").starts_with("f:1: a setting before the first section"));
  EXPECT_TRUE(wrong("[a]\n[a]\n").starts_with("f:2: the section [a] stands here twice"));
  EXPECT_TRUE(wrong("[a]\nk = hush\nk = other\n").starts_with("f:3: 'k' stands twice"));
  EXPECT_TRUE(wrong("[a\n").starts_with("f:1: a section is written [name]"));
  EXPECT_TRUE(wrong("[]\n").starts_with("f:1: a section"));
  EXPECT_TRUE(wrong("[a]\nec2 =\n  hush\n").starts_with("f:3: below 'ec2'"));
  EXPECT_EQ(wrong("[a]\nk = hush\nk = other\n[b]\nz").find("hush"), std::string::npos);
}

TEST(SharedConfig, TakesTheCredentialsFileBeforeTheConfigFile) {
  Machine world;
  world.home.write("config",
                   "[profile web]\nregion = a\nrole_arn = c\n[profile \"my web\"]\nregion = q\n"
                   "[web2]\nregion = ignored\n[profile empty]\n");
  world.home.write("credentials", "[web]\nregion = b\n");
  const auto config = world.config("web");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_TRUE(config->by_flag());
  EXPECT_EQ(config->setting("region"), "b");
  EXPECT_EQ(config->setting("role_arn"), "c");
  EXPECT_EQ(config->setting("my web", "region"), "q");
  EXPECT_FALSE(config->has("web2"));
  EXPECT_TRUE(config->has("empty"));
}

TEST(SharedConfig, TakesTheFlagBeforeTheVariablesAndNeedsTheProfileThatWasNamed) {
  Machine world;
  world.home.write("config", "[profile a]\n[profile b]\n[default]\n");
  EXPECT_EQ(world.config()->profile, "default");
  world.variables["AWS_DEFAULT_PROFILE"] = "b";
  EXPECT_EQ(world.config()->profile, "b");
  world.variables["AWS_PROFILE"] = "a";
  EXPECT_EQ(world.config()->profile, "a");
  EXPECT_EQ(world.config("b")->profile, "b");
  world.variables["AWS_PROFILE"] = "c";
  const auto none = world.config();
  ASSERT_EQ(kind_of(none), ErrorKind::invalid);
  EXPECT_TRUE(none.error().message.starts_with("AWS_PROFILE: there is no profile 'c' in "))
      << none.error().message;
  EXPECT_TRUE(world.config("a"));
}

TEST(SharedConfig, NeedsNoFileAndNoHome) {
  const auto config = SharedConfig::load([](std::string_view) { return std::nullopt; });
  ASSERT_TRUE(config);
  EXPECT_EQ(config->config_file, "");
}

TEST(SharedConfig, FindsItsFilesBelowHome) {
  Directory home;
  std::filesystem::create_directory(home.file(".aws"));
  home.write(".aws/config", "[default]\nregion = eu-west-3\n");
  home.write("elsewhere", "[default]\nregion = eu-west-2\n");
  std::map<std::string, std::string, std::less<>> variables = {{"HOME", home.file("")}};
  const auto environment = [&](std::string_view name) -> std::optional<std::string> {
    const auto at = variables.find(name);
    return at == variables.end() ? std::nullopt : std::optional{at->second};
  };
  EXPECT_EQ(SharedConfig::load(environment)->setting("region"), "eu-west-3");
  variables["AWS_CONFIG_FILE"] = "~/elsewhere";
  EXPECT_EQ(SharedConfig::load(environment)->setting("region"), "eu-west-2");
}

TEST(SharedConfig, RefusesDirectoriesAndWhatIsTooLarge) {
  Machine world;
  world.home.write("config", std::string(SharedConfig::kMostBytes + 1, '#'));
  EXPECT_NE(world.config().error().message.find("is larger than 1048576 bytes"), std::string::npos);
  world.variables["AWS_CONFIG_FILE"] = world.home.file("");
  EXPECT_NE(world.config().error().message.find("is a directory"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::wire
