"""Time what comes in: collection forms of many departments, and one large tidy file, beside plain pandas.

Run from the project folder:  .venv/bin/python benchmarks/data_in.py
It makes a project in a temporary folder: 100 regions, one form each with 40 variables in 5 periods, filled; and a tidy CSV of
200,000 rows. Prints seconds, ratios and memory.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import openpyxl

from evalkit.catalog import load_catalog
from evalkit.collection.forms import write_forms

ROOT = Path(__file__).resolve().parents[1]
FORMS, VARIABLES, PERIODS, ROWS = 100, 40, ("2020", "2021", "2022", "2023", "2024"), 200_000
CITE = "{document: doc, clause: table 1, state: recalled}"


def codes(count: int) -> list[str]:
    """Return codes of fictional regions."""
    return [f"99{number:04d}" for number in range(1, count + 1)]


def make_project(folder: Path, regions: int, variables: int) -> None:
    """Write a project with that many regions and, for one department, that many variables in pairs of part and whole."""
    params = folder / "params"
    for name in ("sets", "regions", "runs", "measures"):
        (params / name).mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "params" / "units.yml", params)
    shutil.copy(ROOT / "params" / "departments.yml", params)
    (params / "documents.yml").write_text("documents:\n  - {id: doc, title_zh: 试验文件, text: not_in_hand}\n", encoding="utf-8")
    lines = ["variables:"]
    for number in range(variables):
        limits = f', part_of: x.v{number + 1}, minimum: "0"' if number % 2 == 0 else ', jump: "300", minimum: "0"'
        lines.append(f"  - {{id: x.v{number}, name_zh: 数据项{number}, name_en: item {number}, unit: 吨, department: 统计部门{limits}}}")
    (params / "variables.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    measures, rows = ["measures:"], []
    for number in range(0, variables, 2):
        names = f"name_zh: 指标{number}, name_en: row {number}, unit: '%'"
        how = f"kind: number, direction: up, expression: 'share(x.v{number}, x.v{number + 1})', cite: {CITE}"
        target = f"{{text: ≥50, rule: {{at_least: '50'}}, cite: {CITE}}}"
        measures.append(f"  - {{id: x.m{number}, {names}, {how}}}")
        place = f"seq: '{number + 1}', domain: 环境, attribute: binding"
        rows.append(f"  - {{id: R{number}, {names}, {place}, measure: x.m{number}, targets: [{target}]}}")
    (params / "measures" / "all.yml").write_text("\n".join(measures) + "\n", encoding="utf-8")
    head = "id: demo\ndocument: doc\nname_zh: 试验指标\nname_en: trial\nlevels: [county]\ncomplete: true\n"
    rounding = f"rounding: {{method: gbt8170, compare: full_value, cite: {CITE}}}\n"
    (params / "sets" / "demo.yml").write_text(head + rounding + "rows:\n" + "\n".join(rows) + "\n", encoding="utf-8")
    for code in codes(regions):
        card = (
            f'code: "{code}"\nname_zh: 试验{code}\nfull_name_zh: 示例市试验{code}\nname_en: Trial {code}\nlevel: county\nfictional: true\n'
        )
        (params / "regions" / f"{code}.yml").write_text(card, encoding="utf-8")


def write_run(folder: Path, name: str, regions: int, inputs: list[str], periods: tuple[str, ...]) -> None:
    """Write the run file."""
    text = (
        f"id: {name}\ntitle_zh: 试验\ntitle_en: trial\npurpose: annual\nexample: true\nperiods: [{', '.join(map(repr, periods))}]\n"
        f"regions: [{', '.join(map(repr, codes(regions)))}]\nsets: [demo]\ninputs: [{', '.join(inputs)}]\nreport_date: '2025-03-31'\n"
    )
    (folder / "params" / "runs" / f"{name}.yml").write_text(text, encoding="utf-8")


def filled_forms(folder: Path) -> list[Path]:
    """Write the forms, fill in every line, and return them."""
    (folder / "data" / "raw").mkdir(parents=True)
    write_run(folder, "forms", FORMS, ["x.csv"], PERIODS)
    write_forms(load_catalog(folder), "forms", folder / "data" / "raw", "region")
    paths = sorted((folder / "data" / "raw").glob("*.xlsx"))
    for path in paths:
        book = openpyxl.load_workbook(path)
        for sheet in book.worksheets:
            keys = {
                cell.value: cell.column for row in sheet.iter_rows(max_row=20) for cell in row if cell.value in ("value", "id_variable")
            }
            if len(keys) < 2:
                continue
            for row in range(1, sheet.max_row + 1):
                variable = str(sheet.cell(row, keys["id_variable"]).value or "")
                if variable.startswith("x.v"):
                    number = int(variable[3:])
                    sheet.cell(row, keys["value"]).value = 1000.25 + number + row / 8 + 500 * (number % 2)
        book.save(path)
    write_run(folder, "forms", FORMS, [path.name for path in paths], PERIODS)
    return paths


def child(code: str, *arguments: str) -> tuple[float, float]:
    """Run a piece of Python in a process of its own; return the seconds that it prints and its memory in GB."""
    process = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    seconds, memory = process.stdout.split()[-2:]
    return float(seconds), float(memory) / 2**20


READ = """
import resource, sys, time
from evalkit.catalog import load_catalog
from evalkit.intake import read_inputs
catalog = load_catalog(sys.argv[1])
start = time.perf_counter()
inputs = read_inputs(catalog, sys.argv[2])
seconds = time.perf_counter() - start
assert len(inputs.items) == int(sys.argv[3]), (len(inputs.items), [p.line() for p in inputs.problems[:3]])
print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
PANDAS = """
import resource, sys, time
import pandas
start = time.perf_counter()
for path in sys.argv[1:]:
    pandas.read_csv(path, dtype=str) if path.endswith(".csv") else pandas.read_excel(path, sheet_name=None, header=None, dtype=str)
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "forms"
        make_project(folder, FORMS, VARIABLES)
        paths = filled_forms(folder)
        ours, memory = child(READ, str(folder), "forms", str(FORMS * VARIABLES * len(PERIODS)))
        plain, _ = child(PANDAS, *map(str, paths))
        print(f"{len(paths)} forms, {VARIABLES} variables x {len(PERIODS)} periods: {ours:.1f} s, {memory:.2f} GB; "
              f"pandas.read_excel {plain:.1f} s; ratio {ours / plain:.2f}")  # fmt: skip
        folder = Path(home) / "tidy"
        variables, periods = 40, tuple(str(year) for year in range(2015, 2025))
        regions = ROWS // variables // len(periods)
        make_project(folder, regions, variables)
        write_run(folder, "tidy", regions, ["long.csv"], periods)
        (folder / "data" / "raw").mkdir(parents=True)
        lines = ["region_code,region,period,variable,value,unit,source"]
        for code in codes(regions):
            for period in periods:
                for number in range(variables):
                    value = f"{1000 + number + int(period) % 7 + 500 * (number % 2)}.25"
                    lines.append(f"{code},试验{code},{period},x.v{number},{value},吨,年鉴 第{number}页")
        path = folder / "data" / "raw" / "long.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        ours, memory = child(READ, str(folder), "tidy", str(ROWS))
        plain, _ = child(PANDAS, str(path))
        print(f"tidy file of {ROWS} rows: {ours:.1f} s, {memory:.2f} GB; pandas.read_csv {plain:.2f} s; ratio {ours / plain:.0f}")


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"in all {time.perf_counter() - started:.0f} s, {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20:.2f} GB at most")
