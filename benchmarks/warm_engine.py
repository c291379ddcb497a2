"""What warm execution saves: the region notebook through papermill's own kernel and through ``evalkit-warm``, in turns.

Run: python benchmarks/warm_engine.py [--rounds N] [--notebooks N] [--ploomber PYTHON]

PYTHON is an interpreter of an environment with ploomber-engine and what evalkit needs: installed beside papermill it
would slow papermill's import. It executes in one process, without isolation.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from evalkit.runner.warm import WarmServer

ROOT = Path(__file__).resolve().parents[1]
PARAMETERS = {"run": "chongming-2023", "region": "310151"}
PLOOMBER = """
import sys, time, papermill

def once():
    started = time.monotonic()
    papermill.execute_notebook(sys.argv[1], "ploomber.ipynb", parameters={"run": sys.argv[2], "region": sys.argv[3]},
                               engine_name="embedded", kernel_name="python3", progress_bar=False,
                               request_save_on_cell_execute=False, autosave_cell_every=0)
    return time.monotonic() - started

once()
print(*(once() for _ in range(int(sys.argv[4]))))
"""


def one(root: Path, engine: str | None, target: Path) -> None:
    import papermill

    papermill.execute_notebook(
        str(ROOT / "notebooks" / "assess_region.ipynb"),
        str(target),
        parameters=PARAMETERS,
        engine_name=engine,
        kernel_name="python3",
        progress_bar=False,
        request_save_on_cell_execute=False,
        autosave_cell_every=0,
        resources={"metadata": {"path": str(root)}},
        extra_arguments=["--IPKernelApp.log_level=50"],
    )


def wall(root: Path, engine: str | None, jobs_at_a_time: int, notebooks: int) -> float:
    """Return seconds per notebook."""
    started = time.monotonic()
    with ThreadPoolExecutor(jobs_at_a_time) as pool:
        jobs = [pool.submit(one, root, engine, root / f"{engine}-{n}.ipynb") for n in range(notebooks)]
        for job in jobs:
            job.result()
    return (time.monotonic() - started) / notebooks


def ploomber(python: str, root: Path, times: int) -> Callable[[], float]:
    def measure() -> float:
        command = [python, "-c", PLOOMBER, str(ROOT / "notebooks" / "assess_region.ipynb"), *PARAMETERS.values(), str(times)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "lib")}
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=True)
        return statistics.median(float(word) for word in done.stdout.split())

    return measure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--notebooks", type=int, default=4, help="notebooks per round and engine with 2 jobs; half as many with 1")
    parser.add_argument("--ploomber", metavar="PYTHON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("params", "data/raw", "notebooks"):
            shutil.copytree(ROOT / name, root / name)
        started = time.monotonic()
        with WarmServer(project=root) as server:  # as `evalkit run` starts it
            server.wait()
            print(f"server start: {time.monotonic() - started:.2f} s")
            started = time.monotonic()
            import papermill  # noqa: F401

            print(f"import of papermill: {time.monotonic() - started:.2f} s")
            half = max(1, options.notebooks // 2)
            ways: dict[tuple[str, int], Callable[[], float]] = {
                ("kernel", 1): lambda: wall(root, None, 1, half),
                ("warm", 1): lambda: wall(root, "evalkit-warm", 1, half),
                ("kernel", 2): lambda: wall(root, None, 2, options.notebooks),
                ("warm", 2): lambda: wall(root, "evalkit-warm", 2, options.notebooks),
            }
            if options.ploomber:
                ways["ploomber", 1] = ploomber(options.ploomber, root, half)
            taken: dict[tuple[str, int], list[float]] = {way: [] for way in ways}
            for engine in (None, "evalkit-warm"):
                wall(root, engine, 1, 1)  # not counted: what is read from the disk for the first time
            for _ in range(options.rounds):
                for way, measure in ways.items():
                    taken[way].append(measure())
    for (name, jobs), times in taken.items():
        print(f"{name:8} jobs {jobs}: median {statistics.median(times):.2f} s per notebook  ({', '.join(f'{t:.2f}' for t in times)})")
    for jobs in (1, 2):
        ratios = [a / b for a, b in zip(taken["kernel", jobs], taken["warm", jobs], strict=True)]
        print(f"kernel / warm, jobs {jobs}: median {statistics.median(ratios):.1f}  ({', '.join(f'{r:.1f}' for r in ratios)})")
    if options.ploomber:
        ratios = [a / b for a, b in zip(taken["warm", 1], taken["ploomber", 1], strict=True)]
        print(f"warm / ploomber-engine, 1 job: median {statistics.median(ratios):.1f}")
    print(f"cores: {os.cpu_count()}, Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
