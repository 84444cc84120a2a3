#include "credentials/web_identity.h"

#include "base/text.h"
#include "credentials/sts.h"

namespace evenkeel::credentials {
namespace {

constexpr std::size_t kLargestWebIdentityToken = std::size_t{64} << 10U;

}  // namespace

Result<Found> web_identity(const Sources& sources, const SharedConfig& config, const std::string& profile,
                           bool from_environment) {
  const auto value = [&](const char* variable, const char* key) {
    const auto found = from_environment ? lookup(sources.environment, variable) : std::nullopt;
    return found ? found : config.setting(profile, key);
  };
  const auto file = value("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
  if (!file) return Absent{"no AWS_WEB_IDENTITY_TOKEN_FILE and no web_identity_token_file"};
  const auto arn = value("AWS_ROLE_ARN", "role_arn");
  if (!arn) {
    return fail(ErrorKind::invalid, "a web identity token file is named (" + printable(*file) +
                                        "), but no role; set AWS_ROLE_ARN, or role_arn in the profile");
  }
  const std::string place = "web identity token file " + printable(*file) + ": ";
  const auto text = TRY(read_small_file(*file, kLargestWebIdentityToken));
  if (!text) return fail(ErrorKind::invalid, place + "is not there; check AWS_WEB_IDENTITY_TOKEN_FILE");
  const std::string token{trim(*text)};
  if (token.empty()) return fail(ErrorKind::invalid, place + "is empty; who should keep it fresh?");
  RoleToAssume role;
  role.arn = *arn;
  role.session_name = value("AWS_ROLE_SESSION_NAME", "role_session_name").value_or(kSessionName);
  auto session = assume_role_with_web_identity(sources, config, role, token);
  if (!session) {
    return fail(session.error().kind, place + session.error().message, session.error().code);
  }
  return std::move(*session);
}

}  // namespace evenkeel::credentials
