"""The very file of the Lambda zips, in a root that has nothing else: a name to resolve, a certificate to verify.

The account behind the TLS front is the simulated one. `./dev package --check` runs this with the zips that it has just
made (in EVENKEEL_DIST), `--x86_64` with that machine's alone (EVENKEEL_MACHINES); else the tests are skipped. They need
root (chroot, port 53).
"""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

from tests.package.world import Authority, Resolver, TlsFront
from tests.simulator import PROGRAM, ROOT, Simulator

NAME, OTHER = "aws.some.test", "elsewhere.some.test"
NOBODY = 65534
SCENARIO = ROOT / "scenarios" / "leaky-web.txt"
STORY = ROOT / "scenarios" / "lost-reboot-reply.txt"  # a short one: an emulator is slow
AWS_FAILED = 3  # the exit code
LIMIT = 4_000_000


class InAnEmptyRoot:
    """The tests for one machine; `zip_name` and `emulator` are the machine's."""

    machine = ""
    zip_name = ""
    emulator: str | None = None

    @classmethod
    def setUpClass(cls) -> None:
        if "EVENKEEL_DIST" not in os.environ:
            raise unittest.SkipTest("the zips are tried by ./dev package --check")
        if cls.machine not in os.environ.get("EVENKEEL_MACHINES", cls.machine).split():
            raise unittest.SkipTest(f"the zip for {cls.machine} is tried by ./dev package --check")
        cls.zip = Path(os.environ["EVENKEEL_DIST"]) / cls.zip_name
        # Skipping these would let a check pass that has not tried the programs.
        if os.geteuid() != 0:
            raise PermissionError("an empty root and a resolver on port 53 need root")
        if cls.emulator and not shutil.which(cls.emulator):
            raise FileNotFoundError(f"{cls.emulator} is not installed (Debian's qemu-user-static)")
        cls.place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.place.cleanup)
        top = Path(cls.place.name)
        cls.authority = Authority(top / "authority", NAME)
        cls.stranger = Authority(top / "stranger", NAME)
        cls.root = top / "root"
        for name in ("etc", "state"):
            (cls.root / name).mkdir(parents=True)
        cls.simulator = Simulator(SCENARIO, "--time-scale", "0", "--write-policy", str(cls.root / "policy.yaml"))
        cls.addClassCleanup(cls.simulator.stop)
        cls.simulator.advance(minutes=10)  # before that no series of the metric exists, which a tick says by its exit code
        cls.front = TlsFront(cls.authority, urlsplit(cls.simulator.url).port)
        cls.addClassCleanup(cls.front.close)
        cls.resolver = Resolver({NAME: "127.0.0.1", OTHER: "127.0.0.1"})
        cls.addClassCleanup(cls.resolver.close)
        cls._fill_root()

    @classmethod
    def _fill_root(cls) -> None:
        os.chown(cls.root / "state", NOBODY, NOBODY)
        with zipfile.ZipFile(cls.zip) as archive:
            archive.extractall(cls.root)
        (cls.root / "bootstrap").chmod(0o755)
        (cls.root / "etc/resolv.conf").write_text(f"nameserver {cls.resolver.address}\noptions timeout:2 attempts:2\n")
        shutil.copy(cls.authority.certificate, cls.root / "test-ca.pem")
        shutil.copy(cls.stranger.certificate, cls.root / "wrong-ca.pem")
        shutil.copy(STORY, cls.root / "story.txt")
        if cls.emulator:
            shutil.copy(shutil.which(cls.emulator), cls.root / "emulator")

    def run_there(self, *words: str, host: str = NAME, trust: str = "/test-ca.pem") -> subprocess.CompletedProcess[str]:
        emulator = ["/emulator"] if self.emulator else []
        variables = {**self.simulator.environment, "AWS_ENDPOINT_URL": f"https://{host}:{self.front.port}",
                     "AWS_CA_BUNDLE": trust, "EVENKEEL_POLICY": "/policy.yaml", "EVENKEEL_STATE": "/state/evenkeel.db"}
        return subprocess.run(
            ["chroot", f"--userspec={NOBODY}:{NOBODY}", str(self.root), *emulator, "/bootstrap", *words],
            env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)

    def test_is_one_file_without_loader_under_the_limit(self) -> None:
        self.assertLess(self.zip.stat().st_size, LIMIT)
        with zipfile.ZipFile(self.zip) as archive:
            names = archive.namelist()
            self.assertEqual([name for name in names if not name.startswith("zoneinfo/")],
                             ["bootstrap", "ca.pem", "evenkeel.yaml"])
            self.assertIn("zoneinfo/Europe/Berlin", names)
            self.assertEqual(archive.getinfo("bootstrap").external_attr >> 16, 0o100755)
        headers = subprocess.run(["readelf", "--wide", "--program-headers", self.root / "bootstrap"], check=True,
                                 capture_output=True, text=True).stdout
        self.assertIn("LOAD", headers)
        self.assertNotIn("INTERP", headers)
        self.assertNotIn("DYNAMIC", headers)

    def test_plans_over_verified_tls_to_a_name_that_the_resolver_knows(self) -> None:
        self.resolver.asked.clear()
        received = self.front.received
        done = self.run_there("plan", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["fleets"][0]["fleet"], "web")
        self.assertIn(NAME, self.resolver.asked)
        self.assertGreater(self.front.received, received)

    def test_knows_time_zones_in_a_root_without_a_database(self) -> None:
        text = (self.root / "policy.yaml").read_text()
        (self.root / "zones.yaml").write_text(
            text.rstrip("\n") + "\n    windows: [{from: '22:00', to: '05:00', time_zone: Australia/Lord_Howe}]\n")
        done = self.run_there("plan", "--json", "--policy", "/zones.yaml")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_ticks_and_writes_its_state(self) -> None:
        done = self.run_there("run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((self.root / "state/evenkeel.db").is_file())
        status = self.run_there("status", "--json")
        self.assertEqual(status.returncode, 1, "its last tick is long ago: the account has a clock of its own")
        fleet, = json.loads(status.stdout)["fleets"]
        self.assertEqual(fleet["ability"]["kind"], "able", status.stdout)

    def test_refuses_a_certificate_of_another_authority(self) -> None:
        received = self.front.received
        done = self.run_there("plan", trust="/wrong-ca.pem")
        self.assertEqual(done.returncode, AWS_FAILED, done.stderr)
        self.assertIn("certificate", done.stderr)
        self.assertEqual(self.front.received, received, "no request may go through")

    def test_refuses_amazons_roots_for_a_certificate_of_the_test_authority(self) -> None:
        done = self.run_there("plan", trust="/ca.pem")
        self.assertEqual(done.returncode, AWS_FAILED, done.stderr)
        self.assertIn("certificate", done.stderr)

    def test_refuses_a_certificate_for_another_name(self) -> None:
        self.resolver.asked.clear()
        done = self.run_there("plan", host=OTHER)
        self.assertEqual(done.returncode, AWS_FAILED, done.stderr)
        self.assertIn(OTHER, self.resolver.asked)
        self.assertIn("certificate", done.stderr)

    def test_says_so_when_nobody_knows_the_name(self) -> None:
        done = self.run_there("plan", host="nobody.some.test")
        self.assertEqual(done.returncode, AWS_FAILED, done.stderr)
        self.assertIn("resolve", done.stderr)

    def test_plays_a_scenario_as_the_dynamic_program_does(self) -> None:
        there = self.run_there("simulate", "/story.txt", "--narrative")
        here = subprocess.run([PROGRAM, "simulate", STORY, "--narrative"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(there.returncode, here.returncode, there.stderr)
        self.assertEqual(there.stdout, here.stdout)


class Intel(InAnEmptyRoot, unittest.TestCase):
    machine = "x86_64"
    zip_name = "evenkeel-lambda-x86_64.zip"


class Arm(InAnEmptyRoot, unittest.TestCase):
    machine = "aarch64"
    zip_name = "evenkeel-lambda-arm64.zip"
    emulator = "qemu-aarch64-static"


if __name__ == "__main__":
    unittest.main()
