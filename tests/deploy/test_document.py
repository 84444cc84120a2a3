"""docs/deploy.md says what is so: its commands, parameters, alarms and metrics are those that there are."""

import json
import re
import subprocess
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse

from ..simulator import PROGRAM
from .conftest import Deployed
from .sam import TEMPLATE
from .terraform import MODULE, argument

DOCUMENT = (Path(__file__).parents[2] / "docs/deploy.md").read_text()
SAMCONFIG = (TEMPLATE.parent / "samconfig.toml").read_text()
PARAMETERS = yaml_parse(TEMPLATE.read_text())["Parameters"]


def test_every_invocation_is_a_command_that_there_is() -> None:
    known = {
        "plan": set(), "check": set(), "status": set(), "history": {"fleet", "limit"}, "explain": {"instance", "at"},
        "pause": {"fleet", "reason", "for", "until"}, "resume": {"fleet", "reason"}, "restore": {"instance"},
    }
    payloads = [json.loads(text) for text in re.findall(r"ask '(\{.*?\})'", DOCUMENT)]
    assert {one["command"] for one in payloads} == set(known)
    for one in payloads:
        assert set(one) - {"command"} <= known[one["command"]], one


def test_every_parameter_that_is_named_exists() -> None:
    named = re.findall(r"\b([A-Z][a-z]+[A-Za-z]*)=[A-Za-z/]", DOCUMENT + SAMCONFIG)
    assert {"Schedule", "Email", "Architecture", "ReserveConcurrency", "WebhookParameter"} <= set(named)
    assert set(named) <= set(PARAMETERS)
    variables = re.findall(r'variable "(\w+)"', (MODULE / "examples/one-fleet/main.tf").read_text())
    assert set(re.findall(r"-var (\w+)=", DOCUMENT)) == set(variables)


def test_both_templates_have_the_same_parameters() -> None:
    module = set(re.findall(r'variable "(\w+)"', (MODULE / "variables.tf").read_text()))
    assert module == {argument(name) for name in PARAMETERS} | {"zip", "rights", "policy"}


def test_every_option_that_is_named_exists() -> None:
    for command in ("iam", "status"):
        said = subprocess.run([PROGRAM, command, "--help"], capture_output=True, text=True, timeout=20, check=True).stdout
        lines = [line for line in DOCUMENT.splitlines() if f"bootstrap {command} " in line]
        assert lines
        for option in re.findall(r"--[a-z-]+", " ".join(line.partition("bootstrap")[2] for line in lines)):
            assert option in said, option


def test_every_alarm_and_every_metric_is_explained(sam: Deployed) -> None:
    for name, alarm in sam.first.alarms.items():
        assert f"| `{name}` |" in DOCUMENT, name
        if alarm["Namespace"] == "Evenkeel":
            assert f"`{alarm['MetricName']}`" in DOCUMENT


def test_the_prices_add_up() -> None:
    rows = [line.split("|")[4:6] for line in DOCUMENT.splitlines() if re.match(r"\| .*\| *\*?\*?\$[0-9.]+\*?\*? \|$", line)]
    *parts, total = [[float(cell.strip(" *$")) for cell in row] for row in rows]
    assert len(parts) >= 7
    assert [round(sum(column), 2) for column in zip(*parts, strict=True)] == total


def test_the_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#h][^)#]*)", DOCUMENT):
        assert (Path(__file__).parents[2] / "docs" / target).exists(), target
