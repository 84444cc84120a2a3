"""Planted bugs of what operators ask for: commands, their fields, wishes and the times that they are given."""

from .bug import Bug

BUGS = [
    # What is repeated
    Bug("repeats a secret that was named as a policy", "policy/problems.cpp",
        "quotes ? problem.text : problem.unquoted", "quotes ? problem.text : problem.text"),
    Bug("repeats the keys of what is no policy", "policy/problems.cpp",
        "quotes ? problem.key : without_foreign_keys(problem.key)", "problem.key"),
    # Commands
    Bug("takes any text for an instance's id", "cli/forms.cpp",
        'if (!text.starts_with("i-") || text.size() < 10 || text.size() > 19) return false;',
        "if (text.size() < 99) return true;"),
    Bug("takes a terminal's escapes for a reason", "cli/forms.cpp",
        " && printable(text, 4 * text.size()) == text", ""),
    Bug("passes over a field that the command does not have", "lambda/event.cpp",
        "  TRY_VOID(fields.nothing_else());\n", ""),
    Bug("lets an event name the policy", "lambda/event.cpp",
        'std::vector<std::string> known_{"command"};', 'std::vector<std::string> known_{"command", "policy"};'),
    Bug("takes a number for a text", "lambda/event.cpp",
        "if (value->is_string()) return value->get<std::string>();",
        "if (!value->is_null()) return value->is_string() ? value->get<std::string>() : value->dump();"),
    # What is moved, and fleets that left
    Bug("writes an export that others may read", "record/state_file.cpp",
        "O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR)", "O_NOFOLLOW | O_CLOEXEC, 0644)"),
    Bug("reads an export however deep it nests", "record/export_json.cpp",
        "if (nests_too_deep(text)) return", "if (text.empty() && nests_too_deep(text)) return"),
    Bug("leaves a fleet that left the policy to itself where others are named", "wiring/pass.cpp",
        "  fleets.insert(fleets.begin(), retired.begin(), retired.end());\n", ""),
]
