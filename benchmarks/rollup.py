"""Time the roll-up and the indicator workbooks of many regions.

Run from the project folder:  .venv/bin/python benchmarks/rollup.py 14
It makes a project with that many copies of the fictional county in a temporary folder and assesses it first. Prints seconds and sizes.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from regions import EVALKIT, RUN, make_project


def main() -> None:
    """Print the figures."""
    from evalkit.catalog import load_catalog
    from evalkit.report.build import templates_of
    from evalkit.report.rendering.render import render
    from evalkit.runner.indicator_tables import write_tables
    from evalkit.runner.reports import document_of

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 14
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_project(folder, count)
        subprocess.run([*EVALKIT, "run", RUN], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        print(f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; {count} regions × 44 rows × 4 periods")
        started = time.perf_counter()
        catalog = load_catalog(folder)
        document, _ = document_of(catalog, RUN, "all")
        print(
            f"roll-up as text  {time.perf_counter() - started:7.1f} s, {len(document.charts)} figures, {len(document.text) / 1000:.0f} kB"
        )
        started = time.perf_counter()
        paths = render(document, templates_of(folder), folder / "out", "pandoc")
        sizes = ", ".join(f"{path.suffix[1:]} {path.stat().st_size / 1e6:.2f} MB" for path in paths)
        print(f"three formats    {time.perf_counter() - started:7.1f} s, {sizes}")
        started = time.perf_counter()
        books = [path for _, path, _ in write_tables(catalog, RUN, folder / "out") if path]
        size = sum(path.stat().st_size for path in books) / 1e6
        print(f"workbooks        {time.perf_counter() - started:7.1f} s, {len(books)} files, {size:.2f} MB")


if __name__ == "__main__":
    main()
