#include <gtest/gtest.h>

#include "sim/testing/json.h"

namespace evenkeel::sim {
namespace {

struct Ssm : JsonWorld {
  Ssm() { account.switches.throttling = false; }

  JsonReply put(const std::string& name, const std::string& value, Json more = Json::object()) {
    more.update({{"Name", name}, {"Value", value}});
    return ssm("PutParameter", more);
  }
  JsonReply get(const std::string& name) { return ssm("GetParameter", {{"Name", name}}); }
  Json parameter(const std::string& name) { return get(name).body.value("Parameter", Json()); }
};

const Json kString = {{"Type", "String"}};
const Json kOverwrite = {{"Overwrite", true}};

TEST(Ssm, KeepsParametersByVersion) {
  Ssm ssm;
  EXPECT_EQ(ssm.put("/evenkeel/policy", "one", kString).body, (Json{{"Version", 1}, {"Tier", "Standard"}}));
  const Time first = ssm.account.now();
  ssm.wait(std::chrono::minutes{1});
  EXPECT_EQ(ssm.put("/evenkeel/policy", "two", kOverwrite).body["Version"], 2);
  const Json newest = ssm.parameter("/evenkeel/policy");
  EXPECT_EQ(newest["Value"], "two");
  EXPECT_EQ(newest["Version"], 2);
  EXPECT_EQ(newest["Type"], "String");
  EXPECT_EQ(newest["ARN"], "arn:aws:ssm:eu-west-1:123456789012:parameter/evenkeel/policy");
  EXPECT_FALSE(newest.contains("Selector"));
  const Json older = ssm.parameter("/evenkeel/policy:1");
  EXPECT_EQ(older["Value"], "one");
  EXPECT_EQ(older["Name"], "/evenkeel/policy");
  EXPECT_EQ(older["Selector"], ":1");
  EXPECT_EQ(older["LastModifiedDate"], static_cast<double>(first.time_since_epoch().count()) / 1000);
}

TEST(Ssm, SaysWhatIsNotThere) {
  Ssm ssm;
  ssm.put("plain", "value", kString);
  EXPECT_EQ(ssm.get("none").code(), "ParameterNotFound");
  EXPECT_EQ(ssm.get("none:1").code(), "ParameterNotFound");
  EXPECT_EQ(ssm.get("plain:2").code(), "ParameterVersionNotFound");
  EXPECT_EQ(ssm.get("plain:01").code(), "ParameterVersionNotFound");
  EXPECT_EQ(ssm.get("plain:label").code(), "ParameterVersionNotFound");
  EXPECT_EQ(ssm.get("plain:").code(), "ParameterVersionNotFound");
  EXPECT_EQ(ssm.get("").code(), "ValidationException");
}

TEST(Ssm, ShowsSecretsOnlyToWhoAsksToDecryptThem) {
  Ssm ssm;
  ssm.put("/secret", "https://hooks.example.com/T0/xyz", {{"Type", "SecureString"}});
  const std::string sealed = ssm.parameter("/secret")["Value"];
  EXPECT_EQ(sealed.find("example"), std::string::npos);
  EXPECT_FALSE(sealed.empty());
  const auto open = ssm.ssm("GetParameter", {{"Name", "/secret"}, {"WithDecryption", true}});
  EXPECT_EQ(open.body["Parameter"]["Value"], "https://hooks.example.com/T0/xyz");
  EXPECT_EQ(open.body["Parameter"]["Type"], "SecureString");
  ssm.put("/plain", "value", kString);
  EXPECT_EQ(ssm.parameter("/plain")["Value"], "value");
}

TEST(Ssm, RefusesWhatItCannotKeep) {
  Ssm ssm;
  EXPECT_EQ(ssm.put("/p", "value").code(), "ValidationException") << "no type";
  EXPECT_EQ(ssm.put("/p", "", kString).code(), "ValidationException");
  EXPECT_EQ(ssm.put("/p", "value", {{"Type", "Text"}}).code(), "ValidationException");
  EXPECT_EQ(ssm.put("/p", "value", kString).status, 200);
  EXPECT_EQ(ssm.put("/p", "value", kString).code(), "ParameterAlreadyExists");
  EXPECT_EQ(ssm.put("/p", "value", {{"Overwrite", true}, {"Type", "SecureString"}}).code(),
            "ValidationException");
  EXPECT_EQ(ssm.parameter("/p")["Version"], 1);
  for (const char* name : {"a/b", "/a/", "/aws/x", "ssm-x", "/a b", "/a:1"})
    EXPECT_EQ(ssm.put(name, "value", kString).code(), "ValidationException") << name;
  EXPECT_EQ(ssm.put("/4k", std::string(4096, 'x'), kString).status, 200);
  EXPECT_EQ(ssm.put("/8k", std::string(4097, 'x'), kString).code(), "ValidationException");
  EXPECT_EQ(ssm.put("/8k", std::string(8192, 'x'), {{"Type", "String"}, {"Tier", "Advanced"}}).status, 200);
  EXPECT_EQ(ssm.put("/9k", std::string(8193, 'x'), {{"Type", "String"}, {"Tier", "Advanced"}}).code(),
            "ValidationException");
}

TEST(Ssm, ForgetsTheOldestOfAHundredVersions) {
  Ssm ssm;
  ssm.put("/p", "1", kString);
  for (int i = 2; i <= 101; ++i) ssm.put("/p", std::to_string(i), kOverwrite);
  EXPECT_EQ(ssm.parameter("/p")["Version"], 101);
  EXPECT_EQ(ssm.get("/p:1").code(), "ParameterVersionNotFound");
  EXPECT_EQ(ssm.parameter("/p:2")["Value"], "2");
}

}  // namespace
}  // namespace evenkeel::sim
