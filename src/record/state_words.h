// The words of the state document, by the enumerations that they name.
#pragma once

#include "model/fleet_state.h"

namespace evenkeel::record {

// The last enumerator of each: words are looked up by counting up to it.
template <class Enum>
constexpr Enum kLast{};
template <>
inline constexpr Effect kLast<Effect> = Effect::unmark;
template <>
inline constexpr OutcomeKind kLast<OutcomeKind> = OutcomeKind::not_sent;
template <>
inline constexpr Phase kLast<Phase> = Phase::done;
template <>
inline constexpr Ending kLast<Ending> = Ending::replaced;
template <>
inline constexpr Wish::Kind kLast<Wish::Kind> = Wish::Kind::restore;
template <>
inline constexpr Statistic kLast<Statistic> = Statistic::sum;
template <>
inline constexpr Treatment kLast<Treatment> = Treatment::replace;
template <>
inline constexpr Condition::Kind kLast<Condition::Kind> = Condition::Kind::alarm;
template <>
inline constexpr Order kLast<Order> = Order::longest_uncycled;
template <>
inline constexpr Leave kLast<Leave> = Leave::deregister;
template <>
inline constexpr Ability::Kind kLast<Ability::Kind> = Ability::Kind::blind;
template <>
inline constexpr Blindness kLast<Blindness> = Blindness::state_outdated;
template <>
inline constexpr LoadCeiling::Per kLast<LoadCeiling::Per> = LoadCeiling::Per::instance;

}  // namespace evenkeel::record
