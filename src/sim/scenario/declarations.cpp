#include "sim/scenario/declarations.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "sim/api/actions.h"
#include "sim/api/parameters.h"

namespace evenkeel::sim {
namespace {

constexpr std::size_t kShortestDocument = 3, kLongestDocument = 128, kLongestDocumentOutput = 100'000;

Result<int> count(const LineOptions& options, std::string_view key, int otherwise) {
  return static_cast<int>(TRY(options.number(key, otherwise, 0, kMostMembers)));
}

Result<void> read_weights(const LineOptions& options, AutoScalingGroup& group) {
  if (const auto* unit = options.find("unit")) {
    group.desired_capacity_type = unit->text;
    if (unit->text != "units" && unit->text != "vcpu" && unit->text != "memory-mib")
      return unit->wrong("must be units, vcpu or memory-mib");
  }
  const auto* weights = options.find("weights");
  if (weights == nullptr) return {};
  for (const auto& part : split(weights->text, ',')) {
    const auto colon = part.find(':');
    if (colon == std::string::npos)
      return weights->wrong("is no list of weights; write it as m5.large:1,m5.xlarge:2");
    group.weights[part.substr(0, colon)] =
        static_cast<int>(TRY(number_of(weights->part(part.substr(colon + 1)), 1, kMostMembers)));
  }
  return {};
}

Result<void> read_lifecycle(const LineOptions& options, AutoScalingGroup& group) {
  group.retains = TRY(options.yes_or_no("retain", false));
  const auto* hook = options.find("terminate_hook");
  if (hook == nullptr) return {};
  if (hook->text != "completes" && hook->text != "abandons")
    return hook->wrong("must be completes or abandons");
  group.terminate_hook = hook->text == "completes" ? TerminateHook::completes : TerminateHook::abandons;
  return {};
}

Result<void> read_traffic_sources(const LineOptions& options, const Declared& declared,
                                  AutoScalingGroup& group) {
  if (const auto* classic = options.find("classic")) {
    for (const auto& name : split(classic->text, ',')) {
      if (!declared.classic.contains(name))
        return classic->wrong("names a Classic Load Balancer not declared above");
      group.classic_names.push_back(name);
    }
  }
  if (const auto* lattice = options.find("lattice")) {
    for (const auto& name : split(lattice->text, ',')) group.lattice_arns.push_back(lattice_arn_of(name));
  }
  return {};
}

Result<void> read_sizes(const LineOptions& options, const FleetSpec& fleet, AutoScalingGroup& group) {
  int units = 0;
  for (int i = 0; i < fleet.servers; ++i) {
    const auto& type = fleet.types[static_cast<std::size_t>(i) % fleet.types.size()];
    units += std::max(1, group.weight_of(type));
  }
  group.desired = TRY(count(options, "desired", units));
  group.min_size = TRY(count(options, "min", std::min(1, group.desired)));
  group.max_size = TRY(count(options, "max", std::max(2 * units, group.desired)));
  for (const char* key : {"desired", "min", "max"}) {
    const auto* word = options.find(key);
    if (word == nullptr || (group.min_size <= group.desired && group.desired <= group.max_size)) continue;
    return word->wrong(fmt::format("doesn't fit: min={} desired={} max={} must rise in this order",
                                   group.min_size, group.desired, group.max_size));
  }
  return {};
}

// The line breaks of a text are written as \n.
std::string with_line_breaks(std::string text) {
  replace_all(text, "\\n", "\n");
  return text;
}

}  // namespace

Result<void> read_asg(const Words& words, Scenario& scenario, Declared& declared) {
  const auto options =
      TRY(options_of(words, 2,
                     {"fleet", "min", "max", "desired", "health", "suspended", "attach", "grace", "weights",
                      "unit", "terminate_hook", "retain", "lattice", "classic"}));
  const auto* of = options.find("fleet");
  if (of == nullptr) return words[0].wrong("needs fleet=NAME, the fleet that it scales");
  const auto fleet = std::ranges::find(scenario.fleets, of->text, &FleetSpec::name);
  if (fleet == scenario.fleets.end()) return of->wrong("is no fleet declared above");
  AutoScalingGroup group;
  group.name = words[1].text;
  if (!declared.auto_scaling_groups.insert(group.name).second) {
    return words[1].wrong("names an Auto Scaling group for the second time; each is declared once");
  }
  TRY_VOID(read_weights(options, group));
  TRY_VOID(read_sizes(options, *fleet, group));
  TRY_VOID(read_lifecycle(options, group));
  TRY_VOID(read_traffic_sources(options, declared, group));
  group.health_check_grace_period = TRY(options.duration("grace", group.health_check_grace_period));
  if (const auto* health = options.find("health")) {
    group.health_check_type = health->text;
    if (health->text != "EC2" && health->text != "EC2,ELB") return health->wrong("must be EC2 or EC2,ELB");
  }
  if (const auto* suspended = options.find("suspended")) {
    group.suspended_processes = split(suspended->text, ',');
  }
  if (const auto* attached = options.find("attach")) {
    for (const auto& name : split(attached->text, ',')) {
      if (!declared.groups.contains(name)) return attached->wrong("names a target group not declared above");
      group.target_group_arns.push_back(target_group_arn_of(name));
    }
  } else {
    for (const auto& each : fleet->groups) group.target_group_arns.push_back(target_group_arn_of(each.name));
  }
  scenario.fleet_of_asg[group.name] = fleet->name;
  scenario.auto_scaling_groups.push_back(std::move(group));
  return {};
}

Result<void> read_document(const Words& words, Scenario& scenario) {
  if (words.size() < 2) return words[0].wrong("needs the document's name");
  const auto options = TRY(options_of(words, 2, {"heals", "fails", "takes", "timeout", "output"}));
  if (!is_name(words[1].text, kShortestDocument, kLongestDocument, "_-.")) {
    return words[1].wrong("is no document's name: 3 to 128 of a-z, A-Z, 0-9 and _ - .");
  }
  Document document;
  document.frees_memory = TRY(options.yes_or_no("heals", false));
  document.fails = TRY(options.yes_or_no("fails", false));
  document.takes = TRY(options.duration("takes", document.takes));
  document.timeout = TRY(options.duration("timeout", document.timeout));
  if (const auto* output = options.find("output")) document.output = with_line_breaks(output->text);
  if (document.output.size() > kLongestDocumentOutput) {
    return words[1].wrong("has more than 100,000 characters of output");
  }
  scenario.documents[words[1].text] = std::move(document);
  return {};
}

Result<void> read_role(const Words& words, Scenario& scenario) {
  if (words.size() < 2) return words[0].wrong("needs the role's name");
  const auto options = TRY(options_of(words, 2, {"external_id", "refuses", "lasts", "web_identity"}));
  Role role;
  role.lasts = TRY(options.duration("lasts", role.lasts));
  role.refuses = TRY(options.yes_or_no("refuses", false));
  if (const auto* id = options.find("external_id")) role.external_id = id->text;
  if (const auto* token = options.find("web_identity")) role.web_identity = token->text;
  scenario.roles[words[1].text] = std::move(role);
  return {};
}

Result<void> read_fault(const Words& words, Scenario& scenario) {
  if (words.size() < 3) return words[0].wrong("needs an action (or *) and a kind");
  const auto kind = from_word<FaultKind>(words[2].text);
  if (!kind) {
    return words[2].wrong(
        "is no kind of fault; allowed are throttle, server_error, lose_reply_before, lose_reply_after, late, "
        "slow, garbage, denied, contention, activity_in_progress, wrong_date");
  }
  Fault fault;
  fault.kind = *kind;
  if (words[1].text != "*") fault.action = words[1].text;
  if (!fault.action.empty() && !std::ranges::binary_search(known_actions(), fault.action)) {
    return words[1].wrong(
        fmt::format("is nothing that the account answers; the nearest name is {} (* is every action)",
                    nearest_action(fault.action)));
  }
  auto rest = words;
  if (const auto once = std::ranges::find(rest, "once", &Word::text); once != rest.end()) {
    fault.times = 1;
    rest.erase(once);
  }
  const auto options =
      TRY(options_of(rest, 3, {"times", "rate", "from", "until", "delay", "earlier", "later"}));
  if (options.find("times") != nullptr) {
    fault.times = static_cast<int>(TRY(options.number("times", 1, 1, 1e6)));
  }
  fault.rate = TRY(options.number("rate", fault.times ? 0 : 1, 0, 1));
  fault.delay = TRY(options.duration("delay", Duration{}));
  fault.date_by = TRY(options.duration("later", Duration{})) - TRY(options.duration("earlier", Duration{}));
  if ((fault.kind == FaultKind::wrong_date) != (fault.date_by != Duration{}))
    return words[2].wrong(
        "goes with earlier=D or later=D: by how much the Date is off; no other kind has them");
  if (options.find("from") != nullptr) fault.from = Time{TRY(options.duration("from", Duration{}))};
  if (options.find("until") != nullptr) fault.until = Time{TRY(options.duration("until", Duration{}))};
  scenario.faults.list.push_back(std::move(fault));
  return {};
}

}  // namespace evenkeel::sim
