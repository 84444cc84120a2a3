"""What becomes of the state file's troubles: full, unwritable, busy, damaged, newer, deleted, rolled back.

Always the same judge: while the state can't be written or read, nothing is done to any server; the program says which file
it is and what to do, with exit code 4 (the state); and once the trouble is over, what was under way is finished as if
nothing had been. Errors of the disk are given by strace in the place of the kernel's answers, so they need neither root
nor a disk of their own.
"""

import concurrent.futures
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import unittest
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from unittest import mock

from tests.crash import remediation as scene
from tests.crash.remediation import Remediation, explain_if_strace_is_refused, strace
from tests.simulator import Simulator

STATE = 4  # the exit code
NEEDS_A_PERSON = 1
NO_SUCH_NAME = 2
PHASES = {0: None, 1: "draining", 2: "booting", 6: "rejoining"}  # after so many ticks


def changes(remediation: Remediation) -> int:
    """How often we have changed the account."""
    return sum(fact["ours"] and fact["kind"] in ("deregister", "register", "reboot-accepted")
               for fact in remediation.facts())


def remove(state: Path) -> None:
    for name in (state, Path(f"{state}-wal"), Path(f"{state}-shm")):
        name.unlink(missing_ok=True)


def edit(state: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(state)) as database, database:
        database.execute(sql, values)


def rewrite(state: Path, change: Callable[[dict], None]) -> None:
    """Changes the document and gives it the checksum that belongs to it."""
    with closing(sqlite3.connect(state)) as database:
        text, = database.execute("select document from state").fetchone()
    document = json.loads(text)
    change(document)
    text = json.dumps(document, separators=(",", ":"), sort_keys=True)
    edit(state, "update state set document = ?, checksum = ?", text, zlib.crc32(text.encode()))


class StateFiles(unittest.TestCase):
    def after(self, ticks: int) -> Remediation:
        remediation = Remediation()
        self.addCleanup(remediation.__exit__)
        for _ in range(ticks):
            self.assertEqual(remediation.tick().returncode, 0)
        open_ones = remediation.status()["open"] if ticks else []
        self.assertEqual([one["phase"] for one in open_ones], [PHASES[ticks]] if PHASES[ticks] else [])
        return remediation

    def stops(self, remediation: Remediation, words: str, under: list[str] | None = None) -> None:
        """A tick does nothing to any server, and says why."""
        before = changes(remediation)
        done = remediation.tick(under)
        said = done.stderr
        self.assertEqual(done.returncode, STATE, f"{done.stdout}{said}")
        self.assertIn(str(remediation.state), said)
        self.assertIn(words, said)
        self.assertNotIn("\x1b", said)
        self.assertEqual(changes(remediation), before, said)

    def ends_well(self, remediation: Remediation) -> None:
        self.assertEqual(remediation.ticks_until_it_has_ended() + remediation.wrongs(), [])


class Disks(StateFiles):
    """The disk refuses; then it recovers."""

    def setUp(self):
        refused = explain_if_strace_is_refused()
        self.assertEqual(refused, "", f"errors of the disk can't be played: {refused}")

    def every_phase(self, words: str, call: str, error: str, *, on: str = "", when: str = "1+") -> None:
        for ticks in PHASES:
            with self.subTest(error=error, call=call, on=on, after_ticks=ticks):
                remediation = self.after(ticks)
                path = ["-P", f"{remediation.state}{on.removeprefix('file')}"] if on else []
                self.stops(remediation, words, strace("-o", "/dev/null", *path, "-e", f"trace={call}", "-e",
                                                      f"inject={call}:error={error}:when={when}"))
                self.ends_well(remediation)

    def test_a_full_disk(self):
        self.every_phase("full", "pwrite64", "ENOSPC")

    def full(self) -> list[str]:
        return strace("-o", "/dev/null", "-e", "trace=pwrite64", "-e", "inject=pwrite64:error=ENOSPC:when=1+")

    def can_be_looked_at(self, remediation: Remediation, under: list[str]) -> None:
        for command in (["status"], ["history"], ["plan"], ["explain", remediation.leaking]):
            with self.subTest(command=command):
                done = remediation.evenkeel(*command, under=under)
                # The account's day is long past, and status says for how long no tick has run.
                self.assertEqual((done.returncode, done.stderr), (int(command == ["status"]), ""), done.stdout)
                self.assertIn(remediation.leaking, done.stdout)

    def test_a_full_disk_stops_nobody_from_looking(self):
        self.can_be_looked_at(self.after(1), self.full())

    def test_nor_when_the_log_has_what_the_file_does_not_have_yet(self):
        remediation = self.after(1)
        log = Path(f"{remediation.state}-wal")
        with closing(sqlite3.connect(remediation.state)) as other:  # while it is open, the log is kept
            other.execute("select count(*) from state").fetchone()
            self.assertEqual(remediation.tick().returncode, 0)
            copies = {path: path.read_bytes() for path in (remediation.state, log)}
        remove(remediation.state)
        for path, data in copies.items():
            path.write_bytes(data)
        self.can_be_looked_at(remediation, self.full())
        self.assertEqual(log.read_bytes(), copies[log], "whoever looks leaves the log alone")
        self.assertEqual([one["phase"] for one in remediation.status()["open"]], ["booting"])

    def test_a_full_disk_leaves_no_rebooted_server_outside(self):
        remediation = self.after(2)
        before = changes(remediation)
        for _ in range(15):
            done = remediation.tick(self.full())
            self.assertEqual(done.returncode, STATE, done.stderr)
            if changes(remediation) > before:
                break
        self.assertIn(f"Put back all the same, which is not recorded: {remediation.leaking} register: accepted",
                      done.stdout + done.stderr)
        self.assertEqual(remediation.status()["open"][0]["phase"], "booting", "as it was stored last")
        self.ends_well(remediation)

    def test_a_disk_that_fills_up_at_any_write_of_a_tick(self):
        self.fails_at_any("pwrite64", "ENOSPC", 72)

    def test_a_disk_that_breaks_at_any_synchronization_of_a_tick(self):
        self.fails_at_any("fdatasync", "EIO", 12)

    def fails_at_any(self, call: str, error: str, most: int) -> None:
        """What comes before the failure may have been done, and is finished later; nothing is done twice."""
        def fail_at(number: int) -> tuple[int, list[str]]:
            with Remediation() as remediation:
                remediation.tick()
                done = remediation.tick(strace("-o", "/dev/null", "-e", f"trace={call}", "-e",
                                               f"inject={call}:error={error}:when={number}+"))
                return done.returncode, remediation.ticks_until_it_has_ended() + remediation.wrongs()

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
            ends = dict(enumerate(workers.map(fail_at, range(1, most + 1)), start=1))
        self.assertEqual({number: end for number, end in ends.items() if end[1] or end[0] not in (0, STATE)}, {})
        self.assertEqual(ends[1][0], STATE, "no failure was played")
        self.assertEqual(ends[most][0], 0, f"there are more than {most}")

    def test_a_broken_disk(self):
        self.every_phase("check it and its file system", "pwrite64", "EIO", on="file-wal")

    def test_a_disk_that_does_not_synchronize(self):
        self.every_phase("check it and its file system", "fdatasync", "EIO")

    def test_a_file_that_may_be_read_only(self):
        # The first way to open it, for writing, is refused; the second, for reading, is not.
        self.every_phase("writable for this user", "openat", "EROFS", on="file", when="1")

    def test_a_file_that_may_not_be_read(self):
        self.every_phase("writable for this user", "openat", "EACCES", on="file")

    def test_a_directory_in_which_nothing_may_be_created(self):
        self.every_phase("writable for this user", "openat", "EACCES", on="file-wal")


class Locks(StateFiles):
    def test_a_file_that_somebody_else_keeps_locked(self):
        remediation = self.after(1)
        with closing(sqlite3.connect(remediation.state, isolation_level=None)) as other:
            other.execute("begin immediate")
            self.stops(remediation, "kept it locked")
        self.ends_well(remediation)


class Damage(StateFiles):
    """The file is not what was written. A copy from before the damage makes everything good again."""

    def damaged(self, words: str, damage: Callable[[Path], None]) -> None:
        remediation = self.after(2)
        copy = remediation.directory / "copy.db"
        shutil.copy(remediation.state, copy)
        damage(remediation.state)
        self.stops(remediation, words)
        self.stops(remediation, words)
        remove(remediation.state)
        shutil.copy(copy, remediation.state)
        self.ends_well(remediation)

    def test_bytes_flipped_in_the_document(self):
        def flip(state: Path) -> None:
            data = state.read_bytes()
            at = data.rindex(b'"booting"')
            state.write_bytes(data[:at] + b'"soaking"' + data[at + 9:])

        self.damaged("not the one that was written", flip)

    def test_a_damaged_page(self):
        def flip(state: Path) -> None:
            with closing(sqlite3.connect(state)) as database:
                page, = database.execute("select rootpage from sqlite_schema where name = 'state'").fetchone()
                size, = database.execute("pragma page_size").fetchone()
            data = bytearray(state.read_bytes())
            data[(page - 1) * size:page * size] = bytes(byte ^ 0x55 for byte in data[(page - 1) * size:page * size])
            state.write_bytes(data)

        self.damaged("Put back the last good copy", flip)

    def test_a_file_cut_off_in_the_middle(self):
        self.damaged("Put back the last good copy",
                     lambda state: state.write_bytes(state.read_bytes()[:state.stat().st_size // 2]))

    def test_something_that_is_no_database(self):
        self.damaged("is not an SQLite database", lambda state: state.write_bytes(b"remember the milk\n" * 500))

    def test_the_database_of_another_program(self):
        self.damaged("is the database of another program", lambda state: edit(state, "pragma application_id = 1"))

    def test_a_checksum_that_is_wrong(self):
        self.damaged("not the one that was written",
                     lambda state: edit(state, "update state set checksum = checksum + 1"))

    def test_a_row_that_claims_another_revision(self):
        self.damaged("the stored document is of fleet web at revision 5, the row of revision 4",
                     lambda state: edit(state, "update state set revision = revision - 1"))

    def test_a_document_that_lacks_what_we_must_know(self):
        def forget(document: dict) -> None:
            del document["open"]

        self.damaged("open: is missing", lambda state: rewrite(state, forget))

    def test_newer_tables(self):
        self.damaged("Run the newer program", lambda state: edit(state, "pragma user_version = 3"))

    def test_a_newer_document(self):
        self.damaged("run the newer program", lambda state: rewrite(state, lambda document: document.update(schema=4)))


class Losses(StateFiles):
    """A file that is gone, or an older one in its place: what AWS shows must do."""

    def use_auto_scaling(self) -> None:
        """Members stay visible in their Auto Scaling group when no target group knows them any more."""
        text = scene.STORY.read_text(encoding="utf-8")
        text = text.replace("promise ", "asg web-asg fleet=web\npromise ")
        text = text.replace("target_groups:", "auto_scaling_group: web-asg\n      target_groups:")
        story = Path(self.enterContext(tempfile.TemporaryDirectory())) / "account.txt"
        story.write_text(text, encoding="utf-8")
        self.enterContext(mock.patch.object(scene, "STORY", story))

    def test_a_deleted_file_opens_the_breaker_while_somebody_is_visibly_out(self):
        self.use_auto_scaling()
        for ticks in (1, 2):
            with self.subTest(after_ticks=ticks):
                remediation = self.after(ticks)
                remove(remediation.state)
                before = changes(remediation)
                for _ in range(3):
                    self.assertEqual(remediation.tick().returncode, NEEDS_A_PERSON)
                self.assertIn("the state has no record of this fleet", remediation.status()["breaker"]["reason"])
                self.assertIn(remediation.leaking, remediation.status()["breaker"]["reason"])
                self.assertEqual(changes(remediation), before, "a start, or a guess")

    def test_a_deleted_file_takes_nobody_else_out(self):
        # Without an Auto Scaling group, a member that no target group knows is nowhere to be seen.
        remediation = self.after(2)
        remove(remediation.state)
        before = changes(remediation)
        for _ in range(5):
            remediation.tick()
        self.assertEqual(changes(remediation), before)

    def test_a_deleted_file_does_not_matter_once_everybody_is_back(self):
        remediation = self.after(6)
        remove(remediation.state)
        self.ends_well(remediation)

    def roll_back(self, to: int, after: int) -> Remediation:
        remediation = self.after(to)
        copy = remediation.directory / "copy.db"
        shutil.copy(remediation.state, copy)
        for _ in range(after - to):
            self.assertEqual(remediation.tick().returncode, 0)
        remove(remediation.state)
        shutil.copy(copy, remediation.state)
        return remediation

    def test_a_file_rolled_back_behind_the_reboot_goes_on_from_there(self):
        for after in (3, 4, 5, 6):
            with self.subTest(after_ticks=after):
                self.ends_well(self.roll_back(to=2, after=after))

    def test_a_file_rolled_back_before_the_reboot_still_brings_everybody_back_drained(self):
        # Nothing outside of the file says that it is old. Before anything shows that it has booted, the reboot may be
        # repeated, but never one without draining; once it shows, it is not.
        for after in (2, 3, 6):
            with self.subTest(after_ticks=after):
                remediation = self.roll_back(to=1, after=after)
                wrongs = remediation.ticks_until_it_has_ended() + remediation.wrongs()
                tolerated = {"web-1 was rebooted 2 times"} if after < 6 else set()
                self.assertEqual([wrong for wrong in wrongs if wrong not in tolerated], [])

    def test_a_file_rolled_back_to_before_the_start_takes_nobody_else_out(self):
        with mock.patch.object(Simulator, "advance"):
            remediation = Remediation()
        self.addCleanup(remediation.__exit__)
        self.assertEqual(remediation.tick().returncode, NO_SUCH_NAME, "no server has sent the metric yet")
        copy = remediation.directory / "copy.db"
        shutil.copy(remediation.state, copy)
        remediation.account.advance(minutes=5)
        for _ in range(2):
            remediation.tick()
        before = changes(remediation)
        self.assertGreater(before, 0)
        remove(remediation.state)
        shutil.copy(copy, remediation.state)
        for _ in range(5):
            remediation.tick()
        self.assertEqual(changes(remediation), before)


class ReplacedWhileOpen(StateFiles):
    def test_a_daemon_whose_file_is_taken_away_starts_nothing_any_more(self):
        remediation = self.after(0)
        remediation.account.advance(minutes=1)
        command = [scene.PROGRAM, "run", "--every", "1s"]
        with subprocess.Popen(command, cwd=remediation.directory, env=remediation.environment(),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as daemon:
            self.assertTrue(daemon.stdout.readline())  # it has ticked, and drains
            remove(remediation.state)
            before = changes(remediation)
            remediation.account.advance(minutes=5)  # drained: time to reboot
            self.assertIn(str(remediation.state), daemon.stderr.readline())
            self.assertIn(str(remediation.state), daemon.stderr.readline())
            daemon.terminate()
            daemon.wait(timeout=30)
        self.assertEqual(changes(remediation), before)


if __name__ == "__main__":
    unittest.main()
