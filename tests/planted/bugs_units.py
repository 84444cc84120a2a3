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
    Bug("overlooks the high samples among the low ones", "decide/evidence.cpp", "      fall.low.clear();\n", "      ;\n"),
    Bug("believes 250 % of a metric without a percent sign", "model/percentage.cpp",
        '"percentage", "pct", "utilization"}', '"percentage", "pct", "utilisation"}'),
]
