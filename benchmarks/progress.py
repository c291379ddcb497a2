"""Time the progress of 1,000 regions × 40 measures towards their planned values, with invented figures.

Run from the project folder:  .venv/bin/python benchmarks/progress.py [--regions 1000] [--measures 40] [--shares]
Prints seconds and memory of `ek.progress_panel`, how many rows were calculated exactly, and beside it: a plain pandas version (floats,
no codes, no rules for what has no answer), and the exact path (`measure_way`, a row at a time). The exact rows are compared.
With --shares the values are quotients of whole numbers from a panel, which are no short decimals.
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
from evalkit.assessment.progress_goal import Goal
from evalkit.assessment.progress_way import FIGURES, Point, ProgressRules, Way, eurostat_grade, measure_way
from evalkit.values import missing_word, parse_decimal

ROOT = Path(__file__).resolve().parents[1]
YEARS = range(2015, 2024)
BASE, NOW = 2018, 2023


def invented(regions: int, measures: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return values and targets: walks with a trend; one figure in fifty missing, one target in twenty just met, one in ten two-sided."""
    random = np.random.default_rng(1000)
    shape = (regions, measures, len(YEARS))
    size = 10.0 ** random.integers(0, 4, measures)[None, :, None]
    digits = random.integers(0, 3, measures)
    start = random.uniform(0.5, 9.5, shape[:2])[..., None] * size
    walk = start + np.cumsum(random.normal(0.01, 0.04, shape), axis=2) * size
    texts = np.array([[[f"{x:.{digits[m]}f}" for x in walk[r, m]] for m in range(measures)] for r in range(regions)], dtype=object)
    gone = random.random(shape) < 0.02
    cells = np.where(gone, random.choice(np.array(["不涉及", "尚未发布", ""], dtype=object), shape), texts)
    codes = np.array([f"{110000 + n}" for n in range(regions)], dtype=object)
    names = np.array([f"M{n:02}" for n in range(measures)], dtype=object)
    values = pd.DataFrame({
        "region_code": np.repeat(codes, measures * len(YEARS)), "indicator": np.tile(np.repeat(names, len(YEARS)), regions),
        "period": np.tile([str(year) for year in YEARS], regions * measures), "value": cells.ravel(),
    })  # fmt: skip
    aims = start[..., 0] + random.normal(0.1, 0.15, shape[:2]) * size[..., 0]
    numbers = np.array([[f"{aims[r, m]:.{digits[m]}f}" for m in range(measures)] for r in range(regions)], dtype=object)
    met = random.random(shape[:2]) < 0.05
    numbers = np.where(met, texts[..., YEARS.index(NOW)], numbers)
    below = random.random(shape[:2]) < 0.3
    op = np.where(below, "<=", ">=").astype(object)
    high = np.array(
        [[f"{float(numbers[r, m]) + size[0, m, 0]:.{digits[m]}f}" for m in range(measures)] for r in range(regions)], dtype=object
    )
    between = random.random(shape[:2]) < 0.1
    targets = pd.DataFrame({
        "region_code": np.repeat(codes, measures), "indicator": np.tile(names, regions),
        "milestone": random.choice(["2023", "2025", "2030"], regions * measures, p=[0.1, 0.6, 0.3]), "base_period": str(BASE),
        "op": np.where(between, "", op).ravel(), "target": np.where(between, "", numbers).ravel(),
        "low": np.where(between, numbers, "").ravel(), "high": np.where(between, high, "").ravel(),
    })  # fmt: skip
    return values, targets


def shares(regions: int, catalog: Any) -> tuple[Any, pd.DataFrame]:
    """Return a panel of regions × nine years of quotients, and 40 targets for each region."""
    random = np.random.default_rng(40)
    valid = random.integers(340, 366, regions * len(YEARS))
    good = np.floor(valid * random.uniform(0.7, 1.0, len(valid))).astype(int)
    table = pd.DataFrame({
        "region_code": np.repeat([f"{110000 + n}" for n in range(regions)], len(YEARS)),
        "period": np.tile([str(year) for year in YEARS], regions),
        "air.days_good": good.astype(str), "air.days_valid": valid.astype(str),
    })  # fmt: skip
    indicator_set = catalog.sets["cn-demo-2019"]
    [indicator] = [row.id for row in indicator_set.rows if row.measure == "air.good_day_ratio"]
    classes = {dimension.id: dimension.values[0].id for dimension in indicator_set.classes}
    panel = ek.assess_panel(catalog, "cn-demo-2019", table, level="county", classes=classes, base_period=str(BASE), errors="mark")
    aims = [{"target": str(80 + n % 20), "milestone": str(2024 + n // 20)} for n in range(40)]
    return panel, pd.DataFrame([{"indicator": indicator, "op": ">=", "base_period": str(BASE), **one} for one in aims])


def naive(values: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Return the plain version: floats, the figures that everybody would write down, NaN wherever something is missing."""
    numbers = values.assign(value=pd.to_numeric(values["value"], errors="coerce"))
    wide = numbers.pivot(index=["region_code", "indicator"], columns="period", values="value")
    rows = targets.merge(wide.reset_index(), on=["region_code", "indicator"], how="left")
    base, now = rows[str(BASE)], rows[str(NOW)]
    low, high = pd.to_numeric(rows["low"], errors="coerce"), pd.to_numeric(rows["high"], errors="coerce")
    target, end = pd.to_numeric(rows["target"], errors="coerce"), rows["milestone"].astype(int)
    low = low.fillna(target.where(rows["op"] == ">="))
    high = high.fillna(target.where(rows["op"] == "<="))
    planned = target.fillna(low.where((base - low).abs() <= (high - base).abs(), high))
    arrived = (now >= low.fillna(-np.inf)) & (now <= high.fillna(np.inf))
    left, since = end - NOW, NOW - BASE
    made = rows[["region_code", "indicator", "milestone"]].copy()
    made["share"] = (now - base) / (planned - base) * 100
    made["required_change"], made["observed_change"] = (planned - now) / left, (now - base) / since
    made["required_change_pct"], made["observed_change_pct"] = (
        ((planned / now) ** (1 / left) - 1) * 100,
        ((now / base) ** (1 / since) - 1) * 100,
    )
    made["expected_value"] = base + (planned - base) * (since / (end - BASE)).clip(0, 1)
    made["lead"] = (now - made["expected_value"]) / (planned - base) * 100
    changes = rows[[str(year) for year in YEARS if BASE <= year <= NOW]].diff(axis=1)
    made["trend_low"], made["trend_high"] = changes.min(axis=1), changes.max(axis=1)
    made["projected_value"] = now + made["observed_change"] * left
    made["arrival_year"] = NOW + np.ceil((planned - now) / made["observed_change"])
    made["pace"] = made["observed_change"] / made["required_change"] * 100
    made["status"] = np.select([arrived, made["lead"] > 5, made["lead"] < -5], ["arrived", "ahead", "behind"], "on_schedule")
    made["reachability"] = np.select([arrived, made["pace"] >= 100], ["reached", "easy"], "hard")
    return made


def exact_rows(values: pd.DataFrame, targets: pd.DataFrame) -> list[tuple[Any, Way]]:
    """Return what the exact path says of each row, from texts."""
    known: dict[tuple[str, str], dict[int, Point | str]] = {}
    for region, indicator, period, text in values.itertuples(index=False):
        word = missing_word(text)
        point = word or Point(int(period), parse_decimal(text))
        known.setdefault((region, indicator), {})[int(period)] = point
    found = []
    for row in targets.itertuples(index=False):
        points = known[row.region_code, row.indicator]
        if row.op:
            value = parse_decimal(row.target)
            goal = Goal(value) if row.op == ">=" else Goal(None, value)
        else:
            goal = Goal(parse_decimal(row.low), parse_decimal(row.high))
        observed = [point for point in points.values() if isinstance(point, Point)]
        way = measure_way(goal, points[BASE], points[NOW], int(row.milestone), observed, ProgressRules())
        eurostat_grade(goal, points[BASE], points[NOW], int(row.milestone))
        found.append((row, way))
    return found


def differences(found: pd.DataFrame, exact: list[tuple[Any, Way]]) -> int:
    """Return in how many rows the array path says something else, or a figure differs by more than 1e-12 of itself."""
    wrong = 0
    for row, (_, way) in zip(found.to_dict("records"), exact, strict=True):
        same = (row["status"], row["reason"], row["reachability"]) == (way.status, way.reason, way.reachability)
        for name in FIGURES:
            figure = way.figures[name]
            if isinstance(figure, Fraction):
                same &= abs(row[name] - float(figure)) <= 1e-12 * abs(float(figure))
            else:
                same &= row[name] != row[name] and f"{name}:{figure}" in row["absent"].split(";")
        wrong += not same
    return wrong


def memory() -> float:
    """Return the largest memory of this process so far in GB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e9 if sys.platform == "darwin" else 1e6 / 1.024)


def timed(make: Any, rounds: int = 5) -> tuple[Any, float, float]:
    """Return a result with the medians of seconds and of processor seconds."""
    took = []
    for _ in range(rounds):
        started, worked = time.perf_counter(), time.process_time()
        result = make()
        took.append((time.perf_counter() - started, time.process_time() - worked))
    return result, sorted(one for one, _ in took)[rounds // 2], sorted(other for _, other in took)[rounds // 2]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--regions", type=int, default=1000)
    parser.add_argument("--measures", type=int, default=40)
    parser.add_argument("--shares", action="store_true", help="quotients from a panel instead of decimals")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {platform.system()}, Python {platform.python_version()}")
    values: Any
    if options.shares:
        values, targets = shares(options.regions, ek.load_catalog(ROOT))
    else:
        values, targets = invented(options.regions, options.measures)
    rows = options.regions * (40 if options.shares else options.measures)
    print(f"{rows:,} rows, {len(YEARS)} years")
    ek.progress_panel(*(invented(2, 2)))  # what is loaded at the first call
    before = memory()
    found, seconds, worked = timed(lambda: ek.progress_panel(values, targets, period=str(NOW)))
    print(f"array path   {seconds:7.2f} s ({worked:.2f} s of one core), {memory():.2f} GB at most ({before:.2f} GB with the tables alone)")
    print(f"exactly      {found.attrs['exact']:,} of {len(found):,} rows")
    _, graded, _ = timed(lambda: ek.progress_panel(values, targets, period=str(NOW), eurostat=True), 3)
    print(f"with grades  {graded:7.2f} s (eurostat=True)")
    print(f"statuses     {found['status'].value_counts().to_dict()}")
    if options.shares:
        return
    _, plain, plain_worked = timed(lambda: naive(values, targets))
    print(f"plain pandas {plain:7.2f} s: the array path takes {worked / plain_worked:.1f} times as long (time of one core)")
    exact, slow, slow_worked = timed(lambda: exact_rows(values, targets), 1)
    print(f"exact path   {slow:7.2f} s: {slow_worked / worked:.1f} times as long as the array path (time of one core)")
    print(f"different    {differences(found, exact)} of {len(found):,}")


if __name__ == "__main__":
    main()
