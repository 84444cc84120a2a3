#include <algorithm>
#include <fmt/core.h>

#include "base/result.h"
#include "base/text.h"
#include "sim/api/order.h"
#include "sim/api/ssm.h"

namespace evenkeel::sim {
namespace {

constexpr std::size_t kLongestOutput = 24'000, kLongestError = 8'000, kLongestListed = 2'500;
constexpr std::size_t kLongestComment = 100, kMostInstances = 50, kMostFilters = 5;
constexpr Duration kDeliverWithin{3'600'000};
constexpr const char* kPlugin = "aws:runShellScript";

// (^i-(\w{8}|\w{17})$)|(^mi-\w{17}$)
bool is_instance_id(std::string_view id) {
  const bool managed = id.starts_with("mi-");
  id.remove_prefix(std::min<std::size_t>(id.size(), managed ? 3 : 2));
  return (id.size() == 17 || (id.size() == 8 && !managed)) &&
         std::ranges::all_of(id, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

void check_instance_id(RequestParameters& parameters, const std::string& id) {
  const bool prefixed = id.starts_with("i-") || id.starts_with("mi-");
  if (prefixed && is_instance_id(id)) return;
  parameters.complain(
      "1 validation error detected: Value '" + printable(id) +
      "' at 'instanceId' failed to satisfy constraint: Member must satisfy regular expression "
      "pattern: (^i-(\\w{8}|\\w{17})$)|(^mi-\\w{17}$)");
}

std::string command_id(RequestParameters& parameters, bool required) {
  const auto id = required ? parameters.required("CommandId") : parameters.text("CommandId").value_or("");
  if (!id.empty() && id.size() != 36)
    parameters.complain(
        "1 validation error detected: Value at 'commandId' failed to satisfy constraint: Member "
        "must have length 36");
  return id;
}

Json command_json(const CommandInvocation& command, const std::vector<std::string>& instance_ids) {
  return {{"CommandId", command.command_id},
          {"DocumentName", command.document},
          {"DocumentVersion", "$DEFAULT"},
          {"Comment", command.comment},
          {"ExpiresAfter", epoch_seconds(command.deliver_by)},
          {"Parameters", command.parameters},
          {"InstanceIds", instance_ids},
          {"Targets", Json::array()},
          {"RequestedDateTime", epoch_seconds(command.sent_at)},
          {"Status", "Pending"},
          {"StatusDetails", "Pending"},
          {"TargetCount", instance_ids.size()},
          {"CompletedCount", 0},
          {"ErrorCount", 0}};
}

bool known(const ApiSession& session, const CommandInvocation& invocation) {
  return session.account.now() >= invocation.sent_at + session.account.switches.command_lag;
}

Json plugin_json(const CommandInvocation& invocation) {
  auto output =
      invocation.output + (invocation.error.empty() ? "" : "\n----------ERROR-------\n") + invocation.error;
  if (output.size() > kLongestListed) {
    constexpr std::string_view kCut = "\n---Output truncated---";
    output = output.substr(0, kLongestListed - kCut.size()).append(kCut);
  }
  Json plugin = {{"Name", kPlugin},
                 {"Status", invocation.status == "Delayed" ? "Pending" : invocation.status},
                 {"StatusDetails", invocation.details},
                 {"ResponseCode", invocation.response_code},
                 {"Output", output},
                 {"StandardOutputUrl", ""},
                 {"StandardErrorUrl", ""}};
  if (invocation.started_at) plugin["ResponseStartDateTime"] = epoch_seconds(*invocation.started_at);
  if (invocation.ended_at) plugin["ResponseFinishDateTime"] = epoch_seconds(*invocation.ended_at);
  return plugin;
}

struct CommandFilter {
  std::string key, value;

  bool matches(const CommandInvocation& invocation) const {
    if (key == "Status") return value == invocation.status;
    if (key == "DocumentName") return value == invocation.document;
    const auto time = parse_iso8601(value).value_or(Time{});
    return key == "InvokedAfter" ? invocation.sent_at >= time : invocation.sent_at < time;
  }
};

ApiResult<std::vector<CommandFilter>> filters_of(RequestParameters& parameters) {
  std::vector<CommandFilter> filters;
  for (const auto& each : parameters.structures("Filters.member")) {
    filters.push_back({parameters.required(each + ".key"), parameters.required(each + ".value")});
    const auto& key = filters.back().key;
    if (!contains({"InvokedAfter", "InvokedBefore", "Status", "DocumentName"}, key))
      return refuse(400, "InvalidFilterKey", "The specified key isn't valid.");
    if (key.starts_with("Invoked") && !parse_iso8601(filters.back().value))
      parameters.complain(key + " needs a time, as 2026-11-22T00:00:00Z");
  }
  if (filters.size() > kMostFilters) parameters.complain("At most 5 filters");
  return filters;
}

// Lists of texts, which may be empty.
std::map<std::string, std::vector<std::string>> read_command_parameters(RequestParameters& parameters) {
  std::map<std::string, std::vector<std::string>> all;
  for (const auto& name : parameters.names_in("Parameters")) {
    auto& texts = all[name];
    const auto next = [&] {
      return parameters.text(fmt::format("Parameters.{}.member.{}", name, texts.size() + 1));
    };
    for (auto text = next(); text; text = next()) texts.push_back(*text);
  }
  return all;
}

}  // namespace

ApiResult<Json> send_command(ApiSession& session, RequestParameters& parameters) {
  CommandInvocation command;
  command.document = parameters.required("DocumentName");
  command.comment = parameters.text("Comment").value_or("");
  command.parameters = read_command_parameters(parameters);
  const auto instance_ids = parameters.list("InstanceIds.member");
  const auto version = parameters.text("DocumentVersion").value_or("$DEFAULT");
  const auto timeout = parameters.integer("TimeoutSeconds", 30, 2'592'000);
  if (command.comment.size() > kLongestComment)
    parameters.complain(
        "1 validation error detected: Value at 'comment' failed to satisfy constraint: Member "
        "must have length less than or equal to 100");
  for (const auto& id : instance_ids) check_instance_id(parameters, id);
  if (instance_ids.empty() || instance_ids.size() > kMostInstances)
    parameters.complain("InstanceIds must name 1 to 50 instances; this account knows no Targets");
  TRY_VOID(parameters.finish());
  if (std::set(instance_ids.begin(), instance_ids.end()).size() != instance_ids.size())
    return refuse(400, "DuplicateInstanceId", "You can't specify a managed node ID in more than one place.");
  if (!contains({"$DEFAULT", "$LATEST", "1"}, version))
    return refuse(400, "InvalidDocumentVersion", "The document version isn't valid or doesn't exist.");
  const auto within = timeout ? Duration{std::chrono::seconds{*timeout}} : kDeliverWithin;
  const auto sent = session.account.send_command(command, instance_ids, within);
  if (!sent) return std::unexpected(sent.error());
  return Json{{"Command", command_json(session.account.invocations.back(), instance_ids)}};
}

ApiResult<Json> get_command_invocation(ApiSession& session, RequestParameters& parameters) {
  const auto id = command_id(parameters, true);
  const auto instance_id = parameters.required("InstanceId");
  const auto plugin = parameters.text("PluginName").value_or(kPlugin);
  if (!instance_id.empty()) check_instance_id(parameters, instance_id);
  TRY_VOID(parameters.finish());
  if (plugin != kPlugin) return refuse(400, "InvalidPluginName", "");
  const auto found = std::ranges::find_if(session.account.invocations, [&](const CommandInvocation& each) {
    return each.command_id == id && each.instance_id == instance_id && known(session, each);
  });
  if (found == session.account.invocations.end()) return refuse(400, "InvocationDoesNotExist", "");
  const auto moment = [](std::optional<Time> time) { return time ? iso8601(*time) : ""; };
  const auto elapsed =
      found->started_at && found->ended_at
          ? fmt::format("PT{:.3f}S", epoch_seconds(*found->ended_at) - epoch_seconds(*found->started_at))
          : "";
  return Json{{"CommandId", id},
              {"InstanceId", instance_id},
              {"Comment", found->comment},
              {"DocumentName", found->document},
              {"DocumentVersion", "$DEFAULT"},
              {"PluginName", kPlugin},
              {"ResponseCode", found->response_code},
              {"ExecutionStartDateTime", moment(found->started_at)},
              {"ExecutionElapsedTime", elapsed},
              {"ExecutionEndDateTime", moment(found->ended_at)},
              {"Status", found->status},
              {"StatusDetails", found->details},
              {"StandardOutputContent", found->output.substr(0, kLongestOutput)},
              {"StandardOutputUrl", ""},
              {"StandardErrorContent", found->error.substr(0, kLongestError)},
              {"StandardErrorUrl", ""}};
}

ApiResult<Json> list_command_invocations(ApiSession& session, RequestParameters& parameters) {
  const auto id = command_id(parameters, false);
  const auto instance_id = parameters.text("InstanceId").value_or("");
  const auto size = static_cast<std::size_t>(parameters.integer("MaxResults", 1, 50).value_or(50));
  const auto token = parameters.text("NextToken").value_or("");
  const bool details = parameters.flag("Details", false);
  const auto filters = TRY(filters_of(parameters));
  if (!instance_id.empty()) check_instance_id(parameters, instance_id);
  TRY_VOID(parameters.finish());
  std::vector<const CommandInvocation*> found;
  for (const auto& each : session.account.invocations) {
    if (known(session, each) && (id.empty() || each.command_id == id) &&
        (instance_id.empty() || each.instance_id == instance_id) &&
        std::ranges::all_of(filters, [&](const CommandFilter& filter) { return filter.matches(each); }))
      found.push_back(&each);
  }
  scatter(found, session.seed,
          [](const CommandInvocation* each) { return each->command_id + each->instance_id; });
  const Page page = TRY(page_of(found.size(), size, token, parameters));
  Json list = Json::array();
  for (const auto* each : cut(found, page)) {
    list.push_back({{"CommandId", each->command_id},
                    {"InstanceId", each->instance_id},
                    {"InstanceName", ""},
                    {"Comment", each->comment},
                    {"DocumentName", each->document},
                    {"DocumentVersion", "$DEFAULT"},
                    {"RequestedDateTime", epoch_seconds(each->sent_at)},
                    {"Status", each->status},
                    {"StatusDetails", each->details},
                    {"CommandPlugins", details ? Json::array({plugin_json(*each)}) : Json::array()}});
  }
  Json answer = {{"CommandInvocations", std::move(list)}};
  if (!page.next.empty()) answer["NextToken"] = page.next;
  return answer;
}

}  // namespace evenkeel::sim
