"""The register of titles (命名名单): which region was named under which set, when, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evalkit.catalog.models import Title
from evalkit.catalog.reading import build_row
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.tables import read_csv

if TYPE_CHECKING:
    from evalkit.catalog.load import Catalog

TITLE_COLUMNS = ["region_code", "set", "title", "level", "batch", "year", "review_due", "withdrawn", "document", "state", "via", "note"]


def load_titles(catalog: Catalog, problems: list[Problem]) -> list[Title]:
    """Return the register ``params/titles.csv``, empty where there is none; problems are added to the list."""
    from evalkit.catalog.load import near

    path = catalog.project.params / "titles.csv"
    if not path.exists():
        return []
    label = catalog.project.label(path)
    try:
        rows, row_problems = read_csv(path, label, TITLE_COLUMNS, optional=[])
    except EvalkitError as error:
        problems.extend(error.problems)
        return []
    problems.extend(row_problems)
    found: list[Title] = []
    for row in rows:
        title = build_row(Title, row, label, row["region_code"], problems)
        if title is None:
            continue
        for kind, known, column in (
            ("region", catalog.regions, "region_code"), ("set", catalog.sets, "set"), ("document", catalog.documents, "document"),
        ):  # fmt: skip
            if row[column] not in known:
                values = {"kind": kind, "id": row[column], "hint": near(row[column], known)}
                problems.append(Problem("unknown_id", Place(label, cell=row.address(column)), values))
        if title.state in ("seen", "seen_neighbour", "third_party") and not title.via:
            problems.append(Problem("missing_key", Place(label, cell=row.address("via")), {"key": f"via ({title.state})"}))
        found.append(title)
    return found
