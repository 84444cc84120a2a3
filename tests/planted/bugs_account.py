"""Small wrong changes to the simulated account and its checkers: an account that is wrong hides the mistakes of
everything that is tried on it."""

from .bug import Bug

BUGS = [
    Bug("takes every reboot for the end of a scheduled reboot", "sim/servers.cpp",
        "if (server.reboot_migration) end_events", "end_events"),
    Bug("lets an event happen that a stop and start has ended", "sim/instances.cpp",
        "if (!event.ended && event.not_before <= now) {", "if (!event.over() && event.not_before <= now) {"),
    Bug("takes a misspelt action for one that never fails", "sim/scenario_declarations.cpp",
        "if (!fault.action.empty() && !std::ranges::binary_search", "if (false && !std::ranges::binary_search"),
    Bug("counts instances where a group has units", "sim/auto_scaling.cpp",
        "size += member.counts() ? member.units() : 0;", "size += member.counts() ? 1 : 0;"),
    Bug("terminates what a lifecycle policy retains", "sim/lifecycle.cpp",
        "if (hook == TerminateHook::abandons && group.retains) {", "if (false) {"),
    Bug("leaves the zones uneven", "sim/account.h",
        "bool az_rebalance = true;", "bool az_rebalance = false;"),
    Bug("knows an instance by its first address alone", "sim/account.cpp",
        "if (std::ranges::find(interface, id) != interface.end()) return &server;",
        "if (id == server.private_ip) return &server;"),
    Bug("moves a member to Standby that a Classic Load Balancer still serves", "sim/auto_scaling.h",
        "for (const auto& each : classic_names) arns.push_back(classic_arn_of(each));", ""),
    Bug("stops what is protected", "sim/instances.cpp",
        "if (server->stop_protected)", "if (server->stop_protected && false)"),
    Bug("blames nobody for a member terminated to even out the zones", "sim/checkers.cpp",
        "if (group.rebalanced > 0) {", "if (group.rebalanced > 1) {"),
    Bug("blames nobody for the replacement of what Evenkeel stopped", "sim/checkers.cpp",
        "    outage.stopped = outage.down = fact.at;", "    outage.stopped = fact.at;"),
    Bug("blames Evenkeel for the replacement of a server that died", "sim/checkers.cpp",
        "if (outage.struck || outage.gone) return;", "if (outage.gone) return;"),
    Bug("never misses what runs on in Terminating:Retained", "sim/checkers.cpp",
        "if (outages_[id].gone) continue;", "if (outages_[id].gone || true) continue;"),
]
