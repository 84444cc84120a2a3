"""The documents: what they name and link to exists, and the linter that says so (scripts/check_documents.py)."""

import re
import unittest

from tests.program.test_lint_rules import run
from tests.simulator import ROOT

PAGE = "# One page\n\n## `keep.out`: how many, at most\n\n## Again\n\n## Again\n\n```sh\n# no heading\n```\n"


class Documents(unittest.TestCase):
    def refuses(self, name: str, text: str, words: str) -> None:
        status, output = run("check_documents.py", {"docs/page.md": PAGE, name: text})
        self.assertEqual((status, len(output.splitlines())), (1, 1), output)
        self.assertIn(words, output)

    def passes(self, name: str, text: str) -> None:
        self.assertEqual(run("check_documents.py", {"docs/page.md": PAGE, name: text}), (0, ""))

    def test_a_document_that_is_named_and_does_not_exist_is_refused_wherever_it_is_named(self):
        for name, text in (("src/base/a.h", "// docs/none.md says why\n"), ("dev", "# see docs/none.md.\n"),
                           ("README.md", "Read `docs/none.md`.\n"), ("docs/b.md", "none.md\n"),
                           ("scripts/a.py", 'ROOT / "docs" / "none.md"\n'), ("README.md", "```\ndocs/none.md\n```\n")):
            with self.subTest(name):
                self.refuses(name, text, f"{name}:{2 if '```' in text else 1}: there is no ")
        for name, text in (("src/base/a.h", "// docs/page.md#again-1 says why\n"), ("docs/adr/b.md", "../page.md\n"),
                           ("scripts/a.py", 'ROOT / "docs" / "page.md"\n'), ("docs/b.md", "docs/page.md, page.md\n"),
                           ("src/base/a.h", "// each docs/*.md, https://example.org/none.md and $folder/none.md\n")):
            with self.subTest(text):
                self.passes(name, text)

    def test_a_link_that_leads_nowhere_is_refused(self):
        for link in ("src/none.cpp", "none/"):
            self.refuses("docs/b.md", f"[a](page.md) [b\nc]({link})", f"docs/b.md:1: the link to {link} leads nowhere")
        self.passes("docs/b.md", "[a](../docs/page.md) [b](../docs/) [c](https://example.org) `[d](none)`\n")
        self.passes("docs/b.md", "```\n[a](none)\n```\n")

    def test_a_link_to_a_heading_that_does_not_exist_is_refused(self):
        for anchor in ("nothing", "again-2", "no-heading", "Again"):
            self.refuses("docs/b.md", f"[a](page.md#{anchor})\n", f"page.md has no heading #{anchor}")
        self.refuses("docs/b.md", "# Here\n\n[a](#there)\n", "docs/b.md:3: b.md has no heading #there")
        self.refuses("src/base/a.h", "// docs/page.md#nothing\n", "docs/page.md has no heading #nothing")
        self.passes("docs/b.md", "# Here\n\n[a](#here) [b](page.md#keepout-how-many-at-most) [c](page.md#again-1)\n")

    def test_a_link_to_another_decision_than_it_names_is_refused(self):
        decision = {"docs/adr/0007-seven.md": "# 7. Seven\n"}
        for text, status in (("[ADR 7](adr/0007-seven.md)\n", 0), ("[ADR 8](adr/0007-seven.md)\n", 1)):
            self.assertEqual(run("check_documents.py", {**decision, "docs/b.md": text})[0], status, text)


class Maintainers(unittest.TestCase):
    """What CONTRIBUTING.md and RELEASING.md send people to."""

    @staticmethod
    def missing(text: str) -> list[str]:
        """The files, the words in a file, as `file` (`word`), and the commands of ./dev that do not exist."""
        folders = r"src|tests|docs|scripts|packaging|scenarios|deploy|fuzz|\.ci"
        paths = re.findall(rf"`((?:{folders})/[\w./*-]*|\w+\.(?:md|txt))`", text)
        wrong = [path for path in paths if not any(ROOT.glob(path))]
        for path, word in re.findall(r"`(src/[\w./*-]+)`\s\(`([\w ]+)`", text):
            if not any(re.search(rf"\b{word}\b", file.read_text(encoding="utf-8")) for file in ROOT.glob(path)):
                wrong.append(f"{path} {word}")
        commands = re.findall(r"\./dev ([a-z]+)(?: (--[a-z-]+))?", text)
        known = (ROOT / "scripts/help.txt").read_text(encoding="utf-8")
        return wrong + [f"{command} {option}".strip() for command, option in commands
                        if not re.search(rf"\./dev {command}\b[^.]*{option}", known)]

    def test_every_file_word_and_command_exists(self):
        for name in ("CONTRIBUTING.md", "RELEASING.md"):
            self.assertEqual(self.missing((ROOT / name).read_text(encoding="utf-8")), [], name)

    def test_what_does_not_exist_is_found_out(self):
        text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
        for old, new in (("src/decide/guards/*.cpp", "src/decide/guard/*.cpp"),
                         ("src/cli/commands.h", "src/cli/none.h"), ("src/observe/", "src/observer/"),
                         ("CHANGELOG.md", "CHANGES.md"), ("kKind`", "kKindly`"),
                         ("struct Condition", "struct Conditional"), ("./dev rewrite", "./dev write"),
                         ("lint --changed", "lint --change-all")):
            self.assertIn(old, text)
            self.assertNotEqual(self.missing(text.replace(old, new)), [], new)

    def test_the_way_in_is_short(self):
        self.assertLess(len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()), 60)


class Reasons(unittest.TestCase):
    def test_operating_explains_every_reason_that_is_shown(self):
        plan = (ROOT / "src/model/plan.h").read_text(encoding="utf-8")
        table = re.search(r"kWords<Reason> = word_table<[\w:]+>\((.*?)\);", plan, re.DOTALL)
        reasons = set(re.findall(r'"(\w+)"', table.group(1))) - {"start"}
        self.assertGreater(len(reasons), 80)
        page = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
        self.assertEqual([reason for reason in sorted(reasons) if f"`{reason}`" not in page], [])


class Decisions(unittest.TestCase):
    def test_the_index_has_each_of_them_by_its_number_and_title(self):
        rows = re.findall(r"^\| (\d+) \| \[(.*)\]\((\S+)\) \|$", (ROOT / "docs/adr/index.md").read_text(), re.MULTILINE)
        files = sorted((ROOT / "docs/adr").glob("[0-9]*.md"))
        self.assertEqual([(f"# {number}. {title}", name) for number, title, name in rows],
                         [(file.read_text(encoding="utf-8").splitlines()[0], file.name) for file in files])


if __name__ == "__main__":
    unittest.main()
