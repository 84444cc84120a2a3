"""Pinned packages of Debian: what is taken when the mirror has them, and when it doesn't. The mirror is made up."""

import contextlib
import re
import shutil
import tempfile
import unittest
from collections.abc import Iterable, Mapping
from pathlib import Path
from unittest import mock

from scripts.package import Failure, apt, pins
from scripts.package.apt import file_of
from scripts.package.pins import Package
from tests.simulator import ROOT

OUTPUT_OF = apt.output_of

DESCRIPTION = "Format: 3.0\nChecksums-Sha256:\n {digest} 3 {name}.tar\nFiles:\n 00 3 {name}.tar\n"


class MadeUpMirror:
    """Lists versions; has the files of those that are not in `gone`. A file's content is its own name."""

    def __init__(self, listed: dict[tuple[str, str], list[str]], gone: Iterable[tuple[str, str]] = ()) -> None:
        self._listed, self._gone = listed, set(gone)
        self.downloads: list[dict[str, str]] = []

    def update(self) -> None: ...

    def versions(self, kind: str, names: Iterable[str]) -> dict[str, list[str]]:
        return {name: self._listed.get((kind, name), []) for name in names}

    def download(self, kind: str, wanted: Mapping[str, str], folder: Path) -> None:
        self.downloads.append(dict(wanted))
        for name, version in wanted.items():
            if (name, version) in self._gone:
                raise Failure(f"404 {name} {version}")
            path = folder / file_of(kind, name, version)
            there = path.read_bytes() if path.is_file() else b""
            put(folder, kind, name, version)
            if len(there) == path.stat().st_size:
                path.write_bytes(there)  # apt looks at the size alone and keeps what is there


def put(folder: Path, kind: str, name: str, version: str) -> str:
    """Writes what the mirror has of it; its digest."""
    path = folder / file_of(kind, name, version)
    content = path.name
    if kind == "source":
        (folder / f"{name}.tar").write_text("tar")
        content = DESCRIPTION.format(digest=pins.digest_of(folder / f"{name}.tar"), name=name)
        content += f"# {version}\n"
    path.write_text(content)
    return pins.digest_of(path)


@unittest.skipUnless(shutil.which("dpkg"), "dpkg is not installed")
class Taking(unittest.TestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name) / "downloads"
        self.folder.mkdir()

    def pinned(self, kind: str, name: str, version: str) -> Package:
        with tempfile.TemporaryDirectory() as place:
            return Package(kind, name, version, put(Path(place), kind, name, version))

    def test_takes_what_is_pinned_in_one_download_for_each_kind(self) -> None:
        wanted = [self.pinned("source", "tls", "1.0-1"), self.pinned("amd64", "a", "1:1"),
                  self.pinned("amd64", "b", "2")]
        mirror = MadeUpMirror({("source", "tls"): ["1.0-1"], ("amd64", "a"): ["1:1"], ("amd64", "b"): ["3", "2"]})
        self.assertEqual(pins.take(mirror, wanted, self.folder), (wanted, []))
        self.assertEqual(mirror.downloads, [{"tls": "1.0-1"}, {"a": "1:1", "b": "2"}])
        self.assertTrue((self.folder / "a_1%3a1_amd64.deb").is_file())

    def test_asks_nothing_for_what_lies_there_already(self) -> None:
        wanted = [self.pinned("source", "tls", "1.0-1"), self.pinned("arm64", "a", "1")]
        for pin in wanted:
            put(self.folder, pin.kind, pin.name, pin.version)
        mirror = MadeUpMirror({})
        self.assertEqual(pins.take(mirror, wanted, self.folder), (wanted, []))
        self.assertEqual(mirror.downloads, [])

    def test_a_replaced_pin_falls_back_to_the_next_version_and_says_so(self) -> None:
        wanted = [self.pinned("amd64", "kept", "1"), self.pinned("amd64", "replaced", "1")]
        mirror = MadeUpMirror({("amd64", "kept"): ["1"], ("amd64", "replaced"): ["1+deb12u1"]})
        taken, notes = pins.take(mirror, wanted, self.folder)
        self.assertEqual([package.version for package in taken], ["1", "1+deb12u1"])
        self.assertEqual(taken[1].digest, pins.digest_of(self.folder / taken[1].file))
        self.assertEqual(len(notes), 1)
        self.assertIn("replaced (amd64): took the newer 1+deb12u1 instead of 1, since Debian's mirror no longer has it",
                      notes[0])
        self.assertIn("./dev package --update-pins", notes[0])

    def test_a_version_that_is_listed_without_its_files_is_passed_over(self) -> None:
        wanted = [self.pinned("source", "tls", "3.0.20")]
        mirror = MadeUpMirror({("source", "tls"): ["3.0.23", "3.0.22", "3.0.20", "3.0.19"]},
                              gone=[("tls", "3.0.23"), ("tls", "3.0.20")])
        taken, notes = pins.take(mirror, wanted, self.folder)
        self.assertEqual(taken[0].version, "3.0.22")
        self.assertIn("lists it without its files", notes[0])

    def test_an_older_version_is_taken_last_and_called_older(self) -> None:
        wanted = [self.pinned("source", "tls", "3.0.20")]
        mirror = MadeUpMirror({("source", "tls"): ["3.0.22", "3.0.19"]}, gone=[("tls", "3.0.22")])
        taken, notes = pins.take(mirror, wanted, self.folder)
        self.assertEqual(taken[0].version, "3.0.19")
        self.assertIn("OLDER 3.0.19", notes[0])
        self.assertIn("don't ship it", notes[0])

    def test_one_missing_package_does_not_cost_the_others(self) -> None:
        wanted = [self.pinned("amd64", name, "1") for name in ("a", "b", "c")]
        mirror = MadeUpMirror({("amd64", name): ["2", "1"] for name in ("a", "b", "c")}, gone=[("b", "1")])
        taken, notes = pins.take(mirror, wanted, self.folder)
        self.assertEqual([package.version for package in taken], ["1", "2", "1"])
        self.assertEqual(len(notes), 1)

    def test_what_can_be_had_in_no_version_names_the_remedies(self) -> None:
        wanted = [self.pinned("source", "zones", "2.3-1")]
        for listed, said in ((["2.3-1", "2.3-2"], "listed there: 2.3-1, 2.3-2; their files are missing"),
                             ([], "none is listed there")):
            mirror = MadeUpMirror({("source", "zones"): listed}, gone=[("zones", version) for version in listed])
            with self.assertRaises(Failure) as raised:
                pins.take(mirror, wanted, self.folder)
            text = str(raised.exception)
            self.assertIn(f"no version of zones (source) ({said})", text)
            self.assertIn("run this again later", text)
            self.assertIn("another Debian 12 mirror", text)
            self.assertIn(f"put zones_2.3-1.dsc and its files into {self.folder} (SHA-256 {wanted[0].digest})", text)

    def test_another_content_under_the_pinned_name_stops_everything(self) -> None:
        pin = Package("amd64", "a", "1", "0" * 64)
        with self.assertRaisesRegex(Failure, "is not the file that packaging/pins.txt names"):
            pins.take(MadeUpMirror({("amd64", "a"): ["1"]}), [pin], self.folder)

    def test_a_file_that_nothing_vouches_for_is_fetched_again(self) -> None:
        for wanted, expected in ((self.pinned("amd64", "a", "1"), "2"), (Package("amd64", "a", "", ""), "2")):
            right = self.pinned("amd64", "a", "2")
            (self.folder / right.file).write_text("x" * len(right.file))
            mirror = MadeUpMirror({("amd64", "a"): ["2"]})
            taken, _ = pins.take(mirror, [wanted], self.folder)
            self.assertEqual([(one.version, one.digest) for one in taken], [(expected, right.digest)])

    def test_pinning_an_older_version_says_so(self) -> None:
        mirror = MadeUpMirror({("amd64", "a"): ["3", "2"]}, gone=[("a", "3")])
        taken, notes = pins.take(mirror, [Package("amd64", "a", "", "")], self.folder)
        self.assertEqual(taken[0].version, "2")
        self.assertIn("lists 3 without its files", notes[0])

    def test_a_download_that_was_cut_off_is_asked_for_again(self) -> None:
        wanted = [self.pinned("source", "tls", "1"), self.pinned("amd64", "a", "1")]
        for pin in wanted:
            put(self.folder, pin.kind, pin.name, pin.version)
        (self.folder / "tls.tar").write_text("t")
        (self.folder / "a_1_amd64.deb").write_text("")
        mirror = MadeUpMirror({("source", "tls"): ["1"], ("amd64", "a"): ["1"]})
        self.assertEqual(pins.take(mirror, wanted, self.folder), (wanted, []))
        self.assertEqual(len(mirror.downloads), 2)


class TheFile(unittest.TestCase):
    def test_names_both_machines_alike(self) -> None:
        there = pins.read()
        of_kind = {kind: {pin.name for pin in there if pin.kind == kind} for kind in pins.KINDS}
        self.assertEqual(of_kind["amd64"], of_kind["arm64"])
        self.assertEqual(len({(pin.kind, pin.name) for pin in there}), len(there))
        self.assertTrue(all(len(pin.digest) == 64 for pin in there))

    def test_has_every_library_that_is_used_and_no_other(self) -> None:
        script = (ROOT / "packaging/libraries.sh").read_text()
        built = re.findall(r'^  with_cmake ([\w-]+)|"\$sources/([\w-]+)["/]', script, re.MULTILINE)
        self.assertEqual({"".join(names) for names in built}, {pin.name for pin in pins.read() if pin.kind == "source"})

    def test_says_which_line_can_not_be_read(self) -> None:
        with tempfile.TemporaryDirectory() as place, contextlib.chdir(place):
            Path("pins.txt").write_text("# comment\nsparc a 1 00\n")
            with self.assertRaisesRegex(Failure, "'sparc a 1 00' is not KIND NAME VERSION SHA256"):
                pins.read(Path("pins.txt"))


@unittest.skipUnless(shutil.which("dpkg"), "dpkg is not installed")
class Versions(unittest.TestCase):
    def test_are_ordered_as_debian_orders_them(self) -> None:
        self.assertEqual(apt.newest_first(["3.0.9-1", "3.0.20-1~deb12u2", "1:0.1", "3.0.20-1", "3.0.9-1"]),
                         ["1:0.1", "3.0.20-1", "3.0.20-1~deb12u2", "3.0.9-1"])

    def test_are_read_from_what_apt_prints(self) -> None:
        one = object.__new__(apt.Apt)
        one._variables = {}
        printed = ("Package: a\nVersion: 1\n\nPackage: a\nVersion: 1:0\nDescription: Version: 7\n\n"
                   "Package: b\nVersion: 2\n")

        def output_of(*words: str, **rest: object) -> str:
            return printed if words[0] == "apt-cache" else OUTPUT_OF(*words, **rest)

        with mock.patch.object(apt, "output_of", side_effect=output_of) as asked:
            self.assertEqual(one.versions("all", ["a", "b"]), {"a": ["1:0", "1"], "b": ["2"]})
            self.assertEqual(asked.call_args_list[0].args[-4:], ("show", "--all-versions", "a:amd64", "b:amd64"))

    def test_one_unknown_package_does_not_hide_the_others(self) -> None:
        one = object.__new__(apt.Apt)
        one._variables = {}

        def output_of(*words: str, **rest: object) -> str:
            if "gone" in words:
                raise Failure("E: Unable to locate")
            return "Package: a\nVersion: 1\n"

        with mock.patch.object(apt, "output_of", side_effect=output_of):
            self.assertEqual(one.versions("source", ["a", "gone"]), {"a": ["1"], "gone": []})


if __name__ == "__main__":
    unittest.main()
