"""Time the main job, beside the same notebooks run one after another by papermill alone.

Run from the project folder:  .venv/bin/python benchmarks/main_job.py
It works in a temporary copy and prints seconds and ratios; nothing is asserted.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EVALKIT = [sys.executable, "-m", "evalkit.cli"]


def seconds(command: list[str], folder: Path, rounds: int = 1) -> float:
    """Return the shortest of several runs of a command."""
    best = float("inf")
    for _ in range(rounds):
        started = time.perf_counter()
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        best = min(best, time.perf_counter() - started)
    return best


def plain_papermill(folder: Path) -> float:
    """Return the seconds that papermill needs for the region notebooks, one process, one after another."""
    script = (
        "import papermill, yaml, pathlib\n"
        "for path in sorted(pathlib.Path('params/runs').glob('*.yml')):\n"
        "    run = yaml.load(path.read_text(encoding='utf-8'), Loader=yaml.BaseLoader)\n"
        "    for region in run['regions']:\n"
        "        papermill.execute_notebook('notebooks/assess_region.ipynb', f'out-{region}.ipynb',\n"
        "            parameters={'run': run['id'], 'region': region}, progress_bar=False)\n"
    )
    return seconds([sys.executable, "-c", script], folder)


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("params", "data/raw", "notebooks", "reports/templates"):
            shutil.copytree(ROOT / part, folder / part)
        print(f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}")
        empty = seconds([sys.executable, "-c", "pass"], folder, 5)
        print(f"import evalkit              {seconds([sys.executable, '-c', 'import evalkit'], folder, 5) - empty:7.2f} s  (limit 0.4)")
        print(f"evalkit check, all samples  {seconds([*EVALKIT, 'check'], folder, 3):7.2f} s  (limit 4)")
        whole = seconds([*EVALKIT, "demo", "--force"], folder)
        regions = len(list(folder.glob("data/processed/*/regions/*/results.csv")))
        files = sum(1 for path in folder.glob("reports/*/*") if path.suffix in (".docx", ".pdf", ".html"))
        runs_made = len(list(folder.glob("data/processed/*/manifest.json")))
        print(f"evalkit demo                {whole:7.1f} s  (limit 150): {regions} regions, {runs_made} roll-ups, {files} report files")
        runs = seconds([*EVALKIT, "run", "--force"], folder)
        nothing = seconds([*EVALKIT, "run"], folder, 3)
        print(f"  of which evalkit run      {runs:7.1f} s; unchanged {nothing:.2f} s")
        alone = plain_papermill(folder)
        print(f"papermill alone, {regions} regions {alone:7.1f} s: {alone / runs:.1f} × evalkit run (which also makes the roll-ups)")


if __name__ == "__main__":
    main()
