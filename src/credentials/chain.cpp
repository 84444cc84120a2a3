#include "credentials/chain.h"

#include <array>
#include <memory>

#include "base/text.h"
#include "credentials/assume_role.h"
#include "credentials/container.h"
#include "credentials/imds.h"
#include "credentials/keys.h"
#include "credentials/process.h"
#include "credentials/web_identity.h"
#include "wire/shared_config.h"

namespace evenkeel::credentials {
namespace {

// What AWS's own tools would use here and we never do: it needs a browser.
Result<Found> refuse(const SharedConfig& config, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (!config.setting(key)) continue;
    return fail(ErrorKind::invalid,
                config.place(config.profile) + ": " + key +
                    " needs an operator to sign in, which Evenkeel does not do; write a profile with "
                    "credential_process = aws configure export-credentials --profile " +
                    printable(config.profile, 60) + ", or use a role");
  }
  return Absent{"not set up"};
}

struct Provider {
  const char* name;
  Result<Found> (*ask)(const Sources& sources, const SharedConfig& config);
};

constexpr std::array kProviders = {
    Provider{"environment",
             [](const Sources& sources, const SharedConfig& config) -> Result<Found> {
               if (config.by_flag()) return Absent{"not asked, because of --profile"};
               return environment_keys(sources.environment);
             }},
    Provider{"role of a profile",
             [](const Sources& sources, const SharedConfig& config) {
               return profile_role(sources, config, config.profile);
             }},
    Provider{"web identity",
             [](const Sources& sources, const SharedConfig& config) {
               return web_identity(sources, config, config.profile, !config.by_flag());
             }},
    Provider{"single sign-on",
             [](const Sources&, const SharedConfig& config) {
               return refuse(config, {"sso_session", "sso_start_url", "sso_account_id", "sso_role_name"});
             }},
    Provider{"credentials file",
             [](const Sources&, const SharedConfig& config) {
               return profile_keys(config.in_credentials_file, config.credentials_file, config.profile);
             }},
    Provider{"sign-in",
             [](const Sources&, const SharedConfig& config) { return refuse(config, {"login_session"}); }},
    Provider{"credential_process",
             [](const Sources& sources, const SharedConfig& config) {
               return process_credentials(sources, config, config.profile);
             }},
    Provider{"config file",
             [](const Sources&, const SharedConfig& config) {
               return profile_keys(config.in_config_file, config.config_file, config.profile);
             }},
    Provider{"container",
             [](const Sources& sources, const SharedConfig&) { return container_credentials(sources); }},
    Provider{"instance metadata",
             [](const Sources& sources, const SharedConfig& config) {
               return instance_credentials(sources, config);
             }},
};

class Chain {
 public:
  explicit Chain(Sources sources) : sources_(std::move(sources)) {}

  Result<Session> fetch() {
    const auto config = TRY(SharedConfig::load(sources_.environment, sources_.profile));
    if (chosen_ != nullptr) return again(config);
    std::string looked_at;
    for (const auto& provider : kProviders) {
      auto found = TRY(provider.ask(sources_, config));
      if (auto* session = std::get_if<Session>(&found)) {
        chosen_ = &provider;
        return std::move(*session);
      }
      looked_at +=
          std::string(looked_at.empty() ? " " : "; ") + provider.name + ": " + std::get<Absent>(found).why;
    }
    return fail(ErrorKind::denied,
                "no AWS credentials anywhere; give Evenkeel a role, or set AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY (docs/credentials.md). Looked at:" +
                    looked_at);
  }

 private:
  Result<Session> again(const SharedConfig& config) const {
    auto found = TRY(chosen_->ask(sources_, config));
    if (auto* session = std::get_if<Session>(&found)) return std::move(*session);
    return fail(ErrorKind::denied, std::string("the AWS credentials that were used so far are gone (") +
                                       chosen_->name + ": " + std::get<Absent>(found).why +
                                       "); put them back, or start Evenkeel again to use others");
  }

  Sources sources_;
  const Provider* chosen_ = nullptr;
};

}  // namespace

FetchSession credentials_chain(Sources sources) {
  return [chain = std::make_shared<Chain>(std::move(sources))] { return chain->fetch(); };
}

}  // namespace evenkeel::credentials
