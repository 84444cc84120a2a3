#include "aws/ssm.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "aws/paging.h"
#include "base/text.h"

namespace evenkeel::aws::ssm {
namespace {

using nlohmann::json;

constexpr std::size_t kOutputKept = 24'000;
constexpr std::size_t kErrorsKept = 8'000;
constexpr std::size_t kLongestComment = 100;
constexpr Duration kCommandsLookback = std::chrono::hours{24};
constexpr int kInvocationsPerPage = 50;

wire::Call make_call(std::string action, const json& body) {
  wire::Call call;
  call.service = wire::Service::ssm;
  call.action = std::move(action);
  call.json = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return call;
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Error no_use(const wire::Call& call, const char* what) {
  return {ErrorKind::invalid, full_name(call) + ": the answer " + what + "; is the endpoint AWS's?", ""};
}

struct SsmAnswer {
  json body;
  Time date{};
};

Result<SsmAnswer> read(wire::Caller& caller, const wire::Call& call) {
  const auto answer = TRY(caller.call(call).outcome);
  auto body = json::parse(answer.json, nullptr, false);
  if (!body.is_object()) return std::unexpected(no_use(call, "is no JSON object"));
  return SsmAnswer{std::move(body), answer.date};
}

// What is wrong is said without a word of the answer, which holds the value.
Result<Parameter> read_parameter(const json& answer, const std::string& name) {
  const auto fault = [&](const char* what) {
    return fail(ErrorKind::invalid,
                "ssm:GetParameter " + printable(name) + ": the answer " + what + "; is the endpoint AWS's?");
  };
  const auto found = answer.find("Parameter");
  if (found == answer.end() || !found->is_object()) return fault("holds no Parameter");
  const auto value = found->find("Value");
  const auto version = found->find("Version");
  if (value == found->end() || !value->is_string()) return fault("holds no Value");
  if (version == found->end() || !version->is_number_unsigned() ||
      version->get<std::uint64_t>() > 1'000'000'000) {
    return fault("holds no Version");
  }
  return Parameter{value->get<std::string>(), version->get<std::int64_t>()};
}

// The beginning of it, never ending within a character.
std::string beginning(std::string text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) --limit;
  text.resize(limit);
  return text;
}

std::string joined_output(std::string output, std::string errors) {
  if (errors.empty()) return beginning(std::move(output), kOutputKept);
  errors = beginning(std::move(errors), kErrorsKept);
  output = beginning(std::move(output), kOutputKept - errors.size() - 1);
  if (!output.empty() && !output.ends_with('\n')) output += '\n';
  return output + errors;
}

// GetCommandInvocation can't speak of a document of several steps as a whole; the list can.
Result<Dated<CommandInvocation>> invocation_of_steps(wire::Caller& caller, const std::string& command_id,
                                                     const std::string& instance_id) {
  const auto call = make_call("ListCommandInvocations",
                              {{"CommandId", command_id}, {"InstanceId", instance_id}, {"Details", true}});
  const auto [body, date] = TRY(read(caller, call));
  const auto list = body.find("CommandInvocations");
  if (list == body.end() || !list->is_array())
    return std::unexpected(no_use(call, "holds no CommandInvocations"));
  if (list->empty()) {
    return fail(ErrorKind::not_found, full_name(call) + ": no such invocation (yet)",
                "InvocationDoesNotExist");
  }
  const json& invocation = list->front();
  CommandInvocation found{text_of(invocation, "Status"), ""};
  if (found.status.empty()) return std::unexpected(no_use(call, "holds no Status"));
  for (const auto& step : invocation.value("CommandPlugins", json::array())) {
    found.output += text_of(step, "Name") + ": " + text_of(step, "Status") + "\n" + text_of(step, "Output");
    if (!found.output.ends_with('\n')) found.output += '\n';
  }
  found.output = beginning(std::move(found.output), kOutputKept);
  return Dated<CommandInvocation>{std::move(found), date};
}

}  // namespace

Result<Dated<Parameter>> get_parameter(wire::Caller& caller, const std::string& name) {
  auto answer = read(caller, make_call("GetParameter", {{"Name", name}, {"WithDecryption", true}}));
  if (!answer) {
    auto error = std::move(answer).error();
    error.message = "parameter " + printable(name) + ": " + error.message;
    if (error.code == "ParameterNotFound")
      error.message +=
          "; there is none of this name in this account and region: correct the name or the region";
    return std::unexpected(std::move(error));
  }
  const auto& [body, date] = *answer;
  return Dated<Parameter>{TRY(read_parameter(body, name)), date};
}

SentCommand send_command(wire::Caller& caller, const CommandRequest& command, Time sign_at,
                         const std::string& nonce) {
  using std::chrono::seconds;
  if (nonce.empty() || nonce.size() > kLongestComment) {
    return {{fail(ErrorKind::invalid,
                  "ssm:SendCommand: the nonce becomes the command's comment, which has 1 "
                  "to 100 characters; nothing was sent"),
             false, 0},
            ""};
  }
  const auto deliver =
      std::clamp(std::chrono::ceil<seconds>(command.deliver_within), seconds{30}, seconds{2'592'000});
  json body{{"DocumentName", command.document},
            {"InstanceIds", json::array({command.instance_id})},
            {"TimeoutSeconds", deliver.count()},
            {"Comment", nonce}};
  if (!command.parameters.empty()) body["Parameters"] = command.parameters;
  wire::Call call = make_call("SendCommand", body);
  call.at_most_once = true;
  std::string id;
  Mutation mutation = mutate(caller, std::move(call), sign_at, nonce, [&](const wire::Answer& answer) {
    const auto parsed = json::parse(answer.json, nullptr, false);
    id = parsed.is_object() ? text_of(parsed.value("Command", json::object()), "CommandId") : "";
    return !id.empty();
  });
  return {std::move(mutation), std::move(id)};
}

Result<Dated<CommandInvocation>> get_command_invocation(wire::Caller& caller, const std::string& command_id,
                                                        const std::string& instance_id) {
  const auto call =
      make_call("GetCommandInvocation", {{"CommandId", command_id}, {"InstanceId", instance_id}});
  auto answer = read(caller, call);
  if (!answer && answer.error().code == "InvalidPluginName")
    return invocation_of_steps(caller, command_id, instance_id);
  const auto [body, date] = TRY(std::move(answer));
  CommandInvocation found{text_of(body, "Status"), joined_output(text_of(body, "StandardOutputContent"),
                                                                 text_of(body, "StandardErrorContent"))};
  if (found.status.empty()) return std::unexpected(no_use(call, "holds no Status"));
  return Dated<CommandInvocation>{std::move(found), date};
}

Result<Dated<std::optional<std::string>>> find_command(wire::Caller& caller, const std::string& instance_id,
                                                       const std::string& comment) {
  const json after{{"key", "InvokedAfter"}, {"value", iso8601(caller.now() - kCommandsLookback)}};
  json ask{
      {"InstanceId", instance_id}, {"MaxResults", kInvocationsPerPage}, {"Filters", json::array({after})}};
  Time oldest_date = Time::max();
  for (int page = 0; page < kMaxPages; ++page) {
    const auto call = make_call("ListCommandInvocations", ask);
    const auto [body, date] = TRY(read(caller, call));
    oldest_date = std::min(oldest_date, date);
    const auto list = body.find("CommandInvocations");
    if (list == body.end() || !list->is_array())
      return std::unexpected(no_use(call, "holds no CommandInvocations"));
    for (const auto& invocation : *list) {
      auto id = text_of(invocation, "CommandId");
      if (text_of(invocation, "Comment") == comment && !id.empty())
        return Dated<std::optional<std::string>>{std::move(id), oldest_date};
    }
    const auto token = text_of(body, "NextToken");
    if (token.empty()) return Dated<std::optional<std::string>>{std::nullopt, oldest_date};
    ask["NextToken"] = token;
  }
  return fail(ErrorKind::invalid, "ssm:ListCommandInvocations: more than " + std::to_string(kMaxPages) +
                                      " pages of commands on " + printable(instance_id) + " in a day");
}

Result<Dated<std::string>> get_calendar_state(wire::Caller& caller, const std::string& calendar) {
  const auto call = make_call("GetCalendarState", {{"CalendarNames", json::array({calendar})}});
  const auto [body, date] = TRY(read(caller, call));
  auto state = text_of(body, "State");
  if (state.empty()) return std::unexpected(no_use(call, "holds no State"));
  return Dated<std::string>{std::move(state), date};
}

}  // namespace evenkeel::aws::ssm
