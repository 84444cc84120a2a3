"""docs/policy.schema.json accepts the policies of docs/examples, so an editor that checks one while it is typed agrees
with the program."""

import copy
import json

import jsonschema
import pytest
import yaml

from tests.simulator import ROOT

DOCS = ROOT / "docs"
EXAMPLES = sorted((DOCS / "examples").glob("*.yaml"))
SCHEMA = json.loads((DOCS / "policy.schema.json").read_text(encoding="utf-8"))


TEXT_IN_1_2 = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")


class Loader(yaml.SafeLoader):
    """As YAML 1.2 reads it: a day such as 2026-12-20 is text, and so are yes and no."""


Loader.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in resolvers if tag not in TEXT_IN_1_2]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def problems(policy: object) -> list[str]:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return [error.message for error in validator.iter_errors(policy)]


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_the_schema_accepts_it(file) -> None:
    policy = yaml.load(file.read_text(encoding="utf-8"), Loader)
    assert problems(policy) == []
    wrong = copy.deepcopy(policy)
    wrong["fleets"][0]["keep"]["healthi"] = wrong["fleets"][0]["keep"].pop("healthy")
    assert len(problems(wrong)) == 2, "one key is unknown, and one is missing"


def test_there_are_some() -> None:
    assert len(EXAMPLES) >= 8
