"""Time the assessment of a panel: 2,843 counties in 10 years, with invented figures.

Run from the project folder:  .venv/bin/python benchmarks/panel.py [--set cn-demo-2019] [--level county] [--floats]
Prints seconds, memory, how many results were calculated exactly, and the ratio to the exact path, which is timed on a
few of the regions; the results of these are compared.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import evalkit as ek
from evalkit.assessment.lines import set_lines
from evalkit.assessment.needs import needs_of
from evalkit.catalog.models import Decision, Region, Run
from evalkit.catalog.rules import Compare, Qualitative
from evalkit.intake import Input, Inputs
from evalkit.values import format_full, missing_word, parse_decimal

ROOT = Path(__file__).resolve().parents[1]
WORDS = ["不涉及", "不考核", "尚未发布", "无监测点"]


class Figures:
    """Invented figures: plausible shares, one figure in fifty missing, one reported value in ten exactly at its target."""

    def __init__(self, catalog: Any, set_id: str, level: str, regions: int, years: int) -> None:
        self.catalog = catalog
        self.random = np.random.default_rng(2843)
        self.count = regions * years
        self.lines = list(set_lines(catalog, set_id, level))
        needs = [need.variable for line in self.lines for need in needs_of(catalog, line.measure, line.rule)]
        self.targets: dict[str, list[Fraction]] = {}
        for line in self.lines:
            for part in line.rule.walk():
                if isinstance(part, Compare):
                    self.targets.setdefault(part.of or line.measure, []).append(part.value)
        self.numbers: dict[str, np.ndarray[Any, Any]] = {}
        table: dict[str, Any] = {
            "region_code": np.repeat([f"{110000 + n}" for n in range(regions)], years),
            "period": np.tile([str(2015 + n) for n in range(years)], regions),
        }
        for variable in dict.fromkeys(needs):
            cells = self.column(variable)
            if cells is not None:
                table[variable] = cells
        for line in self.lines:
            for part in line.rule.walk():
                if isinstance(part, Qualitative):
                    found = np.where(self.random.random(self.count) < 0.8, "met", "not_met").astype(object)
                    found[self.random.random(self.count) < 0.1] = None
                    table[f"decision.{part.of or line.measure}"] = found
        self.table = pd.DataFrame(table)

    def column(self, variable: str) -> Any:
        """Return the cells of a variable as texts."""
        family, _, measure = variable.partition(".")
        declared = self.catalog.variables.get(variable)
        if declared is None and self.catalog.measures[measure].kind != "number":
            return None
        if declared is None and family == "reported" and self.catalog.measures[measure].built is not None:
            return None
        if declared is not None:
            cells = self.texts(np.round(self.positive(declared), 2), 2)
        else:
            cells = self.texts(np.round(self.random.uniform(0, 100, self.count), 1), 1)
            for target in self.targets.get(measure, [])[:1]:
                cells[self.random.random(self.count) < 0.1] = format_full(target)
        missing = self.random.random(self.count) < 0.02
        cells[missing] = self.random.choice([*WORDS, ""], int(missing.sum()))
        return cells

    def positive(self, variable: Any) -> np.ndarray[Any, Any]:
        """Return numbers of a variable: a part is at most its whole."""
        if variable.id not in self.numbers:
            high = float(variable.maximum) if variable.maximum else 5000.0
            if variable.part_of:
                whole = np.round(self.positive(self.catalog.variables[variable.part_of]), 2)
                found = np.minimum(whole * self.random.choice([0.5, 0.8, 0.9, 0.95, 1.0, 0.873, 0.9731], self.count), high)
                found = np.floor(found * 100) / 100
            elif high <= 0:
                found = np.round(self.random.uniform(-3.0, high, self.count), 2)
            else:
                found = np.maximum(np.round(self.random.uniform(high / 10, high, self.count), 2), 1.0)
            self.numbers[variable.id] = found
        return self.numbers[variable.id]

    def texts(self, numbers: np.ndarray[Any, Any], digits: int) -> Any:
        """Return numbers as texts."""
        return np.array([f"{number:.{digits}f}" for number in numbers.tolist()], dtype=object)


def exact_results(catalog: Any, set_id: str, level: str, table: pd.DataFrame, codes: list[str], classes: dict[str, str]) -> Any:
    """Return the rows of the exact path for some regions, and the seconds of one core for them."""
    periods = sorted(table["period"].unique())
    cite = {"document": "none", "clause": "none", "state": "derived"}
    run = {"id": "panel", "title_zh": "panel", "title_en": "panel", "purpose": "annual", "periods": periods, "base_period": periods[0],
           "regions": codes, "sets": [set_id], "inputs": ["none"], "report_date": "2025-01-01"}  # fmt: skip
    catalog.runs["panel"] = Run.model_validate(run)
    inputs = Inputs("panel")
    for record in table[table["region_code"].isin(codes)].to_dict("records"):
        code, period = str(record.pop("region_code")), str(record.pop("period"))
        for variable, text in ((str(name), text) for name, text in record.items()):
            if variable.startswith("decision."):
                if isinstance(text, str):
                    key = (code, period, variable.removeprefix("decision."))
                    decided = {"id": "x", "kind": "qualitative", "region_code": code, "period": period, "key": key[2], "verdict": text,
                               "by": "x", "date": "2025-01-01", "evidence": "x", "reason": "x"}  # fmt: skip
                    inputs.decisions[key] = Decision.model_validate(decided)
            elif isinstance(text, str) and text:
                word = missing_word(text)
                value = None if word else parse_decimal(text)
                unit = catalog.variable_unit(variable)
                inputs.items[code, variable, period] = Input(
                    "x", code, variable, period, value, unit, "x", "x", text, unit, missing=word or ""
                )
    for code in codes:
        declared = [{"set": set_id, "class": name, "value": value, "cite": cite} for name, value in classes.items()]
        names = {"name_zh": code, "full_name_zh": code, "name_en": code}
        catalog.regions[code] = Region.model_validate({"code": code, "level": level, "classes": declared, **names})
    started = time.process_time()
    rows = [row for code in codes for row in ek.assess(catalog, inputs, code, traces=False).rows]
    return rows, time.process_time() - started


def memory() -> float:
    """Return the largest memory of this process so far in GB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e9 if sys.platform == "darwin" else 1e6 / 1.024)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", default="cn-demo-2019")
    parser.add_argument("--level", default="county")
    parser.add_argument("--regions", type=int, default=2843)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--sample", type=int, default=20, help="regions for the exact path")
    parser.add_argument("--floats", action="store_true", help="figures as floats, with words as NaN")
    options = parser.parse_args()
    catalog = ek.load_catalog(ROOT)
    figures = Figures(catalog, options.set, options.level, options.regions, options.years)
    table = figures.table
    classes = {dimension.id: dimension.values[0].id for dimension in catalog.sets[options.set].classes}
    given = table
    if options.floats:
        given = table.copy()
        for name in given.columns[2:]:
            if not name.startswith("decision."):
                given[name] = pd.to_numeric(given[name], errors="coerce")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {platform.system()}, Python {platform.python_version()}")
    print(f"{options.set}: {options.regions} regions × {len(figures.lines)} rows × {options.years} years, {len(table.columns) - 2} columns")
    before = memory()
    started, worked = time.perf_counter(), time.process_time()
    panel = ek.assess_panel(catalog, options.set, given, level=options.level, classes=classes, base_period="2015")
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    results = panel.frame()
    print(f"array path   {seconds:7.1f} s ({worked:.1f} s of one core), {memory():.2f} GB at most ({before:.2f} GB with the table alone)")
    print(f"results      {len(results):,} rows, {results.memory_usage(deep=False).sum() / 1e6:.0f} MB; {panel.exact:,} calculated exactly")
    print(f"statuses     {results['status'].value_counts().to_dict()}")
    codes = table["region_code"].unique()[:: max(1, options.regions // options.sample)][: options.sample].tolist()
    if options.floats:
        return
    rows, taken = exact_results(catalog, options.set, options.level, table, codes, classes)
    whole = taken / len(codes) * options.regions
    print(
        f"exact path   {whole:7.1f} s, from {taken:.1f} s for {len(codes)} regions: {whole / worked:.0f} times as long (time of one core)"
    )
    wanted = {(row["region_code"], row["period"], row["indicator"]): (row["status"], row["reason"], row["rounded_value"]) for row in rows}
    chosen = results[results["region_code"].isin(codes)]
    wrong = sum(wanted[row[:3]] != row[3:] for row in zip(*(chosen[name] for name in (
        "region_code", "period", "indicator", "status", "reason", "rounded_value")), strict=True))  # fmt: skip
    print(f"different    {wrong} of {len(wanted):,}")


if __name__ == "__main__":
    main()
