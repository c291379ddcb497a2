"""Invented tables, and what the exact calculation says of them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any
from unittest.mock import patch

import pandas as pd

from evalkit.assessment import assess
from evalkit.assessment.lines import Line, set_lines
from evalkit.assessment.needs import needs_of
from evalkit.assessment.panel import Panel, assess_panel
from evalkit.catalog import Catalog
from evalkit.catalog.models import Decision, Region, Run
from evalkit.catalog.rules import About, Between, Compare, Qualitative
from evalkit.intake import Input, Inputs
from evalkit.intake.checks import check_values, limits_of
from evalkit.messages import EvalkitError
from evalkit.values import decimal_places, format_fixed, format_full, missing_word, parse_decimal

Key = tuple[str, str, str]
WORDS = ["不涉及", "不考核", "无监测点", "尚未发布", "-"]


@dataclass
class Sample:
    """Figures of some regions and periods: texts by region, period and variable."""

    set_id: str
    level: str
    base: str | None = None
    figures: dict[Key, str] = field(default_factory=dict)
    decisions: dict[Key, str] = field(default_factory=dict)
    classes: dict[str, dict[str, str]] = field(default_factory=dict)
    beside: dict[Key, dict[str, str]] = field(default_factory=dict)  # bound, data_year, missing_reason

    @property
    def regions(self) -> list[str]:
        return list(dict.fromkeys(key[0] for key in [*self.figures, *self.decisions]))

    @property
    def periods(self) -> list[str]:
        return sorted({key[1] for key in [*self.figures, *self.decisions]})

    def wide(self) -> pd.DataFrame:
        """Return a column per variable."""
        rows: dict[tuple[str, str], dict[str, str]] = {}
        for (code, period, variable), text in self.figures.items():
            rows.setdefault((code, period), {})[variable] = text
        for (code, period, measure), verdict in self.decisions.items():
            rows.setdefault((code, period), {})[f"decision.{measure}"] = verdict
        return pd.DataFrame([{"region_code": code, "period": period, **cells} for (code, period), cells in rows.items()])

    def long(self) -> pd.DataFrame:
        """Return a row per figure."""
        figures = {**self.figures, **{(c, p, f"decision.{m}"): v for (c, p, m), v in self.decisions.items()}}
        return pd.DataFrame([
            {"region_code": key[0], "period": key[1], "variable": key[2], "value": text, **self.beside.get(key, {})}
            for key, text in figures.items()
        ])  # fmt: skip

    def panel(self, catalog: Catalog, table: pd.DataFrame | None = None, **more: Any) -> Panel:
        """Return what the array path says."""
        given = self.wide() if table is None else table
        return assess_panel(catalog, self.set_id, given, level=self.level, classes=self.classes, base_period=self.base, **more)

    def exact(self, catalog: Catalog, *, zeros_stop: bool = True) -> tuple[dict[Key, dict[str, str]], set[str]]:
        """Return the rows of :func:`evalkit.assess` by region, period and indicator, and the regions that it refuses.

        With ``zeros_stop=False`` a zero denominator is not a reason to refuse a region.
        """
        catalog = replace(catalog, regions=dict(catalog.regions), runs=dict(catalog.runs))
        cite = {"document": "none", "clause": "none", "state": "derived"}
        for code in self.regions:
            declared = [{"set": self.set_id, "class": name, "value": by[code], "cite": cite} for name, by in self.classes.items()]
            names = {"name_zh": code, "full_name_zh": code, "name_en": code}
            catalog.regions[code] = Region.model_validate({"code": code, "level": self.level, "classes": declared, **names})
        catalog.runs["panel"] = Run.model_validate({
            "id": "panel", "title_zh": "x", "title_en": "x", "purpose": "annual", "periods": self.periods, "base_period": self.base,
            "regions": self.regions, "sets": [self.set_id], "inputs": ["x"], "report_date": "2025-01-01",
        })  # fmt: skip
        inputs = Inputs("panel")
        for key, text in self.figures.items():
            inputs.items[key[0], key[2], key[1]] = self._input(catalog, key, text)
        for (code, period, measure), verdict in self.decisions.items():
            inputs.decisions[code, period, measure] = Decision.model_validate({
                "id": "x", "kind": "qualitative", "region_code": code, "period": period, "key": measure, "verdict": verdict,
                "by": "x", "date": "2025-01-01", "evidence": "x", "reason": "x",
            })  # fmt: skip
        check_values(catalog, inputs)
        rows, refused = {}, set()
        with nullcontext() if zeros_stop else patch("evalkit.assessment.engine.faults_of", lambda own, scope: []):
            for code in self.regions:
                try:
                    found = assess(catalog, inputs, code, traces=False).rows
                except EvalkitError:
                    refused.add(code)
                    continue
                rows.update({(code, row["period"], row["indicator"]): row for row in found})
        return rows, refused

    def _input(self, catalog: Catalog, key: Key, text: str) -> Input:
        beside = self.beside.get(key, {})
        word, unit = missing_word(text), catalog.variable_unit(key[2]) or ""
        qualitative = key[2] not in catalog.variables and catalog.measures[key[2].partition(".")[2]].kind == "qualitative"
        value = None if word or qualitative else parse_decimal(text)
        return Input(
            "x", *(key[0], key[2], key[1]), value, unit, "x", "x", text, unit, text=text if qualitative and not word else "",
            missing=beside.get("missing_reason", "") or word or "", bound=beside.get("bound", ""), data_year=beside.get("data_year", ""),
        )  # fmt: skip


def differences(panel: Panel, rows: Mapping[Key, Mapping[str, str]], without: Iterable[str] = ()) -> list[str]:
    """Return where the array path says something else than the exact one."""
    left_out, found = set(without), []
    seen = set()
    for row in panel.frame().to_dict("records"):
        key = (row["region_code"], row["period"], row["indicator"])
        if row["region_code"] in left_out:
            continue
        exact = rows[key]
        seen.add(key)
        names = ["seq", "attribute", "value_source", "rounded_value", "status", "reason"]
        wrong = [f"{name}: {row[name]!r}, exactly {exact[name]!r}" for name in names if row[name] != exact[name]]
        scale = max([1.0, *(abs(row[name]) for name in ("value", "gap") if row[name] == row[name])])
        for name in ("value", "gap"):
            number = float(exact[name]) if exact[name] else None
            if (number is None) != (row[name] != row[name]) or (number is not None and abs(row[name] - number) > 1e-12 * scale):
                wrong.append(f"{name}: {row[name]!r}, exactly {exact[name]!r}")
        found += [f"{key}: {fault} (target {exact['target_text']})" for fault in wrong]
    return found + [f"{key}: no row" for key in rows.keys() - seen]


# --- invented figures ---------------------------------------------------------------------------------------------


def invented(catalog: Catalog, set_id: str, level: str, seed: int, regions: int = 4, periods: tuple[str, ...] = ("2019", "2020")) -> Sample:
    """Return figures for a set: many at a target or one digit beside it, all kinds of missing ones, hardly a zero."""
    dice = random.Random(f"{set_id} {level} {seed}")
    lines = list(set_lines(catalog, set_id, level))
    codes = [f"99{number:04d}" for number in range(regions)]
    sample = Sample(set_id, level, periods[0])
    sample.classes = {
        dimension.id: {code: dice.choice(dimension.values).id for code in codes} for dimension in catalog.sets[set_id].classes
    }
    targets = _targets(lines)
    variables = list(dict.fromkeys(need.variable for line in lines for need in needs_of(catalog, line.measure, line.rule)))
    for code in codes:
        for period in periods:
            row: dict[str, str] = {}
            for variable in variables:
                text = _figure(catalog, variable, targets, dice)
                if text is not None:
                    row[variable] = text
            _repair(catalog, row)
            sample.figures.update({(code, period, variable): text for variable, text in row.items()})
            for measure in _decided(lines):
                if dice.random() < 0.6:
                    sample.decisions[code, period, measure] = dice.choice(["met", "not_met"])
    return sample


def _targets(lines: list[Line]) -> dict[str, list[Fraction]]:
    found: dict[str, list[Fraction]] = {}
    for line in lines:
        for part in line.rule.walk():
            numbers = found.setdefault(part.of or line.measure, [])
            if isinstance(part, (Compare, About)):
                numbers.append(part.value)
            if isinstance(part, Between):
                numbers += [part.low, part.high]
    return found


def _decided(lines: list[Line]) -> list[str]:
    return [part.of or line.measure for line in lines for part in line.rule.walk() if isinstance(part, (Qualitative, About))]


def _figure(catalog: Catalog, variable: str, targets: Mapping[str, list[Fraction]], dice: random.Random) -> str | None:
    chance = dice.random()
    family, _, measure = variable.partition(".")
    declared = catalog.variables.get(variable)
    if chance < 0.08:
        return None
    if chance < 0.13:
        return dice.choice([*WORDS, "上级未下达"] if declared is None and family == "assigned" else WORDS)
    if declared is not None:
        low = float(declared.minimum or 0)
        high = min(float(declared.maximum or 1000), 1000.0)
        kind = dice.random()
        if kind < 0.35:
            return str(dice.randint(int(low), max(int(low), int(min(high, 100)))) or 1)
        if kind < 0.5:
            return dice.choice(["1", "2", "4", "5", "8", "10", "20", "50", "100", "200", "1000", "0.1", "0.3", "12.5"])
        return f"{dice.uniform(low, high):.{dice.choice([0, 1, 2, 3])}f}"
    known = catalog.measures[measure]
    if known.kind == "qualitative":
        return dice.choice(["已编制", "实施"])
    if (family == "reported" and known.built is not None and dice.random() < 0.6) or (family == "assigned" and dice.random() < 0.3):
        return None
    near = targets.get(measure)
    if near and dice.random() < 0.5:
        target, digits = dice.choice(near), dice.choice([0, 1, 2, 4])
        places = max(digits, decimal_places(format_full(target)))
        return format_fixed(target + dice.choice([0, 1, -1]) * Fraction(1, 10**digits), places)
    return f"{dice.choice([dice.uniform(0, 100), dice.uniform(0, 3), 50, 90]):.{dice.choice([0, 1, 2, 3])}f}"


def _repair(catalog: Catalog, row: dict[str, str]) -> None:
    """Take out what is outside its range, and cut parts to their whole."""
    for variable in list(row):
        low, high, _ = limits_of(catalog, variable)
        if (low is None and high is None) or missing_word(row[variable]) is not None:
            continue
        value = parse_decimal(row[variable])
        if (low is not None and value < low) or (high is not None and value > high):
            del row[variable]
    for _ in range(5):
        for variable in list(row):
            declared = catalog.variables.get(variable)
            whole = row.get(declared.part_of) if declared is not None and declared.part_of else None
            if whole is None or missing_word(whole) is not None or missing_word(row[variable]) is not None:
                continue
            if parse_decimal(row[variable]) > parse_decimal(whole):
                row[variable] = whole
