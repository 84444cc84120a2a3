"""Planted bugs of why a member is treated: reasons that are served once, and judged."""

from .bug import Bug

BUGS = [
    Bug("takes a reboot for the end of every scheduled event", "decide/events.cpp",
        'return code == "system-reboot" && reboot_migrates;', "return true;"),
    Bug("expects a reboot to migrate where that is disabled", "decide/events.cpp",
        'code == "system-reboot" && reboot_migrates;', 'code == "system-reboot";'),
    Bug("begins an event at the bottom of the ladder", "decide/served.cpp",
        "(spent && treatment <= *spent) || !may_end_it(treatment, member, asking)", "(spent && treatment <= *spent)"),
    Bug("serves one reason by the same treatment again and again", "decide/served.cpp",
        "(spent && treatment <= *spent) || ", "(spent && treatment < *spent) || "),
    Bug("forgets what was served when the day is over", "decide/served.cpp",
        "auto spent = served != nullptr ? std::optional(served->treatment) : std::nullopt;",
        "std::optional<Treatment> spent;"),
    Bug("treats again before it is known whether it helped", "decide/served.cpp",
        "if (auto no = being_judged(member, asking)) return {from, std::move(no)};", ""),
    Bug("reboots the whole fleet for one alarm", "decide/served.cpp",
        "is_shared(asking.rule) ? tried_on_another(fleet, member, *asking.rule) : std::nullopt", "std::nullopt"),
    Bug("drains for nothing after AWS has refused the treatment", "decide/served.cpp",
        "(refused || untreated_before(ended, state))", "untreated_before(ended, state)"),
    Bug("drains for nothing as often as the limits let it", "decide/served.cpp",
        "(refused || untreated_before(ended, state))", "refused"),
    Bug("calls gone what could not be read", "decide/served.cpp",
        "if (!there && rule != nullptr && now < *ended.judge_until + kUnknownFor) continue;",
        "if (!there) ended.gone = true;"),
    Bug("lets a rule that helps nobody go on for ever", "decide/breaker.cpp",
        "if (known < 3 || helped > 0) continue;", "if (known < 99 || helped > 0) continue;"),
    Bug("judges a rung that needs EBS by the guards of another one", "decide/selection.cpp",
        "      treated_so.rung = asked.rung;\n", ""),
    Bug("takes any change of an alarm for another alarm", "aws/cloudwatch.cpp",
        '"StateTransitionedTimestamp"', '"StateUpdatedTimestamp"'),
]
