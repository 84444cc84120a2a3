#include "credentials/sts.h"

#include <algorithm>

#include "base/text.h"
#include "credentials/expiration.h"
#include "wire/caller.h"
#include "wire/partition.h"

namespace evenkeel::credentials {
namespace {

constexpr Duration kStsTimeout{5'000};
constexpr Duration kAllAttempts{15'000};
constexpr int kShortestSession = 900;
constexpr int kLongestSession = 43'200;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{"_+=,.@-"}.find(c) != std::string_view::npos;
}

Result<void> check_role(const RoleToAssume& role) {
  const auto shown = printable(role.arn);
  if (partition_of_arn(role.arn) == nullptr || role.arn.find(":iam::") == std::string::npos ||
      role.arn.find(":role/") == std::string::npos) {
    return fail(ErrorKind::invalid, "'" + shown +
                                        "' is no role's ARN; write it as "
                                        "arn:aws:iam::123456789012:role/NAME");
  }
  const auto& name = role.session_name;
  if (name.size() < 2 || name.size() > 64 || !std::ranges::all_of(name, is_name_character)) {
    return fail(ErrorKind::invalid, "role " + shown + ": role_session_name '" + printable(name, 80) +
                                        "' must be 2 to 64 letters, digits and _+=,.@-");
  }
  if (role.seconds && (*role.seconds < kShortestSession || *role.seconds > kLongestSession)) {
    return fail(ErrorKind::invalid, "role " + shown + ": duration_seconds must be from 900 to 43200");
  }
  return {};
}

Result<std::string> region_of(const Sources& sources, const SharedConfig& config, const RoleToAssume& role) {
  const auto* partition = partition_of_arn(role.arn);
  if (role.region.empty()) {
    const auto found = TRY(find_region(sources.environment, {}, config));
    return found && partition_of_region(*found) == partition ? *found : partition->global_region;
  }
  if (partition_of_region(role.region) == partition) return role.region;
  return fail(ErrorKind::invalid, "role " + printable(role.arn) + " is in partition " + partition->name +
                                      ", and region " + role.region + " is not; correct one of the two");
}

Call call_for(const std::string& action, const RoleToAssume& role) {
  Call call;
  call.service = Service::sts;
  call.action = action;
  call.parameters.add("RoleArn", role.arn).add("RoleSessionName", role.session_name);
  if (role.seconds) call.parameters.add("DurationSeconds", *role.seconds);
  if (!role.external_id.empty()) call.parameters.add("ExternalId", role.external_id);
  call.timeout = kStsTimeout;
  return call;
}

Result<Session> read(const Answer& answer) {
  const Element given = TRY(answer.result().child("Credentials"));
  Session session;
  session.credentials = {TRY(given.text("AccessKeyId")), TRY(given.text("SecretAccessKey")),
                         TRY(given.text("SessionToken"))};
  const std::string ends = TRY(given.text("Expiration"));
  session.expires = parse_expiration(ends);
  if (!session.expires) {
    return fail(ErrorKind::invalid, "what it gave is no use: '" + printable(ends, 60) + "' is no Expiration");
  }
  if (const auto defect = defect_of(session.credentials)) {
    return fail(ErrorKind::invalid, "what it gave is no use: " + *defect);
  }
  return session;
}

std::string sts_remedy(const Error& error, const Call& call, const RoleToAssume& role) {
  if (error.kind == ErrorKind::unavailable) return "";
  if (error.code == "AccessDenied") {
    return "; the role's trust policy must let these credentials do " + full_name(call) +
           (role.external_id.empty() ? "" : " with exactly this external id") +
           ", and their own policy must allow it on this role";
  }
  if (error.code == "InvalidIdentityToken" || error.code == "ExpiredTokenException") {
    return "; is the token file still kept fresh, and does the role trust its issuer?";
  }
  return "";
}

Result<Session> ask_sts(const Sources& sources, const SharedConfig& config, const RoleToAssume& role,
                        const Call& call, std::shared_ptr<RefreshingCredentials> base) {
  const auto region = TRY(region_of(sources, config, role));
  const auto url = TRY(endpoint_url(Service::sts, region, sources.environment, config));
  Caller caller(sources.transport, sources.clock, sources.random, std::move(base),
                Endpoints{region, {{Service::sts, url}}});
  caller.set_deadline(sources.clock.now() + kAllAttempts);
  const auto reply = caller.call(call);
  auto session = reply.outcome ? read(*reply.outcome) : std::unexpected(reply.outcome.error());
  if (session) return session;
  const Error& error = session.error();
  return fail(error.kind,
              "role " + printable(role.arn) + ": " + error.message + sts_remedy(error, call, role),
              error.code);
}

}  // namespace

Result<Session> assume_role(const Sources& sources, const SharedConfig& config, const RoleToAssume& role,
                            std::shared_ptr<RefreshingCredentials> base) {
  TRY_VOID(check_role(role));
  return ask_sts(sources, config, role, call_for("AssumeRole", role), std::move(base));
}

Result<Session> assume_role_with_web_identity(const Sources& sources, const SharedConfig& config,
                                              const RoleToAssume& role, const std::string& token) {
  TRY_VOID(check_role(role));
  Call call = call_for("AssumeRoleWithWebIdentity", role);
  call.parameters.add("WebIdentityToken", token);
  call.anonymous = true;
  const Credentials secret{"", "", token};
  auto session = ask_sts(sources, config, role, call, std::make_shared<RefreshingCredentials>(Credentials{}));
  if (!session) session.error().message = secret.redact(session.error().message);
  return session;
}

FetchSession assumed_role(Sources sources, RoleToAssume role, std::shared_ptr<RefreshingCredentials> base) {
  return [sources = std::move(sources), role = std::move(role), base = std::move(base)]() -> Result<Session> {
    const auto config = TRY(SharedConfig::load(sources.environment, sources.profile));
    return assume_role(sources, config, role, base);
  };
}

}  // namespace evenkeel::credentials
