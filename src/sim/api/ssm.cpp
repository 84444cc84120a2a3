// docs/aws.md, Systems Manager and SNS: parameters. Labels, policies and KMS keys of one's own are not known here.
#include "sim/api/ssm.h"

#include <algorithm>
#include <charconv>

#include "base/random.h"
#include "base/result.h"
#include "base/text.h"
#include "sim/api/order.h"

namespace evenkeel::sim {
namespace {

constexpr std::size_t kLongestParameterName = 1011;
constexpr std::size_t kLongestStandard = 4096;
constexpr std::size_t kLongestAdvanced = 8192;
constexpr std::size_t kVersionsKept = 100;

bool is_parameter_name(const std::string& name) {
  const bool reserved = lower(name).starts_with("aws") || lower(name).starts_with("ssm") ||
                        lower(name).starts_with("/aws") || lower(name).starts_with("/ssm");
  return is_name(name, 1, kLongestParameterName, "_.-/") && !reserved && !name.ends_with('/') &&
         (name.find('/') == std::string::npos || name.starts_with('/'));
}

// What stands in the place of a secret for who doesn't ask to have it decrypted.
std::string sealed(const std::string& value, std::uint64_t seed) {
  return "AQICAHh" + SeededRandom(hashed(value, seed)).hex(48) + "==";
}

Json parameter_json(const ApiSession& session, const std::string& name, const StoredParameter& parameter,
                    const StoredParameter::Version& version, bool decrypted) {
  const bool secret = parameter.type == "SecureString" && !decrypted;
  const Account& account = session.account;
  return {{"ARN", "arn:aws:ssm:" + account.region + ":" + account.account_id + ":parameter" +
                      (name.starts_with('/') ? "" : "/") + name},
          {"DataType", "text"},
          {"LastModifiedDate", epoch_seconds(version.changed_at)},
          {"Name", name},
          {"Type", parameter.type},
          {"Value", secret ? sealed(version.value, session.seed) : version.value},
          {"Version", version.number}};
}

ApiResult<Json> put_parameter(ApiSession& session, RequestParameters& parameters) {
  const std::string name = parameters.required("Name");
  const std::string value = parameters.required("Value");
  const std::string type = parameters.text("Type").value_or("");
  const bool overwrite = parameters.flag("Overwrite", false);
  const std::string tier = parameters.text("Tier").value_or("Standard");
  if (!contains({"", "String", "StringList", "SecureString"}, type)) parameters.complain("Type is unknown");
  if (!contains({"Standard", "Advanced"}, tier)) parameters.complain("Tier is unknown");
  if (!is_parameter_name(name))
    parameters.complain(
        "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive), must be fully "
        "qualified where it has a path, and consists of letters, numbers and the symbols .-_/");
  TRY_VOID(parameters.finish());
  if (value.size() > (tier == "Standard" ? kLongestStandard : kLongestAdvanced))
    return refuse(
        400, "ValidationException",
        tier + " tier parameters support a maximum parameter value of " +
            (tier == "Standard" ? "4096 characters. To create a larger parameter value, upgrade the "
                                  "parameter to use the advanced-parameter tier."
                                : "8192 characters."));
  auto& stored = session.account.parameters;
  const auto found = stored.find(name);
  if (found != stored.end() && !overwrite)
    return refuse(400, "ParameterAlreadyExists",
                  "The parameter already exists. To overwrite this value, set the overwrite option in the "
                  "request to true.");
  if (found == stored.end() && type.empty())
    return refuse(400, "ValidationException", "A parameter type is required when you create a parameter.");
  if (found != stored.end() && !type.empty() && type != found->second.type)
    return refuse(400, "ValidationException",
                  "The parameter " + name + " is of type " + found->second.type +
                      "; its type can't be changed. Delete it first.");
  StoredParameter& parameter = stored[name];
  if (!type.empty()) parameter.type = type;
  auto& versions = parameter.versions;
  const int number = versions.empty() ? 1 : versions.back().number + 1;
  versions.push_back({number, value, session.account.now()});
  if (versions.size() > kVersionsKept) versions.erase(versions.begin());
  return Json{{"Version", number}, {"Tier", tier}};
}

ApiResult<Json> get_parameter(ApiSession& session, RequestParameters& parameters) {
  const std::string asked = parameters.required("Name");
  const bool decrypted = parameters.flag("WithDecryption", false);
  TRY_VOID(parameters.finish());
  const std::string name = asked.substr(0, asked.find(':'));
  const auto found = session.account.parameters.find(name);
  if (found == session.account.parameters.end()) return refuse(400, "ParameterNotFound", "");
  const StoredParameter& parameter = found->second;
  if (name == asked)
    return Json{
        {"Parameter", parameter_json(session, name, parameter, parameter.versions.back(), decrypted)}};
  const std::string selector = asked.substr(name.size());
  const auto version = std::ranges::find(parameter.versions, selector.substr(1),
                                         [](const auto& one) { return std::to_string(one.number); });
  if (version == parameter.versions.end())
    return refuse(400, "ParameterVersionNotFound",
                  "Systems Manager could not find version " + printable(selector.substr(1)) + " of " + name +
                      ". Verify the version and try again.");
  Json json = parameter_json(session, name, parameter, *version, decrypted);
  json["Selector"] = selector;
  return Json{{"Parameter", std::move(json)}};
}

}  // namespace

std::span<const TypedOperation> ssm_operations() {
  static constexpr TypedOperation kOperations[] = {{"GetParameter", get_parameter},
                                                   {"PutParameter", put_parameter},
                                                   {"SendCommand", send_command},
                                                   {"GetCommandInvocation", get_command_invocation},
                                                   {"ListCommandInvocations", list_command_invocations},
                                                   {"GetCalendarState", get_calendar_state}};
  return kOperations;
}

}  // namespace evenkeel::sim
