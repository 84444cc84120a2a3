"""What is handed out: zips, certificates, the example policy, the Debian package, the container file."""

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import zipfile
import zlib
import zoneinfo
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

from scripts.package import Failure, bootstrap, debian
from tests.simulator import PROGRAM, ROOT

PACKAGING = ROOT / "packaging"
EPOCH = {"SOURCE_DATE_EPOCH": "1700000000"}


class Place(unittest.TestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = Path(place.name)


class Zip(Place):
    def test_does_not_depend_on_when_or_in_which_order_it_is_made(self) -> None:
        files = {"bootstrap": (b"program" * 1000, 0o755), "a": (b"text", 0o644)}
        one, other = self.place / "one.zip", self.place / "other.zip"
        bootstrap.pack(one, files, 1_700_000_000)
        bootstrap.pack(other, dict(reversed(files.items())), 1_700_000_000)
        self.assertEqual(one.read_bytes(), other.read_bytes())
        with zipfile.ZipFile(one) as archive:
            entries = archive.infolist()
        self.assertEqual([(entry.filename, entry.external_attr >> 16) for entry in entries],
                         [("a", 0o100644), ("bootstrap", 0o100755)])
        self.assertEqual({entry.date_time for entry in entries}, {(2023, 11, 14, 22, 13, 20)})

    def test_is_smaller_than_zlib_makes_it_and_holds_the_same(self) -> None:
        path, program = self.place / "one.zip", PROGRAM.read_bytes()
        bootstrap.pack(path, {"bootstrap": (program, 0o755)}, 1_700_000_000)
        with zipfile.ZipFile(path) as archive:
            self.assertEqual(archive.read("bootstrap"), program)
            self.assertLess(archive.getinfo("bootstrap").compress_size, 0.98 * len(zlib.compress(program, 9)))

    def test_refuses_one_that_is_too_large(self) -> None:
        program = self.place / "x86_64" / "program" / "evenkeel"
        program.parent.mkdir(parents=True)
        program.write_bytes(os.urandom(bootstrap.LIMIT))
        with mock.patch.dict(os.environ, EPOCH), self.assertRaisesRegex(Failure, "4,000,000"):
            bootstrap.lambda_zip("x86_64", self.place, self.place)

    def test_refuses_a_program_that_needs_a_loader(self) -> None:
        with self.assertRaisesRegex(Failure, "loader"):
            bootstrap.check_static(PROGRAM, "x86_64")


class Certificates(unittest.TestCase):
    def test_are_amazons_five_roots_and_no_others(self) -> None:
        text = bootstrap.certificates().decode()
        blocks = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", text, re.DOTALL)
        subjects = [subprocess.run(["openssl", "x509", "-noout", "-subject", "-nameopt", "multiline"], input=block,
                                   capture_output=True, text=True, check=True).stdout for block in blocks]
        names = sorted(re.search(r"commonName\s+= (.*)", subject)[1] for subject in subjects)
        self.assertEqual(names, ["Amazon Root CA 1", "Amazon Root CA 2", "Amazon Root CA 3", "Amazon Root CA 4",
                                 "Starfield Services Root Certificate Authority - G2"])


class TimeZones(Place):
    def test_are_all_zones_of_the_database_under_all_their_names(self) -> None:
        zones = bootstrap.time_zones()
        listed = [line.split("\t")[2] for line in (bootstrap.ZONES / "zone.tab").read_text().splitlines()
                  if not line.startswith("#")]
        self.assertGreater(len(listed), 400)
        self.assertEqual([name for name in listed if name not in zones], [])
        for name in ("UTC", "Etc/UTC", "CET", "US/Pacific", "Asia/Calcutta"):
            self.assertIn(name, zones)

    def test_say_what_the_database_says(self) -> None:
        for name, content in bootstrap.time_zones().items():
            ours, theirs = (zoneinfo.ZoneInfo.from_file(io.BytesIO(text), name)
                            for text in (content, (bootstrap.ZONES / name).read_bytes()))
            for days in range(-25_000, 45_000, 61):  # from 1901 to 2093
                moment = datetime.fromtimestamp(0, UTC) + timedelta(days)
                self.assertEqual([(at.isoformat(), at.tzname()) for at in (moment.astimezone(ours),)],
                                 [(at.isoformat(), at.tzname()) for at in (moment.astimezone(theirs),)])

    def test_have_no_times_for_readers_of_version_1(self) -> None:
        berlin = bootstrap.time_zones()["Europe/Berlin"]
        self.assertEqual(berlin[44 + 6 + 1:44 + 6 + 1 + 4], b"TZif", "the second header follows at once")
        with self.assertRaisesRegex(Failure, "no second data block"):
            bootstrap.without_first_block(b"TZif" + bytes(40))

    def test_are_none_that_count_leap_seconds_and_nothing_of_this_machine(self) -> None:
        for name in bootstrap.time_zones():
            self.assertNotRegex(name, r"^(right|posix)/|^localtime$|\.tab$|\.zi$")

    def test_leave_room_for_the_program(self) -> None:
        path = self.place / "zones.zip"
        bootstrap.pack(path, {f"zoneinfo/{name}": (content, 0o644)
                              for name, content in bootstrap.time_zones().items()}, 1_700_000_000)
        self.assertLess(path.stat().st_size, 330_000)

    def test_that_are_missing_are_said_to_be(self) -> None:
        with self.assertRaisesRegex(Failure, "tzdata"):
            bootstrap.time_zones(self.place)


class ExamplePolicy(Place):
    def ask(self, text: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
        policy = self.place / "evenkeel.yaml"
        policy.write_text(text)
        return subprocess.run([PROGRAM, *words, "--policy", policy], env={"PATH": os.environ["PATH"]},
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def test_names_no_fleet_as_it_comes(self) -> None:
        text = (PACKAGING / "evenkeel.yaml").read_text()
        self.assertTrue(text.endswith("\nfleets: []\n"))
        done = self.ask(text, "plan", "--state", self.place / "state.db", "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(json.loads(done.stdout)["fleets"], [])

    def test_is_valid_once_the_example_in_it_is_used(self) -> None:
        text = (PACKAGING / "evenkeel.yaml").read_text()
        example = text[text.index("# fleets:"):].replace("fleets: []", "").replace("# ", "", 1).replace("\n# ", "\n")
        self.assertIn("auto_scaling_group: web-asg", example)
        done = self.ask(example, "iam", "--account", "123456789012")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("web-asg", done.stdout)


@unittest.skipUnless(shutil.which("dpkg-deb") and shutil.which("dpkg-shlibdeps"), "dpkg-dev is not installed")
class DebianPackage(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.place.cleanup)
        folder = Path(cls.place.name)
        cls.enterClassContext(mock.patch.dict(os.environ, EPOCH))
        cls.package = debian.build(PROGRAM, folder / "one")
        cls.again = debian.build(PROGRAM, folder / "other")
        cls.root = folder / "root"
        debian.unpack(cls.package, cls.root)

    def field(self, name: str) -> str:
        return subprocess.run(["dpkg-deb", "--field", self.package, name], check=True, capture_output=True,
                              text=True).stdout.strip()

    def test_built_twice_is_the_same(self) -> None:
        self.assertEqual(*(hashlib.sha256(path.read_bytes()).hexdigest() for path in (self.package, self.again)))

    def test_has_everything_in_its_place(self) -> None:
        for name in ("usr/bin/evenkeel", "lib/systemd/system/evenkeel.service", "lib/systemd/system/evenkeel.timer",
                     "lib/systemd/system/evenkeel-daemon.service", "etc/evenkeel/evenkeel.yaml", "etc/default/evenkeel",
                     "usr/share/man/man1/evenkeel.1.gz", "usr/share/bash-completion/completions/evenkeel",
                     "usr/share/zsh/vendor-completions/_evenkeel", "usr/share/fish/vendor_completions.d/evenkeel.fish",
                     "usr/share/doc/evenkeel/copyright", "usr/share/doc/evenkeel/changelog.gz"):
            self.assertTrue((self.root / name).is_file(), name)
        page = gzip.decompress((self.root / "usr/share/man/man1/evenkeel.1.gz").read_bytes())
        self.assertIn(b".TH EVENKEEL 1", page)

    def test_says_what_it_is_and_needs(self) -> None:
        version = subprocess.run([self.root / "usr/bin/evenkeel", "--version"], capture_output=True, text=True).stdout
        self.assertEqual(version, f"evenkeel {self.field('Version')}\n")
        self.assertRegex(self.field("Depends"), r"libc6.*libcurl4.*ca-certificates")
        self.assertEqual(self.field("Package"), "evenkeel")

    def test_keeps_what_an_administrator_changed(self) -> None:
        done = subprocess.run(["dpkg-deb", "--info", self.package, "conffiles"], capture_output=True, text=True)
        self.assertEqual(done.stdout.split(), ["/etc/default/evenkeel", "/etc/evenkeel/evenkeel.yaml"])

    @unittest.skipUnless(shutil.which("lintian"), "lintian is not installed")
    def test_lintian_finds_no_error(self) -> None:
        done = subprocess.run(["lintian", "--fail-on", "error", self.package], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_enables_and_starts_nothing(self) -> None:
        postinst = (PACKAGING / "debian" / "postinst").read_text()
        self.assertNotRegex(postinst, r"\b(enable|start)\b")


class Container(unittest.TestCase):
    def setUp(self) -> None:
        lines = (PACKAGING / "Containerfile").read_text().splitlines()
        self.steps = [line.split(maxsplit=1) for line in lines if line.strip() and not line.startswith("#")]

    def test_is_the_program_alone_and_nobody_in_particular(self) -> None:
        self.assertEqual(self.steps[0], ["FROM", "scratch"])
        words = [step for step, _ in self.steps]
        self.assertEqual(sorted(set(words)), ["CMD", "COPY", "ENTRYPOINT", "ENV", "FROM", "USER"])
        user = dict(self.steps)["USER"]
        self.assertRegex(user, r"^[1-9]\d*:[1-9]\d*$")

    def test_copies_what_the_packaging_puts_there(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            work = Path(place)
            program = work / "x86_64" / "program" / "evenkeel"
            program.parent.mkdir(parents=True)
            program.write_bytes(b"a program")
            root = bootstrap.container_root("x86_64", work, work)
            copied = {text.split()[0] for step, text in self.steps if step == "COPY"}
            self.assertEqual(copied, {path.name for path in root.iterdir()})
            self.assertTrue(os.access(root / "evenkeel", os.X_OK))

    def test_its_root_runs_as_nobody_in_particular(self) -> None:
        if "EVENKEEL_DIST" not in os.environ or os.geteuid() != 0:
            self.skipTest("the container's root is tried by ./dev package --check, as root")
        made = Path(os.environ["EVENKEEL_DIST"]) / "container"
        command = json.loads(dict(self.steps)["ENTRYPOINT"])
        done = subprocess.run(["chroot", f"--userspec={dict(self.steps)['USER']}", made, *command, "--version"],
                              capture_output=True, text=True)
        self.assertEqual((done.stdout, done.stderr), (f"evenkeel {debian.version()}\n", ""))


if __name__ == "__main__":
    unittest.main()
