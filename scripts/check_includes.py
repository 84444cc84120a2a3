#!/usr/bin/env python3
"""Which folder may include which: refuses every #include that the table of ARCHITECTURE.md does not allow.

usage: check_includes.py [ROOT]    prints "file:line: what is wrong; what is allowed", exits 1 when there is any
"""

import re
import sys
from pathlib import Path

STAGES = {"observe", "decide", "record", "act", "policy", "aws", "model", "wire", "base"}

# Folder of src/ -> the folders that it may include, itself besides.
MAY_INCLUDE = {
    "base": set(),
    "wire": {"base"},
    "model": {"base"},
    "policy": {"model", "base"},
    "decide": {"model", "base"},
    "aws": {"wire", "base"},
    "observe": {"aws", "model", "base"},
    "act": {"aws", "model", "base"},
    # It predicts the tick, so by the tick's own rules, and says what IAM lacks, as `iam` would print it.
    "check": {"observe", "decide", "iam", "aws", "model", "base"},
    "iam": {"aws", "model", "base"},
    "record": {"model", "base"},
    "controller": STAGES,
    "sim": {"wire", "base"},
    "notify": {"aws", "model", "base"},
    "wiring": STAGES | {"controller", "notify"},
    "cli": STAGES | {"controller", "check", "iam", "notify", "wiring"},
    "lambda": STAGES | {"controller", "notify", "wiring", "cli"},  # a command is the command line's
    "main.cpp": {"cli", "lambda", "wire", "base"},  # it makes the three seams: transport, clock, random
}

# The exceptions: files of a folder, by how their name begins, that may include one folder more.
MAY_BESIDES = {("cli", "simulate"): {"sim"}, ("cli", "moments"): {"sim"}, ("cli", "reasons"): {"sim"},
                ("lambda", "handler"): {"sim"}, ("record", "dynamo"): {"aws"}}

# Single headers beyond the table: observe, act and check hand the caller on to aws, and need its name for that.
MAY_HEADERS = {"observe": {"wire/caller.h"}, "act": {"wire/caller.h"}, "notify": {"wire/caller.h", "wire/transport.h"},
               "record": {"wire/caller.h"},
               "check": {"wire/caller.h", "wire/partition.h"}, "iam": {"wire/partition.h"}}

# What tests of the layers above may borrow: a scripted transport to answer them.
TEST_HEADERS = {"wire/testing/scripted_transport.h"}

# The pure core returns reasons and is handed the time: it neither logs nor draws numbers.
REFUSED_HEADERS = {"decide": {"base/log.h", "base/random.h"}}

# Third-party headers -> the folders, or single files, that may include them. Tests may include any.
THIRD_PARTY = {
    "curl/": {"wire"},
    "openssl/": {"wire", "sim"},
    "pugixml": {"wire"},
    "yaml-cpp/": {"policy"},
    "absl/": {"policy"},
    "sqlite3": {"record"},
    "nlohmann/": {"wire", "record", "iam", "sim", "cli", "aws", "notify", "lambda"},
    "httplib": {"sim"},
    "CLI/": {"cli/argument_parser.cpp"},
    "spdlog/": {"base"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def allowed(module: str, file_name: str) -> set[str]:
    result = MAY_INCLUDE[module] | {module}
    for (folder, start), more in MAY_BESIDES.items():
        if folder == module and file_name.startswith(start):
            result = result | more
    return result


def for_tests(path: Path) -> bool:
    return path.stem.endswith("_test") or "testing" in path.parts


def problem(module: str, path: Path, bracket: str, header: str) -> str | None:
    if bracket == "<":
        for start, modules in THIRD_PARTY.items():
            if header.startswith(start) and not modules & {module, f"{module}/{path.name}"} and \
                    not for_tests(path):
                return f"{module} must not include <{header}>; only {', '.join(sorted(modules))} may"
        return None
    if "/" not in header:
        return f'"{header}" is not rooted at src/; write "{module}/{header}"'
    if header in REFUSED_HEADERS.get(module, set()):
        return f"{module} must not include {header}; it returns its reasons and is handed its inputs"
    may = allowed(module, path.name)
    if header in MAY_HEADERS.get(module, set()):
        return None
    if header in TEST_HEADERS and for_tests(path) and "aws" in may:
        return None
    if header.split("/")[0] not in may:
        return f"{module} must not include {header}; it may include {', '.join(sorted(may - {'main.cpp'}))}"
    return None


def check(root: Path) -> list[str]:
    problems = []
    source = root / "src"
    for path in sorted([*source.rglob("*.h"), *source.rglob("*.cpp")]):
        module = path.relative_to(source).parts[0]
        place = path.relative_to(root)
        if module not in MAY_INCLUDE:
            problems.append(f"{place}: {module} is not in the include table; add it to scripts/check_includes.py")
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if (match := INCLUDE.match(line)) and (text := problem(module, path, *match.groups())):
                problems.append(f"{place}:{number}: {text}")
    return problems


if __name__ == "__main__":
    found = check(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent))
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found else 0)
