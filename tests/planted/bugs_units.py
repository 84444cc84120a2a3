"""Planted bugs about evidence, units of capacity, places that another API lists, and harm that guards prevent."""

from .bug import Bug

BUGS = [
    # Evidence
    Bug("stays on a series that has ended", "observe/signals.cpp",
        "if (known.chosen.erase(id) > 0) again[id] = all.at(id);", ""),
    Bug("believes the first of two series that contradict each other in between", "observe/signals.cpp",
        "  if (after == other.begin()) return true;\n", "  return true;\n"),
    Bug("takes one low sample for a boot", "decide/evidence.cpp",
        "fall.low.size() >= kMoreThanAGlitch && fall.lasted", "fall.lasted + 99min"),
    Bug("overlooks the high samples among the low ones", "decide/evidence.cpp",
        "      fall.low.clear();\n", "      ;\n"),
    Bug("believes 250 % of a metric without a percent sign", "model/percentage.cpp",
        '"percentage", "pct", "utilization"}', '"percentage", "pct", "utilisation"}'),
    # Units and places
    Bug("takes a weight for one", "decide/guards_scaling.cpp",
        "const int left = group.desired - std::max(weight, 1);", "const int left = group.desired - 1;"),
    Bug("takes units for instances", "decide/fleet_view.cpp",
        "if (!group.in_units) return group.desired + standby;", "return group.desired + standby;"),
    Bug("counts a replacement's instances instead of its units", "decide/treating.cpp",
        "observation.auto_scaling_group->in_units ? member.weight : 1", "1"),
    Bug("takes any traffic source for one that Standby leaves", "decide/guards_scaling.cpp",
        "if (classic && by_group) continue;", "if (by_group) continue;"),
    Bug("overlooks an instance's further addresses", "observe/survey.cpp",
        "addresses = instance->second.addresses;", "addresses.clear();"),
    # Harm that is foreseen
    Bug("has Auto Scaling even out the zones", "decide/guards_scaling.cpp",
        "most->second - left >= 2;", "most->second - left >= 99;"),
    Bug("stops a member outside Standby", "decide/guards.cpp",
        "treatment == Treatment::stop_start && scaling != nullptr && !in_standby && group",
        "treatment == Treatment::stop_start && scaling != nullptr && !in_standby && group && group->being_deleted"),
    Bug("stops a protected member after climbing", "decide/treating.cpp",
        "return stop_protection_guard(step.treatment, &instance->second);", "return std::nullopt;"),
    Bug("takes an unread stop protection for none", "decide/guards.cpp",
        "if (!instance->stop_protected) {",
        "if (!instance->stop_protected) return std::nullopt;\n  if (!instance->stop_protected) {"),
    Bug("lets the last server of a zone that stands alone go", "decide/guards_capacity.cpp",
        "if (left > 0 || !member.serving || (zonal && !*zonal)) return std::nullopt;",
        "if (left > 0 || !member.serving || !zonal || !*zonal) return std::nullopt;"),
    Bug("has a member replaced that would be retained", "decide/guards.cpp",
        "treatment == Treatment::replace && group && group->retains_terminated",
        "treatment == Treatment::replace && group && group->retains_terminated && group->in_units"),
    Bug("calls a member back into a grace period that is too short", "decide/guards_scaling.cpp",
        "const bool too_short = group.grace < needed;", "const bool too_short = group.grace < needed - kRegistering;"),
    Bug("foresees only the ladder's first step", "check/foreseen.cpp",
        "state.members[id].rung = rung;", "state.members[id].rung = 0;"),
]
