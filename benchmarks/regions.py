"""Time runs of many regions: from nothing, unchanged, and with one changed cell.

Run from the project folder:  .venv/bin/python benchmarks/regions.py 100
It makes a project with that many copies of the fictional county in a temporary folder. Prints seconds and memory.
"""

from __future__ import annotations

import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EVALKIT = [sys.executable, "-m", "evalkit.cli"]
RUN, REGION = "example-county-2024", "999001"


def make_project(folder: Path, count: int) -> Path:
    """Write a project with `count` copies of the county; return the raw file of which a cell is changed later."""
    for part in ("params", "notebooks", "reports/templates"):
        shutil.copytree(ROOT / part, folder / part)
    for path in (folder / "params" / "runs").glob("*.yml"):
        if path.stem != RUN:
            path.unlink()
    shutil.rmtree(folder / "params" / "plans")  # the copies have no plans, lists, evidence or reviews
    for name in ("evidence", "reviews", "mappings"):
        shutil.rmtree(folder / "params" / name, ignore_errors=True)
    for name in ("corrections", "decisions"):
        for path in (folder / "params" / name).iterdir():
            if path.stem != RUN:
                path.unlink()
    codes = [REGION, *(f"99{number:04d}" for number in range(2, count + 1) if f"99{number:04d}" != REGION)][:count]
    card = (ROOT / "params" / "regions" / f"{REGION}.yml").read_text(encoding="utf-8")
    for code in codes:
        (folder / "params" / "regions" / f"{code}.yml").write_text(card.replace(f'"{REGION}"', f'"{code}"', 1), encoding="utf-8")
    run = folder / "params" / "runs" / f"{RUN}.yml"
    text = run.read_text(encoding="utf-8").replace(f'regions: ["{REGION}"]', "regions: [" + ", ".join(f'"{code}"' for code in codes) + "]")
    text = text.replace("plans: [example-999001]", "plans: []").replace("  - example-county-2024/forestry.xlsx\n", "")
    kept = [line for line in text.splitlines() if not line.startswith(("progress_sheets:", "annual_targets:"))]
    run.write_text("\n".join(kept) + "\n", encoding="utf-8")
    seen: set[tuple[str, ...]] = set()  # a copy has no decision between two sources: it takes the first
    for path in sorted((ROOT / "data" / "raw" / RUN).glob("*.csv")):
        head, *lines = path.read_text(encoding="utf-8-sig").splitlines()
        copies = list(lines)
        for code in codes[1:]:
            for line in lines:
                key = (code, *line.split(",")[2:4])
                if key not in seen:
                    seen.add(key)
                    copies.append(line.replace(REGION, code, 1).replace("30.6（剔除沙尘影响）", "30.6"))
        target = folder / "data" / "raw" / RUN / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join([head, *copies]) + "\n", encoding="utf-8")
    path = folder / "params" / "decisions" / f"{RUN}.csv"
    head, *lines = path.read_text(encoding="utf-8-sig").splitlines()
    copies = [line.replace(REGION, code, 1).replace(",", f"-{code},", 1) for code in codes[1:] for line in lines if ",choose," not in line]
    path.write_text("\n".join([head, *lines, *copies]) + "\n", encoding="utf-8")
    return folder / "data" / "raw" / RUN / "statistics.csv"


def measure(folder: Path, *arguments: str) -> tuple[float, float]:
    """Run a command; return seconds and the largest memory of all its processes together in GB."""
    peak, done = 0.0, threading.Event()
    started = time.perf_counter()
    process = subprocess.Popen(
        [*EVALKIT, *arguments], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.25):
            lines = subprocess.run(["ps", "-eo", "pid=,ppid=,pss="], capture_output=True, text=True).stdout.split("\n")
            found = [tuple(map(int, line.split())) for line in lines if len(line.split()) == 3 and line.split()[2].isdigit()]
            family = {process.pid}
            for _ in range(6):  # children's children, as deep as they go here
                family |= {pid for pid, parent, _ in found if parent in family}
            peak = max(peak, sum(size for pid, _, size in found if pid in family) / 1e6)

    watcher = threading.Thread(target=watch)
    watcher.start()
    process.wait()
    seconds = time.perf_counter() - started
    done.set()
    watcher.join()
    return seconds, peak


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        raw = make_project(folder, count)
        print(f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; {count} regions × 44 rows × 4 periods")
        seconds, peak = measure(folder, "run", RUN)
        made = len(list((folder / "data" / "processed" / RUN / "regions").glob("*/results.csv")))
        print(f"from nothing   {seconds:7.1f} s, {peak:.2f} GB at most, {made} regions finished")
        seconds, _ = measure(folder, "run", RUN)
        print(f"unchanged      {seconds:7.2f} s")
        text = raw.read_text(encoding="utf-8")
        line = next(line for line in text.splitlines() if line.startswith(REGION) and ",2024," in line)
        cells = line.split(",")
        raw.write_text(text.replace(line, ",".join([*cells[:4], cells[4] + "1", *cells[5:]]), 1), encoding="utf-8")
        seconds, _ = measure(folder, "run", RUN)
        print(f"one changed    {seconds:7.1f} s")
    print(f"largest process {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
