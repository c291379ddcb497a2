"""The evidence of a region as its report lists it, with its place in the volumes beside the report."""

from __future__ import annotations

from pathlib import Path

from evalkit.catalog import Catalog
from evalkit.catalog.evidence import Register
from evalkit.collection.evidence import keys_of, listed_pages, number_evidence
from evalkit.collection.volumes import INDEX_COLUMNS
from evalkit.messages import EvalkitError
from evalkit.report.evidence import ProofEntry
from evalkit.tables import read_csv


def proof_entries(catalog: Catalog, register: Register | None, region_code: str, out_dir: Path) -> list[ProofEntry]:
    """Return the pieces of evidence of a region by number; none where the run has no register.

    Parameters
    ----------
    catalog : Catalog
    register : Register, optional
        Of the run.
    region_code : str
    out_dir : Path
        Where the report goes. A piece has a page as long as a volume there holds the file as it is now.
    """
    if register is None:
        return []
    placed = _placed(out_dir, region_code)
    indicators = number_evidence(catalog, register, region_code)
    used = {line.indicator: set(keys_of(catalog, [line])) for indicator in indicators for line in indicator.lines}
    found = []
    for piece in {piece.number: piece for indicator in indicators for piece in indicator.pieces}.values():
        serves = [indicator for indicator in indicators if piece in indicator.pieces]
        volume, page = placed.get((piece.number, piece.file, register.found(piece.file) if piece.file else ""), ("", ""))
        found.append(
            ProofEntry(
                number=piece.number,
                ids=tuple(row.id for row in piece.rows),
                indicators=tuple((indicator.seq, indicator.title) for indicator in serves),
                rows=tuple(dict.fromkeys((line, row.period) for row in piece.rows for line, keys in used.items() if row.key in keys)),
                document=piece.document,
                pages=listed_pages(piece.rows),
                file=piece.file,
                stamped=piece.stamped,
                state=piece.state,
                volume=volume,
                page=page,
            )
        )
    return found


def _placed(out_dir: Path, region_code: str) -> dict[tuple[str, str, str], tuple[str, str]]:
    """Return volume and page by number, file and hash, as the volumes' index says; empty where there are no volumes."""
    path = out_dir / f"{region_code}-evidence.csv"
    if not path.is_file():
        return {}
    try:
        rows, _ = read_csv(path, path.name, INDEX_COLUMNS)
    except EvalkitError:
        return {}
    known = {name: (out_dir / name).is_file() for name in {row["volume"] for row in rows} if name == Path(name).name and name}
    return {
        (row["number"], row["file"], row["sha256"]): (row["volume"], row["page"])
        for row in rows
        if known.get(row["volume"]) and row["page"].isdigit()
    }
