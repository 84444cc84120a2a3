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
    # Wishes
    Bug("starts although a pause was asked for since the last tick", "decide/guards_fleet.cpp",
        '  if (pause_is_wished(fleet.state)) return Verdict{Reason::paused, "a pause was asked for", {}};\n', ""),
    Bug("gives a resumed breaker the wrong time", "decide/wishes.cpp",
        "state_.breaker_reset_at = now_;", "state_.breaker_reset_at = now_ + std::chrono::days{7};"),
    Bug("asks twice for what may have been stored", "controller/hand.cpp",
        "if (last.kind != ErrorKind::conflict) break;", ""),
    Bug("restores with what was registered before still in mind", "decide/wishes.cpp",
        "return intent.effect == Effect::register_ || intent.effect == Effect::exit_standby;",
        "return intent.nonce.empty();"),
    Bug("notifies of a wish a second time", "wiring/notifiers.cpp",
        "    if (event.notified) continue;\n", ""),
    # The clock
    Bug("believes a single jump of AWS's clock", "decide/clock.cpp",
        "doubt->ticks < kBelievedAfterTicks ||", "doubt->ticks < 1 ||"),
    Bug("believes a Date that stands still", "decide/clock.cpp",
        "|| over < kBelievedAfter)", "|| over < Duration{-1})"),
    Bug("lets deadlines pass by a time that nothing confirms", "decide/clock.cpp",
        "      observation.taken_at = last;\n", ""),
    Bug("signs restores with the oldest Date", "decide/draft.cpp",
        "brings_back(effect) ? observation.signs_restores() : now()", "now()"),
    Bug("takes an old Date of one service for the time", "observe/stamp.h",
        "if (std::chrono::abs(date - center) > kDatesAgree) continue;", ""),
    Bug("keeps what it had of the future", "decide/clock.cpp",
        "if (back) bring_back(state, seen);", ""),
    # What is moved, and fleets that left
    Bug("writes an export that others may read", "record/state_file.cpp",
        "O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR)", "O_NOFOLLOW | O_CLOEXEC, 0644)"),
    Bug("reads an export however deep it nests", "record/export_json.cpp",
        "if (nests_too_deep(text)) return", "if (text.empty() && nests_too_deep(text)) return"),
    Bug("leaves a fleet that left the policy to itself where others are named", "wiring/pass.cpp",
        "  fleets.insert(fleets.begin(), retired.begin(), retired.end());\n", ""),
]
