#include "observe/commands.h"

#include "observe/testing/observing.h"

namespace evenkeel::observe {
namespace {

using State = CommandResult::State;

struct ObservingCommands : Observing {
  CommandResult result(const std::string& command_id) {
    auto observation = Observation{};
    observation.taken_at = wire::aws_date();
    Question question;
    question.kind = Question::Kind::command;
    question.instance_ids = {kOne};
    question.nonce = "n0nce";
    question.command_id = command_id;
    answer(question, policy, account.caller, cache, observation);
    problems = observation.problems.size();
    return observation.commands.at("n0nce");
  }
  void status(const std::string& word) {
    answers["GetCommandInvocation"] = wire::respond(
        200, R"({"Status":")" + word + R"(","StandardOutputContent":"recycled","StandardErrorContent":""})");
  }
  std::size_t problems = 0;
};

TEST_F(ObservingCommands, AKnownCommandIsAskedForByItsId) {
  status("Success");
  const auto seen = result("c-1");
  EXPECT_EQ(seen.state, State::success);
  EXPECT_EQ(seen.command_id, "c-1");
  EXPECT_EQ(seen.status, "Success");
  EXPECT_EQ(seen.output, "recycled");
  EXPECT_NE(last_body["GetCommandInvocation"].find("c-1"), std::string::npos);
  EXPECT_NE(last_body["GetCommandInvocation"].find(kOne), std::string::npos);
  EXPECT_EQ(asked["ListCommandInvocations"], 0);
  status("InProgress");
  EXPECT_EQ(result("c-1").state, State::running);
  status("TimedOut");
  EXPECT_EQ(result("c-1").state, State::failed);
}

TEST_F(ObservingCommands, ACommandWhoseAnswerGotLostIsFoundByItsNonce) {
  status("Success");
  answers["ListCommandInvocations"] = wire::respond(
      200,
      R"({"CommandInvocations":[{"CommandId":"c-8","Comment":"other"},{"CommandId":"c-9","Comment":"n0nce"}]})");
  const auto seen = result("");
  EXPECT_EQ(seen.command_id, "c-9");
  EXPECT_EQ(seen.state, State::success);
}

TEST_F(ObservingCommands, OneThatDoesNotExistIsUnknownAndNoFailure) {
  answers["ListCommandInvocations"] = wire::respond(200, R"({"CommandInvocations":[]})");
  auto seen = result("");
  EXPECT_EQ(seen.state, State::unknown);
  EXPECT_TRUE(seen.command_id.empty());
  EXPECT_EQ(asked["GetCommandInvocation"], 0);
  EXPECT_EQ(problems, 0U);
  answers["GetCommandInvocation"] =
      wire::respond(400, R"({"__type":"InvocationDoesNotExist","message":"not yet"})");
  seen = result("c-1");
  EXPECT_EQ(seen.state, State::unknown);
  EXPECT_EQ(seen.command_id, "c-1");
  EXPECT_EQ(problems, 0U);
}

TEST_F(ObservingCommands, WhatCouldNotBeReadIsUnknownAndSaidSo) {
  const auto denied = wire::respond(400, R"({"__type":"AccessDeniedException","message":"not you"})");
  answers["ListCommandInvocations"] = denied;
  answers["GetCommandInvocation"] = denied;
  EXPECT_EQ(result("").state, State::unknown);
  EXPECT_EQ(problems, 1U);
  EXPECT_EQ(result("c-1").state, State::unknown);
  EXPECT_EQ(problems, 1U);
  status("Sideways");
  EXPECT_EQ(result("c-1").state, State::unknown);
}

}  // namespace
}  // namespace evenkeel::observe
