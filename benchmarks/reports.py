"""Times reports: one region in three formats on one core, 14 regions with their roll-up on two, beside plain pandoc and Quarto.

Run from the project folder:  .venv/bin/python benchmarks/reports.py [14]
It works on a copy of the project's results in a temporary folder; the results must be there (`evalkit run`).
"""

from __future__ import annotations

import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EVALKIT = [sys.executable, "-m", "evalkit.cli"]
RUN, REGION, MANY = "example-county-2024", "999001", "yichang-2024-02"
LIMIT_ONE, LIMIT_MANY = 10.0, 90.0


def copy_project(folder: Path) -> None:
    """Copy what a report is made of."""
    for part in ("params", "notebooks", "reports/templates", "data"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("history", "*.ipynb_checkpoints"))


def pinned(command: list[str], cores: str) -> list[str]:
    """Return the command bound to some cores, where the system can."""
    return ["taskset", "-c", cores, *command] if shutil.which("taskset") else command


def cpu() -> float:
    """Return the seconds of processor time that finished children took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds_of(command: list[str], folder: Path, cores: str = "0,1") -> tuple[float, float]:
    """Run a command to its end and return seconds, and seconds of processor time: beside other work only the latter mean much."""
    started, before = time.perf_counter(), cpu()
    done = subprocess.run(pinned(command, cores), cwd=folder, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{' '.join(command[-4:])}\n{done.stdout}{done.stderr}")
    return seconds, cpu() - before


def write_source(folder: Path) -> tuple[Path, int, int]:
    """Write the Markdown of the region's report with its figures; return it, its rows of the latest period, and its chapters."""
    from evalkit.catalog import load_catalog
    from evalkit.report.build import templates_of
    from evalkit.report.rendering.fonts import fonts_of
    from evalkit.report.rendering.render import _prepare
    from evalkit.report.rendering.setting import setting
    from evalkit.runner.reports import document_of

    document, _ = document_of(load_catalog(folder), RUN, REGION)
    scratch = folder / "scratch"
    scratch.mkdir()
    _prepare(document, templates_of(folder), scratch)
    (scratch / "setting.typ").write_text(setting(document, fonts_of(document.form)), encoding="utf-8")
    lines = (folder / "data" / "processed" / RUN / "regions" / REGION / "results.csv").read_text(encoding="utf-8-sig").splitlines()
    period, measure = lines[0].split(",").index("period"), lines[0].split(",").index("indicator")
    rows = {line.split(",")[measure] for line in lines[1:] if line.split(",")[period] == "2024"}
    return scratch / f"{document.name}.qmd", len(rows), document.text.count("\n# ")


def one_region(folder: Path) -> None:
    """Print the times of one region's report."""
    source, rows, chapters = write_source(folder)
    print(f"{RUN} {REGION}: {rows} indicators, conditions and parts, {chapters} chapters and annexes")
    program = (
        "import sys; from pathlib import Path; from evalkit.runner.reports import _make_one, Wanted;"
        f"found = _make_one('.', {RUN!r}, {REGION!r}, 'out', Wanted());"
        "sys.exit('\\n'.join(p.line() for p in found) if any(p.severity == 'error' for p in found) else 0)"
    )
    report, used = seconds_of([sys.executable, "-c", program], folder, "0")
    from evalkit.report.rendering.render import pandoc_path

    reader = "markdown+east_asian_line_breaks"
    plain, bare_used = seconds_of(
        [pandoc_path(), source.name, "--from", reader, "--to", "docx", "--output", "plain.docx"], source.parent, "0"
    )
    over = "" if report <= LIMIT_ONE else "OVER THE LIMIT"
    print(f"  three formats, one core  {report:6.1f} s, of the processor {used:5.1f} s  (limit {LIMIT_ONE:.0f} s) {over}")
    print(f"  plain pandoc, docx only  {plain:6.2f} s, of the processor {bare_used:5.2f} s  the report: {used / bare_used:.0f} times that")
    quarto = shutil.which("quarto")
    if quarto is None:
        print("  quarto render            not installed")
        return
    command = [quarto, "render", source.name, "--no-execute", "--to", "docx,typst,html"]
    bare, bare_used = seconds_of(command, source.parent, "0")
    print(
        f"  quarto render, all three {bare:6.1f} s, of the processor {bare_used:5.1f} s  the report takes {used / bare_used:.1f} times that"
    )


def many_regions(folder: Path, count: int) -> None:
    """Print the times of many regions with their roll-up."""
    small, used = seconds_of([*EVALKIT, "report", MANY, "--out", str(folder / "small")], folder)
    made = len(list((folder / "small").glob("*.docx")))
    print(f"{MANY}: {made} reports of one indicator  {small:6.1f} s on 2 cores, of the processor {used:.0f} s (limit {LIMIT_MANY:.0f} s)")
    sys.path.insert(0, str(ROOT / "benchmarks"))
    from regions import make_project

    large = folder / "large"
    make_project(large, count)
    seconds_of([*EVALKIT, "run", RUN], large)
    lasted, used = seconds_of([*EVALKIT, "report", RUN, "--out", str(large / "out")], large)
    made = len(list((large / "out").glob("*.docx")))
    print(f"{RUN} × {count}: {made} reports of 44 rows × 4 periods  {lasted:6.1f} s on 2 cores, of the processor {used:.0f} s"
          f" (limit {LIMIT_MANY:.0f} s) {'' if lasted <= LIMIT_MANY else 'OVER THE LIMIT'}")  # fmt: skip


def main() -> None:
    """Print the figures."""
    print(f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_project(folder)
        one_region(folder)
        many_regions(folder, int(sys.argv[1]) if len(sys.argv) > 1 else 14)


if __name__ == "__main__":
    main()
