"""evenkeel(1), from the command line as the program tells it."""

import re
from datetime import UTC, datetime

from .command_line import Command, Option

FILES = (
    ("/etc/evenkeel/evenkeel.yaml", "The policy of the Debian package's service. It names no fleet as it comes."),
    ("/etc/default/evenkeel", "The environment of the service."),
    ("/var/lib/evenkeel/evenkeel.db", "The state of the service: what is under way, and the history."),
)
ENVIRONMENT = (
    ("AWS_REGION, AWS_PROFILE, AWS_ACCESS_KEY_ID ...", "As for AWS's own tools: docs/credentials.md."),
    ("AWS_CA_BUNDLE", "A file with the certificates to trust instead of the system's."),
    ("AWS_ENDPOINT_URL", "Talk to this endpoint instead of AWS's own."),
    ("HTTPS_PROXY, NO_PROXY", "As for curl."),
)
EXAMPLES = (
    ("evenkeel check --policy evenkeel.yaml", "what would go wrong, before anything is switched on"),
    ("evenkeel plan --policy evenkeel.yaml", "what the next tick would do"),
    ("systemctl enable --now evenkeel.timer", "a tick every minute, with the policy in /etc/evenkeel"),
    ("journalctl --unit evenkeel", "what it said"),
)


def plain(text: str) -> str:
    """Text as troff must see it to print it unchanged."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = re.sub(r"[^\x00-\x7f]", lambda found: f"\\[u{ord(found[0]):04X}]", text)
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def _entry(names: str, text: str) -> list[str]:
    return [".TP", names, plain(text) or "\\&"]


def _option(option: Option) -> list[str]:
    names = ", ".join(f"\\fB{plain(name)}\\fR" for name in option.names)
    value = f" \\fI{plain(option.value)}\\fR" if option.value else ""
    return _entry(names + value, option.text + (" (required)" if option.required else ""))


def _positional(option: Option) -> list[str]:
    return _entry(f"\\fI{plain(option.names[0])}\\fR", option.text)


def _command(command: Command, common_sections: dict[str, list[str]]) -> list[str]:
    lines = [f'.SS "{plain(" ".join(command.words[1:]))}"', plain(command.usage)]
    for paragraph in command.description:
        lines += [".PP", plain(paragraph)]
    for option in command.positionals:
        lines += _positional(option)
    for option in command.options:
        if "--help" not in option.names:
            lines += _option(option)
    for title, text in command.sections.items():
        if common_sections.get(title) != text:
            lines += [".PP", plain(title) + ":", *_verbatim(text)]
    return lines


def _verbatim(lines: list[str]) -> list[str]:
    return [".PP", ".nf", *(plain(line) for line in lines), ".fi"]


def page(top: Command, version: str, seconds: int) -> str:
    date = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
    lines = [f'.TH EVENKEEL 1 "{date}" "evenkeel {version}" "User Commands"',
             ".SH NAME", "evenkeel \\- reboots leaking web servers before they die",
             ".SH SYNOPSIS", "\\fBevenkeel\\fR \\fISUBCOMMAND\\fR [\\fIOPTIONS\\fR]",
             ".SH DESCRIPTION"]
    for paragraph in top.description:
        lines += [".PP", plain(paragraph)]
    for option in top.options:
        lines += _option(option)
    lines += [".SH SUBCOMMANDS"]
    for command in top.all()[1:]:
        lines += _command(command, top.sections)
    if "Exit codes" in top.sections:
        lines += [".SH EXIT STATUS", *_verbatim(top.sections["Exit codes"])]
    for title, entries in (("ENVIRONMENT", ENVIRONMENT), ("FILES", FILES), ("EXAMPLES", EXAMPLES)):
        lines.append(f".SH {title}")
        for name, text in entries:
            lines += _entry(f"\\fB{plain(name)}\\fR", text)
    lines += [".SH SEE ALSO", "/usr/share/doc/evenkeel/ has the policy file's every key, and what to do when."]
    return "\n".join(lines) + "\n"
