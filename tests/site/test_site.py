"""The site that `./dev docs` builds: it is whole, loads nothing from elsewhere, and a wrong link fails it."""

import json
import re
import shutil
import subprocess
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path

from tests.simulator import ROOT

SPHINX = (str(ROOT / ".venv-docs/bin/python"), "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html")
INDEX = "# Documents\n\n## First\n\n- [README](../README.md): a.\n- [A page](page.md): b.\n"
PAGE = "# A page\n\n[here](#below) [there](../README.md#above)\n\n## Below\n"
README = "# Project\n\n[a page](docs/page.md#below)\n\n## Above\n"


def build(project: Path, site: Path) -> tuple[int, str]:
    places = ("-c", project / "scripts/site", "-d", site / ".doctrees", project, site)
    done = subprocess.run([*SPHINX, "-j", "auto", *places], cwd=project, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=900)
    return done.returncode, done.stdout + done.stderr


class Loads(HTMLParser):
    """What a browser fetches by itself to show a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if tag == "link" and values.get("rel") not in ("next", "prev", "index", "search"):
            self.addresses.append(values.get("href") or "")
        elif tag != "a":
            self.addresses += [values[name] or "" for name in ("src", "srcset", "data", "poster") if name in values]


def loaded(page: str) -> list[str]:
    parser = Loads()
    parser.feed(page)
    return parser.addresses


class WholeSite(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.site = Path(directory.name)
        cls.status, cls.output = build(ROOT, cls.site)
        cls.pages = {path.relative_to(cls.site).as_posix(): path.read_text(encoding="utf-8")
                     for path in cls.site.rglob("*.html")}

    def test_it_builds_without_a_warning(self):
        self.assertEqual((self.status, self.output), (0, ""))

    def test_every_document_is_a_page_and_shows_the_version(self):
        documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        version = re.search(r"^project\(evenkeel VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(), re.MULTILINE)[1]
        self.assertGreater(len(documents), 50)
        for document in documents:
            name = document.relative_to(ROOT).with_suffix(".html").as_posix()
            self.assertIn(name, self.pages)
            self.assertIn(f"Evenkeel {version}</title>", self.pages[name])

    def test_nothing_is_loaded_from_another_site(self):
        self.assertTrue(loaded(self.pages["docs/index.html"]))
        for name, page in self.pages.items():
            self.assertEqual([address for address in loaded(page) if "//" in address], [], name)
        for style in self.site.rglob("*.css"):
            text = style.read_text(encoding="utf-8")
            self.assertNotRegex(text, r"(url\(\s*|@import\s+)['\"]?(https?:)?//", style.name)

    def test_it_can_be_searched(self):
        index = json.loads((self.site / "searchindex.js").read_text()[len("Search.setIndex("):-1])
        pages = [index["docnames"][number] for number in index["terms"]["dynamodb"]]
        self.assertIn("docs/deploy", pages)

    def test_the_first_page_leads_to_the_index(self):
        self.assertIn('href="docs/index.html"', self.pages["index.html"])


class Strict(unittest.TestCase):
    def built(self, changed: dict[str, str]) -> tuple[int, str]:
        """The site of a small project, with these files otherwise."""
        with tempfile.TemporaryDirectory() as directory:
            project = Path(directory, "project")
            shutil.copytree(ROOT / "scripts/site", project / "scripts/site")
            files = {"CMakeLists.txt": "project(small VERSION 1.2.3)\n", "README.md": README, "docs/page.md": PAGE,
                     "docs/index.md": INDEX, **changed}
            for name, text in files.items():
                (project / name).parent.mkdir(exist_ok=True)
                (project / name).write_text(text, encoding="utf-8")
            return build(project, Path(directory, "site"))

    def test_a_small_project_builds(self):
        self.assertEqual(self.built({}), (0, ""))

    def test_a_link_that_leads_nowhere_fails(self):
        for link in ("none.md", "page.md#nothing", "#nothing", "../README.md#below", "../src/none.cpp"):
            with self.subTest(link):
                status, output = self.built({"docs/page.md": f"{PAGE}\n[broken]({link})\n"})
                self.assertNotEqual(status, 0)
                self.assertRegex(output, r"docs/page\.md:7: WARNING: .*not found|docs/page\.md:7: WARNING: .*unknown")

    def test_a_document_that_the_index_does_not_have_fails(self):
        status, output = self.built({"docs/other.md": "# Other\n"})
        self.assertNotEqual(status, 0)
        self.assertIn("docs/other.md: WARNING: document isn't included in any toctree", output)


if __name__ == "__main__":
    unittest.main()
