"""Check written documents against results: how many altered figures are found, how many alarms are false, and how long 100 pages take.

Run from a project folder whose runs have results and reports:  .venv/bin/python benchmarks/document_check.py [SEEDS]
The reports of chongming-2023, example-county-2024 and national-135 are altered at random (a twentieth of their results at a time, one
digit changed, two changed about, or a step up or down) and checked; nothing is written but temporary files.
"""

from __future__ import annotations

import csv
import io
import sys
import tempfile
import time
import zipfile
from copy import deepcopy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from document_samples import WORD, Spot, altered, parse, result_spots  # noqa: E402
from lxml import etree  # noqa: E402

from evalkit.catalog import load_catalog  # noqa: E402
from evalkit.review.document_check import check_document  # noqa: E402
from evalkit.review.document_facts import read_facts  # noqa: E402
from evalkit.review.document_findings import DocumentCheck, Finding  # noqa: E402
from evalkit.tables.books.docx_text import read_word  # noqa: E402

REPORTS = (("chongming-2023", "310151"), ("example-county-2024", "999001"), ("national-135", "100000"))
CHARACTERS = 1000  # of a page


def signs(finding: Finding) -> set[tuple[int, int]]:
    """Return where the signs of a figure stand: number of the element, offset."""
    return {
        (spot.element, spot.offset + place - spot.start)
        for spot in finding.block.spots
        for place in range(max(finding.start, spot.start), min(finding.end, spot.start + spot.length))
    }


def changed_signs(changed: list[tuple[Spot, str]]) -> list[set[tuple[int, int]]]:
    """Return where each altered number stands in the altered document."""
    found = []
    for spot, made in changed:
        shift = sum(len(other) - len(one.text) for one, other in changed if one.element == spot.element and one.start < spot.start)
        found.append({(spot.element, spot.start + shift + place) for place in range(len(made))})
    return found


def long_copy(path: Path, out: Path, pages: int) -> int:
    """Write a document that repeats the body of another until it has so many pages; return its characters."""
    root = parse(path)
    body = root.find(f"{WORD}body")
    own = [one for one in body if one.tag != f"{WORD}sectPr"]
    length = sum(len("".join(one.itertext())) for one in own)
    for _ in range(pages * CHARACTERS // length):
        for one in own:
            body.insert(len(body) - 1, deepcopy(one))
    stream = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(
                name, etree.tostring(root, encoding="UTF-8", xml_declaration=True) if name == "word/document.xml" else old.read(name)
            )
    out.write_bytes(stream.getvalue())
    return sum(len("".join(one.itertext())) for one in body)


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    catalog = load_catalog()
    totals = [0, 0, 0, 0]
    with tempfile.TemporaryDirectory() as folder:
        for run, code in REPORTS:
            path = catalog.project.reports(run) / f"{code}.docx"
            with (catalog.project.processed(run) / "results.csv").open(encoding="utf-8-sig", newline="") as stream:
                spots = result_spots(path, list(csv.DictReader(stream)))
            facts = read_facts(catalog, run)

            def checked(file: Path, facts: object = facts, run: str = run) -> DocumentCheck:
                return check_document(catalog, facts, read_word(file, file.name), run)  # type: ignore[arg-type]

            clean = checked(path)
            counts = {verdict: len(clean.of(verdict)) for verdict in ("agree", "differ", "unsure")}  # type: ignore[arg-type]
            made = found = false = untouched = 0
            for seed in range(seeds):
                copy = Path(folder) / "altered.docx"
                changed = altered(path, spots, max(20, len(spots) // 20), seed, copy)
                result = checked(copy)
                places = changed_signs(changed)
                differ = [signs(finding) for finding in result.of("differ")]
                found += sum(any(place & one for one in differ) for place in places)
                false += sum(not any(place & one for place in places) for one in differ)
                made += len(changed)
                untouched += len(result.findings) - len(changed)
            totals = [total + own for total, own in zip(totals, (made, found, false, untouched), strict=True)]
            print(f"{run}: {len(spots)} results in the text; untouched {counts}; altered {made}, found {found} ({found / made:.1%}), "
                  f"false alarms {false} of {untouched} ({false / untouched:.2%})")  # fmt: skip
        made, found, false, untouched = totals
        print(f"together: {found / made:.1%} of {made} found, {false / untouched:.2%} of {untouched} false, {seeds} seeds")
        run, code = REPORTS[1]
        long = Path(folder) / "long.docx"
        characters = long_copy(catalog.project.reports(run) / f"{code}.docx", long, 100)
        begun = time.perf_counter()
        result = check_document(catalog, read_facts(catalog, run), read_word(long, long.name), run)
        seconds = time.perf_counter() - begun
        print(f"{characters // CHARACTERS} pages ({characters} characters): {seconds:.1f} s, {len(result.findings)} figures")


if __name__ == "__main__":
    main()
