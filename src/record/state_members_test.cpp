// That every member of what is stored is stored.
#include <gtest/gtest.h>
#include <tuple>
#include <type_traits>
#include <utility>

#include "record/state_fields.h"

namespace evenkeel::record {
namespace {

// A structured binding must name every member of its struct: one that was added and isn't stored stops the
// compiler here.
[[maybe_unused]] auto members(const SnapshotTarget& s) {
  const auto& [a, b, c, d, e, f, g] = s;
  return std::tie(a, b, c, d, e, f, g);
}
[[maybe_unused]] auto members(const Intent& s) {
  const auto& [a, b, c, d, e, f, g, h, i, j] = s;
  return std::tie(a, b, c, d, e, f, g, h, i, j);
}
[[maybe_unused]] auto members(const Cause& s) {
  const auto& [a, b, c, d, e, f, g, h] = s;
  return std::tie(a, b, c, d, e, f, g, h);
}
[[maybe_unused]] auto members(const Remediation& s) {
  const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, t, u, v, w, x, y, z, a1, b1, c1, d1, e1,
               f1, g1, h1, i1] = s;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, t, u, v, w, x, y, z, a1, b1, c1, d1,
                  e1, f1, g1, h1, i1);
}
[[maybe_unused]] auto members(const PastRemediation& s) {
  const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = s;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
}
[[maybe_unused]] auto members(const Pause& s) {
  const auto& [a, b, c, d] = s;
  return std::tie(a, b, c, d);
}
[[maybe_unused]] auto members(const Breaker& s) {
  const auto& [a, b] = s;
  return std::tie(a, b);
}
[[maybe_unused]] auto members(const MetricCondition& s) {
  const auto& [a, b, c, d, e, f, g, h, i] = s;
  return std::tie(a, b, c, d, e, f, g, h, i);
}
[[maybe_unused]] auto members(const Keep& s) {
  const auto& [a, b, c, d, e, f, g, h, i, j] = s;
  return std::tie(a, b, c, d, e, f, g, h, i, j);
}
[[maybe_unused]] auto members(const Timing& s) {
  const auto& [a, b, c, d, e, f, g] = s;
  return std::tie(a, b, c, d, e, f, g);
}
[[maybe_unused]] auto members(const FleetPolicy& s) {
  const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, t, u, policy_unread] = s;
  static_cast<void>(policy_unread);  // of one pass: not stored
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, t, u);
}
[[maybe_unused]] auto members(const FleetState& s) {
  const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, t, u, v, w, x, y, z, a1, b1] = s;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, t, u, v, w, x, y, z, a1, b1);
}

[[maybe_unused]] auto members(const MemberRecord& s) {
  const auto& [a, b, c, d, e, f, g, h, i, j] = s;
  return std::tie(a, b, c, d, e, f, g, h, i, j);
}

[[maybe_unused]] auto members(const FleetSummary& s) {
  const auto& [a, b, c, d, e] = s;
  return std::tie(a, b, c, d, e);
}

[[maybe_unused]] auto members(const Condition& s) {
  const auto& [a, b, c, d] = s;
  return std::tie(a, b, c, d);
}

[[maybe_unused]] auto members(const Rule& s) {
  const auto& [a, b, c] = s;
  return std::tie(a, b, c);
}

[[maybe_unused]] auto members(const LoadCeiling& s) {
  const auto& [a, b, c, d, e, f, g] = s;
  return std::tie(a, b, c, d, e, f, g);
}

[[maybe_unused]] auto members(const Window& s) {
  const auto& [a, b, c, d] = s;
  return std::tie(a, b, c, d);
}

[[maybe_unused]] auto members(const Freeze& s) {
  const auto& [a, b, c, d] = s;
  return std::tie(a, b, c, d);
}

[[maybe_unused]] auto members(const Gates& s) {
  const auto& [a, b, c] = s;
  return std::tie(a, b, c);
}

[[maybe_unused]] auto members(const Document& s) {
  const auto& [a, b, c] = s;
  return std::tie(a, b, c);
}

[[maybe_unused]] auto members(const Step& s) {
  const auto& [a, b, c] = s;
  return std::tie(a, b, c);
}

[[maybe_unused]] auto members(const Evidence& s) {
  const auto& [a, b] = s;
  return std::tie(a, b);
}

[[maybe_unused]] auto members(const OperatorRequest& s) {
  const auto& [a, b, c, d, e, f, g, h] = s;
  return std::tie(a, b, c, d, e, f, g, h);
}

[[maybe_unused]] auto members(const ClockDoubt& s) {
  const auto& [a, b, c] = s;
  return std::tie(a, b, c);
}

[[maybe_unused]] auto members(const Served& s) {
  const auto& [a, b, c, d, e] = s;
  return std::tie(a, b, c, d, e);
}

[[maybe_unused]] auto members(const Identity& s) {
  const auto& [a, b, c] = s;
  return std::tie(a, b, c);
}

[[maybe_unused]] auto members(const GroupSeen& s) {
  const auto& [a, b, c, d, e, f] = s;
  return std::tie(a, b, c, d, e, f);
}

[[maybe_unused]] auto members(const BlindTo& s) {
  const auto& [a, b, c] = s;
  return std::tie(a, b, c);
}

[[maybe_unused]] auto members(const Ability& s) {
  const auto& [a, b, c, d] = s;
  return std::tie(a, b, c, d);
}

[[maybe_unused]] auto members(const Denial& s) {
  const auto& [a, b, c, d, e] = s;
  return std::tie(a, b, c, d, e);
}

[[maybe_unused]] auto members(const Failing& s) {
  const auto& [a, b, c, d] = s;
  return std::tie(a, b, c, d);
}

[[maybe_unused]] auto members(const LeftMark& s) {
  const auto& [a, b, c, d, e, f] = s;
  return std::tie(a, b, c, d, e, f);
}

template <class... Structs>
constexpr bool all_members_are_stored() {
  return ((std::tuple_size_v<std::remove_cvref_t<decltype(kFields<Structs>)>> ==
           std::tuple_size_v<decltype(members(std::declval<Structs>()))>) &&
          ...);
}

TEST(StateJson, StoresEveryMember) {
  EXPECT_TRUE(
      (all_members_are_stored<SnapshotTarget, Intent, Cause, Remediation, PastRemediation, Pause, Breaker,
                              MetricCondition, Keep, Timing, FleetPolicy, FleetState, MemberRecord,
                              FleetSummary, Condition, Rule, LoadCeiling, Window, Freeze, Gates, Document,
                              Step, Evidence, Served, Identity, GroupSeen, BlindTo, Ability, OperatorRequest,
                              ClockDoubt, Denial, Failing, LeftMark>()));
}

}  // namespace
}  // namespace evenkeel::record
