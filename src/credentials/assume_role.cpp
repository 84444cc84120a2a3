#include "credentials/assume_role.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <memory>

#include "base/text.h"
#include "credentials/container.h"
#include "credentials/imds.h"
#include "credentials/keys.h"
#include "credentials/process.h"
#include "credentials/sts.h"
#include "credentials/web_identity.h"

namespace evenkeel::credentials {
namespace {

class Roles {
 public:
  Roles(const Sources& sources, const SharedConfig& config) : sources_(sources), config_(config) {}

  bool is_role(const std::string& profile) const {
    return config_.setting(profile, "role_arn") && !config_.setting(profile, "web_identity_token_file");
  }

  Result<Session> assume(const std::string& profile) {
    const std::string place = config_.place(profile) + ": ";
    seen_.push_back(profile);
    if (seen_.size() > kMostRolesInARow) {
      return fail(ErrorKind::invalid, place + "more than 8 roles lead to one another: " + trail());
    }
    auto base = std::make_shared<RefreshingCredentials>(TRY(source_of(profile, place)).credentials);
    auto session = assume_role(sources_, config_, TRY(role_of(profile, place)), std::move(base));
    if (!session) return fail(session.error().kind, place + session.error().message, session.error().code);
    return session;
  }

 private:
  std::string trail() const { return printable(join(seen_, " -> "), 300) + "; correct their source_profile"; }

  Result<RoleToAssume> role_of(const std::string& profile, const std::string& place) const {
    const auto value = [&](const char* key) { return config_.setting(profile, key); };
    if (value("mfa_serial")) {
      return fail(ErrorKind::invalid, place +
                                          "mfa_serial asks for a code, and no operator is there to type it; "
                                          "use a role that doesn't demand it");
    }
    RoleToAssume role;
    role.arn = value("role_arn").value_or("");
    role.session_name = value("role_session_name").value_or(kSessionName);
    role.external_id = value("external_id").value_or("");
    if (const auto seconds = value("duration_seconds")) {
      int number = 0;
      const auto [end, failure] = std::from_chars(seconds->data(), seconds->data() + seconds->size(), number);
      const bool whole = failure == std::errc{} && end == seconds->data() + seconds->size();
      role.seconds = whole ? number : 0;
    }
    return role;
  }

  Result<Session> source_of(const std::string& profile, const std::string& place) {
    const auto source = config_.setting(profile, "source_profile");
    const auto kind = config_.setting(profile, "credential_source");
    if (source.has_value() == kind.has_value()) {
      return fail(ErrorKind::invalid, place + "a role needs either source_profile or credential_source, " +
                                          (kind ? "not both" : "and has neither"));
    }
    if (kind) return from(*kind, place);
    if (!config_.has(*source)) {
      return fail(ErrorKind::invalid, place + "source_profile: there is no profile '" +
                                          printable(*source, 60) + "'; write it, or name another");
    }
    // A role may use its own profile's keys.
    const bool has_keys = config_.setting(*source, "aws_access_key_id").has_value();
    if (has_keys || !is_role(*source)) return given_by(*source, place);
    if (std::ranges::find(seen_, *source) != seen_.end()) {
      seen_.push_back(*source);
      return fail(ErrorKind::invalid, place + "the roles go round in a circle: " + trail());
    }
    return assume(*source);
  }

  Result<Session> from(const std::string& kind, const std::string& place) const {
    Result<Found> found = Absent{};
    if (kind == "Environment") {
      found = environment_keys(sources_.environment);
    } else if (kind == "EcsContainer") {
      found = container_credentials(sources_);
    } else if (kind == "Ec2InstanceMetadata") {
      found = instance_credentials(sources_, config_);
    } else {
      return fail(ErrorKind::invalid, place + "credential_source '" + printable(kind, 60) +
                                          "' must be Environment, EcsContainer or Ec2InstanceMetadata");
    }
    if (!found) return std::unexpected(std::move(found.error()));
    if (auto* session = std::get_if<Session>(&*found)) return std::move(*session);
    return fail(ErrorKind::denied, place + "credential_source " + kind +
                                       " has nothing to give: " + std::get<Absent>(*found).why);
  }

  // A profile that is no role.
  Result<Session> given_by(const std::string& profile, const std::string& place) const {
    const auto web = [&] { return web_identity(sources_, config_, profile, false); };
    const auto keys = [&] {
      return profile_keys(config_.in_credentials_file, config_.credentials_file, profile);
    };
    const auto process = [&] { return process_credentials(sources_, config_, profile); };
    const auto config_keys = [&] {
      return profile_keys(config_.in_config_file, config_.config_file, profile);
    };
    for (const std::function<Result<Found>()>& ask :
         std::initializer_list<std::function<Result<Found>()>>{web, keys, process, config_keys}) {
      auto found = TRY(ask());
      if (auto* session = std::get_if<Session>(&found)) return std::move(*session);
    }
    return fail(ErrorKind::invalid, place + "source_profile: " + config_.place(profile) +
                                        " has no credentials; give it keys, a credential_process or a role");
  }

  const Sources& sources_;
  const SharedConfig& config_;
  std::vector<std::string> seen_;
};

}  // namespace

Result<Found> profile_role(const Sources& sources, const SharedConfig& config, const std::string& profile) {
  Roles roles(sources, config);
  if (!roles.is_role(profile)) return Absent{"profile '" + printable(profile, 60) + "' is no role"};
  return TRY(roles.assume(profile));
}

}  // namespace evenkeel::credentials
