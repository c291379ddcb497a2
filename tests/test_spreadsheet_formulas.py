"""Formulas for Excel: LibreOffice calculates them as the exact evaluation does."""

from __future__ import annotations

import csv
import random
import shutil
import subprocess
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest
import xlsxwriter

from evalkit.formulas.evaluate import evaluate
from evalkit.formulas.spreadsheet import compare, doubtful, half_even, near_threshold, near_tie, noise, tie_places, write_excel
from evalkit.formulas.vocabulary import (
    Expr,
    Role,
    Test,
    count_if,
    highest,
    literal,
    lowest,
    mean,
    round_to,
    share,
    total,
    where,
)
from evalkit.values import Missing, round_half_even

soffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on the PATH")
ROLES = ("a", "b", "c", "d")
KINDS = ("+", "-", "*", "/", "share", "total", "mean", "lowest", "highest", "count_if", "round", "where")


def recalculated(rows: Sequence[Sequence[object]], folder: Path) -> list[list[str]]:
    """Return the sheet as LibreOffice calculates it; texts that begin with = are formulas, without a value of their own."""
    book = xlsxwriter.Workbook(str(folder / "sheet.xlsx"), {"strings_to_formulas": False, "strings_to_numbers": False})
    sheet = book.add_worksheet()
    for line, cells in enumerate(rows):
        for column, content in enumerate(cells):
            if isinstance(content, str) and content.startswith("="):
                sheet.write_formula(line, column, content, None, "")
            elif isinstance(content, Fraction):
                sheet.write_number(line, column, float(content))
            elif content is not None:
                sheet.write_string(line, column, str(content))
    book.close()
    profile = f"-env:UserInstallation=file://{folder}/profile"
    filter_ = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    command = ["soffice", profile, "--headless", "--convert-to", filter_, "--outdir", str(folder), str(folder / "sheet.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    (made,) = folder.glob("*.csv")
    with made.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def a_tree(chance: random.Random, kind: str, depth: int = 2) -> Expr:
    """Return a tree whose topmost operation is of a kind."""

    def part(level: int = depth - 1) -> Expr:
        if level == 0 or chance.random() < 0.4:
            return (
                Role(chance.choice(ROLES))
                if chance.random() < 0.8
                else literal(Fraction(chance.randint(-900, 900), chance.choice([1, 10, 3])))
            )
        return a_tree(chance, chance.choice(KINDS[:-2]), level)

    def test() -> Test:
        return Test(chance.choice(["<", "<=", ">", ">="]), part(1), part(1))

    match kind:
        case "+":
            return part() + part()
        case "-":
            return part() - part()
        case "*":
            return part() * part()
        case "/":
            return part() / part()
        case "share":
            return share(part(), part())
        case "total" | "mean" | "lowest" | "highest":
            made = {"total": total, "mean": mean, "lowest": lowest, "highest": highest}[kind]
            return made(*(part() for _ in range(chance.randint(1, 4))))
        case "count_if":
            return count_if(test(), test())
        case "round":
            return round_to(part(1), chance.choice([1, 5, Fraction(1, 10), Fraction(1, 100)]))
    return where(test(), part(), part())


def a_number(chance: random.Random) -> Fraction:
    return Fraction(chance.choice([0, 1, chance.randint(-999, 999), chance.randint(1, 10**7)]), 10 ** chance.randint(0, 4))


@soffice
def test_every_kind_of_formula_is_calculated_alike(tmp_path: Path) -> None:
    chance = random.Random(20240617)
    rows: list[list[object]] = []
    exact: list[Fraction | Missing] = []
    for kind in KINDS:
        for _ in range(200):
            tree = a_tree(chance, kind)
            values = {role: a_number(chance) if chance.random() > 0.03 else Missing("not_collected", role) for role in ROLES}
            cells = {role: f"{column}{len(rows) + 1}" for role, column in zip(ROLES, "ABCD", strict=True)}
            given: list[object] = [None if isinstance(value, Missing) and value.reason == "" else value for value in values.values()]
            shown = [content if isinstance(content, Fraction) else chance.choice(["未提供", None]) for content in given]
            rows.append([*shown, "=" + write_excel(tree, cells.__getitem__, "缺数据")])
            exact.append(evaluate(tree, values))
    found = [line[4] for line in recalculated(rows, tmp_path)]
    wrong = []
    for value, text, row in zip(exact, found, rows, strict=True):
        if isinstance(value, Missing):
            alike = text == "缺数据"
        else:
            try:
                alike = abs(float(text) - float(value)) <= 1e-9 * max(1, abs(float(value)))
            except ValueError:
                alike = False
        if not alike:
            wrong.append((value, text, row))
    assert wrong == []
    assert sum(isinstance(value, Missing) for value in exact) > 50


@soffice
def test_ties_go_to_the_even_digit_and_thresholds_hold_when_they_are_met_exactly(tmp_path: Path) -> None:
    chance = random.Random(8170)
    rows: list[list[object]] = []
    rounded: list[Fraction] = []
    verdicts: list[bool] = []
    for _ in range(600):
        digits = chance.randint(-2, 3)
        step = Fraction(1, 10**digits) if digits >= 0 else Fraction(10**-digits)
        value = (chance.randint(-4000, 4000) + chance.choice([Fraction(1, 2), Fraction(0), Fraction(3, 10)])) * step
        part, whole = value * 7, Fraction(7)  # the spreadsheet divides, and its quotient is not quite the tie
        line = len(rows) + 1
        beside = 2 * Fraction(10) ** -tie_places(value)  # nearer ones are flagged
        target = chance.choice([value, value + beside, value - beside])
        op = chance.choice([">=", "<=", ">", "<", "=="])
        rows.append(
            [part, whole, f"=A{line}/B{line}", "=" + half_even(f"C{line}", digits, value), target,
             "=IF(" + compare(f"C{line}", op, f"E{line}", max(abs(value), abs(target))) + ",1,0)"]
        )  # fmt: skip
        rounded.append(round_half_even(value, step))
        verdicts.append({">=": value >= target, "<=": value <= target, ">": value > target, "<": value < target, "==": value == target}[op])
    found = recalculated(rows, tmp_path)
    assert [row for row, line, value in zip(rows, found, rounded, strict=True) if abs(float(line[3]) - float(value)) > 1e-9] == []
    assert [row for row, line, verdict in zip(rows, found, verdicts, strict=True) if line[5] != str(int(verdict))] == []


@soffice
def test_outside_the_band_that_is_declared_doubles_decide_as_exact_numbers_do(tmp_path: Path) -> None:
    """Values beside ties and thresholds by every distance from far to beyond a double: either they are flagged, or LibreOffice is right."""
    chance = random.Random(1078)
    rows: list[list[object]] = []
    expected: list[tuple[Fraction | None, bool | None]] = []
    for _ in range(3000):
        digits, whole = chance.randint(-2, 4), chance.choice([9, 120, 9999, 10**6, 10**8, 10**10])
        step = Fraction(1, 10**digits) if digits >= 0 else Fraction(10**-digits)
        off = chance.choice([0, 0, 1, -1]) * Fraction(chance.randint(1, 99), 10) * Fraction(10) ** -chance.randint(3, 15)
        value = (chance.randint(-whole, whole) + chance.choice([Fraction(1, 2), Fraction(0)]) + off) * step
        target = value + chance.choice([0, 1, -1]) * Fraction(chance.randint(1, 99), 10) * Fraction(10) ** -chance.randint(3, 15)
        op, by, line = chance.choice([">=", "<=", ">", "<", "=="]), chance.choice([3, 7, 11, 365]), len(rows) + 1
        said = compare(f"C{line}", op, f"E{line}", max(abs(value), abs(target)))
        rows.append([value * by, Fraction(by), f"=A{line}/B{line}", "=" + half_even(f"C{line}", digits, value), target, f"=IF({said},1,0)"])
        holds = {">=": value >= target, "<=": value <= target, ">": value > target, "<": value < target, "==": value == target}[op]
        expected.append(
            (None if near_tie(value, digits) else round_half_even(value, step), None if near_threshold(value, target) else holds)
        )
    found = recalculated(rows, tmp_path)
    wrong = [
        (row, line)
        for row, line, (rounded, verdict) in zip(rows, found, expected, strict=True)
        if (rounded is not None and abs(float(line[3]) - float(rounded)) > 1e-9 * max(1, abs(float(rounded))))
        or (verdict is not None and line[5] != str(int(verdict)))
    ]
    assert wrong == []
    flagged = [sum(pair[place] is None for pair in expected) for place in (0, 1)]
    assert all(200 < count < 2000 for count in flagged), flagged


@soffice
def test_comparisons_inside_a_formula_are_flagged_or_decided_alike(tmp_path: Path) -> None:
    chance = random.Random(8)
    rows: list[list[object]] = []
    exact: list[Fraction | Missing | None] = []
    for _ in range(600):
        a = Fraction(chance.randint(-(10**6), 10**6), 10 ** chance.randint(0, 4))
        off = chance.choice([0, 0, 1, -1]) * Fraction(chance.randint(1, 99), 10) * Fraction(10) ** -chance.randint(1, 14)
        values: dict[str, Fraction | Missing] = {"a": a, "b": a * 3 + off, "c": Fraction(3), "d": Fraction(0)}
        line = len(rows) + 1
        roles = {role: Role(role) for role in ROLES}
        test = Test(chance.choice(["<", "<=", ">", ">="]), roles["a"], roles["b"] / roles["c"])
        rounding = round_to(roles["b"] / roles["c"], chance.choice([Fraction(1), Fraction(1, 2), Fraction(1, 100)]))
        tree = chance.choice([where(test, roles["c"], roles["d"]), count_if(test), rounding])
        cells = {role: f"{column}{line}" for role, column in zip(ROLES, "ABCD", strict=True)}
        rows.append([*values.values(), "=" + write_excel(tree, cells.__getitem__, "缺数据")])
        exact.append(None if doubtful(tree, values) else evaluate(tree, values))
    found = [line[4] for line in recalculated(rows, tmp_path)]
    wrong = [(value, text, row) for value, text, row in zip(exact, found, rows, strict=True)
             if isinstance(value, Fraction) and abs(float(text) - float(value)) > 1e-9 * max(1, abs(float(value)))]  # fmt: skip
    assert wrong == []
    assert 20 < sum(value is None for value in exact) < 400


def test_what_is_flagged_is_near_and_not_on_the_limit() -> None:
    assert near_threshold(Fraction("69.9999999999"), Fraction(70)) and not near_threshold(Fraction(70), Fraction(70))
    assert not near_threshold(Fraction("69.999999998"), Fraction(70))
    assert near_tie(Fraction("2.5000000001"), 0) and not near_tie(Fraction("2.5"), 0) and not near_tie(Fraction("2.50001"), 0)
    assert not near_tie(Fraction("437600000.01"), 2)  # many digits, as money has them, are no doubt
    assert near_tie(Fraction("12345678901234.5"), 0)  # a half that a double may have lost


def test_a_text_in_the_place_of_a_number_cannot_break_out_of_the_formula() -> None:
    assert write_excel(Role("a"), {"a": "A1"}.__getitem__, 'x",A2,"') == 'IFERROR(IF(COUNT(A1)<1,"x"",A2,""",A1),"x"",A2,""")'


@soffice
def test_a_branch_that_lacks_a_number_does_not_put_the_reported_value_into_a_sum(tmp_path: Path) -> None:
    tree = where(Test(">", Role("a"), literal(0)), Role("b"), Role("c")) + Role("d")
    cells = {"a": "A1", "b": "B1", "c": "C1", "d": "D1"}
    values: list[object] = [Fraction(1), None, Fraction(3), Fraction(1000), Fraction(7)]
    found = recalculated([[*values, "=" + write_excel(tree, cells.__getitem__, "缺数据", "E1")]], tmp_path)
    assert found[0][5] == "7"  # what was reported, not 1007


@soffice
def test_a_difference_of_large_numbers_is_flagged_or_decided_alike(tmp_path: Path) -> None:
    chance = random.Random(15)
    rows: list[list[object]] = []
    expected: list[bool | None] = []
    tree = Role("a") - Role("b")
    for _ in range(600):
        large = 10 ** chance.randint(2, 12)
        values = {"a": large + Fraction(chance.randint(0, 99), 100), "b": large + Fraction(chance.randint(0, 99), 100)}
        value, line = values["a"] - values["b"], len(rows) + 1
        target = value + chance.choice([0, 0, 1, -1]) * Fraction(chance.randint(1, 9), 100)
        off = noise(tree, values, {"a", "b"})
        cells = {"a": f"A{line}", "b": f"B{line}"}
        said = compare(f"C{line}", ">=", f"D{line}", max(abs(value), abs(target)))
        rows.append([*values.values(), "=" + write_excel(tree, cells.__getitem__), target, f"=IF({said},1,0)"])
        expected.append(None if near_threshold(value, target, off) else value >= target)
    found = recalculated(rows, tmp_path)
    wrong = [row for row, line, holds in zip(rows, found, expected, strict=True) if holds is not None and line[4] != str(int(holds))]
    assert wrong == []
    assert 50 < sum(holds is None for holds in expected) < 400
    assert noise(tree, {"a": Fraction(10**9), "b": Fraction(10**9 - 3)}, {"a", "b"}) == 0  # whole numbers lose nothing
