"""How long the difference of two states takes: 572 regions with 40 rows each, made up.

Run: python benchmarks/diff.py [regions]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from states import write_state

from evalkit.project import Project
from evalkit.review import diff as module
from evalkit.review import states

RUN, ROWS = "big", 40
CITE = "{document: doc, clause: made up, state: recalled}"


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def make_project(root: Path, regions: list[str]) -> None:
    write(root, "params/documents.yml", "documents:\n  - {id: doc, title_zh: 虚构文件, text: not_in_hand}\n")
    write(
        root,
        "params/units.yml",
        'units:\n  - {id: "%", symbol: percent, name_en: percent, definition: "0.01"}\n'
        "  - {id: 天, symbol: day, name_en: days, definition: base}\n",
    )
    names = [f"air.{kind}{n}" for n in range(0, ROWS, 4) for kind in ("good", "valid")]
    write(
        root,
        "params/variables.yml",
        "variables:\n" + "".join(f"  - {{id: {v}, name_zh: {v}, name_en: days, unit: 天, department: 监测部门}}\n" for v in names),
    )
    measures, rows = "measures:\n", ""
    for n in range(ROWS):
        head = f'  - {{id: m.m{n}, name_zh: 指标{n}, name_en: measure {n}, unit: "%", kind: number, direction: up, '
        formula = f"formula: air.good_day_ratio@1, roles: {{days_good: air.good{n}, days_valid: air.valid{n}}}, digits: 1"
        measures += head + (formula if n % 4 == 0 else "reported_only: made up") + "}\n"
        target = f'text: ≥{50 + n % 40}, rule: {{any_of: [{{at_least: "{50 + n % 40}"}}, {{improving: previous}}]}}, cite: {CITE}'
        rows += (
            f'  - {{id: R{n}, seq: "{n + 1}", domain: 领域{n // 10}, name_zh: 指标{n}, name_en: row {n}, unit: "%", '
            f"measure: m.m{n}, attribute: binding, targets: [{{{target}}}]}}\n"
        )
    write(root, "params/measures/all.yml", measures)
    rounding = f"rounding: {{method: gbt8170, compare: full_value, cite: {CITE}}}\n"
    write(
        root,
        "params/sets/demo.yml",
        f"id: demo\ndocument: doc\nname_zh: 虚构体系\nname_en: demo\nlevels: [county]\ncomplete: true\n{rounding}rows:\n{rows}",
    )
    for code in regions:
        card = (
            f'code: "{code}"\nname_zh: 示例县{code}\nfull_name_zh: 示例县{code}\nname_en: County {code}\nlevel: county\nfictional: true\n'
        )
        write(root, f"params/regions/{code}.yml", card)
    listed = ", ".join(f'"{code}"' for code in regions)
    head = f'id: {RUN}\ntitle_zh: 示例\ntitle_en: example\npurpose: annual\nexample: true\nperiods: ["2024"]\n'
    write(root, f"params/runs/{RUN}.yml", f'{head}regions: [{listed}]\nsets: [demo]\ninputs: [{RUN}/data.csv]\nreport_date: "2025-03-31"\n')
    for name in ("assess_region", "compare_regions"):
        write(root, f"notebooks/{name}.ipynb", '{"cells": []}')


def write_data(root: Path, regions: list[str], shift: int) -> None:
    lines = ["region_code,region,period,variable,value,unit,source"]
    for i, code in enumerate(regions):
        for year in (2023, 2024):
            for n in range(ROWS):
                value = (i * 7 + n * 13 + year * 3 + shift) % 1000
                if n % 4 == 0:
                    cells = [(f"air.good{n}", str(value % 360), "天"), (f"air.valid{n}", "365", "天")]
                else:
                    cells = [(f"reported.m.m{n}", f"{value / 10:.1f}", "%")]
                lines += [f"{code},示例县{code},{year},{variable},{text},{unit},虚构" for variable, text, unit in cells]
    write(root, f"data/raw/{RUN}/data.csv", "\n".join(lines) + "\n")


def measure(root: Path, label: str) -> None:
    started = time.perf_counter()
    found = module.diff(Project(root), RUN)
    seconds = time.perf_counter() - started
    layers = ", ".join(f"{'+'.join(names)} {rows}" for names, rows in found.by_layer().items())
    mixed = sum(bool(change.interaction) for change in found.changes)
    print(f"{label}: {seconds:.1f} s; {found.compared} rows, {len(found.changes)} changed ({layers}; {mixed} interact)")


def main() -> None:
    regions = [str(100000 + i) for i in range(int(sys.argv[1]) if len(sys.argv) > 1 else 572)]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_project(root, regions)
        write_data(root, regions, 0)
        write_state(root, RUN)
        write_data(root, regions, 5)
        write_state(root, RUN)
        measure(root, "all data differ")
        rules = root / "params" / "sets" / "demo.yml"
        rules.write_text(
            rules.read_text(encoding="utf-8").replace("≥55", "≥75").replace('at_least: "55"', 'at_least: "75"'), encoding="utf-8"
        )
        write_state(root, RUN)
        measure(root, "one threshold differs")
        rules.write_text(
            rules.read_text(encoding="utf-8").replace("≥75", "≥60").replace('at_least: "75"', 'at_least: "60"'), encoding="utf-8"
        )
        write_data(root, regions, 11)
        write_state(root, RUN)
        measure(root, "all data and some thresholds differ")
        digest = states.package_digest()
        states.package_digest = lambda: digest[::-1]  # type: ignore[assignment]  # as if another program had made both
        measure(root, "the same, both made by one older program")
        states.package_digest = lambda: digest  # type: ignore[assignment]
        name = states.resolve_state(Project(root), f"{RUN}@previous").folder / "manifest.json"
        name.write_text(name.read_text(encoding="utf-8").replace(digest, digest[::-1]), encoding="utf-8")
        measure(root, "the same, the earlier one made by an older program: all is recomputed")


if __name__ == "__main__":
    main()
