"""The systemd units: valid, and hardened as far as systemd itself can judge it."""

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.simulator import ROOT

UNITS = ROOT / "packaging" / "systemd"
SERVICES = ("evenkeel.service", "evenkeel-daemon.service")
EXPOSED_AT_MOST = 2.0


def exposure(service: str) -> float:
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", UNITS / service],
                          capture_output=True, text=True, timeout=60)
    match = re.search(r"Overall exposure level for .*: ([\d.]+)", done.stdout)
    assert match, done.stdout + done.stderr
    return float(match[1])


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed (Debian's systemd)")
class Units(unittest.TestCase):
    def test_their_exposure_is_small(self) -> None:
        for service in SERVICES:
            self.assertLessEqual(exposure(service), EXPOSED_AT_MOST, service)

    def test_a_laxer_unit_would_be_noticed(self) -> None:
        text = (UNITS / "evenkeel.service").read_text()
        with tempfile.TemporaryDirectory() as place:
            lax = Path(place) / "lax.service"
            lax.write_text("\n".join(line for line in text.splitlines()
                                     if not line.startswith(("CapabilityBoundingSet", "SystemCallFilter"))))
            self.assertGreater(exposure(str(lax)), EXPOSED_AT_MOST)

    def test_systemd_understands_every_line(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            for unit in UNITS.iterdir():
                text = unit.read_text().replace("/usr/bin/evenkeel ", "/bin/true ")
                (Path(place) / unit.name).write_text(text)
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", *sorted(Path(place).iterdir())],
                                  capture_output=True, text=True, timeout=60)
            self.assertNotIn(place, done.stdout + done.stderr)
            self.assertNotRegex(done.stdout + done.stderr, r"evenkeel\S*\.(service|timer):")


class Twins(unittest.TestCase):
    def test_both_services_are_confined_alike(self) -> None:
        def confinement(service: str) -> str:
            return (UNITS / service).read_text().split("# It talks HTTPS")[1].split("[Install]")[0].strip()

        self.assertEqual(*map(confinement, SERVICES))


if __name__ == "__main__":
    unittest.main()
