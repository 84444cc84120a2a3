"""Small wrong changes of how many are treated at once, and of what the invariants look at."""

from .bug import Bug

BUGS = [
    Bug("treats all that are out although keep.out was lowered", "decide/gate.cpp",
        "if (static_cast<int>(others.size()) < limit) return std::nullopt;",
        "if (static_cast<int>(others.size()) < 9 * limit) return std::nullopt;"),
    Bug("takes a server that is stopped for one that is not treated", "decide/gate.cpp",
        "    case Phase::stopping:\n", ""),
    Bug("waits for others before evidence is captured, too", "decide/gate.cpp",
        "  if (effect != Effect::capture) {\n    if (auto no = by_others",
        "  if (remediation.open()) {\n    if (auto no = by_others"),
    Bug("takes a share of those that are left for one of the fleet", "decide/open.cpp",
        "draft.members = static_cast<int>(fleet.members.size());",
        "draft.members = static_cast<int>(fleet.members.size()) / 2;"),
    Bug("asks for Standby although the server's weight is not known", "decide/leaving.cpp",
        "member->weight != 1) return std::nullopt;", "member->weight != 1) return 0;"),
    Bug("lets the last of a zone go that is unhealthy in another group", "decide/guards_capacity.cpp",
        "const bool serves = place.registration->state == TargetState::healthy;",
        "const bool serves = member.serving;"),
    Bug("the invariants take a weight that is not known for one", "decide/invariants_act.cpp",
        "if (group->in_units && member->weight != 1)", "if (group->in_units && member->weight > 1)"),
    Bug("the invariants take an unread instance refresh for none", "decide/invariants_act.cpp",
        'group->instance_refresh != "")', 'group->instance_refresh.value_or("") != "")'),
    Bug("the invariants take unread stop protection for none", "decide/invariants_act.cpp",
        "instance->stop_protected.value_or(true)", "instance->stop_protected.value_or(false)"),
    Bug("the invariants take unread cross-zone load balancing for on", "decide/invariants_start.cpp",
        "group.zonal.value_or(true)", "group.zonal.value_or(false)"),
    Bug("the invariants let a return meet a treatment that a later one replaced", "decide/invariants_act.cpp",
        "  Time until = now->effects_until;\n", "  Time until{};\n"),
    Bug("the invariants hold back what an operator wants back now", "decide/invariants_act.cpp",
        "now == nullptr || now->without_waiting || now->seen_back", "now == nullptr || now->seen_back"),
]
