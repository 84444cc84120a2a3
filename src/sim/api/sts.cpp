// docs/aws.md, Credentials. Roles are the account's own; every refusal says as little as AWS's.
#include "base/result.h"
#include "base/text.h"
#include "sim/api/api.h"

namespace evenkeel::sim {
namespace {

constexpr int kShortestSession = 900;
constexpr int kLongestSession = 43'200;
constexpr int kLongestOfAChain = 3'600;
constexpr std::size_t kShortestWebToken = 4;
constexpr std::size_t kLongestWebToken = 20'000;

struct RoleRequest {
  std::string arn, name, session;
  std::optional<int> seconds;
  const Role* role = nullptr;
};

RoleRequest read_role(ApiSession& session, RequestParameters& parameters) {
  RoleRequest asked;
  asked.arn = parameters.required("RoleArn");
  asked.session = parameters.required("RoleSessionName");
  asked.seconds = parameters.integer("DurationSeconds", kShortestSession, kLongestSession);
  if (!is_name(asked.session, 2, 64, "_+=,.@-"))
    parameters.complain("Value at 'roleSessionName' must match [\\w+=,.@-]{2,64}");
  if (!asked.arn.starts_with("arn:aws:iam::")) parameters.complain(printable(asked.arn) + " is invalid");
  const std::string prefix = "arn:aws:iam::" + session.account.account_id + ":role/";
  if (asked.arn.starts_with(prefix)) asked.name = asked.arn.substr(prefix.size());
  const auto found = session.account.roles.find(asked.name);
  if (found != session.account.roles.end()) asked.role = &found->second;
  return asked;
}

Xml issued_xml(ApiSession& session, const RoleRequest& asked) {
  const Duration lasts = asked.seconds ? std::chrono::seconds{*asked.seconds} : asked.role->lasts;
  const IssuedKey& key = session.keys.issue(session.account.account_id, asked.name, asked.session,
                                            session.account.now() + lasts);
  return all(
      tag("AssumedRoleUser", tag("AssumedRoleId", "AROAEXAMPLE:" + asked.session), tag("Arn", key.arn)),
      tag("Credentials", tag("AccessKeyId", key.id), tag("SecretAccessKey", key.secret),
          tag("SessionToken", key.token), tag("Expiration", iso8601(session.client_now + lasts))));
}

ApiResult<Xml> assume_role(ApiSession& session, RequestParameters& parameters) {
  const RoleRequest asked = read_role(session, parameters);
  const auto external_id = parameters.text("ExternalId");
  if (external_id && !is_name(*external_id, 2, 1224, "_+=,.@:/-"))
    parameters.complain("Value at 'externalId' must match [\\w+=,.@:\\/-]{2,1224}");
  if (session.caller->temporary() && asked.seconds.value_or(0) > kLongestOfAChain)
    parameters.complain(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining");
  TRY_VOID(parameters.finish());
  if (!asked.role || asked.role->refuses || !asked.role->web_identity.empty() ||
      asked.role->external_id != external_id.value_or(asked.role->external_id.empty() ? "" : "?"))
    return refuse(403, "AccessDenied",
                  "User: " + session.caller->arn +
                      " is not authorized to perform: sts:AssumeRole on resource: " + printable(asked.arn));
  return issued_xml(session, asked);
}

ApiResult<Xml> assume_role_with_web_identity(ApiSession& session, RequestParameters& parameters) {
  const RoleRequest asked = read_role(session, parameters);
  const std::string token = parameters.required("WebIdentityToken");
  if (token.size() < kShortestWebToken || token.size() > kLongestWebToken)
    parameters.complain("Value at 'webIdentityToken' must have between 4 and 20000 characters");
  TRY_VOID(parameters.finish());
  if (!asked.role || asked.role->refuses || asked.role->web_identity.empty())
    return refuse(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
  if (token != asked.role->web_identity)
    return refuse(400, "InvalidIdentityToken", "The web identity token that was passed is not valid");
  return all(tag("SubjectFromWebIdentityToken", "system:serviceaccount:default:evenkeel"),
             issued_xml(session, asked), tag("Provider", "https://oidc.example.com"),
             tag("Audience", "sts.amazonaws.com"));
}

ApiResult<Xml> get_caller_identity(ApiSession& session, RequestParameters& parameters) {
  TRY_VOID(parameters.finish());
  const auto& account = session.account.account_id;
  auto arn = split(session.caller->arn, ':');
  arn.at(4) = account;
  return all(tag("Arn", join(arn, ":")), tag("UserId", session.caller->id), tag("Account", account));
}

}  // namespace

std::span<const Operation> sts_operations() {
  static constexpr Operation kOperations[] = {{"AssumeRole", assume_role},
                                              {"AssumeRoleWithWebIdentity", assume_role_with_web_identity},
                                              {"GetCallerIdentity", get_caller_identity}};
  return kOperations;
}

}  // namespace evenkeel::sim
