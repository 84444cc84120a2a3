"""Planted bugs of what operators ask for: commands, their fields, wishes and the times that they are given."""

from .bug import Bug

BUGS = [
    # What is repeated
    Bug("repeats a secret that was named as a policy", "policy/problems.cpp",
        "quotes ? problem.text : problem.unquoted", "quotes ? problem.text : problem.text"),
    Bug("repeats the keys of what is no policy", "policy/problems.cpp",
        "quotes ? problem.key : without_foreign_keys(problem.key)", "problem.key"),
]
