"""docs/examples.md keeps its word: each policy is its file, is accepted, needs what the page says, and does its work."""

import concurrent.futures
import json
import os
import re
import subprocess
import tempfile
import unittest
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.simulator import PROGRAM, REGION, ROOT

PAGE = ROOT / "docs" / "examples.md"
POLICIES = ROOT / "docs" / "examples"
STORIES = Path(__file__).with_name("examples")
PARTS = ("Situation", "What Evenkeel does", "What it does not do", "Permissions", "Pitfalls")
ACTION = re.compile(r"\b(?:ec2|elasticloadbalancing|autoscaling|cloudwatch|ssm|sts):[A-Z]\w+")
READS = re.compile(r":(?:Describe|List|Get)")
# The simulated account: its number, and the one counter that the agent on its servers sends.
ACCOUNT, COUNTER = "123456789012", "Memory % Committed Bytes In Use"


@dataclass
class Story:
    """What must come of a policy on the account that examples/NAME.txt describes."""
    endings: dict[str, int]  # at least so many remediations end like that, and none in another way
    first: list[str]  # the servers that are taken out first, in this order
    reboots: int = 0  # at least
    words: list[str] = field(default_factory=list)  # of the narrative: phases, effects, reasons
    never: list[str] = field(default_factory=list)
    policy: str = ""  # the story's own name, where nothing is said


STORIES_OF = {
    "two-target-groups": Story({"cured": 15}, [], 15, ["deregister shop-https", "deregister shop-http"]),
    "auto-scaling-standby": Story({"cured": 10}, [], 10, ["enter_standby", "exit_standby"], ["is terminated"]),
    "iis-recycle": Story({"cured": 1}, ["portal-1"], 0, ["capturing", "command AWS-RunPowerShellScript"], ["rebooting"]),
    "iis-recycle-fails": Story({"cured": 1}, ["portal-1"], 1, ["command AWS-RunPowerShellScript", "rebooting"],
                               policy="iis-recycle"),
    "nightly-window": Story({"cured": 1}, ["shop-1"], 1, ["d1 21:00:00  shop-1  draining", "outside_window", "frozen"],
                            ["shop-2  draining"]),
    "several-accounts": Story({"cured": 2}, ["billing-2", "shop-1"], 2, ["enter_standby", "deregister shop-https"]),
    "scheduled-events": Story({"back": 1}, ["web-2"], 0, ["00:00:00  web-2  draining", "stopping", "gone"], ["rebooting"]),
    "asked-by-tag": Story({"back": 1}, ["reports-3"], 1, [], ["reports-1  draining"]),
    "two-rules": Story({"back": 5, "cured": 1}, ["web-4", "web-2", "web-4"], 5, ["failed-check", "weekly", "stopping"]),
    "lambda-gates": Story({"cured": 1}, ["web-1"], 1, ["alarm_firing", "calendar_closed", "11:30:00  web-1  draining"]),
    "immutable-replace": Story({"replaced": 5}, ["workers-1"], 0, ["weekly", "is terminated"], ["rebooting"]),
}


def examples() -> list[Path]:
    return sorted(POLICIES.glob("*.yaml"))


def sections(text: str) -> dict[str, str]:
    """The sections of the page that show a policy, by the policy's name."""
    return {match[1]: section for section in text.split("\n## ")[1:]
            if (match := re.search(r"\(examples/([\w-]+)\.yaml\)", section))}


def part(section: str, name: str) -> str:
    match = re.search(rf"^\*\*{name}\.\*\*\s(.+?)(?=^\*\*|^```|\Z)", section, re.MULTILINE | re.DOTALL)
    return match[1] if match else ""


def evenkeel(*arguments: str | Path) -> subprocess.CompletedProcess:
    return subprocess.run([PROGRAM, *arguments], env={"AWS_REGION": REGION}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=900)


def allowed(printed: object) -> set[str]:
    """The actions of every statement that allows something, wherever it stands in what was printed."""
    if isinstance(printed, list):
        return set().union(*map(allowed, printed))
    if not isinstance(printed, dict):
        return set()
    own = set(ACTION.findall(json.dumps(printed["Action"]))) if printed.get("Effect") == "Allow" else set()
    return own | allowed(list(printed.values()))


def needed(policy: Path) -> set[str]:
    """The actions that change something, of every identity of the policy; it fails where the policy is refused."""
    done = evenkeel("iam", "--policy", policy, "--account", ACCOUNT, "--json")
    assert done.returncode == 0, f"{policy.name}: {done.stderr}"
    return {action for action in allowed(json.loads(done.stdout)) if not READS.search(action)}


def story_text(name: str, policy: Path) -> str:
    """The account's story with the policy in it, as the simulated account has it."""
    text = policy.read_text(encoding="utf-8").replace("mem_used_percent", COUNTER)
    text = re.sub(r"(?<=arn:aws:iam::)\d{12}", ACCOUNT, text)
    account = (STORIES / f"{name}.txt").read_text(encoding="utf-8")
    return account + "policy:\n" + "".join(f"  {line}\n" for line in text.splitlines())


def play(name: str, text: str) -> tuple[dict, str]:
    """The figures and the narrative of a story."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.txt"
        file.write_text(text, encoding="utf-8")
        told = [evenkeel("simulate", file, option) for option in ("--json", "--narrative")]
    for done in told:
        assert not done.stderr, f"{name}: {done.stderr}"
    return json.loads(told[0].stdout), told[1].stdout


def wrongs(story: Story, figures: dict, narrative: str) -> list[str]:
    """What did not come as the story wants it."""
    found = [f"{name}: {figures[name]}" for name in ("findings", "problems", "failed_ticks", "crashes", "forgotten",
             "dropped_by_our_doing", "undrained_reboots", "double_reboots", "guard_violations") if figures[name]]
    endings = Counter(figures["remediations"])
    del endings["open"]
    if set(endings) != set(story.endings) or any(endings[how] < least for how, least in story.endings.items()):
        found.append(f"the remediations ended as {dict(endings)}, not {story.endings}")
    if figures["reboots"] < story.reboots:
        found.append(f"{figures['reboots']} reboots, at least {story.reboots} are expected")
    taken = re.findall(r"^(?:d\d )?\S+  (\S+) +draining", narrative, re.MULTILINE)
    if taken[:len(story.first)] != story.first:
        found.append(f"taken out in the order {taken}")
    found += [f"{word!r} is not in the narrative" for word in story.words if word not in narrative]
    return found + [f"{word!r} is in the narrative" for word in story.never if word in narrative]


class Page(unittest.TestCase):
    def test_each_policy_is_shown_once_as_its_file_has_it(self):
        shown = sections(PAGE.read_text(encoding="utf-8"))
        self.assertEqual(sorted(shown), [file.stem for file in examples()])
        self.assertGreaterEqual(len(shown), 8)
        for file in examples():
            with self.subTest(file.stem):
                blocks = re.findall(r"```yaml\n(.*?)```", shown[file.stem], re.DOTALL)
                self.assertEqual(blocks, [file.read_text(encoding="utf-8")])
                self.assertTrue(blocks[0].startswith("# "), "it begins with what it is for")

    def test_each_section_has_every_part_and_its_links_lead_somewhere(self):
        text = PAGE.read_text(encoding="utf-8")
        for name, section in sections(text).items():
            self.assertEqual([which for which in PARTS if not part(section, which)], [], name)
        for link in re.findall(r"\]\(([^)#]+)", text):
            self.assertTrue((PAGE.parent / link).exists(), link)

    def test_the_permissions_are_those_that_evenkeel_iam_prints(self):
        for name, section in sections(PAGE.read_text(encoding="utf-8")).items():
            with self.subTest(name):
                told = {action for action in ACTION.findall(part(section, "Permissions")) if not READS.search(action)}
                self.assertEqual(told, needed(POLICIES / f"{name}.yaml"))


class Played(unittest.TestCase):
    def test_every_policy_has_a_story_and_the_reverse(self):
        self.assertEqual(sorted({story.policy or name for name, story in STORIES_OF.items()}),
                         [file.stem for file in examples()])
        self.assertEqual(sorted(STORIES_OF), sorted(file.stem for file in STORIES.glob("*.txt")))

    def test_every_policy_does_its_work(self):
        texts = [story_text(name, POLICIES / f"{story.policy or name}.yaml") for name, story in STORIES_OF.items()]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as players:
            played = list(players.map(play, STORIES_OF, texts))
        for (name, story), (figures, narrative) in zip(STORIES_OF.items(), played, strict=True):
            with self.subTest(name):
                self.assertEqual(wrongs(story, figures, narrative), [])

    def test_a_policy_that_does_nothing_or_too_much_is_found_out(self):
        text = story_text("asked-by-tag", POLICIES / "asked-by-tag.yaml")
        story = STORIES_OF["asked-by-tag"]
        idle = wrongs(story, *play("idle", text.replace("- tag: evenkeel:remediate", "- tag: another-key")))
        self.assertEqual([problem.split(" ")[0] for problem in idle], ["the", "0", "taken"], idle)
        busy = text.replace("      keep:", f"      reboot_when: {{metric: '{COUNTER}', above: 65}}\n      keep:")
        self.assertIn("'reports-1  draining' is in the narrative", wrongs(story, *play("busy", busy)))


if __name__ == "__main__":
    unittest.main()
