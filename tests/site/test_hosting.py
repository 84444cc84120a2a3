"""What the project's host and editors read: workflows, forms for issues, devcontainer, .editorconfig."""

import configparser
import json
import os
import re
import subprocess
import unittest
from pathlib import Path

from tests.simulator import ROOT

TO_JSON = "import json, sys, yaml; print(json.dumps([yaml.safe_load(open(name)) for name in sys.argv[1:]]))"
FORM_ITEMS = {"markdown", "textarea", "input", "dropdown", "checkboxes"}


def read(*paths: Path) -> list:
    """YAML files, as the Python reads them that builds the site."""
    done = subprocess.run([ROOT / ".venv-docs/bin/python", "-c", TO_JSON, *paths], check=True, capture_output=True)
    return json.loads(done.stdout)


def wrong_items(form: dict) -> list[str]:
    """What the host would refuse in the form of an issue, by the item's id."""
    wrong = [key for key in ("name", "description", "body") if not form.get(key)]
    ids = [item["id"] for item in form["body"] if "id" in item]
    wrong += sorted({name for name in ids if ids.count(name) > 1})
    for item in form["body"]:
        name, attributes = item.get("id", item["type"]), item["attributes"]
        needed = {"markdown": "value", "dropdown": "options", "checkboxes": "options"}.get(item["type"], "label")
        has_answer = item["type"] != "markdown"
        if item["type"] not in FORM_ITEMS or not attributes.get(needed) or has_answer != ("id" in item):
            wrong.append(name)
        if item["type"] == "checkboxes" and not all(option.get("label") for option in attributes["options"]):
            wrong.append(name)
    return wrong


class Workflows(unittest.TestCase):
    def test_ci_is_the_project_s_own_script_in_the_system_it_is_for(self):
        for workflow in read(*(ROOT / ".github/workflows").iterdir()):
            self.assertEqual(workflow["permissions"], {"contents": "read"})
            for job in workflow["jobs"].values():
                self.assertEqual(job["container"]["image"], "debian:12")
                self.assertIn(".ci/run", [step.get("run") for step in job["steps"]])
        self.assertTrue(os.access(ROOT / ".ci/run", os.X_OK))

    def test_every_action_is_pinned(self):
        text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / ".github/workflows").iterdir())
        actions = re.findall(r"uses: (.*)", text)
        self.assertTrue(actions)
        for action in actions:
            self.assertRegex(action, r"^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


class Forms(unittest.TestCase):
    def test_they_are_forms(self):
        for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"):
            if path.name != "config.yml":
                self.assertEqual(wrong_items(read(path)[0]), [], path.name)

    def test_what_is_no_form_is_found_out(self):
        good = {"type": "input", "id": "a", "attributes": {"label": "A"}}
        form = {"name": "n", "description": "d", "body": [good]}
        self.assertEqual(wrong_items(form), [])
        for bad in (good, {**good, "id": "b", "type": "text"}, {**good, "id": "b", "attributes": {}},
                    {**good, "id": "b", "type": "dropdown"}, {"type": "input", "attributes": {"label": "A"}}):
            self.assertNotEqual(wrong_items({**form, "body": [good, bad]}), [], bad)

    def test_a_bug_s_form_asks_for_what_exists_and_warns_of_secrets(self):
        text = (ROOT / ".github/ISSUE_TEMPLATE/bug.yml").read_text(encoding="utf-8")
        code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/cli").glob("*.cpp"))
        commands = set(re.findall(r"`evenkeel ([a-z]+)", text))
        self.assertLessEqual({"check", "status", "explain", "history", "state"}, commands)
        for command in commands:
            self.assertTrue(re.search(rf'add(_subcommand)?\(\s*"{command}"', code), command)
        for option in set(re.findall(r"(--[a-z-]+)", text)) - {"--version"}:
            self.assertIn(f'"{option}', code)
        self.assertIn("credential", text)
        self.assertIn("SECURITY.md", text)

    def test_a_pull_request_is_asked_for_tests(self):
        text = (ROOT / ".github/pull_request_template.md").read_text(encoding="utf-8")
        for command in ("./dev test", "./dev lint"):
            self.assertIn(command, text)


class Editors(unittest.TestCase):
    def test_the_devcontainer_builds_with_dev_on_debian_12(self):
        container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
        self.assertEqual((container["image"], container["postCreateCommand"]), ("debian:bookworm", "./dev build"))

    def test_lines_are_as_long_as_the_format_makes_them(self):
        settings = configparser.ConfigParser()
        text = (ROOT / ".editorconfig").read_text(encoding="utf-8")
        settings.read_string("[top]\n" + text)
        limit = re.search(r"^ColumnLimit: (\d+)$", (ROOT / ".clang-format").read_text(), re.MULTILINE)[1]
        self.assertEqual(settings["*.{cpp,h}"]["max_line_length"], limit)
        self.assertEqual((settings["top"]["root"], settings["*"]["end_of_line"]), ("true", "lf"))


if __name__ == "__main__":
    unittest.main()
