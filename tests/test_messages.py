"""Texts for people: complete in both languages, and complete for every code that the program uses."""

from __future__ import annotations

import ast
import re
import string
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import evalkit
from evalkit.assessment.counts import ATTRIBUTE_ORDER, STATUS_ORDER
from evalkit.catalog.models import Attribute, Level, Run, State
from evalkit.messages import EvalkitError, Place, Problem, known_codes, language, word, words
from evalkit.values import MISSING_REASONS

PACKAGE = Path(evalkit.__file__).parent
PROBLEMS = yaml.load(files("evalkit.messages").joinpath("problems.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
WORDS = yaml.load(files("evalkit.messages").joinpath("words.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
LOWER = ("messages", "values", "tables", "formulas", "catalog", "intake", "assessment")


def trees(*rooms: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if not rooms or path.relative_to(PACKAGE).parts[0] in rooms:
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def calls(name: str, *rooms: str) -> Iterator[tuple[Path, ast.AST, ast.Call]]:
    """Yield each call of a function or method of that name, with the innermost function around it."""

    def below(node: ast.AST, owner: ast.AST) -> Iterator[tuple[ast.AST, ast.Call]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call) and getattr(child.func, "id", getattr(child.func, "attr", "")) == name:
                yield owner, child
            yield from below(child, child if isinstance(child, ast.FunctionDef) else owner)

    for path, tree in trees(*rooms):
        for owner, call in below(tree, tree):
            yield path, owner, call


def raised() -> Iterator[tuple[str, str, set[str] | None]]:
    """Yield place, code and names of the values of every problem that the program makes; None where they cannot be read off."""
    for path, owner, node in calls("Problem"):
        where = f"{path.name}:{node.lineno}"
        if not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        given_values = node.args[2] if len(node.args) > 2 else next((k.value for k in node.keywords if k.arg == "values"), None)
        if isinstance(given_values, ast.Name):
            wanted = given_values.id
            assigned = [n for n in ast.walk(owner) if isinstance(n, (ast.Assign, ast.AnnAssign)) and n.lineno < node.lineno]
            named = [n for n in assigned if ast.unparse(n.targets[0] if isinstance(n, ast.Assign) else n.target) == wanted]
            given_values = max(named, key=lambda n: n.lineno).value if named else given_values
        if given_values is None:
            yield where, str(node.args[0].value), set()
        elif isinstance(given_values, ast.Dict) and all(isinstance(key, ast.Constant) for key in given_values.keys):
            yield where, str(node.args[0].value), {str(key.value) for key in given_values.keys}  # type: ignore[union-attr]
        else:
            yield where, str(node.args[0].value), None
    for path, _, node in calls("problem", "intake"):
        if node.args and isinstance(node.args[0], ast.Constant):
            yield f"{path.name}:{node.lineno}", str(node.args[0].value), {k.arg or "" for k in node.keywords} - {"severity"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_a_problem_says_what_and_remedy_in_both_languages(code: str) -> None:
    entry = PROBLEMS[code]
    assert set(entry) == {"what_zh", "what_en", "fix_zh", "fix_en"}
    assert all(text.strip() for text in entry.values())
    assert re.search(r"[\u4e00-\u9fff]", entry["what_zh"]) and re.search(r"[\u4e00-\u9fff]", entry["fix_zh"])
    assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"“[^”]*”|不涉及", "", entry["what_en"] + entry["fix_en"]))
    assert placeholders(entry["what_zh"]) == placeholders(entry["what_en"])
    assert placeholders(entry["fix_zh"]) == placeholders(entry["fix_en"])


def test_every_problem_that_the_program_makes_has_a_text() -> None:
    made = {code for _, code, _ in raised()}
    assert len(made) > 30
    assert made - known_codes() == set()


def test_every_problem_brings_what_its_text_needs() -> None:
    short = []
    for where, code, names in raised():
        needed = set().union(*(placeholders(text) for text in PROBLEMS[code].values()))
        if names is not None and not needed <= names:
            short.append(f"{where}: {code} lacks {sorted(needed - names)}")
    assert short == []


def test_the_values_of_nearly_all_problems_can_be_read_off() -> None:
    unread = [where for where, _, names in raised() if names is None]
    assert len(set(unread)) <= 3, unread


@pytest.mark.parametrize("group", sorted(WORDS))
def test_a_word_exists_in_both_languages(group: str) -> None:
    for key, both in WORDS[group].items():
        assert set(both) == {"zh", "en"}, f"{group}.{key}"
        assert all(both.values())


def literals(*rooms: str) -> set[str]:
    """Return all texts in the code of some rooms."""
    return {n.value for _, tree in trees(*rooms) for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def test_words_are_complete_for_closed_lists() -> None:
    assert set(STATUS_ORDER) == set(WORDS["status"])
    assert {*MISSING_REASONS, "not_issued", "base_unknown", "span_open"} == set(WORDS["reason"])
    assert set(get_args(State)) == set(WORDS["state"])
    assert set(get_args(Level)) == set(WORDS["level"])
    assert set(get_args(Attribute)) == set(ATTRIBUTE_ORDER) == set(WORDS["attribute"])
    assert set(get_args(Run.model_fields["purpose"].annotation)) == set(WORDS["purpose"])
    assert {"computed", "reported", "adopted"} == set(WORDS["value_source"])


def test_every_note_that_an_assessment_sets_has_a_word() -> None:
    made: set[str] = set()
    for _, tree in trees("assessment", "intake"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("notes.append") and isinstance(node.args[0], ast.Constant):
                made.add(node.args[0].value)
            if isinstance(node, ast.keyword) and node.arg == "notes" and isinstance(node.value, ast.List):
                made |= {e.value for e in node.value.elts if isinstance(e, ast.Constant)}
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and isinstance(node.value.elts[-1], ast.Constant):
                made |= {node.value.elts[-1].value} & {t for t in literals("assessment") if t.startswith(("base_", "no_"))}
    assert {"corrected", "lagged_year", "reported_differs", "assigned_not_issued", "base_missing", "no_numeric_target"} <= made
    assert made - set(WORDS["note"]) == set()
    assert {"lower_bound", "upper_bound", "conflict_decided"} <= set(WORDS["note"])  # put together from parts


def test_kinds_and_features_in_problems_have_words() -> None:
    kinds = {node.args[0].value for _, _, node in calls("_unknown", "catalog") if node.args and isinstance(node.args[0], ast.Constant)}
    for _, _, node in calls("Problem"):
        for sub in ast.walk(node):
            if isinstance(sub, ast.Dict):
                for key, value in zip(sub.keys, sub.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "kind" and isinstance(value, ast.Constant):
                        kinds.add(value.value)
    assert kinds and kinds - set(WORDS["kind"]) == set()
    assert {"anchors", "aliases", "tags", "nesting", "control", "documents", "keys"} == set(WORDS["feature"])


def test_a_problem_reads_well_in_both_languages() -> None:
    problem = Problem("unknown_id", Place("params/runs/x.yml", cell="L9", key="sets.0"), {"kind": "set", "id": "dmo", "hint": " (demo?)"})
    assert problem.line("zh") == "params/runs/x.yml L9 sets.0: 找不到指标体系“dmo” → 请检查拼写 (demo?)"
    assert problem.line("en") == "params/runs/x.yml L9 sets.0: unknown set “dmo” → check the spelling (demo?)"
    assert Problem("yaml_forbidden", values={"feature": "anchors"}).message("zh") == "不允许使用 YAML 的锚点（&）"


@pytest.mark.parametrize(("value", "expected"), [(None, "zh"), ("en", "en"), ("EN_us", "en"), ("zh", "zh"), ("fr", "zh")])
def test_the_language_comes_from_the_environment(value: str | None, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVALKIT_LANG", raising=False)
    if value:
        monkeypatch.setenv("EVALKIT_LANG", value)
    assert language() == expected


def test_a_code_without_a_word_stands_for_itself() -> None:
    assert word("note", "something_new") == "something_new"
    assert word("nothing", "x") == "x"
    assert words("status", "en")["not_met"] == "not met"


@given(st.text(max_size=400))
def test_what_was_received_is_quoted_as_it_is_and_not_interpreted(text: str) -> None:
    message = Problem("not_a_number", values={"variable": "x", "value": text, "figure_fault": "bound"}).message("en")
    assert text[:200] in message
    assert len(message) < 400


def test_an_error_carries_all_its_problems() -> None:
    problems = [Problem("file_missing", Place(f"{n}.csv"), {"referrer": "x"}) for n in range(3)]
    error = EvalkitError(problems)
    assert error.problems == problems
    assert [f"{n}.csv" in str(error) for n in range(3)] == [True] * 3
    assert EvalkitError(problems[0]).problems == problems[:1]


@pytest.mark.parametrize("name", ["problems.yml", "words.yml"])
def test_no_entry_of_the_catalogue_hides_another(name: str) -> None:
    text = files("evalkit.messages").joinpath(name).read_text(encoding="utf-8")
    keys = re.findall(r"^([A-Za-z0-9_]+):", text, re.MULTILINE)
    assert [key for key, count in Counter(keys).items() if count > 1] == []
