#!/usr/bin/env python3
"""One name, one meaning: refuses a type that is defined in two places, unless the table here says why it may be.

usage: check_names.py [ROOT]    prints "file:line: what is wrong; what to do instead", exits 1 when there is any
"""

import re
import sys
from pathlib import Path

if __package__:
    from .check_sources import code_only
else:
    from check_sources import code_only

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("src", "bench", "fuzz", "tests")

# Name -> whose noun it is. Where two layers have AWS's own noun (what its API answers, the model of it, the simulated
# one), a second word for it would only hide that.
ALLOWED: dict[str, str] = {
    "Alarm": "CloudWatch's",
    "AutoScalingGroup": "Auto Scaling's",
    "AutoScalingMember": "Auto Scaling's instance of a group",
    "CommandInvocation": "Systems Manager's",
    "Document": "Systems Manager's",
    "Instance": "EC2's",
    "InstanceRefresh": "Auto Scaling's",
    "InstanceStatus": "EC2's",
    "Listener": "Elastic Load Balancing's",
    "LoadBalancer": "of Elastic Load Balancing's two APIs",
    "Sample": "a metric's value at a time, as AWS gives it and as the tick judges it",
    "ScheduledEvent": "EC2's",
    "TargetGroup": "Elastic Load Balancing's",
    "TrafficSource": "Auto Scaling's",
}

DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.MULTILINE)
# What stands before the brace of a definition; a specialisation of a template is none, its name goes on with "<".
DEFINED = re.compile(r"\b(?:struct|class|enum(?:\s+class)?)\s+(?:\[\[.*?\]\]\s*)?(\w+)(?:\s+final)?(?:\s*:(?!:).*)?\s*$",
                     re.DOTALL)
ALIAS = re.compile(r"\busing\s+(\w+)\s*=\s*(.*)", re.DOTALL)


def types_in(text: str) -> list[tuple[int, str, str]]:
    """(line, name, meaning) of each struct, class, enum and alias at namespace scope, in unnamed namespaces, too.
    The meaning is what an alias stands for, else empty. A declaration without a body does not count, and neither does
    an alias that only shortens: `using Kind = Condition::Kind`."""
    code = DIRECTIVE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), code_only(text))
    found: list[tuple[int, str, str]] = []
    in_namespace: list[bool] = []  # for each open brace
    start = 0
    for match in re.finditer(r"[{};]", code):
        if all(in_namespace) and match.group() != "}":
            words = (DEFINED if match.group() == "{" else ALIAS).search(code, start, match.start())
            meaning = re.sub(r"\s+", "", words[2]) if words and match.group() == ";" else ""
            if words and not meaning.endswith(f"::{words[1]}"):
                found.append((code.count("\n", 0, words.start(1)) + 1, words[1], meaning))
        if match.group() == "{":
            in_namespace.append(re.search(r"\bnamespace\b", code[start:match.start()]) is not None)
        elif match.group() == "}" and in_namespace:
            in_namespace.pop()
        start = match.end()
    return found


def check(root: Path) -> list[str]:
    places: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(path for folder in FOLDERS for path in (root / folder).rglob("*")):
        if path.suffix in (".h", ".cpp"):
            for line, name, meaning in types_in(path.read_text(encoding="utf-8", errors="replace")):
                places.setdefault(name, []).append((f"{path.relative_to(root)}:{line}", meaning))
    problems = []
    for name, where in places.items():
        one_meaning = len(where) == 1 or len({meaning for _, meaning in where}) == 1 and where[0][1]
        if not one_meaning and name not in ALLOWED:
            others = " and in ".join(place for place, _ in where[1:])
            problems.append(f"{where[0][0]}: {name} is a type in {others} as well; give each meaning a name of its own")
    if root == ROOT:
        problems += [f"scripts/check_names.py: {name} is not a type in two places any more; take it out of ALLOWED"
                     for name in ALLOWED if len(places.get(name, [])) < 2]
    return problems


if __name__ == "__main__":
    found = check(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT))
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found else 0)
