#include "policy/policy_file.h"

#include <cerrno>
#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <system_error>

#include "base/text.h"
#include "policy/checks.h"
#include "policy/reading.h"
#include "policy/sections.h"

namespace evenkeel::policy {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1024} * 1024;

std::string fleet_path(std::size_t index) { return fmt::format("fleets[{}]", index); }

FleetPolicy read_fleet(const YamlNode& node, const std::string& path, Problems& problems) {
  FleetPolicy fleet;
  const KeysOfMap fleet_keys = read_fields(node, path, fleet_fields(), problems, fleet);
  check_role(node, path, fleet_keys, problems, fleet);
  read_reboot_when(node, path, problems, fleet);
  read_also_when(node, path, problems, fleet);
  read_keep(node, path, problems, fleet);
  read_windows(node, path, problems, fleet);
  read_freezes(node, path, problems, fleet);
  read_gates(node, path, problems, fleet);
  read_treatments(node, path, problems, fleet);
  read_evidence(node, path, problems, fleet);
  read_timing(node, path, problems, fleet);
  check_members(node, path, fleet_keys, problems, fleet);
  check_reasons(node, path, fleet_keys, problems, fleet);
  check_escalation(node, path, problems, fleet);
  return fleet;
}

Policy read_policy(const YamlNode& root, Problems& problems) {
  Policy policy;
  read_fields(root, "", policy_fields(), problems, policy);
  const YamlNode* fleets = root.find("fleets");
  if (fleets == nullptr) return policy;
  if (fleets->kind != YamlNode::Kind::list || fleets->values.size() > kMostFleets) {
    const auto what = fleets->kind == YamlNode::Kind::list ? fmt::format("{} fleets", fleets->values.size())
                                                           : found(*fleets);
    const auto& rule = std::get<SectionRule>(policy_fields().front().slot);
    problems.add(fleets->place, "fleets", fmt::format("found {}; must be {}", what, allowed(rule)),
                 "must be " + allowed(rule));
    return policy;
  }
  for (std::size_t i = 0; i < fleets->values.size(); ++i) {
    policy.fleets.push_back(read_fleet(fleets->values[i], fleet_path(i), problems));
  }
  check_between_fleets(*fleets, policy, problems);
  return policy;
}

}  // namespace

Result<Policy> parse(std::string_view text, std::string_view file_name, PositionStyle places) {
  Problems problems;
  const auto root = parse_yaml(text);
  if (!root) {
    problems.add(root.error());
    return std::unexpected(problems.report(file_name, places));
  }
  if (root->kind == YamlNode::Kind::nothing) {
    problems.add({}, "",
                 "the policy is empty; it needs at least \"fleets: []\", and docs/policy.md has an example");
    return std::unexpected(problems.report(file_name, places));
  }
  auto policy = read_policy(*root, problems);
  if (!problems.empty()) return std::unexpected(problems.report(file_name, places));
  return policy;
}

Result<Policy> load(const std::string& path) {
  const auto shown = printable(path);
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) {
    return fail(ErrorKind::invalid, fmt::format("{}: is a directory; name the policy file itself", shown));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const auto reason = std::error_code(errno, std::generic_category());
    const bool missing = reason == std::errc::no_such_file_or_directory;
    return fail(missing ? ErrorKind::not_found : ErrorKind::invalid,
                fmt::format("{}: can't be opened: {}; {}", shown, reason.message(),
                            missing ? "name an existing policy file" : "make it readable for this user"));
  }
  std::string text(kLargestFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return fail(ErrorKind::invalid, fmt::format("{}: can't be read; check the disk", shown));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return parse(text, path);
}

}  // namespace evenkeel::policy
