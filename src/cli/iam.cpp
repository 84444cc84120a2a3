// `evenkeel iam`: the least IAM policy for exactly this policy file.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/options.h"
#include "iam/least_policy.h"
#include "policy/policy_file.h"
#include "wire/endpoint.h"

namespace evenkeel::cli {
namespace {

struct IamOptions : Options {
  std::string region, account, instance_tag, role;
  bool with_check = false;
};

Result<iam::Setting> setting_of(const IamOptions& options, const wire::Environment& environment) {
  iam::Setting setting;
  setting.with_check = options.with_check;
  const auto given = options.region.empty() ? std::nullopt : std::optional{options.region};
  setting.region = TRY(wire::find_region(environment, given)).value_or("");
  if (!options.account.empty()) {
    const bool digits = std::ranges::all_of(options.account, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || options.account.size() != 12) {
      return fail(ErrorKind::invalid, fmt::format("--account {}: give the account's twelve digits",
                                                  printable(options.account, 40)));
    }
    setting.account = options.account;
  }
  if (!options.instance_tag.empty()) {
    const auto equals = options.instance_tag.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorKind::invalid, fmt::format("--instance-tag {}: give KEY=VALUE, such as role=web",
                                                  printable(options.instance_tag, 80)));
    }
    setting.instance_tag = {options.instance_tag.substr(0, equals), options.instance_tag.substr(equals + 1)};
  }
  return setting;
}

std::string identity(const iam::Grant& grant) {
  return grant.role_arn.empty() ? "the identity that Evenkeel runs as" : printable(grant.role_arn, 300);
}

// For people there is one document on standard output, so that it can be written to a file as it is.
Result<iam::Grant> one_of(std::vector<iam::Grant> grants, const std::string& role) {
  std::vector<std::string> names;
  for (auto& grant : grants) {
    const std::string name = grant.role_arn.empty() ? "self" : grant.role_arn;
    if (name == role || (role.empty() && grants.size() == 1)) return std::move(grant);
    names.push_back(printable(name, 300));
  }
  return fail(ErrorKind::invalid,
              fmt::format("{}choose one with --role: {}; or take all with --json",
                          role.empty() ? "this policy needs a document for each of several identities: "
                                       : fmt::format("--role {}: no fleet uses it; ", printable(role, 300)),
                          join(names, ", ")));
}

int run_iam(Context& context, const IamOptions& options) {
  auto policy = policy::load(options.policy);
  if (!policy) return fail_with(context, kUsage, policy.error().message);
  auto fleets = chosen_fleets(std::move(policy->fleets), options.fleets);
  if (!fleets) return fail_with(context, kUsage, fleets.error().message);
  const auto setting = setting_of(options, context.environment);
  if (!setting) return fail_with(context, kUsage, setting.error().message);
  auto grants = iam::least_policies(Policy{std::move(*fleets)}, *setting);
  if (options.json) {
    iam::Json shown = iam::Json::array();
    for (const auto& grant : grants) {
      shown.push_back({{"role_arn", grant.role_arn.empty() ? iam::Json(nullptr) : iam::Json(grant.role_arn)},
                       {"policy", grant.document},
                       {"doubts", grant.doubts}});
    }
    context.out << iam::Json{{"grants", std::move(shown)}}.dump(2) << "\n";
    return kDone;
  }
  const auto grant = one_of(std::move(grants), options.role);
  if (!grant) return fail_with(context, kUsage, grant.error().message);
  context.out << grant->document.dump(2) << "\n" << std::flush;
  if (context.err_is_terminal) context.err << "Attach this to " << identity(*grant) << ".\n";
  for (const auto& doubt : grant->doubts) context.err << "evenkeel: " << doubt << "\n";
  return kDone;
}

}  // namespace

void add_iam(CLI::App& app, Context& context, Chosen& chosen) {
  auto* command = app.add_subcommand("iam", "the least IAM policy that this policy file needs");
  auto options = std::make_shared<IamOptions>();
  static_cast<Options&>(*options) = *default_options(context.environment);
  add_policy(*command, *options);
  command->add_option("--account", options->account, "the account's number, for the ARNs")->option_text("ID");
  command->add_option("--region", options->region, "of fleets that name none; else as for every command")
      ->option_text("NAME");
  command
      ->add_option("--instance-tag", options->instance_tag,
                   "a tag that every member carries, where a fleet has no Auto Scaling group")
      ->option_text("KEY=VALUE");
  command->add_option("--role", options->role, "which identity's: a role_arn of the policy, or self")
      ->option_text("ARN");
  command->add_flag("--with-check", options->with_check, "also what `evenkeel check` alone looks at");
  add_fleet(*command, *options);
  add_json(*command, *options);
  command->callback([&, options] { chosen = [&, options] { return run_iam(context, *options); }; });
}

}  // namespace evenkeel::cli
