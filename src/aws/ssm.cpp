#include "aws/ssm.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"

namespace evenkeel::aws::ssm {
namespace {

// What is wrong is said without a word of the answer, which holds the value.
Result<Parameter> read_parameter(const std::string& answer, const std::string& name) {
  const auto fault = [&](const char* what) {
    return fail(ErrorKind::invalid,
                "ssm:GetParameter " + printable(name) + ": the answer " + what + "; is the endpoint AWS's?");
  };
  const auto json = nlohmann::json::parse(answer, nullptr, false);
  if (!json.is_object()) return fault("is no JSON object");
  const auto found = json.find("Parameter");
  if (found == json.end() || !found->is_object()) return fault("holds no Parameter");
  const auto value = found->find("Value");
  const auto version = found->find("Version");
  if (value == found->end() || !value->is_string()) return fault("holds no Value");
  if (version == found->end() || !version->is_number_unsigned() ||
      version->get<std::uint64_t>() > 1'000'000'000) {
    return fault("holds no Version");
  }
  return Parameter{value->get<std::string>(), version->get<std::int64_t>()};
}

}  // namespace

Result<Dated<Parameter>> get_parameter(wire::Caller& caller, const std::string& name) {
  const nlohmann::json body{{"Name", name}, {"WithDecryption", true}};
  wire::Call call;
  call.service = wire::Service::ssm;
  call.action = "GetParameter";
  call.json = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const auto answer = TRY(caller.call(call).outcome);
  return Dated<Parameter>{TRY(read_parameter(answer.json, name)), answer.date};
}

}  // namespace evenkeel::aws::ssm
