"""packaging/verified.txt: does it fit the tree, and what would make it not fit."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from scripts.package import verified
from tests.simulator import ROOT

FEW = ("CMakeLists.txt", "dev", "packaging", "scripts/package")


class TheRecord(unittest.TestCase):
    def test_fits_what_the_packages_depend_on(self) -> None:
        if os.environ.get("EVENKEEL_RECORD") == "to-be-written":
            self.skipTest("./dev package --check writes packaging/verified.txt when everything else has passed")
        self.assertEqual(verified.differences(), [],
                         f"the packages were not tried since; run {verified.REMEDY}, and commit {verified.RECORD}")


class ACopy(unittest.TestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.root = Path(place.name)
        for name in FEW:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            copy(ROOT / name, self.root / name)
        (self.root / "src").mkdir()
        self.source = self.root / "src" / "main.cpp"
        self.source.write_text("#include <fmt/core.h>\n#include <vector>\n")
        lines = [f"input {name} {digest}\n" for name, digest in verified.inputs(self.root).items()]
        (self.root / verified.RECORD).write_text("# made up\n" + "".join(lines))

    def test_nothing_differs_as_it_was_recorded(self) -> None:
        self.assertEqual(verified.differences(self.root), [])

    def test_an_ordinary_edit_counts_for_nothing(self) -> None:
        self.source.write_text("#include <sys/stat.h>\n#include <unistd.h>\n#include <fmt/core.h>\nint other;\n")
        (self.root / "src" / "more_test.cpp").write_text("#include <gtest/gtest.h>\n#include <zlib.h>\n")
        text = (self.root / "dev").read_text()
        (self.root / "dev").write_text(text + "# a comment\n")
        self.assertEqual(verified.differences(self.root), [])

    def test_a_library_more_counts(self) -> None:
        self.source.write_text("#include <fmt/core.h>\n#include <zlib.h>\n")
        self.assertEqual(verified.differences(self.root), ["src:third-party-headers changed"])

    def test_names_each_file_that_changed_came_or_went(self) -> None:
        with (self.root / "packaging/libraries.sh").open("a") as script:
            script.write("\n")
        (self.root / "packaging/new.patch").write_text("")
        (self.root / "scripts/package/apt.py").unlink()
        text = (self.root / "dev").read_text()
        (self.root / "dev").write_text(text.replace("package_packages=(", "package_packages=(tcl ", 1))
        self.assertEqual(verified.differences(self.root), [
            "packaging/libraries.sh changed", "dev:package_packages changed", "packaging/new.patch is new",
            "scripts/package/apt.py is gone"])

    def test_how_packages_are_made_and_tried_counts(self) -> None:
        text = (self.root / "dev").read_text()
        (self.root / "dev").write_text(text.replace("package_step static", "true static", 1))
        (self.root / "fuzz").mkdir()
        (self.root / "fuzz/CMakeLists.txt").write_text("")
        self.assertEqual(verified.differences(self.root), ["dev:package() changed", "fuzz/CMakeLists.txt is new"])

    def test_what_an_editor_leaves_and_the_c_library_has_counts_for_nothing(self) -> None:
        (self.root / "packaging/pins.txt~").write_text("")
        self.source.write_text("#include <fmt/core.h>\n#include <inttypes.h>\n#include <cxxabi.h>\n")
        self.assertEqual(verified.differences(self.root), [])

    def test_without_a_record_everything_is_new(self) -> None:
        (self.root / verified.RECORD).unlink()
        self.assertTrue(all(line.endswith(" is new") for line in verified.differences(self.root)))


class ChangedLately(unittest.TestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.root = Path(place.name)
        (self.root / "packaging").mkdir()

    def git(self, *words: str, hour: int = 0) -> None:
        date = f"{1_800_000_000 + hour * 3600} +0000"
        author = ("-c", "user.name=A", "-c", "user.email=a@example.com")
        subprocess.run(["git", *author, *words], cwd=self.root, check=True, capture_output=True,
                       env={**os.environ, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date})

    def commit(self, hour: int, record: str) -> None:
        (self.root / verified.RECORD).write_text(record)
        self.git("add", ".")
        self.git("commit", "--quiet", "--allow-empty", "--message", f"hour {hour}", hour=hour)

    def test_without_history_it_counts_as_changed(self) -> None:
        self.assertTrue(verified.changed_lately(self.root))
        self.git("init", "--quiet")
        self.assertTrue(verified.changed_lately(self.root))
        self.commit(0, "one")
        self.assertTrue(verified.changed_lately(self.root), "no commit is a day older")

    def test_compares_with_the_newest_commit_that_is_a_day_older(self) -> None:
        self.git("init", "--quiet")
        for hour, record, changed in ((0, "one", True), (10, "two", True), (25, "two", True), (35, "two", False),
                                      (36, "three", True), (59, "three", True), (60, "three", False)):
            self.commit(hour, record)
            self.assertEqual(verified.changed_lately(self.root), changed, hour)

    def test_a_branch_that_is_older_than_a_day_counts_when_it_is_merged(self) -> None:
        self.git("init", "--quiet", "--initial-branch", "main")
        self.commit(0, "one")
        self.git("checkout", "--quiet", "-b", "branch")
        self.commit(10, "two")
        self.git("checkout", "--quiet", "main")
        self.git("merge", "--quiet", "--no-ff", "--message", "merge", "branch", hour=100)
        self.assertTrue(verified.changed_lately(self.root))

    def test_a_named_base_is_what_it_is_compared_with(self) -> None:
        self.git("init", "--quiet")
        for hour, record in ((0, "one"), (10, "two"), (100, "two")):
            self.commit(hour, record)
        self.assertFalse(verified.changed_lately(self.root))
        with mock.patch.dict(os.environ, EVENKEEL_BASE="HEAD~2"):
            self.assertTrue(verified.changed_lately(self.root))


if __name__ == "__main__":
    unittest.main()
