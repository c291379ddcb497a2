"""JSON Schemas for editors: as committed, agreeing with the loader, fitting every shipped file."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from jsonschema import Draft7Validator
from typer.testing import CliRunner

from evalkit.authoring.schemas import FILES, PATTERNS, schemas
from evalkit.authoring.schemas_rules import KEYS, NOT_LEAVES
from evalkit.catalog import rules
from evalkit.catalog.rules import parse_rule
from evalkit.cli.commands import app
from evalkit.messages import Place, Problem
from evalkit.tables import load_yaml

SCHEMAS = schemas()
FOLDER = ROOT / "docs" / "schemas"
SHIPPED = [(name, path) for name, pattern in PATTERNS.items() for path in sorted((ROOT / "params").glob(pattern))]


def faults(name: str, content: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in Draft7Validator(SCHEMAS[name]).iter_errors(content)]


def test_the_committed_schemas_are_those_of_the_models() -> None:
    committed = {path.name.removesuffix(".schema.json"): json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.iterdir()}
    assert committed == SCHEMAS, "evalkit sets schema --out docs/schemas"
    assert list(FILES) == list(PATTERNS)


@pytest.mark.parametrize("name", FILES)
def test_a_schema_is_a_schema(name: str) -> None:
    Draft7Validator.check_schema(SCHEMAS[name])
    assert "x-rule" not in json.dumps(SCHEMAS[name])


def test_every_kind_of_rule_file_has_a_schema() -> None:
    found = {path.relative_to(ROOT / "params").parts[0] for path in (ROOT / "params").rglob("*.yml")}
    assert found == {pattern.split("/")[0] for pattern in PATTERNS.values()}
    assert all(any(kind == name for kind, _ in SHIPPED) for name in FILES)


@pytest.mark.parametrize(("name", "path"), SHIPPED, ids=[path.relative_to(ROOT / "params").as_posix() for _, path in SHIPPED])
def test_every_shipped_file_fits_as_the_loader_and_as_an_editor_reads_it(name: str, path: Path) -> None:
    assert faults(name, load_yaml(path, path.name).content) == []
    assert faults(name, yaml.safe_load(path.read_text(encoding="utf-8"))) == []


def mappings(content: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the place of one mapping of each kind: of a list only the first that has a kind of its own."""
    if isinstance(content, dict):
        yield path
        for key, value in content.items():
            if key not in ("roles", "cases"):  # their keys are free
                yield from mappings(value, (*path, key))
    elif isinstance(content, list) and content:
        yield from mappings(content[0], (*path, 0))


@pytest.mark.parametrize("name", FILES)
def test_an_unknown_key_is_refused_wherever_it_stands(name: str) -> None:
    path = max((path for kind, path in SHIPPED if kind == name), key=lambda path: path.stat().st_size)
    content = load_yaml(path, path.name).content
    places = list(mappings(content))
    assert places
    for place in places:
        broken = copy.deepcopy(content)
        spot = broken
        for step in place:
            spot = spot[step]
        spot["zzz"] = "x"
        assert faults(name, broken), place


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("set", {"levels": ["town"]}),
        ("set", {"levels": []}),
        ("set", {"complete": "yes"}),
        ("set", {"rows": [{"id": "A"}]}),
        ("set", {"rounding": {"method": "any"}}),
        ("run", {"periods": ["2024年"]}),
        ("run", {"report_date": "2025-3-1"}),
        ("run", {"purpose": "yearly"}),
        ("region", {"valid_from": "16"}),
        ("crosswalk", {"rows": [{"from": "A", "to": "B", "relation": "equal"}]}),
    ],
)
def test_what_the_loader_refuses_is_refused(name: str, change: dict[str, Any]) -> None:
    path = next(path for kind, path in SHIPPED if kind == name)
    content = load_yaml(path, path.name).content
    assert faults(name, {**content, **change})
    assert all(faults(name, {key: value for key, value in content.items() if key != needed}) for needed in SCHEMAS[name]["required"])


# Rules


def test_the_schema_knows_every_rule() -> None:
    assert list(KEYS) == rules._KEYS
    assert rules._NOT_LEAVES == NOT_LEAVES


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ('{at_least: "90"}', True),
        ("{at_most: -1.5, of: air.x}", True),
        ('{between: ["15", "20"]}', True),
        ('{about: {value: "15", tolerance: "0.5"}}', True),
        ("{improving: previous}", True),
        ("{improving: {than: base, band: '0.5'}}", True),
        ("{not_worse_than: '2020'}", True),
        ("{assigned: true}", True),
        ("{above_measure: econ.gdp}", True),
        ("{all_of: [{assigned: true}, {any_of: [{at_least: '90'}, {improving: previous}]}]}", True),
        ("{k_of_n: {k: '1', of: [{none: true}]}}", True),
        ("{by_class: {class: terrain, cases: {hill: {at_least: '1'}}}}", True),
        ("{qualitative: 建立}", True),
        ("{none: true}", True),
        ("{at_least: 约90}", False),
        ("{at_least: '90', at_most: '95'}", False),
        ("{}", False),
        ("{of: air.x}", False),
        ("{all_of: []}", False),
        ("{all_of: [{at_leest: '1'}]}", False),
        ("{all_of: [{assigned: true}], of: air.x}", False),
        ("{none: true, of: air.x}", False),
        ("{assigned: false}", False),
        ('{between: ["15"]}', False),
        ("{about: {tolerance: '1'}}", False),
        ("{about: {value: '1', digits: '1'}}", False),
        ("{k_of_n: {of: [{none: true}]}}", False),
        ("{by_class: {class: terrain, cases: {}}}", False),
        ("{by_class: {class: terrain, cases: {hill: '90'}}}", False),
        ("{qualitative: ''}", False),
    ],
)
def test_schema_and_loader_agree_on_a_rule(text: str, good: bool) -> None:
    content = yaml.load(text, Loader=yaml.BaseLoader)
    problems: list[Problem] = []
    parse_rule(content, lambda *path: Place(key=".".join(map(str, path))), problems, ())
    assert (problems == []) is good
    schema = {**SCHEMAS["set"]["$defs"]["Rule"], "$defs": SCHEMAS["set"]["$defs"]}
    assert Draft7Validator(schema).is_valid(content) is good
    assert Draft7Validator(schema).is_valid(yaml.safe_load(text)) is good


# Use


@pytest.mark.parametrize("name", ["docs/data-formats.md", "docs/data-formats.zh-CN.md"])
def test_the_documents_say_which_schema_is_for_which_files(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for kind, pattern in PATTERNS.items():
        assert f'"docs/schemas/{kind}.schema.json": "params/{pattern}"' in text


def test_closed_lists_are_explained() -> None:
    cite = SCHEMAS["set"]["$defs"]["Cite"]["properties"]["state"]
    assert "recalled 一般了解、未见原文" in cite["description"]
    assert SCHEMAS["set"]["properties"]["complete"]["enum"] == [True, False, "true", "false"]


def test_the_command_writes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # needs no project
    done = CliRunner().invoke(app, ["sets", "schema", "--out", "made"])
    assert done.exit_code == 0
    made = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()}
    assert made == {path.name: path.read_bytes() for path in FOLDER.iterdir()}
