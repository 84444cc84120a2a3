// `evenkeel iam`: the least IAM policy for exactly this policy file.
#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/options.h"
#include "iam/least_policy.h"
#include "wire/endpoint.h"

namespace evenkeel::cli {
namespace {

constexpr std::string_view kDynamo = "dynamodb://";

struct IamOptions : Line {
  std::string region, account, instance_tag, role;
  bool with_check = false;
  bool lambda = false;
  std::string function = "evenkeel", table, topic, secret;
  std::vector<std::string> parameters;
};

// Names go into ARNs as they are, where "*" and "?" would stand for others too.
Result<void> check_name(const char* option, const std::string& name, std::string_view also) {
  const bool fits = std::ranges::all_of(name, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           also.find(c) != std::string_view::npos;
  });
  if (fits && !name.empty()) return {};
  return fail(ErrorKind::invalid,
              fmt::format("{} {}: give a name of letters, digits and {}", option, printable(name, 80), also));
}

// What Evenkeel itself needs: the table that --state names, and with --lambda what the templates in deploy/
// make. All take the function's name where nothing else is said, as they do there.
Result<iam::Belongings> belongings_of(const IamOptions& options) {
  iam::Belongings belongings;
  if (options.state.starts_with(kDynamo)) belongings.table = options.state.substr(kDynamo.size());
  const std::string& name = options.function;
  if (options.lambda) {
    TRY_VOID(check_name("--function", name, "-_"));
    if (belongings.table.empty()) belongings.table = name;
    belongings.log_group = "/aws/lambda/" + name;
    belongings.topic = name;
    belongings.parameters = {"/" + name + "/policy"};
  }
  if (!options.table.empty()) belongings.table = options.table;
  if (!options.topic.empty()) belongings.topic = options.topic;
  if (!options.parameters.empty()) belongings.parameters = options.parameters;
  belongings.secret = options.secret;
  if (!belongings.table.empty()) TRY_VOID(check_name("the table", belongings.table, "-_."));
  if (!belongings.topic.empty()) TRY_VOID(check_name("--topic", belongings.topic, "-_.:"));
  for (const auto& parameter : belongings.parameters) TRY_VOID(check_name("--parameter", parameter, "-_./"));
  if (!belongings.secret.empty()) TRY_VOID(check_name("--secret", belongings.secret, "-_./"));
  return belongings;
}

Result<iam::Setting> setting_of(const IamOptions& options, const wire::Environment& environment) {
  iam::Setting setting;
  setting.with_check = options.with_check;
  setting.belongings = TRY(belongings_of(options));
  setting.inline_policy = options.lambda;
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
  if (names.empty()) return fail(ErrorKind::invalid, "the policy has no fleets, so nothing is needed yet");
  return fail(ErrorKind::invalid,
              fmt::format("{}choose one with --role: {}; or take all with --json",
                          role.empty() ? "this policy needs a document for each of several identities: "
                                       : fmt::format("--role {}: no fleet uses it; ", printable(role, 300)),
                          join(names, ", ")));
}

int run_iam(const IamOptions& options, Context& context) {
  auto policy = load_policy(context, options);
  if (!policy) return fail_with(context, exit_code_of_policy(policy.error()), policy.error().message);
  auto fleets = chosen_fleets(std::move(policy->fleets), options.fleets);
  if (!fleets) return fail_with(context, kUsage, fleets.error().message);
  const auto setting = setting_of(options, context.environment);
  if (!setting) return fail_with(context, kUsage, setting.error().message);
  auto grants = iam::least_policies(Policy{std::move(*fleets)}, *setting);
  if (options.json) {
    iam::OrderedJson shown = iam::OrderedJson::array();
    for (const auto& grant : grants) {
      shown.push_back({{"role_arn", grant.role_arn.empty() ? iam::OrderedJson(nullptr)
                                                           : iam::OrderedJson(grant.role_arn)},
                       {"policy", grant.document},
                       {"doubts", grant.doubts}});
    }
    context.out << iam::OrderedJson{{"grants", std::move(shown)}}.dump(2) << "\n";
    return kDone;
  }
  const bool others = grants.size() > 1;
  const auto grant =
      one_of(std::move(grants), options.role.empty() && options.lambda ? "self" : options.role);
  if (!grant) return fail_with(context, kUsage, grant.error().message);
  context.out << grant->document.dump(2) << "\n" << std::flush;
  if (context.err_is_terminal && !options.lambda)
    context.err << "Attach this to " << identity(*grant) << ".\n";
  if (options.lambda && options.role.empty() && others)
    context.err << "evenkeel: the roles of the policy need documents of their own: --role ARN\n";
  for (const auto& doubt : grant->doubts) context.err << "evenkeel: " << doubt << "\n";
  return kDone;
}

void add_iam_for_lambda(ArgumentParser& command, IamOptions& options) {
  command.add_flag("--lambda", options.lambda,
                   "for the Lambda function of deploy/: its table, log group, topic and parameter as well");
  command.add_option("--function", options.function, "the function's name; the others are named after it",
                     {.shown = "NAME", .shows_default = true, .needs = "--lambda"});
  command.add_option("--table", options.table, "the DynamoDB table; also taken from --state dynamodb://NAME",
                     {.shown = "NAME"});
  command.add_option("--topic", options.topic, "the SNS topic that operators read", {.shown = "NAME|ARN"});
  command.add_option("--parameter", options.parameters, "an SSM parameter, such as the policy's; repeatable",
                     {.shown = "NAME"});
  command.add_option("--secret", options.secret, "the SSM SecureString that holds a webhook's URL",
                     {.shown = "NAME"});
}

}  // namespace

void add_iam(Subcommands& all) {
  const auto [command, options] =
      all.add("iam", "the least IAM policy that this policy file needs", exit_codes_help({kAws}), run_iam);
  add_options(command, options, {add_policy, add_state});
  command.add_option("--account", options.account, "the account's number, for the ARNs", {.shown = "ID"});
  command.add_option("--region", options.region,
                     "the region of fleets that name none; by default as for every command",
                     {.shown = "NAME"});
  command.add_option("--instance-tag", options.instance_tag,
                     "a tag that every member carries, where a fleet has no Auto Scaling group",
                     {.shown = "KEY=VALUE"});
  command.add_option("--role", options.role, "for which identity: a role_arn of the policy, or self",
                     {.shown = "ARN"});
  add_iam_for_lambda(command, options);
  command.add_flag("--with-check", options.with_check, "also what `evenkeel check` alone looks at");
  add_options(command, options, {add_fleet, add_json});
}

}  // namespace evenkeel::cli
