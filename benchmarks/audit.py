"""Time audit workbooks: 14 regions with 40 indicators each, beside openpyxl writing as many plain cells.

Run from the project folder:  .venv/bin/python benchmarks/audit.py [--regions 14] [--rows 40] [--out FOLDER]
The regions are copies of the fictional county with other codes, one period, the first rows of its set and no plan. Prints seconds,
cells, memory, and the ratio to openpyxl; with --out the workbooks stay, to be opened.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import sys
import tempfile
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import evalkit as ek
from evalkit.report.audit_book import Basis, write_audit
from evalkit.report.audit_words import WORDS
from evalkit.review.audit import audit

ROOT = Path(__file__).resolve().parents[1]
RUN, REGION, PERIOD = "example-county-2024", "999001", "2024"


def many_regions(catalog: Any, count: int, rows: int) -> tuple[list[str], Any]:
    """Put copies of the county and a set of its first rows into the catalogue; return their codes and the data."""
    run = catalog.run(RUN)
    found = catalog.sets[run.sets[0]]
    level = catalog.regions[REGION].level
    kept = [row for row in found.rows if row.target_at(level) is not None][:rows]
    catalog.sets[found.id] = found.model_copy(update={"rows": kept, "pass_rule": None})
    codes = [f"99{number:04d}" for number in range(9001, 9001 + count)]
    card = catalog.regions[REGION]
    catalog.regions |= {code: card.model_copy(update={"code": code}) for code in codes}
    catalog.runs[RUN] = run.model_copy(update={"regions": codes, "periods": [PERIOD], "plans": []})
    inputs = ek.read_inputs(catalog, RUN, REGION)
    inputs.problems.clear()
    for (code, variable, period), item in list(inputs.items.items()):
        if code == REGION:
            inputs.items |= {(other, variable, period): replace(item, region=other) for other in codes}
    for (code, period, key), decision in list(inputs.decisions.items()):
        if code == REGION:
            inputs.decisions |= {(other, period, key): decision for other in codes}
    return codes, inputs


def cells(path: Path) -> tuple[int, int]:
    """Return how many cells and how many formulas a workbook has."""
    with zipfile.ZipFile(path) as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    return sum(part.count(b"<c r=") for part in parts), sum(part.count(b"<f>") for part in parts)


def plain(path: Path, count: int) -> None:
    """Write as many cells with openpyxl: texts, numbers and formulas in turn, without any look."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in range(1, count // 9 + 1):
        sheet.append([f"指标 {row}", "式子", f"=J{row}*2", "%", row * 1.5, f"=IF(C{row}=E{row},0,1)", "来源.csv E4", "说明", row])
    book.save(path)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--regions", type=int, default=14)
    parser.add_argument("--rows", type=int, default=40)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = options.out or Path(name)
        started = time.perf_counter()
        catalog = ek.load_catalog(ROOT)
        codes, inputs = many_regions(catalog, options.regions, options.rows)
        loaded, started = time.perf_counter() - started, time.perf_counter()
        calculated = 0.0
        paths, rows = [], 0
        for code in codes:
            began = time.perf_counter()
            made = audit(catalog, inputs, code, WORDS)
            calculated += time.perf_counter() - began
            rows += len(made.entries)
            paths.append(folder / f"{code}-audit.xlsx")
            write_audit(catalog, RUN, code, made, Basis("0" * 12, "0" * 12), paths[-1])
        whole = time.perf_counter() - started
        counts = [cells(path) for path in paths]
        total, formulas = sum(count for count, _ in counts), sum(count for _, count in counts)
        started = time.perf_counter()
        for number, (count, _) in enumerate(counts):
            plain(Path(name) / f"plain-{number}.xlsx", count)
        naive = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e9 if sys.platform == "darwin" else 1e6 / 1.024)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {platform.system()}, Python {platform.python_version()}")
    print(f"rules and data     {loaded:6.2f} s")
    print(f"{len(codes)} workbooks       {whole:6.2f} s, of which {calculated:.2f} s calculation; {peak:.2f} GB at most")
    print(f"rows               {rows:,}, {rows / len(codes):.0f} in each")
    print(f"cells              {total:,}, of which {formulas:,} formulas")
    print(f"openpyxl, as many  {naive:6.2f} s, without any look or link: ratio {whole / naive:.2f}")


if __name__ == "__main__":
    main()
