#include "model/identity.h"

#include <algorithm>
#include <array>
#include <optional>

namespace evenkeel {
namespace {

constexpr std::size_t kAccountDigits = 12;

bool is_account(std::string_view text) {
  return text.size() == kAccountDigits &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<Identity> identity_of_arn(std::string_view arn) {
  std::array<std::string_view, 5> fields;  // arn:partition:service:region:account:…
  for (auto& field : fields) {
    const auto colon = arn.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    field = arn.substr(0, colon);
    arn.remove_prefix(colon + 1);
  }
  const auto& [prefix, partition, service, region, account] = fields;
  if (prefix != "arn" || partition.empty() || region.empty() || !is_account(account)) return std::nullopt;
  return Identity{std::string(partition), std::string(account), std::string(region)};
}

bool accepts_any_place(const FleetState& state) {
  const bool requested = std::ranges::any_of(state.requests, &OperatorRequest::here);
  return requested || (state.identity && state.identity->account.empty());
}

std::optional<Identity> remembered_identity(const FleetState& state) {
  if (accepts_any_place(state)) return std::nullopt;
  if (state.identity) return state.identity;
  for (const auto& remediation : state.open) {
    for (const auto& target : remediation.snapshot) {
      if (auto identity = identity_of_arn(target.target_group_arn)) return identity;
    }
  }
  for (const auto& [arn, seen] : state.groups_seen) {
    if (auto identity = identity_of_arn(arn)) return identity;
  }
  for (const auto& [place, since] : state.healthy_since) {
    if (auto identity = identity_of_arn(place)) return identity;
  }
  return std::nullopt;
}

std::string describe(const Identity& identity) {
  std::string text = "account " + identity.account + ", region " + identity.region;
  if (identity.partition != "aws") text += ", partition " + identity.partition;
  return text;
}

}  // namespace evenkeel
