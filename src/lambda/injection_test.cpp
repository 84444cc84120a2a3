// What an event can't reach, whatever stands in its fields.
#include <filesystem>
#include <gtest/gtest.h>

#include "lambda/testing/handler.h"

namespace evenkeel::lambda {
namespace {

using Json = nlohmann::json;

// Every command with every field that it has, each of which is right.
const std::vector<std::string>& right_ones() {
  static const std::vector<std::string> all = {
      R"({"command":"tick","fleet":"web"})",
      R"({"command":"plan","fleet":"web"})",
      R"({"command":"status","fleet":"web"})",
      R"({"command":"check","fleet":"web"})",
      R"({"command":"explain","fleet":"web","instance":"i-0123456789abcdef0","at":"2026-11-22T10:00:00Z"})",
      R"({"command":"history","fleet":"web","instance":"i-0123456789abcdef0","limit":5})",
      R"({"command":"pause","fleet":"web","reason":"r","author":"ann","for":"2h"})",
      R"({"command":"pause","fleet":"web","reason":"r","author":"ann","until":"2026-11-23T10:00:00Z"})",
      R"({"command":"resume","fleet":"web","reason":"r","author":"ann"})",
      R"({"command":"restore","fleet":"web","instance":"i-0123456789abcdef0","author":"ann","now":true})",
  };
  return all;
}

std::vector<Json> wrong_values() {
  return {"--policy=env:AWS_SECRET_ACCESS_KEY",
          "--state=stolen.db",
          "--state=dynamodb://other",
          "--policy",
          "-h",
          "--help",
          "--",
          "env:AWS_SECRET_ACCESS_KEY",
          "web --state=dynamodb://other",
          "web\n--state=dynamodb://other",
          "web\u001b[31m",
          "\u0000",
          std::string("web\0x", 5),
          "\u009b31m",
          "",
          " ",
          std::string(100'000, 'i'),
          "i-" + std::string(100'000, '0'),
          "../../etc/passwd",
          "${AWS_SECRET_ACCESS_KEY}",
          "%s%s%s%n",
          Json::array({"web"}),
          Json::array({"web", "--policy=env:AWS_SECRET_ACCESS_KEY"}),
          Json::object({{"fleet", "web"}}),
          7,
          -1,
          1e300,
          0.5,
          18446744073709551615ULL,
          true,
          nullptr};
}

class Injecting : public Handling {
 protected:
  Injecting() {
    variables["EVENKEEL_NOTIFY"] = "";
    invoke("{}");  // something is there that could be shown
  }
  // The secret, the policy's text and what is printed with --help are in no answer and no log line; and nothing
  // was sent but to this region's services and this function's own table.
  void expect_nothing_reached(const std::string& payload, const HandlerAnswer& given) {
    for (const auto& text : {given.text, out.str()}) {
      EXPECT_EQ(text.find("wJalrXUt"), std::string::npos) << payload << text;
      EXPECT_EQ(text.find("Usage:"), std::string::npos) << payload;
      EXPECT_EQ(text.find('\x1b'), std::string::npos) << payload;
    }
    for (const auto& request : network->sent) {
      EXPECT_TRUE(request.url.find(".eu-west-1.amazonaws.com") != std::string::npos) << request.url;
      EXPECT_EQ(request.body.find("wJalrXUt"), std::string::npos) << payload;
      if (request.url.find("dynamodb") == std::string::npos) continue;
      const auto body = Json::parse(request.body);
      const auto text = body.dump();
      EXPECT_NE(text.find(R"("TableName":"evenkeel")"), std::string::npos) << text;
      EXPECT_EQ(text.find(R"("TableName":"other")"), std::string::npos) << text;
    }
    EXPECT_FALSE(std::filesystem::exists("stolen.db"));
  }
  std::int64_t written() const { return calls("dynamodb:PutItem") + calls("dynamodb:TransactWriteItems"); }
};

TEST_F(Injecting, IntoEveryFieldOfEveryCommandReachesNothing) {
  for (const auto& right : right_ones()) {
    const auto whole = Json::parse(right);
    for (const auto& [key, value] : whole.items()) {
      for (const auto& put : wrong_values()) {
        auto event = whole;
        event[key] = put;
        const auto payload = event.dump();
        network->sent.clear();
        const auto before = written();
        const auto given = invoke(payload);
        expect_nothing_reached(payload, given);
        // What can be any text is kept as that text; everything else is refused, and nothing is written.
        const bool any_text = (key == "reason" || key == "author") && put.is_string();
        if (any_text || (put.is_null() && key != "command") || (key == "limit" && put == 7) ||
            (key == "now" && put == true))
          continue;
        if (!given.error_type.empty()) {  // a tick of a fleet that there is not
          EXPECT_EQ(given.error_type, "Evenkeel.Policy") << payload;
          continue;
        }
        const auto answer = Json::parse(given.text);
        EXPECT_EQ(answer["exit_code"], 2) << payload.substr(0, 300) << given.text;
        // A fleet's name may begin with a hyphen, and is then no option but a fleet that there is not.
        const auto said = answer["messages"].dump();
        EXPECT_TRUE(said.find("\\\"" + key + "\\\"") != std::string::npos ||
                    said.find("there is web") != std::string::npos)
            << payload.substr(0, 300) << given.text;
        EXPECT_EQ(written(), before) << payload.substr(0, 300);
        EXPECT_LT(given.text.size(), 1000U);
      }
    }
  }
}

TEST_F(Injecting, AFieldThatTheCommandDoesNotHaveIsRefused) {
  const char* fields[] = {"policy",  "state",     "profile",  "region", "notify", "json",
                          "account", "--policy",  "fleets",   "fleet ", "all",    "limit",
                          "until",   "for",       "instance", "at",     "author", "reason",
                          "argv",    "arguments", "role_arn", "every",  ""};
  for (const auto& right : right_ones()) {
    const auto whole = Json::parse(right);
    for (const char* field : fields) {
      if (whole.contains(field)) continue;
      if (whole["command"] == "pause" &&
          (std::string_view(field) == "for" || std::string_view(field) == "until"))
        continue;
      auto event = whole;
      event[field] = "dynamodb://other";
      network->sent.clear();
      const auto given = invoke(event.dump());
      const auto answer = Json::parse(given.text, nullptr, false);
      EXPECT_EQ(answer["exit_code"], 2) << event << given.text;
      EXPECT_NE(answer["messages"].dump().find("no such field"), std::string::npos) << event << given.text;
      EXPECT_TRUE(network->sent.empty()) << event;
    }
  }
}

TEST_F(Injecting, TheSecretKeyIsNoAnswerToAPlan) {
  const auto given = invoke(R"({"command":"plan","instance":"--policy=env:AWS_SECRET_ACCESS_KEY"})");
  EXPECT_EQ(Json::parse(given.text)["exit_code"], 2);
  EXPECT_EQ(given.text.find("wJalrXUt"), std::string::npos);
  // Nor where an operator named the wrong variable for the function.
  variables["EVENKEEL_POLICY"] = "env:AWS_SECRET_ACCESS_KEY";
  start_process();
  for (const char* payload : {R"({"command":"plan"})", R"({"command":"check"})", "{}",
                              R"({"command":"explain","instance":"i-0123456789abcdef0"})"}) {
    const auto broken = invoke(payload);
    EXPECT_EQ(broken.text.find("wJalrXUt"), std::string::npos) << broken.text;
    EXPECT_FALSE(logged("wJalrXUt"));
    EXPECT_NE(broken.text.find("must be a map"), std::string::npos) << broken.text;
  }
}

TEST_F(Injecting, APauseGoesToThisFunctionsTableOrNowhere) {
  const auto asked = answer(R"({"command":"pause","fleet":"--state=/tmp/stolen.db","reason":"r"})");
  EXPECT_EQ(asked["exit_code"], 2);
  EXPECT_EQ(asked["output"], nullptr);
  const auto reason = answer(R"({"command":"pause","fleet":"web","reason":"--state=dynamodb://other"})");
  EXPECT_EQ(reason["exit_code"], 0) << reason;
  EXPECT_EQ(answer(R"({"command":"status"})")["output"]["fleets"][0]["pause"]["reason"],
            "--state=dynamodb://other");
}

}  // namespace
}  // namespace evenkeel::lambda
