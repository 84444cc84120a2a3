"""docs/scenarios.md keeps its word: it has every word that the parser of scenarios knows, and its examples play."""

import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.simulator import PROGRAM, ROOT

PAGE = ROOT / "docs" / "scenarios.md"
TEXT = PAGE.read_text(encoding="utf-8")
BASE = """start 2026-11-22T10:00:00Z
duration 1h
fleet web servers=4 groups=tg1:443
asg known-asg fleet=web
"""
# A line of each kind that takes key=value words, with one that no kind knows.
WITH_KEYS = {"fleet": "fleet api zzz=1", "group": "group tg9:80 zzz=1", "classic": "classic elb9:80 zzz=1",
             "asg": "asg new-asg zzz=1", "document": "document abc zzz=1", "role": "role abc zzz=1",
             "promise": "promise zzz=1", "fault": "fault * throttle zzz=1", "pause": "at 1m pause why zzz=1",
             "repair": "repair after=1m"}
OPERATOR = {"pause", "resume", "restore", "kill", "tick-late"}
# A word of each kind that a usage names, so that one word more is one too many.
A_WORD = {"SERVER": "web-1", "ASG": "known-asg"}


def simulate(text: str, *options: str) -> subprocess.CompletedProcess:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scenario.txt"
        file.write_text(text, encoding="utf-8")
        return subprocess.run([PROGRAM, "simulate", file, *options], env={}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)


def complaint(line: str) -> str:
    """What the parser says about this line; empty when it takes it."""
    done = simulate(f"{BASE}{line}\n----\n", "--narrative")
    match = re.search(r"scenario\.txt:\d+:\d+: (.*)", " ".join(done.stderr.split()))
    return match[1] if match else ""


def listed(line: str, after: str) -> list[str]:
    """The words that the parser's complaint about the line allows."""
    said = complaint(line)
    assert after in said, f"{line}: {said}"
    return re.findall(r"[\w:-]+=?", said.split(after, 1)[1])


def usage(event: str) -> str:
    """How the parser writes the event, from its complaint about too few or too many words."""
    said = complaint(f"at 1m {event}")
    if "it is written: " not in said:
        for word in A_WORD.values():
            said = complaint(f"at 1m {event} {word} one-too-many")
            if "it is written: " in said:
                break
    assert "it is written: " in said, f"{event}: {said}"
    return said.split("it is written: ", 1)[1]


def section(title: str) -> str:
    found = re.search(rf"^(#+) {re.escape(title)}$(.*?)(?=^#{{1,3}} |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found, f"docs/scenarios.md has no section {title}"
    return found[2]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def told(word: str, text: str) -> bool:
    """Whether the word stands at the beginning of code: of a span, or of a line in a block."""
    return re.search(rf"(?:^|`){re.escape(word)}(?![\w-])", text, re.MULTILINE) is not None


def commands() -> tuple[list[str], list[str]]:
    """The words with which a line may begin, and those that are events."""
    words = listed("frobnicate", "allowed are ")
    cut = words.index("and")
    assert words[cut:cut + 3] == ["and", "the", "events"], words
    return [word.rstrip(":") for word in words[:cut]], words[cut + 3:]


class Grammar(unittest.TestCase):
    def test_it_has_every_word_with_which_a_line_may_begin(self):
        settings, events = commands()
        self.assertGreater(len(settings), 15)
        self.assertGreater(len(events), 30)
        self.assertEqual([word for word in settings if not re.search(rf"`{word}(?![\w-])", TEXT)], [])
        self.assertEqual([word for word in events if not told(word, TEXT)], [])

    def test_it_has_every_key(self):
        titles = {"fleet": "`fleet NAME KEY=VALUE …`", "asg": "`asg NAME fleet=F KEY=VALUE …`",
                  "document": "`document NAME KEY=VALUE …`", "role": "`role NAME KEY=VALUE …`",
                  "group": "Other target groups and load balancers", "classic": "Other target groups and load balancers",
                  "promise": "The promise", "fault": "Faults", "pause": "Of Evenkeel itself"}
        for kind, title in titles.items():
            keys = listed(WITH_KEYS[kind], "allowed are ")
            self.assertTrue(keys, kind)
            self.assertEqual([key for key in keys if key not in section(title)], [], kind)
        self.assertEqual(complaint(WITH_KEYS["repair"]), "")
        self.assertEqual(complaint("repair never"), "")

    def test_it_has_no_key_that_the_parser_does_not_know(self):
        for kind, title in (("fleet", "`fleet NAME KEY=VALUE …`"), ("asg", "`asg NAME fleet=F KEY=VALUE …`"),
                            ("document", "`document NAME KEY=VALUE …`"), ("role", "`role NAME KEY=VALUE …`"),
                            ("promise", "The promise")):
            rows = [line.split(" | ")[0] for line in section(title).splitlines() if line.startswith("| `")]
            shown = {key for row in rows for key in re.findall(r"`(\w+=)", row)}
            self.assertEqual(shown, set(listed(WITH_KEYS[kind], "allowed are ")), kind)

    def test_it_has_every_switch_and_no_other(self):
        known = listed("set nothing true", "a duration): ")
        self.assertGreater(len(known), 15)
        self.assertEqual(re.findall(r"^\| `(\w+)` \|", section("Switches"), re.MULTILINE), known)

    def test_it_has_every_kind_of_fault_and_no_other(self):
        known = listed("fault * nothing", "allowed are ")
        self.assertGreater(len(known), 8)
        shown = re.findall(r"^\| `(\w+)` \|", section("Faults"), re.MULTILINE)
        self.assertEqual([word for word in shown if word != "once"], known)

    def test_it_writes_every_event_as_the_parser_does(self):
        events = commands()[1]
        text = squeezed(section("Of a server") + section("Of groups, zones and the fleet"))
        self.assertEqual([usage(event) for event in events if squeezed(usage(event)) not in text], [])
        known = set(listed("at 1m frobnicate", "allowed are "))
        self.assertEqual(known, set(events) | OPERATOR)
        for word in OPERATOR:
            self.assertTrue(told(word, section("Of Evenkeel itself")), word)

    def test_it_shows_no_event_that_the_parser_does_not_know(self):
        text = section("Of a server") + section("Of groups, zones and the fleet")
        shown = re.findall(r"^([a-z-]+) [A-Z\[]", text, re.MULTILINE)
        self.assertEqual(sorted(shown), sorted(commands()[1]))


class Examples(unittest.TestCase):
    def test_the_whole_scenario_plays_and_keeps_its_promise(self):
        whole, = [block for block in re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL) if "\npolicy:\n" in block]
        done = simulate(whole, "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        figures = json.loads(done.stdout)
        self.assertEqual((figures["findings"], figures["problems"], figures["remediations"]), ([], [], {"cured": 1}))
        self.assertEqual(figures["crashes"], 1, "web-3")

    def test_every_line_that_is_shown_for_example_is_taken(self):
        blocks = re.findall(r"For example:\n\n```text\n(.*?)```", TEXT, re.DOTALL)
        self.assertEqual(len(blocks), 3)
        lines = [line for block in blocks for line in block.splitlines()]
        text = BASE.replace("asg known-asg fleet=web\n", "") + "\n".join(lines) + "\n----\n"
        done = simulate(text, "--narrative")
        self.assertNotRegex(done.stderr, r"scenario\.txt:\d+:\d+", done.stderr)
        self.assertIn("is no kind of fault", complaint("fault ec2.RebootInstances lose_reply once"))

    def test_links_lead_somewhere(self):
        for link in re.findall(r"\]\(([^)#]+)", TEXT):
            self.assertTrue((PAGE.parent / link).exists(), link)
        for anchor in re.findall(r"\]\(#([^)]+)\)", TEXT):
            titles = [title.lower().replace(" ", "-") for title in re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)]
            self.assertIn(anchor, titles)


if __name__ == "__main__":
    unittest.main()
