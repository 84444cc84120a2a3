#include "wiring/policies.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <vector>

#include "wiring/testing/sources.h"

namespace evenkeel::wiring {
namespace {

using nlohmann::json;

std::string policy_of(const std::string& fleet) {
  return "fleets:\n"
         "  - name: " +
         fleet +
         "\n"
         "    target_groups: [tg1]\n"
         "    reboot_when: {metric: m, above: 65}\n"
         "    keep: {healthy: 1}\n";
}
const std::string kBroken = "fleets:\n  - name: web\n    tarpit: 5\n";

// A parameter with its versions; version 0 is none. Down: there is no answer.
struct ParameterStore : Outside {
  ParameterStore()
      : Outside([this](const wire::Request& request) -> Result<wire::Response> {
          if (down) {
            clock.time += request.timeout;
            return wire::reply_lost();
          }
          const auto name = json::parse(request.body).at("Name").get<std::string>();
          asked.push_back(name);
          if (!name.starts_with("/evenkeel/policy"))
            return wire::respond(400, R"({"__type":"ParameterNotFound","message":""})");
          auto version = versions.size();
          if (const auto colon = name.find(':'); colon != std::string::npos)
            std::from_chars(name.data() + colon + 1, name.data() + name.size(), version);
          if (version == 0 || version > versions.size())
            return wire::respond(400, R"({"__type":"ParameterVersionNotFound","message":""})");
          return wire::respond(
              200, json{{"Parameter", {{"Value", versions[version - 1]}, {"Version", version}}}}.dump());
        }) {
    environment["AWS_REGION"] = "eu-west-1";
  }

  std::vector<std::string> versions;
  std::vector<std::string> asked;
  bool down = false;
};

std::string fleet_of(const Result<PolicySource::Current>& current) {
  return current ? current->policy.fleets.at(0).name : current.error().message;
}

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / "evenkeel-wiring-XXXXXX") {
    std::string name = path_.string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string write(const std::string& text) const {
    const auto file = path_ / "evenkeel.yaml";
    std::ofstream(file) << text;
    return file.string();
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(APolicy, IsReadFromAParameterOfTheGivenRegion) {
  ParameterStore store;
  store.versions = {policy_of("old"), policy_of("web")};
  const auto newest = load_policy("ssm:/evenkeel/policy", store.sources(), "us-west-2");
  ASSERT_TRUE(newest) << newest.error().message;
  EXPECT_EQ(newest->fleets.at(0).name, "web");
  EXPECT_EQ(store.transport.requests.back().url, "https://ssm.us-west-2.amazonaws.com/");
  const auto pinned = load_policy("ssm:/evenkeel/policy:1", store.sources(), "");
  ASSERT_TRUE(pinned) << pinned.error().message;
  EXPECT_EQ(pinned->fleets.at(0).name, "old");
  EXPECT_EQ(store.transport.requests.back().url, "https://ssm.eu-west-1.amazonaws.com/");
}

TEST(APolicy, ItsMistakesAreNamedWithParameterVersionLineAndColumn) {
  ParameterStore store;
  store.versions = {policy_of("web"), kBroken};
  const auto policy = load_policy("ssm:/evenkeel/policy", store.sources(), "");
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().kind, ErrorKind::invalid);
  EXPECT_NE(policy.error().message.find("ssm:/evenkeel/policy version 2, line 3, column 5: "),
            std::string::npos)
      << policy.error().message;
}

TEST(APolicy, IsReadFromAVariable) {
  ParameterStore store;
  EXPECT_EQ(wire::kind_of(load_policy("env:POLICY", store.sources(), "")), ErrorKind::invalid);
  store.environment["POLICY"] = policy_of("web");
  EXPECT_TRUE(load_policy("env:POLICY", store.sources(), ""));
  store.environment["POLICY"] = kBroken;
  const auto broken = load_policy("env:POLICY", store.sources(), "");
  ASSERT_FALSE(broken);
  EXPECT_TRUE(broken.error().message.starts_with("env:POLICY, line ")) << broken.error().message;
  EXPECT_TRUE(store.transport.requests.empty());
}

TEST(APolicy, InLambdaARelativePathIsInTheFunctionsPackage) {
  Folder folder;
  folder.write(policy_of("web"));
  ParameterStore store;
  store.environment["LAMBDA_TASK_ROOT"] = folder.path();
  EXPECT_FALSE(load_policy("evenkeel.yaml", store.sources(), ""));
  store.environment["AWS_LAMBDA_RUNTIME_API"] = "127.0.0.1:9001";
  EXPECT_TRUE(load_policy("evenkeel.yaml", store.sources(), ""));
  EXPECT_TRUE(load_policy(folder.path() + "/evenkeel.yaml", store.sources(), ""));
}

TEST(APolicy, AnAddressThatMakesNoSenseIsRefusedBeforeAnyCall) {
  ParameterStore store;
  for (const auto* address : {"ssm:", "ssm:/", "ssm:name", "ssm:/p:", "ssm:/p:x", "ssm:/p:0", "ssm:/p:-1",
                              "ssm:/p:1:2", "ssm:/p:99999999999999999999", "env:"}) {
    EXPECT_EQ(wire::kind_of(load_policy(address, store.sources(), "")), ErrorKind::invalid) << address;
  }
  EXPECT_TRUE(store.transport.requests.empty());
}

TEST(APolicySource, ReadsAParameterOnceAMinute) {
  ParameterStore store;
  store.versions = {policy_of("one")};
  PolicySource source("ssm:/evenkeel/policy", store.sources(), "");
  const auto first = source.current();
  EXPECT_EQ(fleet_of(first), "one");
  EXPECT_EQ(first->version, "ssm:/evenkeel/policy version 1");
  EXPECT_EQ(first->problem, "");
  store.versions.push_back(policy_of("two"));
  store.clock.time += PolicySource::kReadAgainAfter - Duration{1};
  EXPECT_EQ(fleet_of(source.current()), "one");
  EXPECT_EQ(store.asked.size(), 1U);
  store.clock.time += Duration{1};
  const auto second = source.current();
  EXPECT_EQ(fleet_of(second), "two");
  EXPECT_EQ(second->version, "ssm:/evenkeel/policy version 2");
}

TEST(APolicySource, KeepsTheLastGoodOneAndSaysWhatIsWrongWithWhich) {
  ParameterStore store;
  store.versions = {policy_of("one")};
  PolicySource source("ssm:/evenkeel/policy", store.sources(), "");
  ASSERT_TRUE(source.current());
  store.versions.push_back(kBroken);
  store.clock.time += PolicySource::kReadAgainAfter;
  const auto kept = source.current();
  EXPECT_EQ(fleet_of(kept), "one");
  EXPECT_EQ(kept->version, "ssm:/evenkeel/policy version 1");
  EXPECT_NE(kept->problem.find("ssm:/evenkeel/policy version 2, line 3, column 5"), std::string::npos)
      << kept->problem;
  EXPECT_TRUE(kept->problem.ends_with("\nssm:/evenkeel/policy version 1 stays in use")) << kept->problem;
  EXPECT_EQ(source.current()->problem, kept->problem);  // without asking again
  store.versions.push_back(policy_of("three"));
  store.clock.time += PolicySource::kReadAgainAfter;
  EXPECT_EQ(fleet_of(source.current()), "three");
  EXPECT_EQ(source.current()->problem, "");
}

TEST(APolicySource, GoesOnWithItsPolicyWhileThereIsNoAnswer) {
  ParameterStore store;
  store.versions = {policy_of("one")};
  PolicySource source("ssm:/evenkeel/policy", store.sources(), "");
  ASSERT_TRUE(source.current());
  store.down = true;
  store.clock.time += PolicySource::kReadAgainAfter;
  const Time began = store.clock.time;
  const auto kept = source.current();
  EXPECT_EQ(fleet_of(kept), "one");
  EXPECT_NE(kept->problem.find("ssm:GetParameter"), std::string::npos) << kept->problem;
  EXPECT_LE(store.clock.time - began, PolicySource::kReadAgainWithin);
}

TEST(APolicySource, BeginsWithTheOlderVersionWhereTheNewestIsBroken) {
  ParameterStore store;
  store.versions = {policy_of("one"), policy_of("two"), kBroken, "]"};
  PolicySource source("ssm:/evenkeel/policy", store.sources(), "");
  const auto current = source.current();
  ASSERT_TRUE(current) << current.error().message;
  EXPECT_EQ(fleet_of(current), "two");
  EXPECT_EQ(current->version, "ssm:/evenkeel/policy version 2");
  EXPECT_NE(current->problem.find("ssm:/evenkeel/policy version 4, line 1"), std::string::npos)
      << current->problem;
  EXPECT_EQ(store.asked.size(), 3U);
}

TEST(APolicySource, AFirstReadWithoutAGoodOneIsAnErrorAndTriedAgain) {
  ParameterStore store;
  PolicySource source("ssm:/evenkeel/policy", store.sources(), "");
  EXPECT_EQ(wire::kind_of(source.current()), ErrorKind::not_found);
  store.versions = {kBroken};
  EXPECT_EQ(wire::kind_of(source.current()), ErrorKind::invalid);
  store.down = true;
  EXPECT_EQ(wire::kind_of(source.current()), ErrorKind::unavailable);
  store.down = false;
  store.versions.assign(PolicySource::kOlderVersions + 5, kBroken);
  store.asked.clear();
  EXPECT_EQ(wire::kind_of(source.current()), ErrorKind::invalid);
  EXPECT_EQ(store.asked.size(), PolicySource::kOlderVersions + 1U);
  store.versions.push_back(policy_of("web"));
  EXPECT_EQ(fleet_of(source.current()), "web");
}

TEST(APolicySource, AVersionThatWasAskedForIsNeverReplacedByAnother) {
  ParameterStore store;
  store.versions = {policy_of("one"), kBroken};
  PolicySource source("ssm:/evenkeel/policy:2", store.sources(), "");
  EXPECT_FALSE(source.current());
  EXPECT_EQ(store.asked, (std::vector<std::string>{"/evenkeel/policy:2"}));
}

TEST(APolicySource, ReadsAFileEachTimeAndAVariableOnce) {
  Folder folder;
  ParameterStore store;
  const auto path = folder.write(policy_of("one"));
  PolicySource file(path, store.sources(), "");
  EXPECT_EQ(fleet_of(file.current()), "one");
  folder.write(policy_of("two"));
  EXPECT_EQ(fleet_of(file.current()), "two");
  folder.write(kBroken);
  const auto kept = file.current();
  EXPECT_EQ(fleet_of(kept), "two");
  EXPECT_NE(kept->problem.find(path + ":3:5: "), std::string::npos) << kept->problem;
  EXPECT_TRUE(kept->problem.ends_with(path + " stays in use, as it was before")) << kept->problem;
  std::filesystem::remove(path);
  EXPECT_EQ(fleet_of(file.current()), "two");
  EXPECT_NE(file.current()->problem, "");
  folder.write(policy_of("three"));
  EXPECT_EQ(fleet_of(file.current()), "three");
  EXPECT_EQ(file.current()->problem, "");

  store.environment["POLICY"] = policy_of("one");
  PolicySource variable("env:POLICY", store.sources(), "");
  EXPECT_EQ(fleet_of(variable.current()), "one");
  store.environment["POLICY"] = policy_of("two");
  EXPECT_EQ(fleet_of(variable.current()), "one");
}

}  // namespace
}  // namespace evenkeel::wiring
