"""Formulas: the closed vocabulary, exact evaluation, notation, digest."""

from __future__ import annotations

import inspect
import operator
import pkgutil
import re
from collections.abc import Iterator
from fractions import Fraction
from importlib import import_module
from types import FunctionType
from typing import ClassVar

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import evalkit.formulas
from evalkit.catalog import Catalog
from evalkit.formulas import UnknownFormulaError, air, build, split_id
from evalkit.formulas.evaluate import Value, evaluate
from evalkit.formulas.notation import write_formula
from evalkit.formulas.vocabulary import (
    Apply,
    Constant,
    Expr,
    FormulaError,
    Role,
    Test,
    Where,
    count_if,
    digest,
    highest,
    lowest,
    mean,
    round_to,
    share,
    total,
    where,
)
from evalkit.values import Missing, format_full, round_half_even

a, b, c = Role("a"), Role("b"), Role("c")
NAMES = ("a", "b", "c")


# --- vocabulary ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "write",
    [
        lambda: a if a > b else b,
        lambda: a if a == b else b,
        lambda: a if a != 0 else b,
        lambda: max(a, b),
        lambda: min(a, b),
        lambda: sum(a),  # type: ignore[call-overload]
        lambda: a > b and b > c,
        lambda: not a > b,
        lambda: a < b < c,
        lambda: float(a),
        lambda: a * 0.35,
        lambda: 0.35 * a,
        lambda: a + True,
        lambda: a / "2",  # type: ignore[operator]
        lambda: total(),
        lambda: mean(),
        lambda: count_if(),
        lambda: count_if(a),
        lambda: where(a, 1, 2),
        lambda: where(True, 1, 2),  # type: ignore[arg-type]
        lambda: round_to(a, 0),
        lambda: round_to(a, -1),
        lambda: round_to(a, b),  # type: ignore[arg-type]
        lambda: share(a, 0.5),  # type: ignore[arg-type]
        lambda: a in (b, c),
    ],
)
def test_what_leaves_the_vocabulary_is_refused(write: object) -> None:
    assert callable(write)
    with pytest.raises(FormulaError):
        write()


@pytest.mark.parametrize(
    "write", [lambda x: x**2, lambda x: abs(x), lambda x: -x, lambda x: x // 2, lambda x: x[0], lambda x: 3, lambda x: [x]]
)
def test_a_function_that_does_anything_else_is_refused_when_it_is_built(write: FunctionType, monkeypatch: pytest.MonkeyPatch) -> None:
    write.__module__ = air.__name__
    monkeypatch.setattr(air, "sample_for_test", write, raising=False)
    build.cache_clear()
    with pytest.raises(FormulaError):
        build("air.sample_for_test@1")


@pytest.mark.parametrize(
    "formula_id",
    [
        "air.none@1",
        "none.good_day_ratio@1",
        "air.good_day_ratio",
        "air.good_day_ratio@2",
        "air.share@1",
        "vocabulary.share@1",
        "spreadsheet.write_excel@1",
        "air.good_day_ratio@0",
        "../air.x@1",
        "air.Expr@1",
        "",
        "air.good_day_ratio@1 ",
    ],
)
def test_a_name_that_is_no_formula_is_unknown(formula_id: str) -> None:
    with pytest.raises(UnknownFormulaError):
        build(formula_id)


def test_a_version_names_its_own_function() -> None:
    assert split_id("air.good_day_ratio@1") == ("air", "good_day_ratio")
    assert split_id("air.good_day_ratio@12") == ("air", "good_day_ratio_v12")


# --- evaluation ---------------------------------------------------------------------------------------------------


def test_where_leaves_the_other_branch_alone() -> None:
    tree = where(b > 0, lambda: a / b, 0)
    assert evaluate(tree, {"a": Fraction(3), "b": Fraction(0)}) == 0
    assert evaluate(tree, {"a": Fraction(3), "b": Fraction(2)}) == Fraction(3, 2)
    assert evaluate(tree, {"a": Missing("not_published", "a"), "b": Fraction(0)}) == 0
    assert evaluate(tree, {"a": Fraction(3), "b": Missing("not_published", "b")}) == Missing("not_published", "b")


def test_a_zero_denominator_has_no_value() -> None:
    for tree in (a / b, share(a, b), 1 / (a - a), a * (1 / b) * 0):
        assert evaluate(tree, {"a": Fraction(3), "b": Fraction(0)}) == Missing("invalid", "zero_denominator")


@given(st.sampled_from(["not_involved", "not_published", "not_collected"]), st.sampled_from(NAMES))
def test_a_missing_argument_gives_its_reason_to_the_result(reason: str, which: str) -> None:
    values: dict[str, Value] = {name: Fraction(7) for name in NAMES}
    values[which] = Missing(reason, which)
    for tree in (
        total(a, b, c),
        mean(a, b, c),
        lowest(a, b, c),
        highest(a, b, c),
        share(a + b, c),
        round_to(a * b - c, 1),
        count_if(a > b, c > 0),
    ):
        assert evaluate(tree, values) == Missing(reason, which)


def test_zero_is_a_number_and_missing_is_not() -> None:
    assert evaluate(total(a, b), {"a": Fraction(0), "b": Fraction(5)}) == 5
    assert evaluate(total(a, b), {"a": Missing("not_collected"), "b": Fraction(5)}) == Missing("not_collected")


Pair = tuple[Expr, object]  # a tree and the function that computes it directly
_constants = st.one_of(st.integers(-9, 9), st.fractions(-5, 5, max_denominator=7)).map(Fraction)


def _leaves() -> st.SearchStrategy[Pair]:
    roles = st.sampled_from(NAMES).map(lambda name: (Role(name), lambda v: v[name]))
    return roles | _constants.map(lambda x: (Constant(x), lambda v: x))


def _grow(parts: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    def infix(symbol: str) -> st.SearchStrategy[Pair]:
        op = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[symbol]
        return st.tuples(parts, parts).map(lambda p: (op(p[0][0], p[1][0]), lambda v: op(p[0][1](v), p[1][1](v))))

    def shares() -> st.SearchStrategy[Pair]:
        return st.tuples(parts, parts).map(lambda p: (share(p[0][0], p[1][0]), lambda v: p[0][1](v) / p[1][1](v) * 100))

    def many(make: object, direct: object) -> st.SearchStrategy[Pair]:
        return st.lists(parts, min_size=1, max_size=3).map(
            lambda ps: (make(*(p[0] for p in ps)), lambda v: direct([p[1](v) for p in ps]))  # type: ignore[operator]
        )

    def rounds() -> st.SearchStrategy[Pair]:
        steps = st.sampled_from([Fraction(1, 10), Fraction(1), Fraction(5)])
        return st.tuples(parts, steps).map(lambda p: (round_to(p[0][0], p[1]), lambda v: round_half_even(p[0][1](v), p[1])))

    def branches() -> st.SearchStrategy[Pair]:
        ops = st.sampled_from([operator.lt, operator.le, operator.gt, operator.ge])
        return st.tuples(ops, parts, parts, parts, parts).map(
            lambda p: (
                where(p[0](p[1][0], p[2][0]), p[3][0], p[4][0]),
                lambda v: p[3][1](v) if p[0](p[1][1](v), p[2][1](v)) else p[4][1](v),
            )
        )

    def counts() -> st.SearchStrategy[Pair]:
        return st.lists(st.tuples(parts, parts), min_size=1, max_size=3).map(
            lambda ps: (
                count_if(*(left[0] <= right[0] for left, right in ps)),
                lambda v: Fraction(sum(left[1](v) <= right[1](v) for left, right in ps)),
            )
        )

    return st.one_of(
        *(infix(s) for s in "+-*/"), shares(), rounds(), branches(), counts(),
        many(total, sum), many(mean, lambda xs: sum(xs, Fraction(0)) / len(xs)), many(lowest, min), many(highest, max),
    )  # fmt: skip


trees = st.recursive(_leaves(), _grow, max_leaves=8)
arguments = st.fixed_dictionaries({name: st.one_of(st.integers(-20, 20), st.decimals(-99, 99, places=2)).map(Fraction) for name in NAMES})


@settings(max_examples=400)
@given(trees, arguments)
def test_a_tree_evaluates_to_what_direct_arithmetic_gives(pair: Pair, values: dict[str, Value]) -> None:
    tree, direct = pair
    try:
        expected: object = direct(values)  # type: ignore[operator]
    except ZeroDivisionError:
        expected = Missing("invalid", "zero_denominator")
    assert evaluate(tree, values) == expected


# --- notation -----------------------------------------------------------------------------------------------------


class Reader:
    """Reads a formula as a person does: × and ÷ before + and −, from the left, brackets first."""

    WORDS: ClassVar = {"zh": ("若 ", "，则 ", "，否则 ", "，"), "en": ("if ", " then ", " else ", ", ")}
    NAMES: ClassVar = {"最小值": min, "lowest": min, "最大值": max, "highest": max}

    def __init__(self, text: str, lang: str) -> None:
        self.text, self.at = text, 0
        self.if_, self.then, self.else_, self.comma = self.WORDS[lang]

    def value(self) -> Fraction:
        result = self.expression()
        assert self.at == len(self.text), f"not read: {self.text[self.at :]!r} of {self.text!r}"
        return result

    def take(self, text: str) -> bool:
        if self.text.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def need(self, text: str) -> None:
        assert self.take(text), f"{text!r} expected at {self.at} of {self.text!r}"

    def expression(self) -> Fraction:
        if self.take(self.if_):
            holds = self.comparison()
            self.need(self.then)
            first = self.lazily()
            self.need(self.else_)
            second = self.lazily()
            result = first if holds else second
            if result is None:
                raise ZeroDivisionError
            return result
        result = self.product()
        while True:
            if self.take(" + "):
                result += self.product()
            elif self.take(" − "):
                result -= self.product()
            else:
                return result

    def lazily(self) -> Fraction | None:
        """Read a branch; None where it divides by zero, the text being read to its end all the same."""
        start = self.at
        try:
            return self.expression()
        except ZeroDivisionError:
            self.at = start
            self.skip()
            return None

    def skip(self) -> None:
        saved, Reader.blind = Reader.blind, True
        try:
            self.expression()
        finally:
            Reader.blind = saved

    blind = False

    def product(self) -> Fraction:
        result = self.unit()
        while True:
            if self.take(" × "):
                result *= self.unit()
            elif self.take(" ÷ "):
                divisor = self.unit()
                result = Fraction(1) if Reader.blind and not divisor else result / divisor
            else:
                return result

    def comparison(self) -> bool:
        left = self.expression()
        for sign, op in ((" ＜ ", operator.lt), (" ≤ ", operator.le), (" ＞ ", operator.gt), (" ≥ ", operator.ge)):
            if self.take(sign):
                return bool(op(left, self.expression()))
        raise AssertionError(f"no comparison at {self.at} of {self.text!r}")

    def list(self, one: object) -> list[object]:
        found = [one()]  # type: ignore[operator]
        while self.take(self.comma):
            found.append(one())  # type: ignore[operator]
        self.need(")")
        return found

    def unit(self) -> Fraction:
        if self.take("("):
            result = self.expression()
            self.need(")")
            return result
        if self.take("符合条件的个数(") or self.take("count of("):
            return Fraction(sum(bool(x) for x in self.list(self.comparison)))
        if self.take("修约(") or self.take("round("):
            value, interval = self.list(self.expression)
            return round_half_even(value, interval)  # type: ignore[arg-type]
        for name, pick in self.NAMES.items():
            if self.take(f"{name}("):
                return pick(self.list(self.expression))  # type: ignore[no-any-return, type-var]
        found = re.compile(r"-?[0-9]+(\.[0-9]+)?%?").match(self.text, self.at)
        assert found, f"no number at {self.at} of {self.text!r}"
        self.at = found.end()
        return Fraction(found[0].rstrip("%"))


@settings(max_examples=400)
@given(trees, arguments, st.sampled_from(["zh", "en"]))
def test_the_written_formula_computes_the_same(pair: Pair, values: dict[str, Fraction], lang: str) -> None:
    tree, _ = pair
    expected = evaluate(tree, values)
    assume(isinstance(expected, Fraction))
    text = write_formula(tree, lambda name: format_full(values[name], 40), lang)  # type: ignore[arg-type]
    assert Reader(text, lang).value() == expected, text


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (share(a, b), "a ÷ b × 100%"),
        (share(a + b, c), "(a + b) ÷ c × 100%"),
        (a - (b - c), "a − (b − c)"),
        (a - (b + c), "a − (b + c)"),
        (a / (b * c), "a ÷ (b × c)"),
        (a / (b / c), "a ÷ (b ÷ c)"),
        (a * b + c, "a × b + c"),
        (a * (b + c), "a × (b + c)"),
        (mean(a, b) / c, "(a + b) ÷ 2 ÷ c"),
        (c / mean(a, b), "c ÷ ((a + b) ÷ 2)"),
        (a - total(b, c), "a − (b + c)"),
        (a + -3, "a + (-3)"),
        (a * Fraction(1, 3), "a × 1 ÷ 3"),
        (a / Fraction(1, 3), "a ÷ (1 ÷ 3)"),
        (where(b > 0, a / b, 0), "若 b ＞ 0，则 a ÷ b，否则 0"),
        (where(b > 0, a, 0) + 1, "(若 b ＞ 0，则 a，否则 0) + 1"),
        (count_if(a <= 75, b <= 35), "符合条件的个数(a ≤ 75，b ≤ 35)"),
    ],
)
def test_brackets_stand_where_they_are_needed(tree: Expr, text: str) -> None:
    assert write_formula(tree, lambda name: name) == text


# --- digest -------------------------------------------------------------------------------------------------------


def test_the_digest_belongs_to_the_calculation_not_to_its_description(monkeypatch: pytest.MonkeyPatch) -> None:
    before = build("air.good_day_ratio@1").hash
    monkeypatch.setattr(air.good_day_ratio, "__doc__", "Something else.")
    build.cache_clear()
    assert build("air.good_day_ratio@1").hash == before

    def changed(days_good: Expr, days_valid: Expr) -> Expr:
        return share(days_good, days_valid + 1)

    changed.__module__ = air.__name__
    monkeypatch.setattr(air, "good_day_ratio", changed)
    build.cache_clear()
    assert build("air.good_day_ratio@1").hash != before
    monkeypatch.undo()
    build.cache_clear()
    assert build("air.good_day_ratio@1").hash == before


def test_different_calculations_have_different_digests() -> None:
    different = [a, b, a + b, b + a, a - b, a * b, a / b, share(a, b), share(b, a), total(a, b), mean(a, b), lowest(a, b), highest(a, b),
                 total(a, b, c), total(total(a, b), c), round_to(a, 1), round_to(a, 10), where(a > b, a, b), where(a >= b, a, b),
                 where(a > b, b, a), count_if(a > b), a + 1, a + 2, a * Fraction(1, 3)]  # fmt: skip
    assert len({digest(tree) for tree in different}) == len(different)


@given(trees)
def test_the_digest_is_stable(pair: Pair) -> None:
    assert digest(pair[0]) == digest(pair[0])
    assert re.fullmatch(r"[0-9a-f]{16}", digest(pair[0]))


def test_the_hashes_of_shipped_formulas_have_not_changed() -> None:
    """A formula that was used is never changed; a new version gets a number of its own."""
    assert build("air.good_day_ratio@1").hash == digest(share(Role("days_good"), Role("days_valid")))
    assert build("ecology_quality.eqi_change@1").hash == digest(Role("eqi") - Role("eqi__previous"))


# --- the shipped functions ----------------------------------------------------------------------------------------


def functions() -> Iterator[tuple[str, FunctionType]]:
    """Yield the formula functions of the package."""
    for info in pkgutil.iter_modules(evalkit.formulas.__path__):
        if info.name not in evalkit.formulas.MACHINERY:
            module = import_module(f"evalkit.formulas.{info.name}")
            for name, function in inspect.getmembers(module, inspect.isfunction):
                if function.__module__ == module.__name__:
                    yield f"{info.name}.{name}", function


@pytest.mark.parametrize(("name", "function"), list(functions()), ids=lambda x: x if isinstance(x, str) else "")
def test_a_formula_is_documented(name: str, function: FunctionType) -> None:
    text = inspect.getdoc(function) or ""
    sections = dict(re.findall(r"^(Parameters|Returns|Notes|References)\n-+\n(.*?)(?=\n\n[A-Z]\w+\n---|\Z)", text, re.S | re.M))
    assert len(text.splitlines()[0]) > 3
    assert {"Parameters", "Returns"} <= set(sections), f"{name} lacks a section"
    described = re.findall(r"^(\w+) : Expr", sections["Parameters"], re.M)
    assert described == list(inspect.signature(function).parameters)
    assert "References" in sections, f"{name} does not say where it comes from"
    for key in ("document:", "clause:", "state:"):
        assert key in sections["References"]


@pytest.mark.parametrize(("name", "function"), list(functions()), ids=lambda x: x if isinstance(x, str) else "")
def test_the_references_of_a_formula_name_a_registered_document(name: str, function: FunctionType, catalog: Catalog) -> None:
    found = re.search(r"^document: (\S+)\n\s*clause: (.+)\n\s*state: (\w+)$", inspect.getdoc(function) or "", re.M)
    assert found
    assert found[1] in catalog.documents
    assert found[3] in ("verified", "seen", "seen_neighbour", "third_party", "derived", "recalled")
    for measure in catalog.measures.values():
        if measure.formula and split_id(measure.formula) == tuple(name.split(".")) and measure.cite:
            assert (measure.cite.document, measure.cite.state) == (found[1], found[3]), (
                f"{measure.id} cites something else than its formula"
            )


@pytest.mark.parametrize(("name", "function"), list(functions()), ids=lambda x: x if isinstance(x, str) else "")
def test_a_formula_uses_each_of_its_arguments(name: str, function: FunctionType) -> None:
    formula = build(f"{name.removesuffix('_v1')}@1")
    used = {leaf.name for leaf in formula.tree.walk() if isinstance(leaf, Role)}
    assert used == set(formula.arguments)
    assert all(isinstance(node, (Apply, Constant, Role, Test, Where)) for node in formula.tree.walk())
