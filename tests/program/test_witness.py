"""The tag on a server that is out (witness_tag): a state that does not know it starts nothing, and says what to do."""

import json
import sqlite3
import tempfile
import unittest
from pathlib import Path

from tests.crash.remediation import STORY, Remediation

COULD_NOT_SEE = 3


class Witness(unittest.TestCase):
    def begin(self, *more: str) -> None:
        """The account of the crash tests with witness_tag, and with `more` that happens to it."""
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as story:
            text = STORY.read_text(encoding="utf-8")
            text = text.replace("promise ", "".join(f"{line}\n" for line in more) + "promise ", 1)
            story.write(text.replace("      reboot_when:", "      witness_tag: yes\n      reboot_when:", 1))
            story.flush()
            self.remediation = Remediation(Path(story.name))
        self.addCleanup(self.remediation.__exit__)

    def keep_a_copy(self, name: str) -> Path:
        copy = self.remediation.directory / name
        with sqlite3.connect(self.remediation.state) as state, sqlite3.connect(copy) as to:
            state.backup(to)
        return copy

    def put_in_place(self, copy: Path | None) -> None:
        for end in ("", "-wal", "-shm"):
            Path(f"{self.remediation.state}{end}").unlink(missing_ok=True)
        if copy is not None:
            self.remediation.state.write_bytes(copy.read_bytes())

    def until_it_is_out(self) -> str:
        for _ in range(10):
            done = self.remediation.tick()
            self.assertEqual(done.returncode, 0, done.stderr)
            if json.loads(done.stdout)["open"]:
                return self.remediation.leaking
        return self.fail("nothing started")

    def expect_outdated(self, instance: str) -> None:
        self.assertFalse(json.loads(self.remediation.tick().stdout)["open"])
        done = self.remediation.evenkeel("run")
        self.assertEqual(done.returncode, COULD_NOT_SEE, done.stdout + done.stderr)
        for text in (f'{instance} ("web/{instance}@', "tg1:443", "this state has no record of"):
            self.assertIn(text, done.stderr)
        self.assertIn("aws ec2 delete-tags", self.remediation.evenkeel("status").stdout)
        explained = self.remediation.evenkeel("explain", instance).stdout
        self.assertIn(f'its tag evenkeel:state: "web/{instance}@', explained)
        self.assertIn("this state does not know that it is out", explained)
        self.assertIn("tg1:443", json.loads(self.remediation.evenkeel("explain", instance, "--json").stdout)
                      ["fleets"][0]["tag"])
        self.assertEqual(self.found_by_check(), [[instance]])

    def found_by_check(self) -> list[list[str]]:
        """The servers of each finding about a mark that the state does not know."""
        findings = json.loads(self.remediation.evenkeel("check", "--json").stdout)["fleets"][0]["findings"]
        return [finding["members"] for finding in findings if finding["rule"] == "marked_as_out"]

    def removals(self) -> int:
        return self.remediation.evenkeel("history").stdout.count("take the tag evenkeel:state off: accepted")

    def test_the_tag_is_taken_off_once_the_server_is_back(self):
        self.begin()
        self.until_it_is_out()
        self.assertEqual(self.removals(), 0)
        self.assertEqual(self.found_by_check(), [], "this state has it out")
        self.assertEqual(self.remediation.ticks_until_it_has_ended(), [])
        self.assertEqual(self.removals(), 1)
        self.assertEqual(self.remediation.wrongs(), [])
        self.put_in_place(None)
        self.assertEqual(self.remediation.tick().returncode, 0, "nothing is left of it on the account")

    def test_a_copy_from_before_the_start_starts_nothing_and_names_who_is_out(self):
        self.begin()
        self.remediation.evenkeel("pause", "web", "--reason", "for a copy")
        self.remediation.tick()
        old = self.keep_a_copy("old.db")
        with sqlite3.connect(old) as copy:
            self.assertTrue(copy.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        self.remediation.evenkeel("resume", "web", "--reason", "go on")
        instance = self.until_it_is_out()
        right = self.keep_a_copy("right.db")
        self.put_in_place(old)
        self.remediation.evenkeel("resume", "web", "--reason", "go on")
        self.expect_outdated(instance)
        self.put_in_place(right)  # the remedy that is named first
        self.assertEqual(self.remediation.ticks_until_it_has_ended(), [])
        self.assertEqual(self.removals(), 1)

    def test_a_lost_state_stays_outdated_until_the_server_is_back_by_hand_and_its_tag_is_off(self):
        self.begin("at 20m register web-1 tg1", "at 20m register web-1 tg1-80", "at 22m untag web-1 evenkeel:state")
        instance = self.until_it_is_out()
        self.put_in_place(None)
        for _ in range(5):
            self.expect_outdated(instance)
        self.remediation.account.advance(minutes=15)
        done = self.remediation.tick()
        self.assertNotEqual(done.returncode, COULD_NOT_SEE, done.stderr)
        self.assertNotIn("does not know", done.stderr)

    def test_a_copy_from_while_it_drained_does_not_reboot_it_again(self):
        self.begin()
        self.until_it_is_out()
        old = self.keep_a_copy("old.db")
        for _ in range(10):
            if "AWS accepted the reboot" in self.remediation.evenkeel("history").stdout:
                break
            self.remediation.tick()
        self.assertIn("AWS accepted the reboot", self.remediation.evenkeel("history").stdout)
        self.put_in_place(old)
        for _ in range(30):
            done = self.remediation.tick()
            self.assertIn(done.returncode, (0, COULD_NOT_SEE), done.stderr)
            if not json.loads(done.stdout)["open"]:
                break
        self.assertEqual(self.remediation.wrongs(), [])
        self.assertIn("was written by another state than this one", self.remediation.evenkeel("history").stdout)

    def test_a_tag_that_came_with_an_image_means_nothing(self):
        self.begin("tag web-2 evenkeel:state web/i-00000000000000001@2026-11-22T06:00:00Z")
        self.until_it_is_out()
        self.assertEqual(self.remediation.ticks_until_it_has_ended(), [])


if __name__ == "__main__":
    unittest.main()
